"""The researcher's own words for a page, in its language as far as the study file has them. Pure.

What the pages say by themselves is in the templates and their translations.
"""

import dataclasses
from dataclasses import dataclass

from study_app.study_tables import StudyFile, Wording


@dataclass(frozen=True)
class Words:
    """A text and the language that it is in.

    Attributes:
        text: empty if there is nothing to say.
        language: code.
    """

    text: str
    language: str

    @property
    def paragraphs(self) -> list[str]:
        """The text parted at its empty lines."""
        return [part.strip() for part in self.text.split("\n\n") if part.strip()]


def words_of(study_file: StudyFile, language: str) -> dict[str, Words]:
    """Give every own text: in the language, or else in the study's first one.

    Args:
        study_file: of the study.
        language: one of those that the study offers.

    Returns:
        By the names of the fields of ``Wording`` that are texts.
    """
    first = study_file.languages.offered[0]
    spoken = study_file.wording.get(language, Wording())
    fallback = _first_wording(study_file, first)
    return {
        field.name: _choose(getattr(spoken, field.name), language, fallback[field.name], first)
        for field in dataclasses.fields(Wording)
        if field.type is str
    }


def _first_wording(study_file: StudyFile, first: str) -> dict[str, str]:
    own: dict[str, str] = dataclasses.asdict(study_file.wording.get(first, Wording()))
    return own | {
        "title": study_file.study.title,
        "pay": study_file.study.pay,
        "consent": study_file.consent.text,
    }


def _choose(spoken: str, language: str, fallback: str, first: str) -> Words:
    return Words(spoken, language) if spoken.strip() else Words(fallback, first)
