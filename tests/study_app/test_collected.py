"""What participants are told is stored, against the tables."""

from dataclasses import replace

import pytest
import sqlalchemy as sa

from study_app.collected import COLLECTED, NEVER_STORED, sentences
from study_app.extensions import Base, db
from study_app.study_file import parse_study_file
from study_app.study_tables import Consent, Recruiter, Screening, StandardQuestions
from tests.study_app import factories
from tests.study_app.factories import Browser

PERSON = "participant"
# Whoever adds a table says here or in collected.py whom it is about.
ABOUT_NOBODY = {
    "stimulus_set": "pictures",
    "condition": "how pictures were made",
    "stimulus_pair": "pictures",
    "study": "the study's own file and state",
    "study_stimulus_set": "which pictures belong to a study",
    "flow_count": "counts, before anybody is known",
    "erasure": "that somebody was erased, not who",
    "desk_password": "the researchers' one password",
    "desk_login": "which browsers of researchers are logged in",
}


def personal_tables():
    """Every table whose rows lead to a participant."""
    found = {PERSON}
    tables = Base.metadata.sorted_tables
    while more := {
        table.name
        for table in tables
        if table.name not in found
        and any(key.column.table.name in found for key in table.foreign_keys)
    }:
        found |= more
    return found


def own_columns(table):
    """Columns that tell something: neither row numbers nor which person a row belongs to."""
    personal = personal_tables()
    return {
        f"{table.name}.{column.name}"
        for column in table.columns
        if not column.primary_key
        and not any(
            key.column.table.name in personal or key.column.table.name == "study"
            for key in column.foreign_keys
        )
    }


@pytest.fixture(scope="module")
def study_file():
    return parse_study_file(factories.study_text())


@pytest.fixture
def texts(app):
    """Give the sentences of a study file as they are read."""

    def read(study_file):
        with app.test_request_context("/"):
            return [str(sentence) for sentence in sentences(study_file)]

    return read


def test_every_table_is_known_to_be_about_participants_or_not():
    names = {table.name for table in Base.metadata.sorted_tables}

    assert personal_tables() | set(ABOUT_NOBODY) >= names
    assert not personal_tables() & set(ABOUT_NOBODY)


@pytest.mark.parametrize("name", sorted(personal_tables()))
def test_every_column_about_a_participant_stands_under_a_sentence(name):
    told = {column for item in COLLECTED for column in item.columns}

    assert own_columns(Base.metadata.tables[name]) - told == set()


def test_every_column_told_of_exists():
    known = {
        f"{table.name}.{column.name}"
        for table in Base.metadata.sorted_tables
        for column in table.columns
    }

    assert {column for item in COLLECTED for column in item.columns} <= known


EVERYTHING = {
    "screening": Screening(device="check", colour_vision="record", display="record"),
    "questions": StandardQuestions(("display",)),
}


@pytest.mark.parametrize("kind", ["link", "prolific", "mturk", "kiosk"])
@pytest.mark.parametrize("required", [True, False], ids=["consent", "no-consent"])
def test_a_study_that_stores_everything_tells_of_every_column(study_file, kind, required):
    wanted = replace(
        study_file,
        **EVERYTHING,
        recruiter=Recruiter(kind=kind),
        consent=Consent("text", required=required),
    )

    told = [column for item in COLLECTED if item.applies(wanted) for column in item.columns]

    assert set(told) == {column for item in COLLECTED for column in item.columns}
    assert len(told) == len(set(told))


def test_nobody_is_told_of_what_their_study_does_not_do(study_file, texts):
    plain = " ".join(texts(study_file))

    for word in ("plates", "grey", "few questions", "checks you passed", "platform"):
        assert word not in plain
    assert "If the link you followed has a participant number" in plain


def test_who_is_screened_asked_and_sent_by_a_platform_is_told(study_file, texts):
    wanted = replace(study_file, **EVERYTHING, recruiter=Recruiter(kind="prolific"))

    told = " ".join(texts(wanted))

    for word in ("plates", "grey", "few questions", "checks you passed", "platform"):
        assert word in told


def test_the_last_sentence_says_what_is_never_stored(study_file, texts):
    assert "your IP address" in texts(study_file)[-1]
    assert sentences(study_file)[-1] is NEVER_STORED


def test_nothing_that_a_browser_says_of_itself_reaches_the_database(open_app):
    """Marked headers and a marked address go through a whole study session."""
    marks = {
        name: f"marked-{number}-{name}"
        for number, name in enumerate(
            ("User-Agent", "Referer", "X-Forwarded-For", "X-Real-IP", "From", "Sec-CH-UA-Platform")
        )
    }
    browser = Browser(open_app)
    browser.client.environ_base.update(
        {
            "REMOTE_ADDR": "198.51.100.77",
            **{f"HTTP_{name.upper().replace('-', '_')}": value for name, value in marks.items()},
        }
    )
    browser.get("/study/colours")
    browser.consent(participant="P-marked-person")
    assert browser.answer_all() == 10
    browser.get("/debrief")
    browser.get("/withdraw")
    browser.post_form("/withdraw")

    with open_app.app_context(), db.engine.connect() as connection:
        stored = "\n".join(
            repr(tuple(row))
            for table in Base.metadata.sorted_tables
            for row in connection.execute(sa.select(table))
        )
    assert "keyboard" in stored
    for mark in (*marks.values(), "198.51.100.77", "marked-person"):
        assert mark not in stored
