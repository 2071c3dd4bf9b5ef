from dataclasses import replace

from study_app.leaving import payment_in_words, trial_in_words, ways_out
from study_app.presets import PRESETS
from study_app.study_file import parse_study_file
from study_app.study_tables import Recruiter, Screening
from tests.study_app import factories

ZHANG = PRESETS["zhang2016"].protocol


def study(**tables):
    return replace(parse_study_file(factories.study_text()), **tables)


def test_a_pair_is_told_with_its_times():
    assert trial_in_words(ZHANG) == (
        "Blank 900 ms, first picture 1000 ms, blank 600 ms, second picture 1000 ms, blank 100 ms,"
        " then the question, without time limit."
    )


def test_side_by_side_and_a_mask_are_told():
    told = trial_in_words(replace(ZHANG, layout="side-by-side", mask="noise"))

    assert "both pictures side by side 1000 ms" in told
    assert "noise for 100 ms" in told
    assert "600" not in told


def test_who_is_screened_out_leaves_at_the_checks():
    assert not any("checks" in way for way in ways_out(study()))
    for screening in (Screening(device="check"), Screening(colour_vision="screen-out")):
        assert any("checks" in way for way in ways_out(study(screening=screening)))


def test_the_place_is_kept_as_long_as_the_study_file_says():
    recruitment = replace(study().participants, lease_minutes=17)

    assert any("17 minutes" in way for way in ways_out(study(participants=recruitment)))


def test_pay_is_told_as_the_study_file_has_it():
    described = replace(study().study, pay="You are paid.")
    screening = Screening(device="check")

    assert payment_in_words(study()) == ["The study file says nothing about pay."]
    for is_paid, word in ((True, "is paid"), (False, "is not paid")):
        told = payment_in_words(
            study(
                study=described,
                screening=screening,
                recruiter=Recruiter(pay_screened_out=is_paid),
            )
        )
        assert told[-1] == f"Who does not pass a check {word}."


def test_where_nobody_is_paid_that_is_all_there_is_to_say():
    unpaid = study(
        study=replace(study().study, pay="There is no pay."), recruiter=Recruiter(paid=False)
    )

    assert payment_in_words(unpaid) == ["Nobody is paid."]
