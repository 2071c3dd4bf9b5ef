import random

import httpx
import pytest

from study_app.errors import SimulationError
from study_app.simulated_visit import Visit
from study_app.study_file import parse_study_file
from study_app.study_tables import Screening
from tests.study_app.factories import study_text

PAGE = '<form><input type="hidden" name="csrf_token" value="t"></form>'


def visit(handler, address="http://study", **changes):
    """A visit whose server is a function."""
    client = httpx.Client(base_url=address, transport=httpx.MockTransport(handler))
    return Visit(client, parse_study_file(study_text(**changes)), random.Random(1))


def test_a_refused_consent_is_an_error_that_names_the_request():
    def refuse(request):
        if request.method == "POST":
            return httpx.Response(403)
        return httpx.Response(200, text=PAGE)

    with pytest.raises(SimulationError, match="POST /study/colours/consent gave 403 instead of"):
        visit(refuse).consent("colours", "token")


@pytest.mark.parametrize(
    ("address", "attribute", "is_refused"),
    [
        ("http://study", "; Secure", True),
        ("http://study", "", False),
        ("https://study", "; Secure", False),
    ],
)
def test_cookies_that_never_come_back_are_an_error(address, attribute, is_refused):
    def answer(request):
        if request.method == "POST":
            return httpx.Response(302, headers={"Location": "/instructions"})
        cookie = {"Set-Cookie": f"session=abc; Path=/; HttpOnly{attribute}"}
        return httpx.Response(200, text=PAGE, headers=cookie)

    if not is_refused:
        visit(answer, address).consent("colours", "token")
        return
    with pytest.raises(SimulationError, match="http://study has secure_cookies = true, so"):
        visit(answer, address).consent("colours", "token")


def test_a_page_without_a_form_token_is_an_error():
    with pytest.raises(SimulationError, match="no field csrf_token"):
        visit(lambda _request: httpx.Response(200, text="<p>")).open_trials()


def test_checks_that_never_end_are_an_error():
    def again(request):
        if request.method == "POST":
            return httpx.Response(302, headers={"Location": "/screening/display"})
        return httpx.Response(200, text=PAGE)

    stuck = visit(again, screening=Screening(display="record"))
    stuck.consent("colours", "token")

    with pytest.raises(SimulationError, match="checks do not end"):
        stuck.pass_checks(seed=1)
