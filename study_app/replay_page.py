"""Write a replay as one self-contained page and as a short table of text; reads nothing.

Place on the data's path: what ``replay.py`` read, for the researcher's eyes.
"""

import base64
import json
from collections.abc import Iterator

import flask

from study_app.number_words import noun
from study_app.replay import Replay, ReplayedImage, ReplayedTrial

PLAN_SENTENCES = {
    "intact": "The stored trials are those planned at enrolment (plan digest {digest}).",
    "changed": "The stored trials are NOT those planned at enrolment (plan digest {digest}).",
    "not kept": "The plan of this study session was stored before digests of plans were kept.",
}
WITHDRAWN_SENTENCE = "The participant withdrew: only the plan is shown, no answer and no time."
TABLE_HEAD = (
    "place  block     type       shown first  real   chosen       ms  left ms  right ms  exposure"
)


def proof_sentences(replay: Replay) -> list[str]:
    """Say what was proved, and what could not be."""
    digest = replay.study_session.plan_digest[:12]
    n_images = 2 * len(replay.trials)
    damaged = replay.damaged_images
    images = f"All {n_images} images have the bytes they had when the study was made."
    if damaged:
        is_not = noun(len(damaged), "is NOT one", "are NOT those")
        images = f"{len(damaged)} of {n_images} images {is_not} of the study: {damaged[0]}."
    withdrawn = [WITHDRAWN_SENTENCE] if replay.is_withdrawn else []
    return [PLAN_SENTENCES[replay.plan_state].format(digest=digest), images, *withdrawn]


def is_proved(replay: Replay) -> bool:
    """Say whether nothing that was held against a digest differs."""
    return replay.plan_state != "changed" and not replay.damaged_images


def write_page(replay: Replay) -> str:
    """Give the page, images included; needs the app's context."""
    template = flask.current_app.jinja_env.get_template("replay.html")
    return template.render(
        replay=replay,
        sentences=proof_sentences(replay),
        is_proved=is_proved(replay),
        source_of=_data_url,
        notes_of=trial_notes,
        as_json=lambda value: json.dumps(value, sort_keys=True, ensure_ascii=False),
    )


def table_lines(replay: Replay) -> Iterator[str]:
    """Give the table of text, one line per trial."""
    yield TABLE_HEAD
    for trial in replay.trials:
        yield _line(trial)


def trial_notes(trial: ReplayedTrial) -> list[str]:
    """Say what was out of the ordinary, a few words each."""
    row, response = trial.trial, trial.response
    notes = []
    if row.interrupted_at is not None:
        notes.append("cut off; another pair took its place")
    if response is None:
        return notes or ["no answer"]
    if row.n_issued > 1:
        notes.append(f"given {row.n_issued} times")
    if row.n_started > 1:
        notes.append(f"begun {row.n_started} times")
    for n, what in (
        (response.n_hidden, "page hidden"),
        (response.n_blurred, "focus lost"),
        (response.n_resized, "window resized"),
        (response.left_n_dropped_frames + response.right_n_dropped_frames, "frames dropped"),
    ):
        if n:
            notes.append(f"{what}: {n}")
    return notes


def _line(trial: ReplayedTrial) -> str:
    planned, response = trial.planned, trial.response
    chosen, exposure = "-", "-"
    times: tuple[str, ...] = ("-", "-", "-")
    if response is not None:
        chosen = f"{response.chosen_side} {'+' if trial.is_right else 'x'}"
        shown = (response.response_ms, response.left_shown_ms, response.right_shown_ms)
        times = tuple(f"{value:.0f}" for value in shown)
        exposure = "valid" if response.exposure_valid else "not valid"
    line = (
        f"{trial.trial.place + 1:5}  {planned.block:<8}  {planned.trial_type:<9}"
        f"  {planned.first_side:<11}  {planned.real_side:<5}  {chosen:<7}  {times[0]:>7}"
        f"  {times[1]:>7}  {times[2]:>8}  {exposure}"
    )
    notes = "; ".join(trial_notes(trial))
    return f"{line}  ({notes})" if notes else line


def _data_url(image: ReplayedImage) -> str:
    assert image.data is not None, "the page asks only for images that are there"
    return "data:image/png;base64," + base64.b64encode(image.data).decode("ascii")
