from urllib.parse import parse_qs, urlsplit
from xml.etree import ElementTree

import pytest

from study_app.monitoring.invitation_links import FRAME_HEIGHT_PX, invitation_links, link_warnings
from study_app.recruiters import comes_from_recruiter

URL = "https://study.example/study/colours"


def test_prolific_finds_its_placeholders():
    [link] = invitation_links("prolific", URL)

    assert link.text == (
        URL + "?PROLIFIC_PID={{%PROLIFIC_PID%}}&STUDY_ID={{%STUDY_ID%}}&SESSION_ID={{%SESSION_ID%}}"
    )


def test_what_prolific_fills_in_lets_people_take_part():
    [link] = invitation_links("prolific", URL)
    filled_in = link.text
    for name in ("PROLIFIC_PID", "STUDY_ID", "SESSION_ID"):
        filled_in = filled_in.replace(f"{{{{%{name}%}}}}", "5f1c")

    carried = {name: values[0] for name, values in parse_qs(urlsplit(filled_in).query).items()}
    assert comes_from_recruiter("prolific", carried)


def test_mechanical_turk_gets_a_question_that_can_be_read():
    address, question = invitation_links("mturk", URL)

    external, height = ElementTree.fromstring(question.text)  # noqa: S314 - our own text
    assert address.text == external.text == URL
    assert height.text == str(FRAME_HEIGHT_PX)


@pytest.mark.parametrize("kind", ["link", "kiosk"])
def test_other_recruiters_get_the_plain_address(kind):
    assert invitation_links(kind, URL)[0].text == URL


@pytest.mark.parametrize(
    ("kind", "url", "state", "n"),
    [
        ("link", URL, "open", 0),
        ("link", URL, "draft", 1),
        ("link", URL, "pilot", 1),
        ("link", "http://127.0.0.1:5000/study/colours", "open", 1),
        ("kiosk", "http://127.0.0.1:5000/study/colours", "open", 0),
        ("mturk", "http://study.example/study/colours", "open", 1),
        ("mturk", URL, "open", 0),
    ],
)
def test_addresses_that_would_not_work_are_told(kind, url, state, n):
    assert len(link_warnings(kind, url, state)) == n
