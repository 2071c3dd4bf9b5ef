"""Write a number with its noun: 1 trial, 2 trials. Pure; English, for researchers.

Place on the data's path: sentences of the desk and of the commands ask here. What participants read
is translated, with the plural forms of each language (``ngettext``).
"""


def counted(number: int, one: str, several: str = "") -> str:
    """Write a number with its noun, such as ``1 person`` and ``2 people``.

    Args:
        number: how many.
        one: the noun for one.
        several: the noun for any other number; with an s where it is empty.
    """
    return f"{number} {noun(number, one, several)}"


def noun(number: int, one: str, several: str = "") -> str:
    """Give the form of a noun, or of a verb, that fits a number; arguments as of ``counted``."""
    return one if number == 1 else several or f"{one}s"
