"""The steps of the demonstration, from photographs to a report, as commands. Pure.

Place on the data's path: the whole of it. ``demo_command.py`` runs them one after the other; each
is what a researcher would type.
"""

import sys
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

SEED = 2016
# With fewer photographs the test is shorter than that of 2016: a fifth of them for practice.
N_PHOTOS_2016 = 50
PRACTICE_SHARE = 5
TRIALS_PER_VIGILANCE = 10
TITLE = "Real or machine-coloured?"
CONTACT = "the person who started this demo"
VIGILANCE = "random"
# Means that show what a report looks like; simulated answers are no finding.
FOOL_RATES = ("full=0.32", "mean=0.25")


@dataclass(frozen=True)
class Step:
    """One command.

    Attributes:
        name: under which it is remembered that it is done.
        says: what it does, for who waits.
        program: colorizer, study_app or analysis.
        arguments: of the command.
    """

    name: str
    says: str
    program: str
    arguments: tuple[str, ...]

    @property
    def command(self) -> list[str]:
        """The command as a process is started with it; ``-P`` keeps to installed modules."""
        return [sys.executable, "-P", "-m", self.program, *self.arguments]


def colouring_steps(folder: Path, photos: Path | None, max_photos: int) -> list[Step]:
    """Give what makes the stimulus set.

    Args:
        folder: of the demo.
        photos: folder of photographs; None for the crops that scikit-image has.
        max_photos: take this many at most.
    """
    steps = []
    if photos is None:
        said = ("sample-photos", "--out", str(folder / "photos"), "--overwrite")
        steps.append(Step("photos", "Cutting photographs out of scikit-image's", "colorizer", said))
    built = (
        *("build-set", str(photos or folder / "photos"), "--out", str(folder / "set")),
        *("--condition", "full=weights:default"),
        *("--condition", "mean=weights:default,temperature=1.0"),
        *("--condition", f"{VIGILANCE}=random", "--max-photos", str(max_photos)),
        *("--seed", str(SEED), "--overwrite"),
    )
    return [*steps, Step("set", "Colouring them", "colorizer", built)]


def study_steps(
    folder: Path, stimulus_set: Path, n_photos: int, conditions: Iterable[str], n_people: int
) -> list[Step]:
    """Give what makes the study and lets simulated observers take part.

    Args:
        folder: of the demo.
        stimulus_set: folder of the set.
        n_photos: in the set.
        conditions: of the set.
        n_people: simulated observers per tested condition, and people wanted afterwards.
    """
    names = set(conditions)
    file = str(folder / "study.toml")
    started = (
        *("init", file, "--no-input", "--protocol", "zhang2016", "--id", "demo"),
        *("--title", TITLE, "--contact", CONTACT, "--per-condition", str(n_people)),
        *trial_numbers(n_photos, has_vigilance=VIGILANCE in names),
        "--overwrite",
    )
    rates = [rate for rate in FOOL_RATES if rate.partition("=")[0] in names]
    observed = (
        *("simulate", "--participants", str(n_people), "--seed", str(SEED)),
        *(part for rate in rates for part in ("--fool-rate", rate)),
    )
    create = ("create", file, "--set", str(stimulus_set))
    return [
        Step("file", "Writing the study file", "study_app", started),
        Step("study", "Storing the study", "study_app", create),
        Step("open", "Opening it", "study_app", ("open",)),
        Step("observers", "Simulated observers take part", "study_app", observed),
    ]


def trial_numbers(n_photos: int, *, has_vigilance: bool) -> tuple[str, ...]:
    """Give the options of ``init`` for the numbers of trials; none where those of 2016 fit."""
    options: dict[str, int] = {}
    if n_photos < N_PHOTOS_2016:
        n_practice = n_photos // PRACTICE_SHARE
        n_main = n_photos - n_practice
        n_vigilance = -(-n_main // TRIALS_PER_VIGILANCE)
        options = {"--n-practice": n_practice, "--n-main": n_main, "--n-vigilance": n_vigilance}
    if not has_vigilance:
        options["--n-vigilance"] = 0
    return tuple(part for name, n in options.items() for part in (name, str(n)))


def report_steps(folder: Path) -> list[Step]:
    """Give what exports the answers and reports on them."""
    exported, report = str(folder / "export"), str(folder / "report.html")
    return [
        Step("export", "Exporting the answers", "study_app",
             ("export", "--out", exported, "--overwrite")),
        Step("report", "Writing the report", "analysis",
             ("report", exported, "--out", report, "--overwrite")),
    ]  # fmt: skip
