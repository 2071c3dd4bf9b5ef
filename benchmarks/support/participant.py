"""A participant's browser over asyncio: the pages, the images and the trial API, no drawing."""

import json
import re
import time
import uuid
from collections import defaultdict
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any

import aiohttp
from support.study import STUDY

SIDES = ("left", "right")
TOKEN = re.compile(r'csrf[_-]token"[^>]*?(?:value|content)="([^"]+)"')
TIMEOUT = aiohttp.ClientTimeout(total=60)
REFUSED = 400


class RefusedError(Exception):
    """The server answered with an error."""

    def __init__(self, what: str, status: int) -> None:
        """Say what was asked for, and the status."""
        super().__init__(f"{what} gave {status}")
        self.status = status


TROUBLES = (aiohttp.ClientError, TimeoutError, RefusedError, json.JSONDecodeError)


@dataclass
class Tally:
    """What all participants of a phase write down.

    Attributes:
        seconds: waiting times of each step.
        errors: sentences, one for each request that failed.
        acknowledged: response keys that the server said it stored.
        is_counting: whether waiting times count; not while participants still arrive.
    """

    seconds: dict[str, list[float]] = field(default_factory=lambda: defaultdict(list))
    errors: list[str] = field(default_factory=list)
    acknowledged: set[str] = field(default_factory=set)
    is_counting: bool = False

    @asynccontextmanager
    async def timed(self, step: str) -> AsyncIterator[None]:
        """Note how long a step took, if it ended well."""
        begin = time.perf_counter()
        yield
        if self.is_counting:
            self.seconds[step].append(time.perf_counter() - begin)


@dataclass
class OpenPage:
    """One opening of the page of the pairs.

    Attributes:
        headers: of what it posts.
        key: names it.
        trial_key: of the pair that it goes through, or went through last.
        told: what the server said of the pair after that one, if it did.
    """

    headers: dict[str, str]
    key: str = field(default_factory=lambda: str(uuid.uuid4()))
    trial_key: str = ""
    told: Any = None


def new_browser(url: str) -> aiohttp.ClientSession:
    """Open a browser with cookies and connections of its own."""
    jar = aiohttp.CookieJar(unsafe=True)  # the address is a number
    return aiohttp.ClientSession(url, cookie_jar=jar, timeout=TIMEOUT)


async def enter(browser: aiohttp.ClientSession, tally: Tally) -> dict[str, str]:
    """Read the invitation, agree and open the pairs; gives the headers of later posts.

    Who agreed already, and did not hear that it was taken, is led on by the invitation itself.
    """
    await read(browser.get(f"/study/{STUDY}"))
    page = f"/study/{STUDY}/consent"
    async with browser.get(page) as reply:
        text, asks = await reply.text(), reply.url.path == page
        check_status(reply)
    if asks:
        form = {"csrf_token": token_of(text, page), "agree": "yes"}
        async with tally.timed("consent"):
            await read(browser.post(page, data=form, allow_redirects=False))
    trials = (await read(browser.get("/trials"))).decode()
    return {"X-CSRFToken": token_of(trials, "/trials")}


def token_of(page: str, where: str) -> str:
    """Give the form token of a page.

    Raises:
        RefusedError: it has none.
    """
    found = TOKEN.search(page)
    if found is None:
        raise RefusedError(f"{where} without a form token", 0)
    return found[1]


async def next_pair(browser: aiohttp.ClientSession, tally: Tally, page: OpenPage) -> Any:
    """Load the images of the next pair, asked for if nobody told; None if there is none left."""
    told, page.told = page.told, None
    if told is None:
        async with tally.timed("next pair"):
            body = await read(browser.get("/api/trials/next", params={"page": page.key}))
        told = json.loads(body)
    if told["state"] != "trial":
        return None
    page.trial_key = told["trial_key"]
    for side in SIDES:
        async with tally.timed("image"):
            await read(browser.get(told["images"][side]))
    return told


async def start(
    browser: aiohttp.ClientSession,
    tally: Tally,
    told: dict[str, Any],
    page: OpenPage,
) -> None:
    """Say that the pair is about to be shown."""
    address = f"/api/trials/{told['trial_key']}/start"
    async with tally.timed("start"):
        await read(browser.post(address, json={"page_key": page.key}, headers=page.headers))


async def answer(
    browser: aiohttp.ClientSession,
    tally: Tally,
    told: dict[str, Any],
    report: dict[str, Any],
    page: OpenPage,
) -> None:
    """Send an answer, and note that it was acknowledged, and what is next."""
    address = f"/api/trials/{told['trial_key']}/response?page={page.key}"
    async with tally.timed("answer"):
        reply = json.loads(await read(browser.post(address, json=report, headers=page.headers)))
    if reply["recorded"]:
        tally.acknowledged.add(report["response_key"])
    if page.trial_key == told["trial_key"]:  # no echo of an earlier pair
        page.told = reply["next"]


async def read(request: Any) -> bytes:
    """Wait for the last byte of an answer.

    Raises:
        RefusedError: the server refused.
    """
    async with request as reply:
        body: bytes = await reply.read()
        check_status(reply)
        return body


def check_status(reply: aiohttp.ClientResponse) -> None:
    """Check that the server did what it was asked.

    Raises:
        RefusedError: it did not.
    """
    if reply.status >= REFUSED:
        kind = reply.url.path.strip("/").partition("/")[0]
        raise RefusedError(f"{reply.method} /{kind}", reply.status)


def new_report(told: dict[str, Any], chosen_side: str = "left") -> dict[str, Any]:
    """Answer in the form of a browser's report; the exposures are made up."""
    shown_ms = told["timing"]["display_ms"]
    exposure = {
        "planned_ms": shown_ms,
        "onset_ms": 900.0,
        "offset_ms": 900.0 + shown_ms,
        "shown_ms": shown_ms,
        "n_dropped_frames": 0,
    }
    return {
        "response_key": str(uuid.uuid4()),
        "chosen_side": chosen_side,
        "response_ms": 800.0,
        "input": "keyboard",
        "exposures": dict.fromkeys(SIDES, exposure),
        "frame_interval_ms": 16.67,
        "max_frame_interval_ms": 16.67,
        "n_hidden": 0,
        "n_resized": 0,
        "n_blurred": 0,
        "window_width_px": 1280,
        "window_height_px": 800,
        "zoom": 1.0,
        "events": [],
        "device_pixel_ratio": 1.0,
        "shown_px": told["image_size_px"],
    }
