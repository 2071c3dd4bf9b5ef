import pytest

from study_app.catalog import find_study
from study_app.errors import RecruiterListError
from study_app.extensions import db
from study_app.reconciling import Found, find_people, read_names
from tests.study_app import factories
from tests.study_app.factories import Browser


def find(app, names, salt=factories.SECRET_KEY, study="colours"):
    with app.app_context():
        return list(find_people(db.session(), find_study(db.session(), study), salt, names))


def test_people_are_found_by_the_recruiter_s_names_in_their_order(open_app):
    Browser(open_app).consent(participant="P1")
    finished = Browser(open_app)
    finished.consent(participant="P2")
    finished.answer_all()

    p2, nobody, p1 = find(open_app, ["P2", "P9", "P1"])

    assert nobody == Found("P9")
    assert (p1.state, p1.payment, p1.completion_code) == ("running", "open", None)
    assert (p2.state, p2.external_id) == ("finished", "P2")
    assert p2.completion_code in finished.get("/debrief").text
    assert p1.participant != p2.participant


@pytest.mark.parametrize(
    ("salt", "study"),
    [("another key of this length", "colours"), (factories.SECRET_KEY, "noise")],
    ids=["another-key", "another-study"],
)
def test_nobody_is_found_by_another_key_or_in_another_study(open_app, salt, study):
    Browser(open_app).consent(participant="P1")

    assert find(open_app, ["P1"], salt, study) == [Found("P1")]


@pytest.mark.parametrize(
    ("header", "column"),
    [("Submission id,Participant id", None), ("a,WorkerId", None), ("a,who", "who")],
    ids=["prolific", "mturk", "named"],
)
def test_the_names_are_read_out_of_a_recruiter_s_list(tmp_path, header, column):
    path = tmp_path / "list.csv"
    path.write_text(f'\ufeff{header}\n1,P1\n2," P2 "\n3,\n', encoding="utf-8")

    assert read_names(path, column) == ["P1", "P2"]


@pytest.mark.parametrize(
    ("data", "message"),
    [
        (b"a,b\n1,2\n", "has no column Participant id or .*; found: a, b; --column"),
        (b"", "found: none"),
        (b"Participant id\n\xff\n", "not UTF-8"),
        (b"Participant id,b\n ,2\n", "names nobody in column Participant id"),
        (None, "cannot be read"),
    ],
    ids=["no-column", "empty", "not-text", "nobody", "missing"],
)
def test_a_list_that_cannot_be_read_is_named(tmp_path, data, message):
    path = tmp_path / "list.csv"
    if data is not None:
        path.write_bytes(data)

    with pytest.raises(RecruiterListError, match=message) as caught:
        read_names(path)
    assert str(caught.value).startswith(str(path))
