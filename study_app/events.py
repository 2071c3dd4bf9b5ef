"""What happened in a study, told to whoever keeps a log or counts; names nobody.

Place on the data's path: services tell after the commit; ``views/request_record.py`` listens.
"""

from collections.abc import Callable
from typing import Literal

import blinker

Event = Literal["enrolled", "answered", "finished", "screened-out", "withdrew", "erased", "moved"]
EVENTS: tuple[Event, ...] = (
    "enrolled",
    "answered",
    "finished",
    "screened-out",
    "withdrew",
    "erased",
    "moved",
)
_happened = blinker.Signal()


def tell(event: Event, **facts: str) -> None:
    """Tell that something is stored.

    Args:
        event: what.
        facts: of a study, such as its new state; nothing about a person.
    """
    _happened.send(event, facts=facts)


def listen(listener: Callable[[Event, dict[str, str]], None]) -> None:
    """Let a function be called with every event and its ``facts``; twice is once."""
    _happened.connect(listener)
