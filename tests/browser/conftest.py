"""A headless Chromium, and studies served for one test each."""

import os
import shutil
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, Error, Page, Playwright, sync_playwright

from tests.browser.live_study import SHORT, LiveStudy, serve_study
from tests.browser.stimulus_set import write_stimulus_set

CHROMIUM_NAMES = ("chromium", "chromium-browser", "google-chrome")
CHROMIUM_ARGUMENTS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--disable-lcd-text",
    "--force-color-profile=srgb",
]
LONGEST_WAIT_MS = 20_000

StudyMaker = Callable[..., LiveStudy]
PageMaker = Callable[..., Page]


@pytest.fixture(scope="session")
def chromium() -> Iterator[Browser]:
    """One browser for all tests; skips without one, fails where services are required."""
    with sync_playwright() as playwright:
        browser = _launch(playwright)
        yield browser
        browser.close()


@pytest.fixture(scope="session")
def set_folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("stimulus-set")
    write_stimulus_set(folder)
    return folder


@pytest.fixture
def make_study(tmp_path: Path, set_folder: Path) -> Iterator[StudyMaker]:
    """Serve studies until the test ends; keyword arguments are settings of the protocol.

    ``rewrite`` changes the text of the study file.
    """
    with ExitStack() as stack:

        def make(rewrite: Callable[[str], str] = str, **protocol: Any) -> LiveStudy:
            return stack.enter_context(
                serve_study(tmp_path / "instance", set_folder, SHORT | protocol, rewrite)
            )

        yield make


@pytest.fixture
def open_page(chromium: Browser) -> Iterator[PageMaker]:
    """Open windows of their own, 1280 × 800 unless told; a fault of our scripts fails the test."""
    faults: list[str] = []
    with ExitStack() as stack:

        def make(width: int = 1280, height: int = 800, **options: Any) -> Page:
            context = chromium.new_context(
                viewport={"width": width, "height": height}, locale="en-GB", **options
            )
            stack.callback(context.close)
            context.set_default_timeout(LONGEST_WAIT_MS)
            page = context.new_page()
            page.on("pageerror", lambda error: faults.append(str(error)))
            page.on("console", lambda message: _note_refusal(message.text, faults))
            return page

        yield make
    assert faults == []


@pytest.fixture
def study(make_study: StudyMaker) -> LiveStudy:
    """Serve a study of 2 + 6 pairs with short exposures."""
    return make_study()


@pytest.fixture
def page(open_page: PageMaker) -> Page:
    return open_page()


def _note_refusal(text: str, faults: list[str]) -> None:
    if "Content Security Policy" in text:
        faults.append(text)


def _launch(playwright: Playwright) -> Browser:
    named = os.environ.get("CHROMIUM_PATH")
    found = next(filter(None, (shutil.which(name) for name in CHROMIUM_NAMES)), None)
    try:
        return playwright.chromium.launch(
            executable_path=named or found, args=CHROMIUM_ARGUMENTS, timeout=60_000
        )
    except Error as error:
        reason = f"no Chromium for the browser tests (CHROMIUM_PATH names one): {error}"
        if os.environ.get("CTT_REQUIRE_SERVICES") == "1":
            pytest.fail(reason)
        pytest.skip(reason.splitlines()[0])
