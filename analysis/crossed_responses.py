"""Responses by participant and photo, checked and coded from 0.

Place on the data's path: the first step of every estimate; what is computed from the codes is left
to ``condition_sums.py`` and ``intervals.py``. Pure: no file, clock or chance.
"""

from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike, NDArray


@dataclass(frozen=True)
class CrossedResponses:
    """Responses by participant and photo, checked and coded.

    Attributes:
        participant: (N,), int, codes from 0 to n_participants - 1.
        photo: (N,), int, codes from 0 to n_photos - 1.
        fooled: (N,), bool.
        n_participants: distinct participants.
        n_photos: distinct photos.
    """

    participant: NDArray[np.intp]
    photo: NDArray[np.intp]
    fooled: NDArray[np.bool]
    n_participants: int
    n_photos: int


def code_responses(participant: ArrayLike, photo: ArrayLike, fooled: ArrayLike) -> CrossedResponses:
    """Check three arrays of one length and code their clusters from 0.

    Args:
        participant: (N,), codes, int or str.
        photo: (N,), codes, int or str.
        fooled: (N,), bool or 0/1.

    Raises:
        ValueError: an array is empty, of another shape or length, or holds other values.
    """
    answers = check_responses(fooled)
    people, n_participants = code_clusters(participant, "participant", answers.size)
    photos, n_photos = code_clusters(photo, "photo", answers.size)
    return CrossedResponses(people, photos, answers, n_participants, n_photos)


def check_responses(fooled: ArrayLike) -> NDArray[np.bool]:
    """Give responses as (N,) bool.

    Raises:
        ValueError: there are none, they are not one-dimensional, or one is neither 0/1 nor bool.
    """
    values = np.asarray(fooled)
    if values.ndim != 1 or values.size == 0:
        raise ValueError(f"fooled has shape {values.shape}; allowed: (N,) with N > 0")
    other = _other_than_zero_or_one(values)
    if other:
        raise ValueError(f"fooled holds {other[0]!r}; allowed: 0, 1, True, False")
    return values.astype(np.bool)


def code_clusters(codes: ArrayLike, name: str, n: int) -> tuple[NDArray[np.intp], int]:
    """Number the distinct codes of one cluster from 0, in their order of appearance.

    Args:
        codes: (N,), int or str.
        name: what to call them in a message.
        n: the length they must have.

    Returns:
        (N,) int, and the number of distinct codes.

    Raises:
        ValueError: another shape, a missing code, or codes that are neither whole numbers nor text.
    """
    # A column of text is coded as it is: turned into Python's strings it takes ten times as long.
    is_text = isinstance(codes, pd.Series) and isinstance(
        codes.dtype, pd.StringDtype | pd.CategoricalDtype
    )
    values: Any = codes if is_text else np.asarray(codes)
    if values.shape != (n,):
        raise ValueError(f"{name} has shape {values.shape}; allowed: ({n},), as long as fooled")
    if values.dtype.kind not in "iubUSTO":
        raise ValueError(f"{name} has dtype {values.dtype}; allowed: whole numbers or text")
    numbers, distinct = pd.factorize(values)
    if (numbers < 0).any():
        raise ValueError(f"{name} has a missing code in place {int(np.argmin(numbers))}")
    return numbers, len(distinct)


def _other_than_zero_or_one(values: NDArray[Any]) -> list[Any]:
    if values.dtype.kind == "b":
        return []
    if values.dtype.kind in "iuf":
        return list(values[(values != 0) & (values != 1)][:1].tolist())
    return [value for value in values.tolist() if value not in (0, 1)][:1]
