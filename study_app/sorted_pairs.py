"""The pairs of a study, sorted for its plans. Pure.

Place on the data's path: ``known_pairs.py`` reads and sorts them once for all plans of a study,
``photo_choice.py`` chooses from them. Sorted, because a plan may not depend on the order in which
a database gives its rows; in plain tuples, because a study may have 100,000 pairs and a plan needs
fifty.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from study_app.protocol import PlannablePair


@dataclass(frozen=True)
class ConditionPairs:
    """The pairs of one condition, by ``pair_id``; each photo once.

    Attributes:
        photo_ids: of each pair.
        pair_ids: of each pair, in the same order.
    """

    photo_ids: tuple[str, ...] = ()
    pair_ids: tuple[str, ...] = ()

    def __len__(self) -> int:
        """Give the number of pairs."""
        return len(self.pair_ids)


@dataclass(frozen=True)
class SortedPairs:
    """The pairs of some conditions.

    Attributes:
        by_condition: under the condition's name; a condition without pairs may be left out.
    """

    by_condition: Mapping[str, ConditionPairs] = field(default_factory=dict)

    def of(self, condition: str) -> ConditionPairs:
        """Give the pairs of a condition; none of one that is not there."""
        return self.by_condition.get(condition, ConditionPairs())


def sort_pairs(pairs: Iterable[PlannablePair]) -> SortedPairs:
    """Sort pairs; in whatever order they come, the result is the same."""
    grouped: dict[str, dict[str, str]] = {}
    for pair in sorted(pairs):
        grouped.setdefault(pair.condition, {})[pair.photo_id] = pair.pair_id
    return SortedPairs(
        {name: ConditionPairs(tuple(own), tuple(own.values())) for name, own in grouped.items()}
    )
