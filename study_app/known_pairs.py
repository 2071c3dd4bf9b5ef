"""Read the pairs of a study for its plans, once in a process: what a study shows never changes.

Place on the data's path: ``enrolment.py`` and ``preview_plan.py`` plan with them, and
``interruption.py`` replaces a pair. Kept are names only, about 150 bytes a pair; the rows of the
few pairs that were chosen are looked up each time.
"""

import threading
from collections import OrderedDict
from collections.abc import Callable, Iterable, Sequence
from functools import partial
from typing import Any
from weakref import WeakKeyDictionary

import sqlalchemy as sa
from sqlalchemy.orm import Session

from study_app.models import Condition, StimulusPair, Study, StudyStimulusSet
from study_app.protocol import PlannablePair
from study_app.sorted_pairs import ConditionPairs, SortedPairs, sort_pairs

MOST_PAIRS_KNOWN = 500_000  # of all studies of a database

# A study by its row and its digest, which names every pair of its sets; and a condition.
Key = tuple[int, str, str]


class KnownPairs:
    """Pairs of conditions that were used lately."""

    def __init__(self, most_pairs: int = MOST_PAIRS_KNOWN) -> None:
        """Know nothing yet.

        Args:
            most_pairs: beyond these, what was not used for longest is forgotten.
        """
        self._most_pairs = most_pairs
        self._known: OrderedDict[Key, ConditionPairs] = OrderedDict()
        self._lock = threading.Lock()

    def find(self, key: Key, read: Callable[[], ConditionPairs]) -> ConditionPairs:
        """Give the pairs of a condition, read only if they are not known."""
        with self._lock:
            if key in self._known:
                self._known.move_to_end(key)
                return self._known[key]
        found = read()  # not under the lock: others need not wait for the database
        with self._lock:
            self._known[key] = found
            while len(self._known) > 1 and sum(map(len, self._known.values())) > self._most_pairs:
                self._known.popitem(last=False)
        return found


# By engine, as Flask-SQLAlchemy keeps engines by app: it ends with the engine.
_known_of: WeakKeyDictionary[sa.Engine, KnownPairs] = WeakKeyDictionary()


def read_pairs(session: Session, study: Study, conditions: Iterable[str]) -> SortedPairs:
    """Give the pairs of some conditions in all sets of a study."""
    known = _known_of.setdefault(session.get_bind().engine, KnownPairs())
    return SortedPairs(
        {
            name: known.find((study.id, study.digest, name), partial(_read, session, study, name))
            for name in conditions
        }
    )


def row_ids_of(session: Session, study: Study, pair_ids: Sequence[str]) -> list[int]:
    """Give the row of each of some pairs of a study, in their order."""
    rows = session.execute(
        sa.select(StimulusPair.pair_id, StimulusPair.id).where(
            StimulusPair.stimulus_set_id.in_(set_ids(study)), StimulusPair.pair_id.in_(pair_ids)
        )
    )
    row_of = {pair_id: row_id for pair_id, row_id in rows}
    return [row_of[pair_id] for pair_id in pair_ids]


def set_ids(study: Study) -> sa.Select[Any]:
    """Give the row ids of the stimulus sets of a study, as a subquery."""
    return sa.select(StudyStimulusSet.stimulus_set_id).where(StudyStimulusSet.study_id == study.id)


def _read(session: Session, study: Study, condition: str) -> ConditionPairs:
    rows = session.execute(
        sa.select(StimulusPair.pair_id, StimulusPair.photo_id)
        .join(Condition)
        .where(StimulusPair.stimulus_set_id.in_(set_ids(study)), Condition.name == condition)
    )
    return sort_pairs(PlannablePair(*row, condition) for row in rows).of(condition)
