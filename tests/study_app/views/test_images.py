import io
import os
from pathlib import Path

import pytest
from PIL import Image

from study_app.extensions import db
from study_app.models import StimulusSet
from tests.study_app.factories import Browser


@pytest.fixture
def trial(participant):
    return participant.next_trial()


def test_an_image_is_a_png_that_nobody_keeps(participant, trial):
    image = participant.client.get(trial["images"]["left"])

    assert (image.status_code, image.mimetype) == (200, "image/png")
    assert image.headers["Cache-Control"] == "no-store"
    assert Image.open(io.BytesIO(image.data)).size == (16, 16)


def test_one_of_the_two_is_real(participant, trial):
    # The factory's real images are red, its fakes blue.
    pixels = [
        Image.open(io.BytesIO(participant.client.get(url).data)).getpixel((8, 8))
        for url in trial["images"].values()
    ]

    assert sorted(pixel[0] > pixel[2] for pixel in pixels) == [False, True]


def test_a_request_for_what_has_not_changed_gets_the_whole_image(participant, trial):
    headers = {"If-None-Match": "*", "If-Modified-Since": "Wed, 21 Oct 2099 07:28:00 GMT"}

    image = participant.client.get(trial["images"]["left"], headers=headers)

    assert image.status_code == 200


def test_an_image_needs_its_participant(open_app, trial):
    stranger, other = Browser(open_app), Browser(open_app)
    other.consent()
    other.next_trial()

    assert stranger.get(trial["images"]["left"]).status_code == 401
    assert other.get(trial["images"]["left"]).status_code == 404


def test_an_unknown_token_is_not_found(participant):
    assert participant.get("/images/none").status_code == 404


def test_an_answered_main_trial_is_not_shown_again(participant):
    for _ in range(2):
        participant.answer_next()
    shown = participant.answer_next()

    assert participant.get(shown["images"]["left"]).status_code == 404


def test_an_answered_practice_trial_is_shown_again(participant):
    shown = participant.answer_next()

    assert participant.get(shown["images"]["left"]).status_code == 200


def _huge(path):
    with path.open("wb") as file:
        file.truncate(2**40)


@pytest.mark.parametrize(
    ("put_there", "said"),
    [
        (lambda path: path.symlink_to("/etc/hostname"), "is reached through a link"),
        (os.mkfifo, "is no file but a folder, a pipe or a device"),
        (os.mkdir, "is no file but a folder, a pipe or a device"),
        (_huge, "allowed are at most"),
        (lambda path: path.write_bytes(b"other bytes"), "not the one the study was made with"),
        (Path.exists, "the file is missing"),
    ],
    ids=["link", "pipe", "folder", "huge", "other", "gone"],
)
def test_a_file_replaced_after_create_is_not_served(
    open_app, participant, trial, own_set, caplog, put_there, said
):
    with open_app.app_context():
        db.session.query(StimulusSet).one().folder = str(own_set)
        db.session.commit()
    for path in [*own_set.glob("*/*.png")]:
        path.unlink()
        put_there(path)

    page = participant.get(trial["images"]["left"])

    assert page.status_code == 500
    assert said in caplog.text
    assert str(own_set) not in page.text
    assert "root" not in page.text


def test_a_set_that_is_gone_is_the_servers_fault_and_tells_no_path(
    open_app, participant, trial, caplog
):
    with open_app.app_context():
        db.session.query(StimulusSet).one().folder = "/nowhere/at/all"
        db.session.commit()

    page = participant.get(trial["images"]["left"])

    assert page.status_code == 500
    assert "/nowhere" not in page.text
    assert "no longer at /nowhere/at/all" in caplog.text
