"""The study behind nginx, by the example of the documentation: nobody learns more than before."""

import io
import os
import ssl
import subprocess
import sys
import time
from pathlib import Path

import httpx
import pytest
import sqlalchemy as sa
from PIL import Image

from study_app.config import environment_of
from study_app.extensions import db
from study_app.models import Response
from tests.nginx import nginx_before
from tests.study_app import factories
from tests.study_app.counting import TOKEN
from tests.study_app.served import consent, served

N_PAIRS = 10
# Each answer was given at its time, whatever it is.
OF_ITS_TIME = ("date",)


@pytest.fixture(scope="module")
def study(tmp_path_factory):
    """An open study of 2 + 8 pairs."""
    folder = tmp_path_factory.mktemp("proxied")
    factories.build_set(folder / "set", 60, {"full": "weights", "random": "random"})
    with factories.app_with_studies(folder, None, folder / "set") as app:
        yield app


@pytest.fixture(scope="module")
def proxy(study, tmp_path_factory):
    """The study served behind nginx, with all that the documentation sets."""
    settings = {
        "sendfile": "x-accel",
        "trusted_proxies": 1,
        "secure_cookies": True,
        "hsts_seconds": 3600,
        "metrics_token": TOKEN,
    }
    instance = Path(study.instance_path)
    with (
        served(study, workers=1, **settings) as server,
        nginx_before(server, instance, tmp_path_factory.mktemp("nginx")) as found,
    ):
        yield found


def client_of(proxy):
    context = ssl.create_default_context(cafile=str(proxy.certificate))
    referrer = {"Referer": proxy.url + "/"}  # as browsers do; form protection looks at it
    return httpx.Client(base_url=proxy.url, verify=context, timeout=60, headers=referrer)


@pytest.fixture
def client(proxy):
    with client_of(proxy) as found:
        yield found


@pytest.fixture(scope="module")
def participant(proxy):
    """Somebody who looks at the first pair."""
    with client_of(proxy) as client:
        consent(client)
        yield client


@pytest.fixture(scope="module")
def images(participant):
    """The two answers to a pair's addresses."""
    client = participant
    trial = client.get("/api/trials/next").json()
    return [client.get(address) for address in trial["images"].values()]


def headers_of(image):
    return [
        (name.lower(), value)
        for name, value in image.headers.multi_items()
        if name.lower() not in OF_ITS_TIME
    ]


def test_a_whole_simulated_study_goes_through_nginx(study, proxy):
    settings = factories.make_settings(Path(study.instance_path))
    done = subprocess.run(
        [sys.executable, "-m", "study_app", "simulate", "--participants", "2", "--seed", "1",
         "--study", "colours", "--url", proxy.url],
        env={**os.environ, **environment_of(settings), "SSL_CERT_FILE": str(proxy.certificate)},
        capture_output=True, text=True, check=False,
    )  # fmt: skip

    assert done.returncode == 0, done.stderr
    assert "2 simulated observers gave 20 answers" in done.stdout
    with study.app_context():
        assert db.session.scalar(sa.select(sa.func.count(Response.id))) == 2 * N_PAIRS
    # Every picture of every pair that was shown was copied, and nginx complained of nothing.
    copies = list((Path(study.instance_path) / "images").glob("*.png"))
    assert len(copies) >= 2 * N_PAIRS
    assert (proxy.folder / "study-error.log").read_text(encoding="utf-8") == ""


def test_both_pictures_of_every_pair_have_the_same_headers_and_length(client):
    headers = consent(client)
    n = 0
    while (trial := client.get("/api/trials/next").json())["state"] == "trial":
        time.sleep(0.25)  # nobody asks for more than ten things a second
        left, right = (client.get(address) for address in trial["images"].values())
        assert left.status_code == right.status_code == 200
        assert headers_of(left) == headers_of(right)
        assert len(left.content) == len(right.content)
        client.post(
            f"/api/trials/{trial['trial_key']}/response",
            json=factories.response_body(),
            headers=headers,
        ).raise_for_status()
        n += 1

    assert n == N_PAIRS


def test_the_pictures_are_those_of_the_pair(images):
    # The factory's real images are red, its fakes blue.
    pixels = [Image.open(io.BytesIO(image.content)).getpixel((8, 8)) for image in images]

    assert sorted(pixel[0] > pixel[2] for pixel in pixels) == [False, True]


def test_a_picture_has_the_headers_of_an_answer_and_none_of_a_file(images):
    for image in images:
        names = {name for name, _ in headers_of(image)}
        assert {
            "content-security-policy",
            "x-content-type-options",
            "referrer-policy",
            "permissions-policy",
            "cross-origin-resource-policy",
            "strict-transport-security",
        } <= names
        assert not {"etag", "last-modified", "accept-ranges", "x-accel-redirect"} & names
        assert image.headers["Cache-Control"] == "no-store"
        assert image.headers["Content-Type"] == "image/png"


@pytest.mark.parametrize(
    "asked",
    [
        {"Range": "bytes=0-9"},
        {"If-Modified-Since": "Wed, 21 Oct 2099 07:28:00 GMT"},
        {"If-None-Match": '"0"'},
        {"Accept-Encoding": "gzip"},
    ],
)
def test_a_request_for_a_part_or_a_change_gets_the_whole_picture(participant, images, asked):
    for image in images:
        again = participant.get(image.url, headers=asked)

        assert again.status_code == 200
        assert headers_of(again) == headers_of(image)
        assert again.content == image.content


def test_who_says_to_have_any_picture_learns_the_same_of_both(participant, images):
    """No browser asks so; nginx then sends nothing, whichever picture it is."""
    left, right = (participant.get(image.url, headers={"If-None-Match": "*"}) for image in images)

    assert left.status_code == right.status_code == 304
    assert headers_of(left) == headers_of(right)


def test_nobody_else_gets_a_picture(proxy, images):
    with client_of(proxy) as stranger:
        assert [stranger.get(image.url).status_code for image in images] == [401, 401]


def test_a_copy_has_no_address_of_its_own(participant, study, images):
    assert len(images) == 2
    for copy in (Path(study.instance_path) / "images").glob("*.png"):
        assert participant.get(f"/padded-images/{copy.name}").status_code == 404


def test_counts_are_not_for_the_internet(client):
    asked = client.get("/metrics", headers={"Authorization": f"Bearer {TOKEN}"})

    assert asked.status_code == 404
    assert "study_app_" not in asked.text


def test_cookies_are_for_https_and_http_leads_there(client, proxy):
    cookies = client.get("/study/colours/consent").headers.get_list("Set-Cookie")
    plain = httpx.get(f"{proxy.plain_url}/study/colours?x=1")

    assert cookies
    assert all("; Secure" in cookie for cookie in cookies)
    assert (plain.status_code, plain.headers["Location"]) == (
        301,
        "https://127.0.0.1/study/colours?x=1",  # the usual port
    )


def test_nginx_keeps_no_log_of_who_came(client, proxy):
    client.get("/study/colours")

    (access,) = proxy.folder.glob("access.log")
    assert access.read_text(encoding="utf-8") == ""
