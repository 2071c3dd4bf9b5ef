"""What the browser of one simulated observer does over HTTP: pages, forms, the trial API.

Place on the data's path: ``simulate.py`` decides what is answered; here is how it gets there. The
device it reports is made up; the plates are read rightly, as by an observer with normal colour
vision, from the same seed that the server draws them from.
"""

import html.parser
import json
import random
from collections.abc import Callable, Mapping
from typing import Any

import httpx

from study_app.device_report import GAP_PX
from study_app.errors import SimulationError
from study_app.plates import plan_plates
from study_app.questions import asked_questions
from study_app.study_tables import StudyFile

REDIRECT = 302
OK = 200
WINDOW_PX = (1280.0, 800.0)
MOST_CHECK_PAGES = 100
NEVER_ANSWERED = 0.2


class Visit:
    """One browser in one study."""

    def __init__(
        self,
        client: httpx.Client,
        study_file: StudyFile,
        rng: random.Random,
        page: str = "",
    ) -> None:
        """Open a browser.

        Args:
            client: with the study's address and the browser's cookies.
            study_file: says what is asked.
            rng: chance of the answers to the questions.
            page: where consent led the browser, if it has given it.
        """
        self._client = client
        self._study_file = study_file
        self._rng = rng
        self.page = page
        self._form_token = ""

    def consent(self, study_code: str, token: str) -> None:
        """Read the invitation and agree.

        Raises:
            SimulationError: the study did not enrol the observer, or cannot, because its cookies
                never come back.
        """
        invitation = f"/study/{study_code}"
        self._get(invitation, params={"simulated": token})
        self._open(f"{invitation}/consent", params={"simulated": token})
        self._check_cookies()
        self._post(f"{invitation}/consent", agree="yes", simulated=token)

    def pass_checks(self, seed: int) -> None:
        """Go through the checks that the study makes, to the instructions.

        Args:
            seed: of the study session, which the plates are drawn from.

        Raises:
            SimulationError: the checks do not end.
        """
        plates = iter(plan_plates(seed, self._study_file.screening.n_plates))
        answers: dict[str, Callable[[], None]] = {
            "/screening/device": self._tell_device,
            "/screening/colour-vision": lambda: self._read_plate(str(next(plates).digit)),
            "/screening/display": self._tell_display,
        }
        for _ in range(MOST_CHECK_PAGES):
            answer = answers.get(self.page)
            if answer is None:
                self._get(self.page)
                return
            self._open(self.page)
            answer()
        raise SimulationError("the study's checks do not end")

    def open_trials(self) -> None:
        """Open the page of the trials."""
        self._open("/trials")

    def next_trial(self, page_key: str) -> dict[str, Any]:
        """Ask for the next trial."""
        found: dict[str, Any] = self._get("/api/trials/next", params={"page": page_key}).json()
        return found

    def answer(
        self, trial: Mapping[str, Any], page_key: str, report: Mapping[str, Any]
    ) -> dict[str, Any]:
        """Load both images of a trial, say that they are shown, and send the answer.

        Returns:
            The next trial.
        """
        for side in ("left", "right"):
            self._get(trial["images"][side])
        address = f"/api/trials/{trial['trial_key']}"
        self._send(f"{address}/start", {"page_key": page_key})
        reply = self._send(f"{address}/response?page={page_key}", report).json()
        return reply["next"] or self.next_trial(page_key)

    def leave(self) -> None:
        """Answer the questions, if there are any, and read the debrief."""
        asked = asked_questions(self._study_file)
        if asked:
            self._open("/questions")
            answered = [question for question in asked if self._rng.random() > NEVER_ANSWERED]
            self._post(
                "/questions",
                **{
                    question.field: self._rng.choice(question.values)
                    for question in answered
                    if question.values
                },
            )
        self._get("/debrief")

    def _tell_device(self) -> None:
        self._post(self.page, measures=json.dumps(self._device()), outcome="continue")

    def _tell_display(self) -> None:
        self._post(self.page, n_dark="4", n_light="4", night_light="off")

    def _read_plate(self, digit: str) -> None:
        number = _field_of(self._text, "plate")
        self._get(f"/screening/plates/{number}.png")
        self._post(self.page, plate=number, answer=digit)

    def _device(self) -> dict[str, Any]:
        width, height = WINDOW_PX
        room = 2 * self._study_file.protocol.image_size_px + 2 * GAP_PX
        return {
            "screen_width_px": max(width, room),
            "screen_height_px": max(height, room),
            "window_width_px": max(width, room),
            "window_height_px": max(height, room),
            "device_pixel_ratio": 1.0,
            "zoom": 1.0,
            "colour_depth": 24,
            "colour_gamut": "srgb",
            "frame_interval_ms": 16.67,
            "pointer": "fine",
            "missing_features": [],
            "forced_colours": False,
            "inverted_colours": False,
            "colours_changed": False,
            "keeps_answers": True,
        }

    def _open(self, path: str, **parameters: Any) -> None:
        """Open a page and keep its form token."""
        self._text = self._get(path, **parameters).text
        self._form_token = _field_of(self._text, "csrf_token", self._form_token)

    def _check_cookies(self) -> None:
        address = self._client.base_url
        if address.scheme == "http" and any(cookie.secure for cookie in self._client.cookies.jar):
            raise SimulationError(
                f"the server at {address} has secure_cookies = true, so its cookies never come back"
                " over plain HTTP; give --url its https:// address, or leave --url out, and a"
                " server is started for the simulation"
            )

    def _get(self, path: str, **parameters: Any) -> httpx.Response:
        return _check(self._client.get(path, **parameters), OK)

    def _post(self, path: str, **fields: str) -> None:
        """Send a form; keeps where it leads."""
        answer = self._client.post(path, data={"csrf_token": self._form_token, **fields})
        self.page = _check(answer, REDIRECT).headers["Location"]

    def _send(self, path: str, body: Mapping[str, Any]) -> httpx.Response:
        return _check(
            self._client.post(path, json=body, headers={"X-CSRFToken": self._form_token}),
            OK,
        )


def _check(response: httpx.Response, wanted: int) -> httpx.Response:
    if response.status_code != wanted:
        raise SimulationError(
            f"{response.request.method} {response.request.url.path} gave"
            f" {response.status_code} instead of {wanted}"
        )
    return response


class _FieldFinder(html.parser.HTMLParser):
    """Finds the value of a field, or of the form token in a page's head."""

    def __init__(self, name: str) -> None:
        super().__init__()
        self.name = name
        self.value: str | None = None

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Look at one tag."""
        values = dict(attrs)
        if tag == "input" and values.get("name") == self.name:
            self.value = values.get("value") or ""
        if tag == "meta" and values.get("name") == self.name.replace("_", "-"):
            self.value = values.get("content") or ""


def _field_of(page: str, name: str, otherwise: str = "") -> str:
    """Give the value of a field of a page.

    Raises:
        SimulationError: the page has no such field, and nothing stands for it.
    """
    finder = _FieldFinder(name)
    finder.feed(page)
    value = otherwise if finder.value is None else finder.value
    if not value:
        raise SimulationError(f"the study's page has no field {name}")
    return value
