import re
import tomllib
from dataclasses import asdict, replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from study_app.errors import PlanError, StudyFileError
from study_app.exclusion_rule import EXCLUSION_KEYS, ExclusionRule, stated
from study_app.presets import PRESETS
from study_app.protocol import ProtocolSettings
from study_app.study_checks import SLUG
from study_app.study_file import parse_study_file
from study_app.study_tables import ConditionChoice
from study_app.study_template import StudyDraft, slug_of, write_study_text


def read_back(draft):
    return parse_study_file(write_study_text(draft))


@pytest.mark.parametrize("name", PRESETS)
def test_a_draft_of_every_preset_reads_back_as_it_was(name):
    preset = PRESETS[name]

    study_file = read_back(StudyDraft(protocol=preset.protocol))

    assert study_file.protocol == preset.protocol
    assert study_file.participants.per_condition == preset.per_condition


@given(
    title=st.text(st.characters(exclude_categories=["Cs", "Cc"]), min_size=1, max_size=40),
    contact=st.text(st.characters(exclude_categories=["Cs", "Cc"]), max_size=40),
    n_main=st.integers(9, 1000),
    display_ms=st.integers(10, 60_000),
    within=st.booleans(),
    tested=st.lists(st.text("ab.-_", min_size=1, max_size=5), max_size=3),
)
def test_whatever_is_asked_for_reads_back(title, contact, n_main, display_ms, within, tested):
    protocol = ProtocolSettings(
        n_main=n_main, display_ms=display_ms, design="within" if within else "between"
    )
    conditions = ConditionChoice(tested=tuple(tested))

    study_file = read_back(
        StudyDraft(protocol=protocol, title=title, contact=contact, conditions=conditions)
    )

    assert (study_file.study.title, study_file.study.contact) == (title, contact)
    assert (study_file.protocol, study_file.conditions) == (protocol, conditions)


@pytest.mark.parametrize("number", ["minutes", "per_condition"])
def test_a_number_of_zero_is_refused_and_not_taken_for_none(number):
    draft = replace(StudyDraft(protocol=ProtocolSettings()), **{number: 0})

    with pytest.raises(StudyFileError, match=f"{number} = 0 is less than 1"):
        write_study_text(draft)


def test_a_missing_contact_is_marked():
    draft = StudyDraft(protocol=ProtocolSettings())

    assert 'contact = ""  # MISSING' in write_study_text(draft)
    assert "MISSING" not in write_study_text(
        StudyDraft(ProtocolSettings(), contact="a@example.org")
    )


def test_the_file_states_where_it_departs_from_the_study_of_2016():
    text = write_study_text(StudyDraft(protocol=PRESETS["amt-left-first"].protocol))

    assert "# - the left image is always shown first" in text
    assert "# Where it departs from its own source:" in text


def test_the_consent_text_has_paragraphs():
    text = tomllib.loads(write_study_text(StudyDraft(ProtocolSettings())))["consent"]["text"]

    assert len(text.strip().split("\n\n")) == 3


def test_the_consent_text_leaves_it_to_the_list_below_it_what_is_known_of_browsers():
    text = tomllib.loads(write_study_text(StudyDraft(ProtocolSettings())))["consent"]["text"]
    words = " ".join(text.split())

    assert "what else is listed below" in words
    assert "nothing about your browser" not in words


def test_the_rules_for_the_analysis_wait_in_comments():
    text = write_study_text(StudyDraft(ProtocolSettings()))
    others = re.sub(r"# \[wording.*?\n\n", "\n", text, flags=re.DOTALL)
    opened = re.sub(
        r"^# (?=[a-z_]+ = |\[equivalence\]|\[\[question\]\])", "", others, flags=re.MULTILINE
    )

    assert parse_study_file(text).exclusion == ExclusionRule()
    assert parse_study_file(text).equivalence.margin is None
    assert tuple(stated(parse_study_file(opened).exclusion)) == EXCLUSION_KEYS
    assert parse_study_file(opened).equivalence.margin == 0.05
    assert [question.id for question in parse_study_file(opened).question] == ["profession"]


def test_a_line_break_in_a_title_is_refused():
    with pytest.raises(StudyFileError, match="line break"):
        write_study_text(StudyDraft(ProtocolSettings(), title="one\ntwo"))


def test_an_impossible_draft_is_refused():
    with pytest.raises(StudyFileError, match="n_main = 0"):
        write_study_text(StudyDraft(ProtocolSettings(n_main=0)))


@pytest.mark.parametrize("numbers", [{"n_main": 8}, {"n_vigilance": 30}, {"n_control": 36}])
def test_numbers_that_no_plan_can_have_are_refused(numbers):
    with pytest.raises(PlanError):
        write_study_text(StudyDraft(ProtocolSettings(**numbers)))


@given(st.text(max_size=100))
def test_every_title_gives_a_good_address(title):
    assert SLUG.fullmatch(slug_of(title))


def test_the_address_is_made_of_the_title():
    assert slug_of("Which picture has false colours?") == "which-picture-has-false-colours"
    assert slug_of("Größe, Färbung, 2e édition") == "grosse-farbung-2e-edition"


def test_the_own_words_wait_in_comments():
    text = write_study_text(StudyDraft(ProtocolSettings()))
    opened = re.sub(
        r"^# (?=\[wording\.(en|de)\]|lead|invitation|instructions|debrief|title|pay|consent)",
        "",
        text.replace('offered = ["en"]', 'offered = ["en", "de"]'),
        flags=re.MULTILINE,
    )

    wording = parse_study_file(opened).wording

    assert parse_study_file(text).wording == {}
    assert [name for name in asdict(wording["en"]) if asdict(wording["en"])[name]] == [
        "lead",
        "invitation",
        "instructions",
        "debrief",
    ]
    assert wording["de"].consent
