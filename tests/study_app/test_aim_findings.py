from dataclasses import replace

import pytest

from study_app.aim_findings import AimQuestion, aim_questions, judged, unasked, unplanned
from study_app.exclusion_rule import EquivalenceRule
from study_app.protocol import Roles
from study_app.set_findings import SetFacts
from study_app.study_file import parse_study_file
from study_app.study_tables import Aim
from tests.study_app import factories

TWO = SetFacts(Roles(("full", "other"), "random", "real"), 200)
ONE = SetFacts(Roles(("full",), "random", None), 60)


def study_with(**aim):
    return replace(parse_study_file(factories.study_text(per_condition=40)), aim=Aim(**aim))


def option(question, name):
    return question.arguments[question.arguments.index(name) + 1]


def document(achieved, design="between", advice=()):
    row = {"n_photos": 60, "n_participants": 40, "achieved": achieved}
    return {"table": [row], "advice": list(advice), "assumptions": {"design": design}}


def test_each_aim_puts_its_question_to_the_numbers_of_the_study():
    study_file = replace(
        study_with(half_width=0.05, difference=0.1, power=0.9, fool_rate=0.4),
        equivalence=EquivalenceRule(0.06),
    )

    precision, difference, equivalence = aim_questions(study_file, TWO)

    assert (precision.kind, precision.wanted, option(precision, "--rate")) == (
        "precision",
        0.05,
        "0.4",
    )
    assert (difference.wanted, option(difference, "--difference")) == (0.9, "0.1")
    assert (option(equivalence, "--margin"), option(equivalence, "--rate")) == ("0.06", "0.5")
    for question in (precision, difference, equivalence):
        assert option(question, "--people") == "40"
        assert option(question, "--photos") == "200"
        assert option(question, "--trials") == "6"  # 8 pairs, 1 vigilance and 1 control
        assert option(question, "--conditions") == "2"


def test_without_a_control_condition_its_trials_are_main_trials():
    (question,) = aim_questions(study_with(half_width=0.05), ONE)

    assert option(question, "--trials") == "7"


def test_an_aim_not_stated_is_asked_for():
    (finding,) = unasked(study_with(), TWO)

    assert (finding.code, finding.severity) == ("no-aim", "should")
    assert aim_questions(study_with(), TWO) == []


def test_a_margin_is_an_aim():
    assert unasked(replace(study_with(), equivalence=EquivalenceRule(0.05)), TWO) == []


def test_without_photographs_nothing_is_judged_and_this_is_said():
    (finding,) = unasked(study_with(half_width=0.05), None)

    assert (finding.code, finding.severity) == ("aim-unjudged", "note")
    assert "--set" in finding.advice


def test_a_difference_wants_two_conditions():
    study_file = study_with(difference=0.1)

    (finding,) = unasked(study_file, ONE)

    assert (finding.code, finding.severity) == ("nothing-to-compare", "must")
    assert aim_questions(study_file, ONE) == []


@pytest.mark.parametrize(
    ("kind", "achieved", "severity"),
    [
        ("precision", 0.05, "note"),
        ("precision", 0.051, "must"),
        ("precision", None, "must"),
        ("difference", 0.8, "note"),
        ("difference", 0.79, "must"),
        ("equivalence", None, "must"),
    ],
)
def test_numbers_suffice_or_not(kind, achieved, severity):
    wanted = 0.05 if kind == "precision" else 0.8
    question = AimQuestion(kind, wanted, "an aim", (kind,))

    finding = judged(question, document(achieved))

    assert finding.severity == severity
    assert (finding.code == "aim-reached") == (severity == "note")
    assert "40 people per condition and 60 photographs" in finding.found


def test_the_plans_own_advice_is_given():
    question = AimQuestion("precision", 0.04, "an aim", ("precision",))

    finding = judged(question, document(0.06, "within", ["at least 82 photos are needed"]))

    assert finding.advice == "at least 82 photos are needed"
    assert "40 people and 60 photographs" in finding.found


@pytest.mark.parametrize(("is_installed", "advice"), [(True, "other numbers"), (False, "pip")])
def test_what_could_not_be_planned_says_why_and_what_helps(is_installed, advice):
    finding = unplanned("it is too late", is_installed=is_installed)

    assert "not computed: it is too late." in finding.found
    assert finding.advice.startswith(advice)
