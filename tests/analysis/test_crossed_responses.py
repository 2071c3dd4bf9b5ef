import numpy as np
import pandas as pd
import pytest

from analysis.crossed_responses import check_responses, code_clusters, code_responses


def test_codes_count_from_0_in_their_order_of_appearance() -> None:
    responses = code_responses(["b", "a", "b"], [7, 7, 3], [1, 0, True])

    assert responses.participant.tolist() == [0, 1, 0]
    assert responses.photo.tolist() == [0, 0, 1]
    assert responses.fooled.tolist() == [True, False, True]
    assert (responses.n_participants, responses.n_photos) == (2, 2)


def test_responses_become_true_and_false() -> None:
    assert check_responses(np.array([0.0, 1.0])).tolist() == [False, True]


@pytest.mark.parametrize("bad", [[0, 2], [0.5, 1], ["1"], [None], [], [[0, 1]]])
def test_other_responses_are_refused(bad: list[object]) -> None:
    with pytest.raises(ValueError, match=r"fooled (holds|has shape)"):
        check_responses(bad)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("codes", "message"),
    [
        ([1], r"photo has shape \(1,\); allowed: \(2,\)"),
        ([1.5, 2.5], "photo has dtype float64; allowed: whole numbers or text"),
        (["a", None], "photo has a missing code in place 1"),
    ],
)
def test_other_codes_are_refused(codes: list[object], message: str) -> None:
    with pytest.raises(ValueError, match=message):
        code_clusters(codes, "photo", 2)  # type: ignore[arg-type]


@pytest.mark.parametrize("dtype", ["str", "string", "category", object])
def test_a_column_of_text_is_coded_like_any_other(dtype: object) -> None:
    column = pd.Series(["b", "a", "b"], dtype=dtype)  # type: ignore[call-overload]

    numbers, n_distinct = code_clusters(column, "photo", 3)

    assert numbers.tolist() == [0, 1, 0]
    assert n_distinct == 2


def test_a_missing_code_in_a_column_of_text_is_refused() -> None:
    column = pd.Series(["b", None, "b"], dtype="str")

    with pytest.raises(ValueError, match="photo has a missing code in place 1"):
        code_clusters(column, "photo", 3)


def test_categories_are_coded_as_their_names_are() -> None:
    names = pd.Series(["b", "a", "b", "c"])

    for codes in (names, names.astype("category")):
        numbers, n = code_clusters(codes, "photo", 4)
        assert (numbers.tolist(), n) == ([0, 1, 0, 2], 3)
