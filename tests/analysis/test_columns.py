from analysis.columns import COLUMN_NAMES, COLUMNS


def test_the_columns_are_those_of_the_public_contract() -> None:
    assert COLUMN_NAMES == (
        "study_id",
        "participant_id",
        "study_session_id",
        "simulated",
        "condition",
        "block",
        "trial_type",
        "trial_index",
        "pair_id",
        "photo_id",
        "real_side",
        "first_side",
        "chosen_side",
        "response_ms",
        "left_shown_ms",
        "right_shown_ms",
        "exposure_valid",
        "answered_at",
    )


def test_every_column_has_a_meaning_and_every_duration_a_unit() -> None:
    for column in COLUMNS:
        assert column.meaning.endswith(".")
        assert (column.unit == "ms") == column.name.endswith("_ms")
