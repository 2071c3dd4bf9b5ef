import numpy as np

from colorizer.accepted_crops import AcceptedCrops
from colorizer.baselines import grey_fake
from colorizer.fake_findings import FakeFindings, FittedFake
from tests.colorizer.factories import colourful_photo


def test_what_was_put_back_and_resized_is_counted():
    real = colourful_photo(0)
    findings = FakeFindings("mine")
    findings.add("a", real, FittedFake(np.roll(real, 1, axis=-1), 0.4))
    findings.add("b", real, FittedFake(np.roll(real, 1, axis=-1), 12.345, is_resized=True))

    assert findings.settings() == {
        "n_lightness_replaced": 1,
        "largest_lightness_difference": 12.35,
        "n_resized": 1,
    }
    assert findings.notes() == ()


def test_fakes_without_colours_or_with_the_photographs_own_are_told():
    real = colourful_photo(0)
    findings = FakeFindings("mine")
    findings.add("grey.png", real, FittedFake(grey_fake(real), 0))
    findings.add("own.png", real, FittedFake(real, 0))
    findings.add("own2.png", real, FittedFake(real, 0))

    assert findings.notes() == (
        "condition mine: 1 of the 3 fakes has no colours, the first is that of grey.png",
        "condition mine: 2 of the 3 fakes have the photograph's own colours, the first is that of"
        " own.png",
    )


def test_what_was_accepted_is_kept_and_told_and_what_was_not_needed_too():
    real = colourful_photo(0)
    other = np.roll(real, 1, axis=-1)
    findings = FakeFindings("mine", AcceptedCrops(photographs=frozenset({"a.png", "b.png"})))
    findings.add("a.png", real, FittedFake(other, 0, accepted_as="looks mirrored"))
    findings.add("b.png", real, FittedFake(other, 0))

    assert findings.accepted_crops == {"a.png": "looks mirrored"}
    assert findings.notes() == (
        "condition mine: 1 of the 2 fakes does not look like its photograph and was accepted; the"
        " manifest names every one",
        "condition mine: --accept-crop was not needed for b.png",
    )
