"""Reads which fakes a researcher takes although they do not look like their photograph. Pure.

Place on the data's path: ``colorizer build-set --accept-crop`` says it, ``fakes_folder.py`` asks
for each fake that it would refuse, and the manifest keeps which were taken and what was said of
them. What decides is a person's look: a retoucher may change light and dark beyond recognition.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from colorizer.condition_specs import ConditionSpec
from colorizer.errors import ColorizerError

SEPARATOR = "/"


@dataclass(frozen=True)
class AcceptedCrops:
    """What was accepted in one condition.

    Attributes:
        everything: all its fakes.
        photographs: paths of photographs below their input, whose fakes are accepted.
    """

    everything: bool = False
    photographs: frozenset[str] = frozenset()

    def __contains__(self, photograph: str) -> bool:
        """Say whether the fake of a photograph, by its path below the input, is accepted."""
        return self.everything or photograph in self.photographs


NOTHING_ACCEPTED = AcceptedCrops()


def parse_accepted(
    texts: Iterable[str], specs: Sequence[ConditionSpec]
) -> dict[str, AcceptedCrops]:
    """Read ``CONDITION`` or ``CONDITION/PHOTOGRAPH``, any number of them, by condition.

    Raises:
        ColorizerError: a condition is none of those that come from a folder.
    """
    folders = [spec.name for spec in specs if spec.kind == "folder"]
    found: dict[str, AcceptedCrops] = {}
    for text in texts:
        name, _, photograph = text.partition(SEPARATOR)
        if name not in folders:
            raise ColorizerError(
                f"--accept-crop {text}: {name!r} is no condition of a folder"
                f" ({', '.join(folders) or 'there is none'}); allowed are CONDITION and"
                " CONDITION/PHOTOGRAPH"
            )
        before = found.get(name, NOTHING_ACCEPTED)
        photographs = before.photographs | ({photograph} if photograph else frozenset())
        found[name] = AcceptedCrops(before.everything or not photograph, photographs)
    return found
