import pytest

from study_app.archive_details import ArchiveDetails, with_options
from study_app.errors import StudyFileError
from study_app.study_file import parse_study_file
from tests.study_app import factories

SMALLEST = '[study]\nid = "a"\ntitle = "A"\n[consent]\ntext = "I agree."\n'
STATED = """
[archive]
authors = ["Ada Lovelace (https://orcid.org/0000-0001)", "Noether"]
license = "CC-BY-4.0"
date_published = "2026-03-01"
url = "https://example.org/data"
"""


def test_the_table_is_read_and_may_be_left_out():
    assert parse_study_file(SMALLEST).archive == ArchiveDetails()
    assert ArchiveDetails().license_words == "not stated"

    stated = parse_study_file(SMALLEST + STATED).archive

    assert stated.authors == ("Ada Lovelace (https://orcid.org/0000-0001)", "Noether")
    assert (stated.license_words, stated.date_published) == ("CC-BY-4.0", "2026-03-01")


def test_a_new_study_file_has_the_table_with_nothing_stated():
    text = factories.study_text()

    assert "[archive]" in text
    assert parse_study_file(text).archive == ArchiveDetails()


@pytest.mark.parametrize(
    ("line", "message"),
    [
        ('authors = ["(https://example.org)"]', "author .* is no name"),
        ('authors = ["Ada (at home)"]', "author 'Ada .at home.' is no name"),
        ('url = "example.org"', "url = 'example.org' is no address of the web"),
        ('date_published = "1 March"', "date_published = '1 March' is no day as in 2026-03-01"),
        ('date_published = "20260301"', "date_published = '20260301' is no day"),
        ('licence = "CC0"', "unknown key licence; known: authors, license"),
    ],
)
def test_what_cannot_be_told_to_others_is_named(line, message):
    with pytest.raises(StudyFileError, match=rf"study.toml, \[archive\]: {message}"):
        parse_study_file(f"{SMALLEST}[archive]\n{line}\n", "study.toml")


def test_what_is_given_with_the_command_goes_first_and_is_checked():
    stated = ArchiveDetails(authors=("Ada",), license="CC0-1.0", funder="Crown")

    found = with_options(stated, authors=("Noether", "Curie"), date_published="2026-04-01")

    assert found == ArchiveDetails(
        ("Noether", "Curie"), "CC0-1.0", funder="Crown", date_published="2026-04-01"
    )
    with pytest.raises(StudyFileError, match="the archive: date_published = 'soon' is no day"):
        with_options(stated, date_published="soon")
