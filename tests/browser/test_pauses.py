"""Between two pairs the study waits until the next can be seen well; cross and mask; loading."""

import itertools

import pytest
from playwright.sync_api import Page, Route, expect

from tests.browser.conftest import StudyMaker
from tests.browser.live_study import LiveStudy
from tests.browser.page_checks import troubles
from tests.browser.participant import (
    agree,
    await_question,
    begin,
    go_on,
    next_pair,
    panel,
    practise,
    press,
)

pytestmark = pytest.mark.browser

HIDE = 'Object.defineProperty(document, "hidden", { value: true, configurable: true })'
SHOW = "delete document.hidden"
MAGNIFY = 'Object.defineProperty(visualViewport, "scale", { value: 2, configurable: true })'
PINCH_BACK = "delete visualViewport.scale"

# Notes in every frame what each place holds: nothing, a cross, grey noise or a picture.
WATCH = """() => {
  window.watched = { left: [], right: [] };
  const look = (canvas) => {
    const { data } = canvas.getContext("2d").getImageData(0, 0, canvas.width, canvas.height);
    const at = (x, y) => data.slice(4 * (y * canvas.width + x), 4 * (y * canvas.width + x) + 4);
    const isGrey = ([r, g, b]) => r === g && g === b;
    const middle = at(canvas.width / 2, canvas.height / 2);
    const row = [...Array(64).keys()].map((i) => at(4 * i, 4 * i));
    if (row[1][3] === 0) return middle[3] === 0 ? "" : isGrey(middle) ? "cross" : "hue";
    return row.every(isGrey) ? "noise" : "picture";
  };
  const watch = () => {
    requestAnimationFrame(watch);
    for (const side of ["left", "right"])
      window.watched[side].push(look(document.querySelector(`[data-side=${side}] canvas`)));
  };
  requestAnimationFrame(watch);
}"""


# A resized window hears of it in its next frame, which may come after the next key.
AWAIT_RESIZE = """() => {
  window.told = new Promise((tell) => addEventListener("resize", tell, { once: true }));
}"""


def _resize(page: Page, width: int, height: int) -> None:
    page.evaluate(AWAIT_RESIZE)
    page.set_viewport_size({"width": width, "height": height})
    page.evaluate("() => window.told")


def _start_the_test(page: Page, study: LiveStudy) -> None:
    begin(page, study)
    practise(page, 2)
    go_on(page, "main")
    await_question(page, 1)


def test_no_pair_starts_while_it_cannot_be_seen_well(study: LiveStudy, page: Page):
    _start_the_test(page, study)

    page.evaluate(HIDE)
    press(page, "left")
    expect(panel(page, "away")).to_contain_text("Pair 2 comes next")
    assert study.trials()[3].trial["n_started"] == 0
    page.evaluate(SHOW)
    go_on(page, "away")
    await_question(page, 2)

    _resize(page, 240, 800)
    press(page, "left")
    expect(panel(page, "small")).to_contain_text("too small")
    go_on(page, "small")
    expect(panel(page, "small")).to_be_visible()  # as long as nothing has changed
    assert study.trials()[4].trial["n_started"] == 0
    _resize(page, 1280, 800)
    go_on(page, "small")
    await_question(page, 3)

    page.evaluate(MAGNIFY)
    press(page, "left")
    expect(panel(page, "break")).to_be_visible()
    go_on(page, "break")
    expect(panel(page, "zoomed")).to_contain_text("enlarged")
    page.evaluate(PINCH_BACK)
    go_on(page, "zoomed")
    await_question(page, 4)
    press(page, "left")

    await_question(page, 5)
    answered = study.answered()[2:]
    assert [response["n_resized"] > 0 for response in answered] == [False, True, False, False]
    assert {event["kind"] for event in answered[1]["events"]} == {"resized"}
    assert [(r["window_width_px"], r["zoom"]) for r in answered] == [
        (1280, 1), (240, 1), (1280, 2), (1280, 1),
    ]  # fmt: skip
    assert all(r["max_frame_interval_ms"] >= r["frame_interval_ms"] for r in answered)


def test_a_window_is_large_enough_for_two_pictures_beside_or_above_each_other(
    study: LiveStudy, page: Page
):
    page.goto(study.invitation_url)
    windows = {
        (1280, 800): True,
        (544, 256): True,
        (543, 256): False,
        (544, 255): False,
        (320, 568): True,
        (256, 520): True,
        (256, 519): False,
        (255, 800): False,
    }

    fits = page.evaluate(
        """async (windows) => {
          const { fitsWindow } = await import("/static/js/readiness.js");
          return windows.map(([width, height]) => fitsWindow(width, height, 256));
        }""",
        [list(size) for size in windows],
    )

    assert dict(zip(windows, fits, strict=True)) == windows


@pytest.mark.frames
def test_cross_and_mask_stand_where_they_belong_and_have_no_hue(make_study: StudyMaker, page: Page):
    study = make_study(
        lead_in_ms=300,
        display_ms=200,
        isi_ms=500,
        response_delay_ms=300,
        fixation=True,
        mask="noise",
        mask_ms=150,
    )
    begin(page, study)
    page.evaluate(WATCH)
    await_question(page, 1)
    watched = page.evaluate("window.watched")

    first = study.trials()[0].trial["first_side"]
    second = "left" if first == "right" else "right"
    for side in (first, second):
        changes = [what for what, _ in itertools.groupby(watched[side])]
        # the loop may begin after the cross is there
        assert [what for what in changes if what] == ["cross", "picture", "noise"]
    both = list(zip(watched[first], watched[second], strict=True))
    assert ("noise", "cross") in both
    assert ("picture", "cross") not in both
    press(page, "left")
    next_pair(page)


@pytest.mark.frames
def test_a_mask_as_long_as_the_blank_does_not_stay_beside_the_second_picture(
    make_study: StudyMaker, page: Page
):
    study = make_study(
        lead_in_ms=300, display_ms=200, isi_ms=200, mask="noise", mask_ms=200, response_delay_ms=200
    )
    begin(page, study)
    page.evaluate(WATCH)
    await_question(page, 1)
    both = list(zip(*page.evaluate("[watched.left, watched.right]"), strict=True))

    assert {frozenset(shown) for shown in both} == {
        frozenset({""}),
        frozenset({"", "picture"}),
        frozenset({"", "noise"}),
    }


def test_the_first_pair_is_loaded_with_progress_and_retries(study: LiveStudy, page: Page):
    agree(page, study)
    requests: list[str] = []
    held: list[Route] = []

    def stumble(route: Route) -> None:
        """Fail twice, then hold what is asked for, so that the panel stays to be looked at."""
        requests.append(route.request.url)
        if len(requests) <= 2:
            route.abort()
        else:
            held.append(route)

    page.route("**/images/*", stumble)
    page.goto(f"{study.url}/trials")
    loading = panel(page, "loading")
    expect(loading).to_contain_text("tried again by itself")
    expect(loading.get_by_role("progressbar")).to_have_attribute("aria-valuemax", "100")
    while len(held) < 2:
        page.wait_for_timeout(50)
    for route in held:
        route.continue_()

    expect(panel(page, "practice")).to_be_visible()
    expect(loading).to_be_hidden()
    assert study.trials()[0].trial["n_issued"] == 1


def test_who_cannot_load_the_pictures_is_told_whom_to_write_to(study: LiveStudy, page: Page):
    agree(page, study)
    page.add_init_script("window.setTimeout = ((wait) => (f, ms) => wait(f, ms / 20))(setTimeout)")
    page.route("**/images/*", lambda route: route.abort())
    page.goto(f"{study.url}/trials")

    go_on(page, "trouble")
    go_on(page, "trouble")

    expect(panel(page, "no-help")).to_contain_text("ada@university.example")
    expect(page.get_by_role("link", name="Stop and withdraw")).to_be_visible()
    page.unroute("**/images/*")
    go_on(page, "no-help")
    go_on(page, "practice")
    await_question(page, 1)


@pytest.mark.frames
def test_researchers_measure_the_presenter_on_their_machine(study: LiveStudy, page: Page):
    page.goto(f"{study.url}/presenter-check")
    page.get_by_label("Planned exposure, ms").select_option("50")

    page.get_by_role("button", name="Measure").click()

    result = page.locator("[data-result]")
    expect(result).to_be_visible(timeout=30_000)
    expect(result.locator('[data-value="n"]')).to_have_text("20")
    lines = page.get_by_label("As text").input_value().splitlines()
    summary = dict(line.split("\t") for line in lines[: lines.index("")])
    exposures = [line.split("\t") for line in lines[lines.index("") + 2 :]]
    shown_ms = [float(one[2]) for one in exposures]
    assert len(shown_ms) == 20
    assert float(summary["mean_shown_ms"]) == pytest.approx(sum(shown_ms) / 20, abs=0.01)
    assert float(summary["greatest_error_ms"]) == pytest.approx(max(shown_ms) - 50, abs=0.01)
    assert min(shown_ms) > 0
    assert study.trials() == []
    assert troubles(page) == []
