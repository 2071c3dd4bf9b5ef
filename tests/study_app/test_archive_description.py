from dataclasses import replace

import pytest

from analysis.columns import COLUMN_NAMES
from study_app.archive_description import (
    authors,
    description,
    joined_variables,
    sidecar,
    summary,
    variables_of,
)
from study_app.archive_details import ArchiveDetails
from study_app.archive_names import TABLE_WORDS
from study_app.export_tables import EXPORT_TABLES
from study_app.psych_ds.metadata import check_compiled, check_terms
from study_app.study_file import parse_study_file
from tests.study_app import factories
from tests.study_app.archive_content import FACTS


@pytest.fixture
def study_file():
    return parse_study_file(factories.study_text())


def test_every_table_of_an_export_has_its_columns_described():
    assert [variable.name for variable in variables_of("trials.csv")] == list(COLUMN_NAMES)
    assert set(TABLE_WORDS) == {"trials.csv", *(table.name for table in EXPORT_TABLES)}
    for table in EXPORT_TABLES:
        assert tuple(variable.name for variable in variables_of(table.name)) == table.column_names


def test_a_column_of_several_tables_stands_once_with_all_its_meanings():
    joined = {variable.name: variable for variable in joined_variables(TABLE_WORDS)}

    assert joined["trial_index"].meaning.startswith("In trials: Place within")
    assert "In exposures: As in trials.csv." in joined["trial_index"].meaning
    assert not joined["response_ms"].meaning.startswith("In ")


def test_the_documents_use_words_of_schema_org_only(study_file):
    whole = description(study_file, ArchiveDetails(authors=("Ada",), funder="Crown"), FACTS)

    for document in (whole, *(sidecar(name, "A title") for name in TABLE_WORDS)):
        assert list(check_compiled("x", document)) == []
        assert list(check_terms("x", document)) == []


def test_a_day_of_publication_is_never_made_up(study_file):
    assert "datePublished" not in description(study_file, ArchiveDetails(), FACTS)

    stated = description(study_file, ArchiveDetails(date_published="2026-04-01"), FACTS)

    assert stated["datePublished"] == "2026-04-01"
    assert (stated["dateCreated"], stated["dateModified"]) == ("2026-03-01", "2026-03-05")
    assert stated["temporalCoverage"] == "2026-03-02/2026-03-05"


def test_without_authors_the_institution_stands_for_them(study_file):
    ethics = replace(study_file.ethics, institution="The Lab")

    assert authors(replace(study_file, ethics=ethics), ArchiveDetails()) == [
        {"@type": "Organization", "name": "The Lab"}
    ]
    assert authors(study_file, ArchiveDetails())[0]["name"] == "not stated"


def test_a_contact_that_is_no_address_is_no_email(study_file):
    facts = replace(FACTS, contact="Room 3")

    maintainer = description(study_file, ArchiveDetails(), facts)["maintainer"]

    assert (maintainer["description"], "email" in maintainer) == ("Room 3", False)


def test_the_researchers_own_words_go_before_the_standard_ones(study_file):
    assert "1000 ms" in summary(study_file, ArchiveDetails())
    assert summary(study_file, ArchiveDetails(description=" Mine. ")) == "Mine."
