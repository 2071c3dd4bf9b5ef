"""What a JSON file beside a photograph in a WebDataset tar says of it: its label and its licence.

img2dataset writes ``KEY.jpg``, ``KEY.json`` and ``KEY.txt``. Of the JSON two facts are taken; the
address, the caption and all else stay where they are.
"""

import json
from dataclasses import dataclass

from colorizer.photo_sources import WORDNET_ID

LABEL_KEYS = ("wnid", "synset", "label", "category", "class")
LICENCE_KEYS = ("license", "licence")
LONGEST_FACT = 200
LARGEST_SIDECAR_BYTES = 1_000_000


@dataclass(frozen=True)
class Facts:
    """What is known of a photograph from its sidecar file.

    Attributes:
        category: the WordNet id in its label, else the label itself, else None.
        licence: as written there, None where there is none.
    """

    category: str | None = None
    licence: str | None = None


NOTHING = Facts()


def read_sidecar(data: bytes) -> Facts:
    """Take the label and the licence out of a JSON object; what is none tells nothing."""
    try:
        document = json.loads(data)
    except (ValueError, RecursionError):
        return NOTHING
    if not isinstance(document, dict):
        return NOTHING
    label = _first_text(document, LABEL_KEYS)
    wordnet_id = WORDNET_ID.search(label) if label else None
    category = wordnet_id.group() if wordnet_id else label
    return Facts(category, _first_text(document, LICENCE_KEYS))


def _first_text(document: dict[str, object], keys: tuple[str, ...]) -> str | None:
    texts = (document.get(key) for key in keys)
    words = (" ".join(text.split()) for text in texts if isinstance(text, str))
    return next((text[:LONGEST_FACT] for text in words if text), None)
