"""A study with every page, and browsers that look at all of them or play its pairs."""

import hashlib
import re

import sqlalchemy as sa

from study_app.extensions import Base, db
from study_app.study_tables import Screening, StandardQuestions
from tests.study_app import factories

EVERYTHING = {
    "screening": Screening(device="check", colour_vision="screen-out", display="record"),
    "questions": StandardQuestions(("display", "strategy")),
}


def create(app, set_folder, rewrite=str, **options):
    """Store the draft ``seen``, which has every page that a study may have."""
    text = factories.study_text(id="seen", **(EVERYTHING | options))
    with app.app_context():
        factories.create_study(rewrite(text), set_folder)


def links_of(page):
    return re.findall(r'href="(/desk/seen/preview/[\w-]+)"', page)


def everything_stored(app):
    with app.app_context(), db.engine.connect() as connection:
        rows = [
            (table.name, *row)
            for table in Base.metadata.sorted_tables
            for row in connection.execute(sa.select(table).order_by(*table.primary_key))
        ]
    return hashlib.sha256(repr(rows).encode()).hexdigest()


def look_at_all(browser):
    """Open every page of the preview with all its pictures; gives the pages by name."""
    pages = {}
    for link in links_of(browser.get("/desk/seen/preview/").text):
        answer = browser.get(link)
        assert answer.status_code == 200, link
        pages[link.rpartition("/")[2]] = answer.text
        for picture in set(re.findall(r'src="(/desk/[^"]+\.png)"', answer.text)):
            assert browser.client.get(picture).data.startswith(b"\x89PNG"), picture
    return pages


def play(browser, part):
    """Answer the pairs of a part; gives the last answer of the server to each request."""
    browser.get(f"/desk/seen/preview/{part}")
    base = f"/desk/seen/preview/{part}"
    said = []
    while (trial := browser.client.get(f"{base}/next?page=p").json)["state"] == "trial":
        for url in trial["images"].values():
            assert browser.client.get(url).data.startswith(b"\x89PNG")
        page_key = "3d2c1c5e-8a0f-4f3f-9d8e-000000000001"
        key = trial["trial_key"]
        started = browser.post_json(f"{base}/{key}/start", {"page_key": page_key})
        assert started.json == {"started": True}
        answer = browser.post_json(f"{base}/{key}/response", factories.response_body())
        said.append((trial, answer.json))
    return said, trial["next_url"]
