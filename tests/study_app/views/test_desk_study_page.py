import pytest

from study_app.views.desk_study_page import TABS
from tests.study_app.desk_logins import researcher

PATHS = ("", "participants", "quality", "pictures", "links", "data")


@pytest.fixture
def desk(open_app):
    return researcher(open_app)


def test_every_page_of_a_study_leads_to_all_others(desk):
    for path, (_, name) in zip(PATHS, TABS, strict=True):
        page = desk.get(f"/desk/colours/{path}")

        assert page.status_code == 200
        for other in PATHS:
            assert f'href="/desk/colours/{other}"' in page.text, path
        assert f'href="/desk/colours/{path}" aria-current="page">{name}' in page.text


def test_a_study_that_is_not_there_is_said_in_a_sentence(desk):
    for path in (*PATHS, "now", "report/now", "report/report.html", "data.zip", "archive.zip"):
        answer = desk.get(f"/desk/nothing/{path}")

        assert answer.status_code == 404, path
        assert "There is no study" in answer.text


def test_any_page_of_a_list_can_be_asked_for(desk):
    for path in ("participants", "pictures"):
        for number in ("0", "-1", "many", "999999999999"):
            assert desk.get(f"/desk/colours/{path}?page={number}").status_code == 200, number
