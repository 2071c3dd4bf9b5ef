import pytest

from study_app.views.desk_paths import HOME, is_desk, way_on


@pytest.mark.parametrize(
    ("path", "found"),
    [("/desk", True), ("/desk/", True), ("/desk/colours/", True), ("/desks", False), ("/", False)],
)
def test_the_desk_is_known_by_its_address(app, path, found):
    with app.test_request_context(path):
        assert is_desk() == found


@pytest.mark.parametrize("wanted", ["/desk/", "/desk/colours/", "/desk/colours/people?page=2"])
def test_a_login_leads_on_inside_the_desk(wanted):
    assert way_on(wanted) == wanted


@pytest.mark.parametrize(
    "wanted",
    [
        "",
        "/",
        "/study/colours",
        "https://elsewhere.example/desk/",
        "//elsewhere.example/desk/",
        "/\\elsewhere.example",
        "/desk/\\..\\elsewhere",
        "/desk/../study/colours",
        "\t//elsewhere.example/desk/",
        "/desk/\r\nSet-Cookie: a=b",
        "javascript:alert(1)",
        "http:/desk/",
        "http://[",
    ],
)
def test_a_login_leads_nowhere_else(wanted):
    assert way_on(wanted) == HOME
