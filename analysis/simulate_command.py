"""The command that writes a trial table of simulated observers."""

import hashlib
import secrets
from dataclasses import asdict
from pathlib import Path

import click

from analysis.command_line import OVERWRITE, say_where

SEED_BITS = 32


def _name_and_rate(
    _: click.Context, parameter: click.Parameter, values: tuple[str, ...]
) -> tuple[tuple[str, float], ...]:
    """Split each NAME=RATE."""
    conditions = []
    for value in values:
        name, _equals, rate = value.rpartition("=")
        try:
            conditions.append((name, float(rate)))
        except ValueError:
            name = ""
        if not name or name != name.strip() or not name.isprintable():
            message = f"{value!r} is not NAME=RATE, such as full=0.32"
            raise click.BadParameter(message, param=parameter)
    return tuple(conditions)


@click.command()
@click.option(
    "--out", type=click.Path(path_type=Path), required=True, help="The trial table to write."
)
@click.option(
    "--condition",
    "conditions",
    metavar="NAME=RATE",
    callback=_name_and_rate,
    multiple=True,
    default=("full=0.32", "half=0.25"),
    show_default=True,
    help="A condition and its true fool rate; repeat for several.",
)
@click.option("--participants", default=40, show_default=True, help="Per condition.")
@click.option("--photos", default=200, show_default=True, help="In the pool.")
@click.option("--trials", default=36, show_default=True, help="Main trials per participant.")
@click.option("--vigilance", default=4, show_default=True, help="Vigilance trials per participant.")
@click.option("--practice", default=10, show_default=True, help="Practice trials per participant.")
@click.option("--participant-sd", default=0.4, show_default=True, help="Between people, logits.")
@click.option("--photo-sd", default=1.0, show_default=True, help="Between photos, logits.")
@click.option(
    "--photo-correlation",
    default=0.5,
    show_default=True,
    help="Of a photo's effects, by condition.",
)
@click.option("--lapse", default=0.0, show_default=True, help="Share of careless answers.")
@click.option(
    "--vigilance-correct", default=0.95, show_default=True, help="Share right when attentive."
)
@click.option("--seed", type=click.IntRange(min=0), help="For the same table again.")
@OVERWRITE
def simulate(
    out: Path,
    conditions: tuple[tuple[str, float], ...],
    participants: int,
    photos: int,
    trials: int,
    vigilance: int,
    practice: int,
    participant_sd: float,
    photo_sd: float,
    photo_correlation: float,
    lapse: float,
    vigilance_correct: float,
    seed: int | None,
    overwrite: bool,
) -> None:
    """Write the trial table of simulated observers whose true fool rates are known.

    Example: analysis simulate --out trials.csv --condition full=0.32 --participants 40 --seed 1
    """
    import numpy as np

    from analysis import results, simulate

    settings = simulate.SimulationSettings(
        conditions=conditions,
        n_participants=participants,
        n_photos=photos,
        n_trials=trials,
        n_vigilance=vigilance,
        n_practice=practice,
        participant_sd=participant_sd,
        photo_sd=photo_sd,
        photo_correlation=photo_correlation,
        lapse=lapse,
        vigilance_correct=vigilance_correct,
    )
    results.check_free(out, overwrite=overwrite)
    if seed is None:
        seed = secrets.randbits(SEED_BITS)
        click.echo(f"seed {seed}")
    table = simulate.simulate_trials(settings, np.random.default_rng(seed))
    content = simulate.trials_csv(table)
    record = results.json_bytes(
        {
            "seed": seed,
            "settings": {**asdict(settings), "conditions": dict(conditions)},
            "sha256": hashlib.sha256(content).hexdigest(),
            "versions": results.versions(),
        }
    )
    written = {out: content, results.provenance_path(out): record}
    results.write_results(written, overwrite=overwrite)
    say_where(out, content)
