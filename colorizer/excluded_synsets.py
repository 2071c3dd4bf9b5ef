"""Reads the list of synsets that a training leaves out; which ones, the researcher decides.

One WordNet id a line (``n`` and eight digits, as ImageNet names its folders and files). What
follows the id, or a ``#``, is a remark; empty lines are passed over.
"""

import re
from pathlib import Path

from colorizer.errors import ColorizerError

WORDNET_ID = re.compile(r"n\d{8}")


def load_wnids(path: Path) -> frozenset[str]:
    """Read WordNet ids to leave out.

    Raises:
        ColorizerError: the file is missing, is no text or names nothing; or a line, named by its
            number, starts with something else than an id.
    """
    try:
        lines = path.read_text(encoding="utf-8-sig").splitlines()
    except FileNotFoundError:
        raise ColorizerError(f"{path}: no such file") from None
    except (OSError, UnicodeDecodeError) as error:
        raise ColorizerError(f"{path}: not a text file of WordNet ids: {error}") from None
    found = set()
    for number, line in enumerate(lines, start=1):
        words = line.partition("#")[0].split()
        if words and not WORDNET_ID.fullmatch(words[0]):
            raise ColorizerError(f"{path}, line {number}: {words[0]!r} is no id like n02084071")
        found.update(words[:1])
    if not found:
        raise ColorizerError(f"{path}: names no WordNet id; one like n02084071 a line is expected")
    return frozenset(found)
