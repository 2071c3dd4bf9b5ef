import copy
from typing import Any

import pytest

from analysis.methods import REFERENCES, cited_references, methods_section


@pytest.fixture
def document(finished_document: dict[str, Any]) -> dict[str, Any]:
    return copy.deepcopy(finished_document)


def test_the_section_says_what_was_done(document: dict[str, Any]) -> None:
    document["level"] = 0.9
    text = methods_section(document)

    n_trials = sum(entry["n_trials"] for entry in document["conditions"])
    assert f"{n_trials:,} answered main trials of 24 simulated observers were analysed" in text
    assert "usually had 12 main trials, and 10 practice trials and 4 vigilance trials," in text
    assert "2 conditions (“full” and “half”), each person one of them" in text
    assert "fewer than 75 % of their answered vigilance trials right are left out (0 part" in text
    assert "the 90\u00a0% intervals" in text
    assert "one after the other" in text
    assert "within ±10 points, a margin stated beforehand" in text
    assert "there is one comparison, so no adjustment" in text
    assert document["provenance"]["input"]["sha256"][:16] in text
    assert document["provenance"]["rules"]["digest"][:16] in text


def test_simulated_observers_are_never_said_to_be_people(document: dict[str, Any]) -> None:
    assert "simulated observers (no human data) saw" in methods_section(document)
    document["only_simulated"] = False

    text = methods_section(document)

    assert "participants saw" in text
    assert "simulated" not in text.lower()


def test_a_pilot_is_said_to_be_one(document: dict[str, Any]) -> None:
    assert "pilot" not in methods_section(document)
    document["is_pilot"] = True

    assert methods_section(document).startswith("These are data of a pilot, kept apart from")


def test_several_comparisons_name_their_adjustments_and_seed(document: dict[str, Any]) -> None:
    document["differences"] *= 3

    text = methods_section(document)

    assert "adjusted over 3 comparisons after Holm" in text
    assert f"seed {document['provenance']['settings']['seed']}," in text


def test_one_condition_has_no_word_on_differences(document: dict[str, Any]) -> None:
    document["conditions"] = document["conditions"][:1]
    document["design"]["design"] = "single"
    document["differences"] = []

    text = methods_section(document)

    assert "one condition, “full”" in text
    assert "Holm" not in text


def test_without_a_margin_equivalence_is_said_not_to_be_tested(document: dict[str, Any]) -> None:
    document["provenance"]["settings"]["equivalence_margin"] = None

    assert "so equivalence was not tested" in methods_section(document)


def test_the_protocol_and_its_deviations_are_told_where_they_are_known(
    document: dict[str, Any],
) -> None:
    document["study"] = {
        "sha256": "ab" * 32,
        "protocol": {"display_ms": 1000, "isi_ms": 600, "image_size_px": 256},
        "deviations": ["The left image comes first."],
    }

    text = methods_section(document)

    assert "each for 1000 ms, with a blank between them of 600 ms, at 256 CSS pixels." in text
    assert "Deviations from the protocol of 2016: (1) The left image comes first." in text


@pytest.mark.parametrize(
    ("leaks", "limits", "said"),
    [
        (False, (0.4, 0.6), "which holds 50 %"),
        (True, (0.1, 0.2), "the pipeline leaks"),
        (False, (None, None), "the fool rate was 15.0"),
    ],
)
def test_control_trials_are_told_of(
    document: dict[str, Any], leaks: bool, limits: tuple[float | None, float | None], said: str
) -> None:
    verdict = "leaks" if leaks else "holds 50 %" if limits[0] else "cannot be judged"
    low, high = limits
    document["control"].update(verdict=verdict, n_trials=80, fool_rate=0.15, low=low, high=high)

    assert said in methods_section(document)


def test_a_table_without_main_trials_has_a_section_too(document: dict[str, Any]) -> None:
    document.update(conditions=[], differences=[], photos=[], against_half=[])

    assert "The table holds no main trial." in methods_section(document)


def test_every_work_that_is_cited_is_in_the_references_and_no_other(
    document: dict[str, Any],
) -> None:
    text = methods_section(document)
    cited = cited_references(text)

    assert [ref.split(",")[0] for ref in cited] == sorted(ref.split(",")[0] for ref in cited)
    named = "Zhang Cameron Wilson Franco Judd Satterthwaite Schuirmann Morris Hautus Gao"
    for author in named.split():
        assert any(reference.startswith(author) for reference in cited)
    assert not any(reference.startswith("Holm") for reference in cited)


def test_references_are_sorted_and_have_their_year() -> None:
    assert list(REFERENCES) == sorted(REFERENCES)
    for words, reference in REFERENCES.items():
        assert f"({words[-4:]})" in reference
        assert reference.startswith(words.split(",")[0].split(" ")[0])
