"""Several stimulus sets in one study: whether they fit together, and what they are together. Pure.

Place on the data's path: ``catalog.py`` has read the sets and stores them. Conditions of the same
name are one condition of the study; the photos of all sets are the photos of the study.
"""

import hashlib
import itertools
from collections.abc import Sequence

from colorizer import manifest
from study_app.errors import StimulusSetError
from study_app.number_words import counted, noun
from study_app.protocol import PlannablePair


def check_together(sets: Sequence[manifest.StimulusSet]) -> None:
    """Check that sets can serve one study.

    Raises:
        StimulusSetError: a set stands twice, a photo or a pair is in two of them, images differ in
            size, or a condition of one name was made in two ways.
    """
    for first, second in itertools.combinations(sets, 2):
        if manifest.set_digest(first) == manifest.set_digest(second):
            raise StimulusSetError("the same stimulus set is named twice")
        if first.image_size_px != second.image_size_px:
            raise StimulusSetError(
                f"images of one set are {first.image_size_px} pixels wide and those of another"
                f" {second.image_size_px}; all sets of a study need the same size"
            )
        _check_distinct(first, second)
        _check_kinds(first, second)


def join_digests(digests: Sequence[str]) -> str:
    """Give one digest for those of all sets, in whatever order; that itself if there is one."""
    if len(digests) == 1:
        return digests[0]
    return hashlib.sha256("\n".join(sorted(digests)).encode()).hexdigest()


def joined_conditions(sets: Sequence[manifest.StimulusSet]) -> dict[str, str]:
    """Give the kind of each condition by its name, in the order in which they are met."""
    return {
        condition.name: condition.kind
        for stimulus_set in sets
        for condition in stimulus_set.conditions
    }


def joined_pairs(sets: Sequence[manifest.StimulusSet]) -> list[PlannablePair]:
    """Give all pairs, as far as a plan must know them."""
    return [
        PlannablePair(pair.pair_id, pair.photo_id, pair.condition)
        for stimulus_set in sets
        for pair in stimulus_set.pairs
    ]


def _check_distinct(first: manifest.StimulusSet, second: manifest.StimulusSet) -> None:
    photos = [{pair.photo_id for pair in stimulus_set.pairs} for stimulus_set in (first, second)]
    if both := sorted(photos[0] & photos[1]):
        raise StimulusSetError(
            f"{counted(len(both), 'photo')} {noun(len(both), 'is', 'are')} in two stimulus sets,"
            f" {both[0]} for one; a photo may be in one"
            " only, or participants would see it twice"
        )
    pairs = [{pair.pair_id for pair in stimulus_set.pairs} for stimulus_set in (first, second)]
    if both := sorted(pairs[0] & pairs[1]):
        raise StimulusSetError(f"pair {both[0]} is in two stimulus sets")


def _check_kinds(first: manifest.StimulusSet, second: manifest.StimulusSet) -> None:
    kinds = {condition.name: condition.kind for condition in first.conditions}
    for condition in second.conditions:
        if kinds.get(condition.name, condition.kind) != condition.kind:
            raise StimulusSetError(
                f"condition {condition.name!r} was made by {kinds[condition.name]} in one stimulus"
                f" set and by {condition.kind} in another"
            )
