import pytest

from study_app.archive_details import ArchiveDetails
from study_app.archive_notes import free_text_ids, notes_of
from study_app.study_file import parse_study_file
from study_app.study_tables import Recruiter, StandardQuestions
from tests.study_app import factories

COMPLETE = ArchiveDetails(authors=("Ada",), license="CC0-1.0")


@pytest.fixture
def study_file():
    source = factories.study_text(
        questions=StandardQuestions(("display", "strategy", "trouble")),
        recruiter=Recruiter("prolific", completion_code="C0DE"),
    )
    own = '[[question]]\nid = "job"\ntext = "Job?"\nkind = "text"\n'
    return parse_study_file(f"{source}\n{own}")


def test_nothing_to_think_of_is_said_of_a_complete_archive():
    plain = parse_study_file(factories.study_text())

    assert list(notes_of(plain, COMPLETE, "closed", [])) == []


def test_codes_of_the_recruiter_are_named_by_key_and_not_told(study_file):
    (note,) = notes_of(study_file, COMPLETE, "closed", [])

    assert "completion_code of the recruiter" in note
    assert "C0DE" not in note


def test_answers_that_people_wrote_are_counted(study_file):
    said = (("display", "phone"), ("strategy", "No."), ("job", "no"), ("trouble", "no"),
            ("trouble", "The bell rang."))  # fmt: skip
    answers = [{"question_id": name, "answer": answer} for name, answer in said]

    notes = list(notes_of(study_file, COMPLETE, "closed", answers))

    assert free_text_ids(study_file) == {"strategy", "trouble", "job"}
    assert any(note.startswith("3 answers in people's own words") for note in notes)


def test_an_open_study_and_what_is_not_stated_are_said(study_file):
    notes = " / ".join(notes_of(study_file, ArchiveDetails(), "pilot", []))

    assert "its state is pilot" in notes
    assert "no licence is stated; study-app export --license, or [archive] license in" in notes
    assert "no authors are stated; study-app export --author, or [archive] authors in" in notes
