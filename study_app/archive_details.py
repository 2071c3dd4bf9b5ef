"""What an archive says of itself to others: authors, licence, dates; table ``[archive]``. Pure.

All of it may be left out; what is not stated is said to be not stated. What is given when the
archive is made goes before what the study file says, which cannot be changed any more by then.
"""

import re
from dataclasses import dataclass, replace
from datetime import date

from study_app.errors import StudyFileError

NOT_STATED = "not stated"
# A name, with the address of a page of theirs in brackets, an ORCID iD say.
AUTHOR = re.compile(r"(?P<name>[^()]+?)\s*(\((?P<address>https?://[^\s()]+)\))?")
WEB_ADDRESS = re.compile(r"https?://[^\s/]+\S*")


@dataclass(frozen=True)
class ArchiveDetails:
    """What others are told of a study's data; table ``[archive]``.

    Attributes:
        authors: names, each with an address in brackets where there is one.
        license: of the data: an SPDX identifier, an address, or a sentence.
        description: what the study is about, in place of the standard sentence.
        keywords: beside those that every archive has.
        funder: who paid for it.
        citation: how to cite the data, or the paper.
        url: where the archive is kept.
        date_published: when it was published, as YYYY-MM-DD.
    """

    authors: tuple[str, ...] = ()
    license: str = ""
    description: str = ""
    keywords: tuple[str, ...] = ()
    funder: str = ""
    citation: str = ""
    url: str = ""
    date_published: str = ""

    @property
    def license_words(self) -> str:
        """The licence, or that there is none."""
        return self.license.strip() or NOT_STATED


def check_details(details: ArchiveDetails, place: str) -> None:
    """Check what an archive would say of itself.

    Args:
        details: as stated.
        place: what to call it in messages.

    Raises:
        StudyFileError: a name, an address or a date is none.
    """
    for author in details.authors:
        if not AUTHOR.fullmatch(author.strip()):
            raise StudyFileError(
                f"{place}: author {author!r} is no name, nor a name with an address as in"
                " 'Ada Lovelace (https://orcid.org/0000-0000-0000-0000)'"
            )
    if details.url and not WEB_ADDRESS.fullmatch(details.url):
        raise StudyFileError(f"{place}: url = {details.url!r} is no address of the web")
    if details.date_published and not _is_day(details.date_published):
        raise StudyFileError(
            f"{place}: date_published = {details.date_published!r} is no day as in 2026-03-01"
        )


def with_options(
    details: ArchiveDetails,
    *,
    authors: tuple[str, ...] = (),
    license_words: str = "",
    date_published: str = "",
) -> ArchiveDetails:
    """Put what was given when the archive is made before what the study file says.

    Raises:
        StudyFileError: a name or a date is none.
    """
    found = replace(
        details,
        authors=authors or details.authors,
        license=license_words or details.license,
        date_published=date_published or details.date_published,
    )
    check_details(found, "the archive")
    return found


def _is_day(text: str) -> bool:
    try:
        return date.fromisoformat(text).isoformat() == text
    except ValueError:
        return False
