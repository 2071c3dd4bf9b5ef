"""Result files as the tool AMT_Real_vs_Fake leaves them on Mechanical Turk."""

import csv
import random
from pathlib import Path

N_TRIALS = 60
N_WORKERS = 12


def write_batches(folder: Path) -> None:
    """Write ``results.csv``, ``bad.csv`` and the folder ``batches``.

    ``batches`` is of a study with 5 practice pairs and its vigilance fakes in ``random_colours``;
    ``bad.csv`` is wrong in two cells.
    """
    chance = random.Random(2016)
    rows = [_assignment(f"W{number}", chance, "vigilance", 10) for number in range(N_WORKERS)]
    _write(folder / "results.csv", rows)
    rows[3]["Answer.selection7"] = "Left"
    rows[9]["Input.gt_side0"] = ""
    _write(folder / "bad.csv", rows)
    (folder / "batches").mkdir()
    for batch in ("Batch_1", "Batch_2"):
        rows = [_assignment(f"{batch}-W{number}", chance, "random_colours", 5)
                for number in range(N_WORKERS)]  # fmt: skip
        _write(folder / "batches" / f"{batch}_results.csv", rows)


def _assignment(
    worker: str, chance: random.Random, vigilance: str, n_practice: int
) -> dict[str, str]:
    """Draw what one worker saw and chose: a third of the fakes fool, vigilance fakes none."""
    cells = {"HITId": "h", "AssignmentId": f"a-{worker}", "WorkerId": worker}
    photos = chance.sample(range(200), N_TRIALS)
    for number, photo in enumerate(photos):
        is_easy = number >= n_practice and number % 12 == 0
        fake = f"{vigilance if is_easy else 'mine'}/{photo:03}.jpg"
        real_side = chance.choice(("left", "right"))
        other = "left" if real_side == "right" else "right"
        is_fooled = not is_easy and chance.random() < 1 / 3
        cells[f"Input.gt_side{number}"] = real_side
        cells[f"Input.images_{real_side}{number}"] = f"gt/{photo:03}.jpg"
        cells[f"Input.images_{other}{number}"] = fake
        cells[f"Answer.selection{number}"] = real_side if is_fooled else other
    return cells


def _write(path: Path, rows: list[dict[str, str]]) -> None:
    """Write rows as Mechanical Turk does: every cell in quotes."""
    with path.open("w", newline="", encoding="utf-8") as file:
        writer = csv.DictWriter(file, sorted(rows[0]), quoting=csv.QUOTE_ALL)
        writer.writeheader()
        writer.writerows(rows)
