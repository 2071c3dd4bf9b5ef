from dataclasses import replace

import pytest

from study_app.design_findings import design_findings
from study_app.presets import PRESETS, deviations_of
from study_app.study_file import parse_study_file
from study_app.study_tables import Screening
from tests.study_app import factories

STATED = {"exclusion": {"exclude_invalid_exposure": True, "minimum_response_ms": 150.0}}


def sound():
    """A design that leaves nothing to ask."""
    study_file = parse_study_file(
        factories.study_text(PRESETS["zhang2016"].protocol, per_condition=40)
    )
    return replace(
        study_file,
        screening=Screening(device="check", colour_vision="screen-out"),
        equivalence=replace(study_file.equivalence, margin=0.05),
    )


def changed(table, **values):
    study_file = sound()
    return replace(study_file, **{table: replace(getattr(study_file, table), **values)})


def codes(study_file, document=STATED):
    return {
        (finding.code, finding.severity)
        for finding in design_findings(study_file, document, has_control=True)
        if finding.code != "departure"
    }


def test_a_sound_design_leaves_nothing_to_ask():
    assert codes(sound()) == set()


@pytest.mark.parametrize(
    ("table", "values", "found"),
    [
        ("protocol", {"n_vigilance": 0}, ("no-vigilance", "should")),
        ("protocol", {"n_vigilance": 3}, ("vigilance-strict", "should")),
        ("exclusion", {"vigilance_pass_share": 0.0}, ("vigilance-unused", "should")),
        ("exclusion", {"vigilance_pass_share": 0.8}, ("vigilance-strict", "should")),
        ("protocol", {"n_control": 0}, ("no-control", "should")),
        ("protocol", {"n_practice": 0}, ("no-practice", "should")),
        ("protocol", {"first_side": "left"}, ("order-confounded", "should")),
        ("protocol", {"n_main": 61, "break_after": False}, ("no-rest", "should")),
        ("participants", {"per_condition": 9}, ("few-people", "should")),
        ("protocol", {"display_ms": 49}, ("exposure-coarse", "should")),
        ("protocol", {"isi_ms": 10}, ("blank-impossible", "should")),
        ("protocol", {"mask": "noise", "mask_ms": 16}, ("blank-impossible", "should")),
        ("exposure", {"tolerance_ms": 8.0}, ("tolerance-narrow", "should")),
        ("exposure", {"tolerance_ms": 501.0}, ("tolerance-wide", "should")),
        ("screening", {"device": "off"}, ("device-unchecked", "should")),
        ("screening", {"colour_vision": "off"}, ("eyes-unchecked", "should")),
        ("screening", {"colour_vision": "record"}, ("eyes-recorded-only", "should")),
        ("screening", {"display": "record"}, ("display-recorded-only", "note")),
        ("equivalence", {"margin": None}, ("no-margin", "note")),
        ("desk", {"show_fool_rates": True}, ("early-look", "should")),
    ],
)
def test_what_is_weak_is_found_by_itself(table, values, found):
    assert codes(changed(table, **values)) == {found}


def test_an_exposure_of_less_than_a_frame_must_not_be():
    found = codes(changed("protocol", display_ms=16))

    assert ("exposure-impossible", "must") in found
    assert not any(code == "exposure-coarse" for code, _ in found)


def test_side_by_side_has_no_order_and_no_blank_between():
    study_file = changed("protocol", layout="side-by-side", first_side="left", isi_ms=0)

    assert codes(study_file) == set()


@pytest.mark.parametrize(
    ("document", "found"),
    [
        (
            {},
            {"no-exclusion-rule", "exposure-undecided", "speed-undecided"},
        ),
        ({"exclusion": {"vigilance_pass_share": 0.75}}, {"exposure-undecided", "speed-undecided"}),
        ({"exclusion": {"exclude_invalid_exposure": False}}, {"speed-undecided"}),
        ({"exclusion": {"minimum_median_response_ms": 300}}, {"exposure-undecided"}),
    ],
)
def test_a_rule_that_holds_by_default_was_not_stated(document, found):
    assert {code for code, _ in codes(sound(), document)} == found


def test_every_departure_from_2016_is_a_note_in_words():
    study_file = sound()

    found = design_findings(study_file, STATED, has_control=True)

    sentences = [finding.found for finding in found if finding.code == "departure"]
    assert [sentence.lower() for sentence in sentences] == [
        f"{sentence}.".lower() for sentence in deviations_of(study_file, has_control=True)
    ]
    assert {finding.severity for finding in found} == {"note"}
