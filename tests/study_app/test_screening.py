import json
from collections import Counter
from datetime import timedelta

import pytest
import sqlalchemy as sa

from study_app import screening
from study_app.catalog import find_study
from study_app.device_report import parse_device_report
from study_app.enrolment import Applicant, enrol
from study_app.errors import InvalidResponse, UnknownImage
from study_app.extensions import db
from study_app.models import ScreeningCheck
from study_app.passage import current_step
from study_app.places import count_places
from study_app.plates import plan_plates
from study_app.steps import CHECKS
from study_app.study_moves import open_study
from study_app.study_tables import Screening
from tests.study_app import factories
from tests.study_app.factories import NOW

LATER = NOW + timedelta(minutes=3)
REPORT = parse_device_report(json.dumps(factories.device_measures()))
SMALL = parse_device_report(
    json.dumps(factories.device_measures(window_width_px=200, window_height_px=200))
)
DISPLAY = screening.DisplayReport(n_dark=6, n_light=5, night_light="off")


@pytest.fixture
def enrolled(app, set_folder):
    """Enrol somebody into a study with that screening; gives the study session."""
    with app.app_context():

        def make(paid=True, **checks):
            text = factories.study_text(screening=Screening(**checks))
            if not paid:
                text = text.replace("pay_screened_out = true", "pay_screened_out = false")
            study = factories.create_study(text, set_folder).study
            open_study(db.session(), study, None, NOW)
            enrol(db.session(), "colours", Applicant("another person"), NOW)
            return enrol(db.session(), "colours", Applicant("this person"), NOW)

        yield make


def checks_of(study_session):
    return list(
        db.session.scalars(
            sa.select(ScreeningCheck)
            .where(ScreeningCheck.study_session_id == study_session.id)
            .order_by(ScreeningCheck.id)
        )
    )


def read_plates(study_session, n_right, n_plates=4):
    """Read the first ``n_right`` plates after the demonstration rightly, the others wrongly."""
    for number, plate in enumerate(plan_plates(study_session.seed, n_plates)):
        answer = str(plate.digit if number <= n_right else (plate.digit + 1) % 10)
        screening.answer_plate(db.session(), study_session.code, number, answer, LATER)


def test_all_checks_lead_to_the_instructions(enrolled):
    one = enrolled(
        device="check", colour_vision="record", display="record", n_plates=2, pass_plates=1
    )
    assert current_step(db.session(), one) == "device"

    assert screening.record_device(db.session(), one.code, REPORT, LATER) == ()
    assert current_step(db.session(), one) == "colour-vision"
    read_plates(one, n_right=2, n_plates=2)
    assert current_step(db.session(), one) == "display"
    screening.record_display(db.session(), one.code, DISPLAY, LATER)

    assert current_step(db.session(), one) == "instructions"
    assert [(check.name, check.passed) for check in checks_of(one)] == [
        (name, True) for name in CHECKS
    ]


def test_showing_a_check_notes_when_it_began_once(enrolled):
    one = enrolled(device="check")
    screening.begin_check(db.session(), one.code, "device", NOW)
    screening.begin_check(db.session(), one.code, "device", LATER)
    screening.begin_check(db.session(), one.code, "display", LATER)

    (check,) = checks_of(one)
    assert (check.started_at, check.done_at, check.passed) == (NOW, None, None)

    screening.record_device(db.session(), one.code, REPORT, LATER)
    assert (check.started_at, check.done_at) == (NOW, LATER)


def test_a_device_that_is_not_fit_is_not_stored(enrolled):
    one = enrolled(device="check")

    assert screening.record_device(db.session(), one.code, SMALL, LATER) == ("window",)

    assert current_step(db.session(), one) == "device"
    assert [check.done_at for check in checks_of(one)] == [None]


def test_a_check_that_is_done_is_not_done_again(enrolled):
    one = enrolled(device="check")
    screening.record_device(db.session(), one.code, REPORT, NOW)

    assert screening.record_device(db.session(), one.code, SMALL, LATER) == ()
    screening.give_up_device(db.session(), one.code, SMALL, LATER)

    (check,) = checks_of(one)
    assert (check.details["window_width_px"], check.done_at) == (1280, NOW)
    assert one.state == "running"


@pytest.mark.parametrize(("paid", "payment"), [(True, "due"), (False, "none")])
def test_who_cannot_change_the_device_is_screened_out_and_paid_by_the_rule(enrolled, paid, payment):
    one = enrolled(paid=paid, device="check")
    taken = count_places(db.session(), one.participant.study, simulated=False, now=LATER)

    screening.give_up_device(db.session(), one.code, SMALL, LATER)

    assert (one.state, one.screened_out_by, one.screened_out_at) == (
        "screened-out",
        "device",
        LATER,
    )
    assert one.payment == payment
    (check,) = checks_of(one)
    assert (check.passed, check.details["problems"]) == (False, ["window"])
    left = count_places(db.session(), one.participant.study, simulated=False, now=LATER)
    assert taken - left == Counter({one.condition_id: 1}), "the place is free again"


def test_a_browser_that_could_not_measure_is_screened_out_as_well(enrolled):
    one = enrolled(device="check")

    screening.give_up_device(db.session(), one.code, None, LATER)

    assert checks_of(one)[0].details == {"problems": ["browser"]}


@pytest.mark.parametrize(("n_right", "state"), [(3, "running"), (2, "screened-out")])
def test_the_rule_of_the_study_decides_who_is_screened_out(enrolled, n_right, state):
    one = enrolled(colour_vision="screen-out", n_plates=4, pass_plates=3)

    read_plates(one, n_right)

    (check,) = checks_of(one)
    assert (one.state, check.passed) == (state, state == "running")
    assert (check.details["n_right"], check.details["pass_plates"]) == (n_right, 3)
    assert one.screened_out_by == (None if state == "running" else "colour-vision")


def test_who_reads_nothing_goes_on_where_it_is_only_recorded(enrolled):
    one = enrolled(colour_vision="record", n_plates=2, pass_plates=2)

    for number in range(3):
        screening.answer_plate(db.session(), one.code, number, "none", LATER)

    assert (one.state, checks_of(one)[0].passed) == ("running", False)
    assert current_step(db.session(), one) == "instructions"


def test_the_demonstration_counts_for_nothing(enrolled):
    one = enrolled(colour_vision="screen-out", n_plates=2, pass_plates=2)
    screening.answer_plate(db.session(), one.code, 0, "none", LATER)
    for number, plate in list(enumerate(plan_plates(one.seed, 2)))[1:]:
        screening.answer_plate(db.session(), one.code, number, str(plate.digit), LATER)

    assert one.state == "running"
    read = checks_of(one)[0].details["plates"]
    assert [plate["axis"] == "demonstration" for plate in read] == [True, False, False]


@pytest.mark.parametrize("number", [-1, 0, 2, 99])
def test_only_the_plate_that_is_asked_takes_an_answer(enrolled, number):
    one = enrolled(colour_vision="record")
    screening.answer_plate(db.session(), one.code, 0, "3", LATER)

    screening.answer_plate(db.session(), one.code, number, "7", LATER)

    (check,) = checks_of(one)
    assert [plate["answer"] for plate in check.details["plates"]] == ["3"]
    assert screening.asked_plate(db.session(), one) == screening.AskedPlate(1, 8)


@pytest.mark.parametrize("answer", ["", "10", "-1", "x", "٣"])
def test_an_answer_that_no_plate_has_is_refused(enrolled, answer):
    one = enrolled(colour_vision="record")

    with pytest.raises(InvalidResponse):
        screening.answer_plate(db.session(), one.code, 0, answer, LATER)


def test_only_the_plate_that_is_asked_is_shown(enrolled):
    one = enrolled(colour_vision="record", n_plates=2, pass_plates=1)
    shown = screening.plate_image(db.session(), one, 0)
    screening.answer_plate(db.session(), one.code, 0, "3", LATER)

    assert len(screening.plate_image(db.session(), one, 1)) == len(shown)
    for number in (0, 2, 9):
        with pytest.raises(UnknownImage):
            screening.plate_image(db.session(), one, number)
    for number in (1, 2):
        screening.answer_plate(db.session(), one.code, number, "none", LATER)
    with pytest.raises(UnknownImage):
        screening.plate_image(db.session(), one, 2)


def test_the_display_check_is_recorded_with_what_was_shown(enrolled):
    one = enrolled(display="record")
    screening.record_display(db.session(), one.code, DISPLAY, LATER)

    (check,) = checks_of(one)
    assert check.passed
    assert check.details["n_dark"] == 6
    assert check.details["night_light"] == "off"
    assert len(check.details["dark_levels"]) == len(check.details["light_levels"]) == 8


@pytest.mark.parametrize("left_out", ["n_dark", "n_light", "night_light"])
def test_a_display_report_with_a_gap_is_none(left_out):
    fields = {"n_dark": "0", "n_light": "8", "night_light": "unknown"}
    assert screening.parse_display_report(fields) == screening.DisplayReport(0, 8, "unknown")

    assert screening.parse_display_report({**fields, left_out: ""}) is None


@pytest.mark.parametrize(
    "wrong", [{"n_dark": "9"}, {"n_light": "-1"}, {"n_dark": "1.5"}, {"night_light": "no"}], ids=str
)
def test_a_display_report_that_the_form_does_not_offer_is_refused(wrong):
    fields = {"n_dark": "0", "n_light": "8", "night_light": "unknown"}

    with pytest.raises(InvalidResponse):
        screening.parse_display_report({**fields, **wrong})


def test_who_withdrew_changes_nothing_any_more(enrolled):
    one = enrolled(device="check", colour_vision="off")
    one.state, one.withdrawn_at = "withdrawn", NOW
    db.session.commit()

    screening.record_device(db.session(), one.code, REPORT, LATER)
    screening.give_up_device(db.session(), one.code, None, LATER)

    assert (one.state, checks_of(one)) == ("withdrawn", [])


def test_every_check_says_what_it_stores():
    assert set(screening.COLLECTED) == set(CHECKS)


def test_checks_of_another_study_session_are_left_alone(enrolled):
    one = enrolled(device="check")
    screening.record_device(db.session(), one.code, REPORT, LATER)

    assert db.session.scalar(sa.select(sa.func.count()).select_from(ScreeningCheck)) == 1
    assert find_study(db.session(), "colours").state == "open"
