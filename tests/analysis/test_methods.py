import dataclasses

import numpy as np
import pytest

from analysis.estimates import Estimates, EstimateSettings, estimate
from analysis.exclusions import Exclusion
from analysis.methods import REFERENCES, methods_paragraph
from analysis.simulate import SimulationSettings, simulate_trials
from analysis.trial_table import derive_fooled


@pytest.fixture(scope="module")
def estimates() -> Estimates:
    settings = SimulationSettings(n_participants=10, n_photos=50)
    trials = simulate_trials(settings, np.random.default_rng(1))
    trials["fooled"] = derive_fooled(trials)
    return estimate(trials, EstimateSettings())


def paragraph(estimates: Estimates, settings: EstimateSettings | None = None) -> str:
    return methods_paragraph(
        estimates, settings or EstimateSettings(), version="1.2.3", digest="ab" * 32
    )


def test_the_paragraph_says_what_was_done(estimates: Estimates) -> None:
    text = paragraph(estimates, EstimateSettings(0.9, 0.8, "study file"))

    n_trials = sum(rate.n_trials for rate in estimates.fool_rates)
    assert f"{n_trials:,} answered main trials under 2 conditions were analysed" in text
    assert "fewer than 80 % of their answered vigilance trials" in text
    assert "; threshold: study file)" in text
    assert "the 90 % intervals" in text
    assert "adjusted over 1 comparison after Holm" in text
    assert "colorization-turing-test 1.2.3" in text
    assert "abababababababab." in text


def test_simulated_observers_are_never_called_participants(estimates: Estimates) -> None:
    screened = dataclasses.replace(estimates.screened, only_simulated=False)
    real = dataclasses.replace(estimates, screened=screened)

    assert "simulated observers (no human data) saw" in paragraph(estimates)
    assert "participants saw" in paragraph(real)
    assert "simulated" not in paragraph(real).lower()


def test_simulated_observers_left_out_are_counted(estimates: Estimates) -> None:
    exclusions = (Exclusion("simulated", 7, 280, ""), *estimates.screened.exclusions)
    screened = dataclasses.replace(estimates.screened, exclusions=exclusions, only_simulated=False)

    text = paragraph(dataclasses.replace(estimates, screened=screened))

    assert "Simulated observers in the table (7) were left out." in text


def test_one_condition_has_no_word_on_differences(estimates: Estimates) -> None:
    alone = dataclasses.replace(estimates, fool_rates=estimates.fool_rates[:1], differences=())

    text = paragraph(alone)

    assert "under one condition" in text
    assert "Holm" not in text


def test_every_work_that_is_cited_is_in_the_references(estimates: Estimates) -> None:
    text = paragraph(estimates)

    for author, year in (
        ("Zhang", 2016),
        ("Cameron", 2011),
        ("Wilson", 1927),
        ("Franco", 2019),
        ("Judd", 2012),
        ("Satterthwaite", 1946),
        ("Holm", 1979),
    ):
        assert author in text
        assert any(ref.startswith(author) and f"({year})" in ref for ref in REFERENCES)
    assert len(REFERENCES) == 7
