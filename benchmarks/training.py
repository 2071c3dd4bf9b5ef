"""One training step with sparse targets against dense ones, and the memory of a whole training.

Step: half width, crops of 176 px. Ours takes 8-bit RGB; Lab and the five neighbours of each colour
are computed inside the compiled step. Baseline, in the same run: the ports' way, targets made on
the host (scikit-image's Lab, a k-d tree over the bins, an array of 313 shares per pixel) and fed to
Keras' own dense cross-entropy in float32. Both train the same network on the same crops; they take
turns and the quickest round of each counts. Target memory is that of the arrays of one batch.

Memory: ``colorizer train`` on 1,000 and on 18,000 photographs, each seen once; the peak of the
process's own memory (RssAnon). Shards are mapped, so the system may keep their pages too; it takes
them back when memory is wanted.

Run: python benchmarks/training.py
"""

import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")  # before Keras is loaded

import click
import numpy as np
import numpy.typing as npt
import scipy.spatial
import skimage.color
import skimage.data

UInt8 = npt.NDArray[np.uint8]

CROP_PX, WIDTH = 176, 0.5
PICTURES = ("astronaut", "chelsea", "coffee", "rocket")
MEMORY_SIDE_PX, MEMORY_BATCH = 48, 50
MOST_GROWTH_MIB = 24.0
LEAST_TARGET_RATIO = 20.0
BF16 = "mixed_bfloat16"


@click.command()
@click.option(
    "--rounds", default=3, show_default=True, help="Of each; the quickest counts; 0: none."
)
@click.option("--batch-size", default=4, show_default=True, help="Crops per step.")
@click.option("--bfloat16", is_flag=True, help="Measure mixed_bfloat16 too: for CPUs that have it.")
@click.option(
    "--photos", default="1000,18000", show_default=True, help="Of the memory's shards; empty: none."
)
@click.option("--memory-of", type=click.Path(path_type=Path), hidden=True)
def main(rounds: int, batch_size: int, bfloat16: bool, photos: str, memory_of: Path | None) -> None:
    """Print the time of a step and the memory of its targets, then the memory of a training."""
    if memory_of:
        click.echo(_peak_of_training(memory_of))
        return
    if rounds:
        _compare_steps(rounds, batch_size, bfloat16)
    if photos:
        _compare_memory([int(n) for n in photos.split(",")])


def _compare_steps(rounds: int, batch_size: int, bfloat16: bool) -> None:
    rgb = _crops(batch_size)
    dense, dense_bytes = _dense_step(rgb)
    steps = {"dense 313-way targets, float32": dense, "sparse, float32": _sparse_step(rgb)}
    if bfloat16:
        steps[f"sparse, {BF16}"] = _sparse_step(rgb, BF16)
    seconds = _quickest(steps, rounds)
    sparse_bytes = _sparse_bytes(rgb)
    baseline = seconds["dense 313-way targets, float32"]
    click.echo(f"{'one step, half width, 176 px':<34} {'s per step':>10} {'times faster':>13}")
    for name, value in seconds.items():
        click.echo(f"{name:<34} {value:>10.2f} {baseline / value:>13.2f}")
    ratio = dense_bytes / sparse_bytes
    click.echo(
        f"targets of a batch of {batch_size}: dense {dense_bytes / 2**20:.1f} MiB, sparse"
        f" {sparse_bytes / 2**20:.2f} MiB, 1/{ratio:.0f}"
    )
    if ratio < LEAST_TARGET_RATIO:
        raise SystemExit(f"the targets take more than 1/{LEAST_TARGET_RATIO:.0f}")


def _crops(n: int) -> UInt8:
    pictures = [getattr(skimage.data, name)() for name in PICTURES]
    return np.stack(
        [pictures[i % len(pictures)][i : i + CROP_PX, i : i + CROP_PX] for i in range(n)]
    )


def _quickest(steps: dict[str, Callable[[], Any]], rounds: int) -> dict[str, float]:
    for step in steps.values():
        step()  # the first call compiles
    times: dict[str, list[float]] = {name: [] for name in steps}
    for _ in range(rounds):
        for name, step in steps.items():
            start = time.perf_counter()
            step()
            times[name].append(time.perf_counter() - start)
    return {name: min(values) for name, values in times.items()}


def _sparse_step(rgb: UInt8, precision: str = "float32") -> Callable[[], Any]:
    import keras

    from colorizer import networks
    from colorizer.config import TrainingConfig
    from colorizer.network import build_network
    from colorizer.schedules import build_optimizer
    from colorizer.training_step import TrainingStep

    keras.config.set_dtype_policy(precision)
    network = build_network(WIDTH)
    keras.config.set_dtype_policy("float32")
    step = TrainingStep(network, np.ones(313), "classification")
    optimizer = build_optimizer(TrainingConfig(width=WIDTH))
    step.compile(optimizer=optimizer, jit_compile=networks.jit_compile())
    exponents = np.ones(len(rgb), np.float32)
    return lambda: step.train_on_batch(x=(rgb, exponents))


def _dense_step(rgb: UInt8) -> tuple[Callable[[], Any], int]:
    import keras

    from colorizer import networks
    from colorizer.config import TrainingConfig
    from colorizer.network import build_network
    from colorizer.schedules import build_optimizer

    network = build_network(WIDTH)
    network.compile(
        optimizer=build_optimizer(TrainingConfig(width=WIDTH)),
        loss=keras.losses.CategoricalCrossentropy(from_logits=True),
        jit_compile=networks.jit_compile(),
    )

    def step() -> Any:
        lightness, targets = _dense_targets(rgb)
        return network.train_on_batch(lightness, targets)

    return step, _dense_targets(rgb)[1].nbytes


def _dense_targets(rgb: UInt8) -> tuple[npt.NDArray[np.float32], npt.NDArray[np.float32]]:
    """Make targets as the ports do: (N, H, W, 1) lightness and (N, H/4, W/4, 313) shares."""
    from colorizer.ab_bins import SIGMA, bin_centres

    lab = skimage.color.rgb2lab(rgb)
    ab = lab[:, ::4, ::4, 1:]
    distance, nearest = scipy.spatial.cKDTree(bin_centres()).query(ab, 5)
    shares = np.exp(-(distance**2) / (2 * SIGMA**2))
    shares /= shares.sum(axis=-1, keepdims=True)
    dense = np.zeros((*ab.shape[:3], 313), np.float32)
    np.put_along_axis(dense, nearest, shares.astype(np.float32), axis=-1)
    return lab[..., :1].astype(np.float32), dense


def _sparse_bytes(rgb: UInt8) -> int:
    import keras

    from colorizer.network import targets_of

    _, encoded, _ = targets_of(keras.ops.convert_to_tensor(rgb), "classification")
    assert encoded is not None
    return sum(np.asarray(keras.ops.convert_to_numpy(part)).nbytes for part in encoded)


def _compare_memory(counts: list[int]) -> None:
    peaks = {}
    with tempfile.TemporaryDirectory() as name:
        for n_photos in counts:
            shards = Path(name) / str(n_photos)
            _write_shards(shards, n_photos)
            command = (sys.executable, __file__, "--memory-of", str(shards))
            done = subprocess.run(command, capture_output=True, text=True, check=False)  # noqa: S603 - us
            if done.returncode:
                raise SystemExit(done.stderr.strip())
            peaks[n_photos] = float(done.stdout.split()[-1])
    click.echo(f"{'a training, photographs':<34} {'MiB of its own':>15}")
    for n_photos, peak in peaks.items():
        click.echo(f"{n_photos:<34} {peak:>15.1f}")
    growth = peaks[counts[-1]] - peaks[counts[0]]
    click.echo(f"growth from {counts[0]} to {counts[-1]}: {growth:.1f} MiB")
    if growth > MOST_GROWTH_MIB:
        raise SystemExit(f"memory grows by more than {MOST_GROWTH_MIB} MiB")


def _write_shards(folder: Path, n_photos: int) -> None:
    from colorizer.shard_writer import ShardWriter

    folder.mkdir()
    rng = np.random.default_rng(0)
    picture = skimage.data.astronaut()
    side = MEMORY_SIDE_PX
    with ShardWriter(folder, side) as writer:
        for _ in range(n_photos):
            top, left = rng.integers(0, picture.shape[0] - side, 2)
            writer.add("training", picture[top : top + side, left : left + side])
        writer.add("validation", picture[:side, :side])
        writer.save_index()


def _peak_of_training(shards: Path) -> float:
    """Train on each photograph once and give the peak of the process's own memory, in MiB."""
    import dataclasses

    from colorizer.config import PRESETS
    from colorizer.shards import Photographs
    from colorizer.training import train

    peak = 0.0

    def look(_: dict[str, float]) -> None:
        nonlocal peak
        peak = max(peak, _own_memory_mib())

    n_steps = len(Photographs(shards, "training")) // MEMORY_BATCH
    config = dataclasses.replace(
        PRESETS["tiny"], batch_size=MEMORY_BATCH, n_steps=n_steps, steps_per_epoch=n_steps
    )
    train(shards, shards / "run", config, progress=look)
    return max(peak, _own_memory_mib())


def _own_memory_mib() -> float:
    for line in Path("/proc/self/status").read_text(encoding="ascii").splitlines():
        if line.startswith("RssAnon:"):
            return int(line.split()[1]) / 1024
    raise SystemExit("this system does not say how much memory a process has of its own")


if __name__ == "__main__":
    main()
