import pytest

from study_app.views.desk_study_page import TABS
from tests.study_app.desk_logins import researcher

PATHS = ("", "participants", "quality", "pictures", "links", "data")


@pytest.fixture
def desk(open_app):
    return researcher(open_app)


@pytest.mark.parametrize(("path", "tab"), list(zip(PATHS, TABS, strict=True)))
def test_every_page_of_a_study_leads_to_all_others(desk, path, tab):
    page = desk.get(f"/desk/colours/{path}")

    assert page.status_code == 200
    for other in PATHS:
        assert f'href="/desk/colours/{other}"' in page.text
    assert f'href="/desk/colours/{path}" aria-current="page">{tab[1]}' in page.text


@pytest.mark.parametrize("path", [*PATHS, "now", "report/now", "data.zip", "archive.zip"])
def test_a_study_that_is_not_there_is_said_in_a_sentence(desk, path):
    answer = desk.get(f"/desk/nothing/{path}")

    assert answer.status_code == 404
    assert "There is no study" in answer.text


@pytest.mark.parametrize("number", ["0", "-1", "many", "999999999999"])
@pytest.mark.parametrize("path", ["participants", "pictures"])
def test_any_page_of_a_list_can_be_asked_for(desk, path, number):
    assert desk.get(f"/desk/colours/{path}?page={number}").status_code == 200
