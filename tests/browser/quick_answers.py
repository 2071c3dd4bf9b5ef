"""Answer trials at once, without showing them, for tests about what comes after them."""

import uuid

from playwright.sync_api import Page

from tests.browser.live_study import LiveStudy

EXPOSURE = {
    "planned_ms": 34,
    "onset_ms": 1,
    "offset_ms": 35,
    "shown_ms": 34,
    "n_dropped_frames": 0,
}
BODY = {
    "response_ms": 500,
    "input": "mouse",
    "exposures": {"left": EXPOSURE, "right": EXPOSURE},
    "frame_interval_ms": 16.7,
    "n_hidden": 0,
    "n_resized": 0,
    "device_pixel_ratio": 1,
    "shown_px": 256,
}


def answer_all(page: Page, study: LiveStudy, side: str = "left") -> None:
    """Give the same answer to every trial that is left, as the page's own browser."""
    study.app.testing = True  # nobody answers that fast: no limit
    page.goto(f"{study.url}/withdraw")
    token = page.locator('input[name="csrf_token"]').first.get_attribute("value") or ""
    api = f"{study.url}/api/trials"
    while (trial := page.request.get(f"{api}/next").json())["state"] == "trial":
        answer = page.request.post(
            f"{api}/{trial['trial_key']}/response",
            data=BODY | {"chosen_side": side, "response_key": str(uuid.uuid4())},
            headers={"X-CSRFToken": token},
        )
        assert answer.ok, answer.text()
