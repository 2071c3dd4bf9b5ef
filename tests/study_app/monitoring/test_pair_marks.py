from dataclasses import replace

from colorizer import equal_lightness, greyness
from study_app.monitoring import pair_marks as marks_module
from study_app.monitoring.pair_marks import pair_marks
from study_app.monitoring.pixels import PairMeasures

GOOD = PairMeasures((256, 256), (256, 256), 0.3, 25.0)


def test_a_good_pair_has_no_mark():
    assert pair_marks("good", "good", GOOD) == ()


def test_files_that_are_not_as_they_were_are_marked():
    assert pair_marks("missing", "changed", None) == (
        "real: the file is missing",
        "fake: not the file the study was made with",
    )
    assert pair_marks("good", "unreadable", None) == ("fake: cannot be read as a picture",)


def test_what_the_pixels_show_is_marked():
    other_size = replace(GOOD, fake_size_px=(256, 250), lightness_difference=None)
    uneven = replace(GOOD, lightness_difference=3.24, mean_chroma=1.5)

    assert pair_marks("good", "good", other_size) == ("sizes differ: 256 × 256 and 256 × 250",)
    assert pair_marks("good", "good", uneven) == (
        "L* differs by up to 3.2; allowed are 0.5",
        "greyish photo: mean chroma 1.5, at least 4",
    )


def test_rounding_alone_is_no_mark():
    assert pair_marks("good", "good", replace(GOOD, lightness_difference=0.51)) == ()


def test_the_limits_are_the_colorizers():
    assert marks_module.LIGHTNESS_TOLERANCE == equal_lightness.LIGHTNESS_TOLERANCE
    assert marks_module.MIN_MEAN_CHROMA == greyness.MIN_MEAN_CHROMA
