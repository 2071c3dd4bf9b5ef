"""Nothing that reaches the browser before an answer tells which picture is real."""

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, Page, Route

from tests.browser.live_study import SHORT, LiveStudy, StoredTrial, serve_study
from tests.browser.participant import await_question, begin, go_on, next_pair, press

pytestmark = pytest.mark.browser

TRIAL_KEYS = {
    "state",
    "trial_key",
    "block",
    "number",
    "n_in_block",
    "first_of_block",
    "break_before",
    "layout",
    "first_side",
    "image_size_px",
    "images",
    "timing",
    "fixation",
    "mask",
    "mask_ms",
}
# Headers that may differ between the two images of a pair.
CHANGING_HEADERS = {"date"}
TELLING_HEADERS = {"etag", "last-modified", "content-disposition", "expires", "age"}


@dataclass
class Wire:
    """Everything the server sent, in order."""

    texts: list[str] = field(default_factory=list)
    trials: list[dict[str, Any]] = field(default_factory=list)
    images: dict[str, tuple[dict[str, str], int]] = field(default_factory=dict)

    def note(self, route: Route) -> None:
        """Let an answer of the API or an image through and keep what it says."""
        reply = route.fetch()
        path = "/" + route.request.url.split("/", 3)[3]
        self.texts.append(f"{path}\n{json.dumps(reply.headers)}")
        if path.startswith("/images/"):
            self.images[path] = reply.headers, len(reply.body())
        else:
            self.texts.append(reply.text())
        if path.startswith("/api/trials/"):
            said = reply.json()
            self.trials += [trial for trial in (said, said.get("next")) if _is_trial(trial)]
        route.fulfill(response=reply)


def _is_trial(said: Any) -> bool:
    return bool(said) and said.get("state") == "trial"


@dataclass(frozen=True)
class Watched:
    """A study until the question of its third main pair, and everything sent until then."""

    wire: Wire
    trials: list[StoredTrial]
    set_folder: Path


@pytest.fixture(scope="module")
def watched(
    chromium: Browser, set_folder: Path, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Watched]:
    instance = tmp_path_factory.mktemp("watched")
    with serve_study(instance, set_folder, SHORT) as study, chromium.new_page() as page:
        wire = Wire()
        page.route(re.compile("/(api|images)/"), wire.note)
        page.on("response", lambda response: wire.texts.append(json.dumps(response.headers)))
        _take_part(page, study, wire)
        yield Watched(wire, study.trials(), set_folder)


def _take_part(page: Page, study: LiveStudy, wire: Wire) -> None:
    begin(page, study)
    for number in (1, 2):
        await_question(page, number)
        wire.texts.append(page.content())
        press(page, "left")
        next_pair(page)
    go_on(page, "main")
    for number in (1, 2):
        await_question(page, number)
        press(page, "left")
    await_question(page, 3)
    wire.texts.append(page.content())


def test_the_two_pictures_of_a_pair_differ_in_nothing_but_their_pixels(watched: Watched):
    assert len(watched.wire.trials) == 5
    for trial in watched.wire.trials:
        left, right = (watched.wire.images[trial["images"][side]] for side in ("left", "right"))
        assert left[1] == right[1]
        assert _comparable(left[0]) == _comparable(right[0])
        assert left[0]["cache-control"] == "no-store"
        assert TELLING_HEADERS.isdisjoint(left[0])


def test_a_trial_is_told_with_the_agreed_fields_only(watched: Watched):
    for trial in watched.wire.trials:
        assert set(trial) == TRIAL_KEYS
        assert set(trial["images"]) == {"left", "right"}
        assert len({len(url) for url in trial["images"].values()}) == 1


def test_no_name_of_the_stimulus_set_reaches_the_browser(watched: Watched):
    everything = "\n".join(watched.wire.texts)

    for row in watched.trials:
        for name in ("pair_id", "photo_id", "real_path", "fake_path", "real_sha256", "fake_sha256"):
            assert str(row.pair[name]) not in everything
    for telling in ("trial_type", "vigilance", "fake_side", str(watched.set_folder)):
        assert telling not in everything


def test_only_the_reply_to_a_practice_answer_tells_the_truth(watched: Watched):
    replies = [json.loads(text) for text in watched.wire.texts if text.startswith('{"feedback"')]
    truth = [row.trial["real_side"] for row in watched.trials]

    assert [reply["feedback"] for reply in replies] == [
        {"correct": truth[0] != "left", "real_side": truth[0]},
        {"correct": truth[1] != "left", "real_side": truth[1]},
        None,
        None,
    ]
    assert sum("real_side" in text for text in watched.wire.texts) == 2


def test_no_picture_is_given_out_of_its_turn(study: LiveStudy, page: Page):
    begin(page, study)
    await_question(page, 1)
    rows = study.trials()
    other_trials = [row.trial["left_token"] for row in rows[1:]]

    statuses = {page.request.get(f"{study.url}/images/{token}").status for token in other_trials}

    assert statuses == {404}


def _comparable(headers: dict[str, str]) -> dict[str, str]:
    return {name: value for name, value in headers.items() if name not in CHANGING_HEADERS}
