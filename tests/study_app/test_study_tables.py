import dataclasses
import typing

import pytest

from study_app.study_tables import LANGUAGES, StudyFile

TABLES = typing.get_type_hints(StudyFile)


@pytest.mark.parametrize("name", TABLES)
def test_a_table_is_a_frozen_dataclass_that_names_its_table(name):
    arguments = [part for part in typing.get_args(TABLES[name]) if part not in (str, ...)]
    table = arguments[0] if arguments else TABLES[name]

    assert dataclasses.is_dataclass(table)
    assert table.__dataclass_params__.frozen
    assert f"[{name}" in (table.__doc__ or "")


def test_english_is_the_first_language():
    assert next(iter(LANGUAGES)) == "en"
