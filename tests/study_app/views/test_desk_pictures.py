import re
import shutil

import pytest

from study_app.extensions import db
from study_app.models import StimulusSet
from tests.study_app.desk_logins import researcher


@pytest.fixture
def desk(open_app):
    return researcher(open_app)


def pictures_of(page):
    return re.findall(r'src="(/desk/colours/pictures/[^"]+)"', page.text)


def test_real_and_fake_stand_beside_each_other(desk):
    page = desk.get("/desk/colours/pictures")

    found = pictures_of(page)
    assert len(found) == 2 * 24
    assert found[0].removesuffix("real.png") == found[1].removesuffix("fake.png")
    assert "24 of the 24 pairs on this page have a problem" in page.text


def test_pages_of_pairs_with_problems_lead_to_each_other(desk):
    page = desk.get("/desk/colours/pictures?condition=random&only=problems").text

    assert "60 pairs of this condition have a problem" in page
    assert "condition=random&amp;page=2&amp;only=problems" in page


def test_a_picture_is_the_file_of_the_set(desk, set_folder):
    real, fake = pictures_of(desk.get("/desk/colours/pictures?condition=random"))[:2]

    answers = [desk.client.get(path) for path in (real, fake)]

    files = [answer.data for answer in answers]
    assert [answer.mimetype for answer in answers] == ["image/png"] * 2
    assert files[0] in {path.read_bytes() for path in (set_folder / "photos").iterdir()}
    assert files[1] in {path.read_bytes() for path in (set_folder / "random").iterdir()}
    assert answers[0].headers["Cache-Control"] == "no-store"


def test_a_picture_of_another_study_or_half_is_not_there(desk):
    assert desk.get("/desk/colours/pictures/999999/real.png").status_code == 404
    assert desk.get("/desk/colours/pictures/1/other.png").status_code == 404


def test_a_picture_that_is_gone_is_marked_and_said(desk, open_app, set_folder, tmp_path):
    copy = tmp_path / "set"
    shutil.copytree(set_folder, copy)
    with open_app.app_context():
        db.session.query(StimulusSet).update({"folder": str(copy)})
        db.session.commit()
    shutil.rmtree(copy / "full")

    page = desk.get("/desk/colours/pictures?condition=full")
    answer = desk.get(pictures_of(page)[1])

    assert "fake: the file is missing" in page.text
    assert answer.status_code >= 400
    assert "the file is missing" in answer.text
