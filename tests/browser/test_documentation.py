"""The documentation in a browser, opened from a folder as a laboratory without a network does."""

from collections.abc import Callable
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from tests.documents import build_site

pytestmark = pytest.mark.browser

PHONE = {"width": 320, "height": 640}
WIDER_THAN_WINDOW = "() => document.documentElement.scrollWidth > window.innerWidth"


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Path:
    pytest.importorskip("mkdocs", reason="pip install '.[docs]' brings the site's builder")
    return build_site(tmp_path_factory.mktemp("site") / "site")


def note_requests(page: Page) -> list[str]:
    """Collect the addresses of everything that is fetched from elsewhere."""
    fetched: list[str] = []
    page.on(
        "request",
        lambda request: (
            None
            if request.url.startswith(("file:", "data:", "blob:"))
            else fetched.append(request.url)
        ),
    )
    return fetched


def test_the_search_finds_a_page_without_server_and_network(site: Path, page: Page) -> None:
    fetched = note_requests(page)
    page.goto((site / "how-to" / "kiosk.html").as_uri())

    page.keyboard.press("s")
    page.keyboard.type("equivalence margin")
    found = page.locator(".md-search-result__link")
    expect(found.first).to_be_visible()

    assert any("planning.html" in (link.get_attribute("href") or "") for link in found.all())
    assert fetched == []


def test_every_page_fits_a_phone_and_fetches_nothing(
    site: Path, open_page: Callable[..., Page]
) -> None:
    page = open_page(**PHONE)
    fetched = note_requests(page)

    too_wide = []
    for path in sorted(site.rglob("*.html")):
        page.goto(path.as_uri())
        if page.evaluate(WIDER_THAN_WINDOW):
            too_wide.append(str(path.relative_to(site)))

    assert too_wide == []
    assert fetched == []
