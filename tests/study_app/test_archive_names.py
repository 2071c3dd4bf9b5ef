import pytest

from analysis import export_places
from study_app.archive_names import (
    DATA_FILE,
    OTHER_PLACES,
    TABLE_WORDS,
    manifest_place,
    place_of,
    sidecar_of,
)
from study_app.export import FILE_NAMES


def test_every_file_of_an_export_has_a_place_and_the_analysis_knows_it():
    assert set(FILE_NAMES) == {*TABLE_WORDS, *OTHER_PLACES}
    assert export_places.DESCRIPTIONS == TABLE_WORDS
    assert export_places.OTHER_PLACES == OTHER_PLACES


@pytest.mark.parametrize("study_id", ["colours", "false-colours-2", "0"])
@pytest.mark.parametrize("name", TABLE_WORDS)
def test_names_of_tables_are_made_of_keywords(name, study_id):
    folder, _, file_name = place_of(name, study_id).partition("/")

    assert folder == "data"
    assert DATA_FILE.fullmatch(file_name)


def test_the_words_of_an_id_stay_apart():
    place = place_of("trials.csv", "false-colours-2")

    assert place == "data/study-falseColours2_description-trials_data.csv"


def test_a_table_and_its_metadata_stand_side_by_side():
    assert sidecar_of("data/a-1_data.csv") == "data/a-1_data.json"


def test_each_manifest_has_a_name_of_its_own():
    assert [manifest_place(n) for n in (1, 2)] == [
        "materials/manifest.json",
        "materials/manifest_2.json",
    ]
