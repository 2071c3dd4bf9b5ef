"""What cells of a trial table mean beside each other: rules within a row and between rows.

Place on the data's path: ``trial_table.py`` asks for the problems of a table of text. Only cells
that are good by themselves are compared, so that a bad cell is named once, for what it is.
"""

from collections.abc import Iterator, Mapping
from typing import Any

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.compute
from numpy.typing import NDArray

from analysis.errors import Problem
from analysis.text_table import TextTable

# A code and what may not change with it: of one session two people, of one pair two photos.
ONE_MEANING = (
    ("study_session_id", "participant_id"),
    ("participant_id", "simulated"),
    ("pair_id", "photo_id"),
)
Good = Mapping[str, NDArray[np.bool]]


def row_problems(table: TextTable, good: Good) -> Iterator[Problem]:
    """Find every contradiction, every trial that stands twice, every code of two meanings.

    Args:
        table: cells as text.
        good: by column, (n,), whether the cell is a value of its column.
    """
    yield from _wrong_blocks(table, good)
    yield from _answers_without_side(table)
    yield from _repeated_trials(table, good)
    for code, meaning in ONE_MEANING:
        yield from _changing_codes(table, good, code, meaning)


def _wrong_blocks(table: TextTable, good: Good) -> Iterator[Problem]:
    block, kind = table.columns["block"], table.columns["trial_type"]
    wrong = _equals(block, "practice") != _equals(kind, "practice")
    for place in np.flatnonzero(wrong & good["block"] & good["trial_type"]):
        found, where = repr(kind[place].as_py()), f"in block {block[place]}"
        is_practice = block[place].as_py() == "practice"
        allowed = "practice" if is_practice else "main, vigilance, control"
        yield Problem(
            int(table.rows[place]),
            "trial_type",
            f"{found} {where}",
            allowed,
            f"column trial_type: found {found} {where}; allowed {where}: {allowed}",
        )


def _answers_without_side(table: TextTable) -> Iterator[Problem]:
    columns = table.columns
    answered = ~_equals(columns["response_ms"], "") | ~_equals(columns["answered_at"], "")
    for place in np.flatnonzero(_equals(columns["chosen_side"], "") & answered):
        found, allowed = "nothing beside a response_ms or answered_at", "left, right"
        yield Problem(
            int(table.rows[place]),
            "chosen_side",
            found,
            allowed,
            f"column chosen_side: found {found}; allowed in an answered trial: {allowed}",
        )


def _repeated_trials(table: TextTable, good: Good) -> Iterator[Problem]:
    places = np.flatnonzero(good["study_session_id"] & good["trial_index"])
    sessions = _codes(table.columns["study_session_id"])[places]
    texts = table.columns["trial_index"].take(pa.array(places))
    trials = pd.DataFrame({"session": sessions, "index": texts.cast(pa.int64()).to_numpy()})
    again = trials.duplicated().to_numpy()
    if not again.any():
        return
    groups = trials.groupby(["session", "index"], sort=False).ngroup()
    first = _first_places(groups.to_numpy(np.int64))
    for i in np.flatnonzero(again):
        session = table.columns["study_session_id"][places[i]]
        yield Problem(
            int(table.rows[places[i]]),
            "trial_index",
            f"{trials['index'][i]} of study session {session}, which stands"
            f" in row {table.rows[places[first[i]]]} already",
            "each trial once",
        )


def _changing_codes(table: TextTable, good: Good, code: str, meaning: str) -> Iterator[Problem]:
    places = np.flatnonzero(good[code] & good[meaning])
    values = _codes(table.columns[meaning])[places]
    first = _first_places(_codes(table.columns[code])[places])
    for i in np.flatnonzero(values != values[first]):
        place, expected = places[i], places[first[i]]
        texts = table.columns[meaning]
        yield Problem(
            int(table.rows[place]),
            meaning,
            f"{texts[place].as_py()!r} for {code} {table.columns[code][place]}",
            f"{texts[expected].as_py()!r}, as in row {table.rows[expected]}",
        )


def _equals(cells: pa.ChunkedArray, value: str) -> NDArray[np.bool]:
    return np.asarray(pyarrow.compute.equal(cells, value).to_numpy())


def _codes(cells: pa.ChunkedArray) -> NDArray[np.int32]:
    """Number the distinct cells: equal cells, equal numbers."""
    encoded = cells.combine_chunks().dictionary_encode()
    chunks = encoded.chunks if isinstance(encoded, pa.ChunkedArray) else [encoded]
    return np.concatenate([np.zeros(0, np.int32), *(chunk.indices.to_numpy() for chunk in chunks)])


def _first_places(groups: NDArray[np.integer[Any]]) -> NDArray[np.intp]:
    """Give for each place the first place of its group."""
    _, first, inverse = np.unique(groups, return_index=True, return_inverse=True)
    return np.asarray(first[inverse])
