"""Give the addresses that invite people, one for each way they may come. Pure.

Place on the data's path: the page on links shows them ready to copy. What such an address brings is
read by ``recruiters.py``, whose parameters are used here; how people go back, by ``completion.py``.
"""

from dataclasses import dataclass
from urllib.parse import urlsplit

from study_app.models import RecruiterKind
from study_app.recruiters import PARAMETERS, PERSON_PARAMETER

# A frame lower than this makes workers scroll.
FRAME_HEIGHT_PX = 800
EXTERNAL_QUESTION = """\
<ExternalQuestion xmlns="http://mechanicalturk.amazonaws.com/AWSMechanicalTurkDataSchemas/\
2006-07-14/ExternalQuestion.xsd">
  <ExternalURL>{url}</ExternalURL>
  <FrameHeight>{height}</FrameHeight>
</ExternalQuestion>"""
LOCAL_HOSTS = ("127.0.0.1", "localhost", "::1")


@dataclass(frozen=True)
class InvitationLink:
    """One thing to copy.

    Attributes:
        id: for the page.
        title: what it is.
        text: what is copied.
        hint: where it goes.
    """

    id: str
    title: str
    text: str
    hint: str


def invitation_links(kind: RecruiterKind, url: str) -> tuple[InvitationLink, ...]:
    """Give what a study's recruiter needs.

    Args:
        kind: of the study's recruiter.
        url: of the study's invitation, without parameters.
    """
    return {
        "link": _plain,
        "prolific": _prolific,
        "mturk": _mechanical_turk,
        "kiosk": _kiosk,
    }[kind](url)


def link_warnings(kind: RecruiterKind, url: str, state: str) -> tuple[str, ...]:
    """Say why an address would not work for the people it is sent to."""
    parts = urlsplit(url)
    warnings = []
    if state == "pilot":
        warnings.append("The study is in pilot: what people do now is kept apart from its data.")
    elif state != "open":
        warnings.append(
            f"The study is {state}: who follows a link is told so and cannot take part."
        )
    if parts.hostname in LOCAL_HOSTS and kind != "kiosk":
        warnings.append(
            "This address works on this machine only; open the desk under the server's public name"
            " to copy links for others."
        )
    if kind == "mturk" and parts.scheme != "https":
        warnings.append("Mechanical Turk shows pages under https:// only.")
    return tuple(warnings)


def _plain(url: str) -> tuple[InvitationLink, ...]:
    name = PERSON_PARAMETER["link"]
    return (
        InvitationLink("plain", "Link for everybody", url, "Send it, print it, post it."),
        InvitationLink(
            "named",
            "Link for one person",
            f"{url}?{name}=CODE",
            "With another CODE for each person, so that nobody takes part twice; it is stored as a"
            " salted hash only.",
        ),
    )


def _prolific(url: str) -> tuple[InvitationLink, ...]:
    filled_in = "&".join(f"{name}={{{{%{name}%}}}}" for name in PARAMETERS["prolific"])
    return (
        InvitationLink(
            "prolific",
            "Study URL for Prolific",
            f"{url}?{filled_in}",
            "As it stands: Prolific fills the three placeholders in.",
        ),
    )


def _mechanical_turk(url: str) -> tuple[InvitationLink, ...]:
    question = EXTERNAL_QUESTION.format(url=url, height=FRAME_HEIGHT_PX)
    return (
        InvitationLink("external", "ExternalURL of the HIT", url, "In an ExternalQuestion."),
        InvitationLink(
            "question", "The whole ExternalQuestion", question, "For the requester's API."
        ),
    )


def _kiosk(url: str) -> tuple[InvitationLink, ...]:
    return (
        InvitationLink(
            "kiosk",
            "Start page of the machine",
            url,
            "Open it in the browser's full-screen mode; each last page leads back here for the next"
            " person.",
        ),
    )
