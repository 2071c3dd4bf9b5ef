"""Where the links of participants' pages lead in a preview."""

import pytest

from study_app.views.preview_addresses import address_in_preview, image_token


def address(app, found):
    with app.test_request_context("/desk/seen/preview/"):
        return address_in_preview("seen", found)


@pytest.mark.parametrize(
    ("found", "name"),
    [
        ("/study/seen", "invitation"),
        ("/study/seen/consent?participant=a", "consent"),
        ("/trials", "test"),
        ("/screening/colour-vision", "colour-vision"),
        ("/withdraw", "withdraw"),
    ],
)
def test_a_page_of_the_study_is_a_page_of_the_preview(app, found, name):
    assert address(app, found) == f"/desk/seen/preview/{name}"


@pytest.mark.parametrize("found", ["?language=de", "#choice", "/static/css/a.css", "/desk/seen/"])
def test_what_stays_inside_stays_as_it_is(app, found):
    assert address(app, found) == found


@pytest.mark.parametrize(
    "found",
    [
        "/",
        "/study/other",
        "/presenter-check",
        "/images/x",
        "https://elsewhere.example/trials",
        "//elsewhere.example/trials",
        "javascript:alert(1)",
        "trials",
        "",
    ],
)
def test_what_leads_out_leads_nowhere(app, found):
    assert address(app, found) is None


def test_a_picture_is_that_of_the_preview(app):
    token = image_token("0123-ab", "fake")

    assert address(app, f"/images/{token}") == "/desk/seen/preview/images/fake/0123-ab.png"
