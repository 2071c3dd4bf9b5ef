"""Soft encoding of a training batch's colours against scikit-learn's ball tree and dense targets.

77,440 colours, as in 40 crops of 176 px; ours gives five bins and weights per colour, on the host
and inside the compiled training step; the baseline an array of 313 shares per colour, which the
network is trained with in many ports. All sides take turns and the quickest round of each counts.
Targets must agree: mean total variation at most 0.01; of bins as far the tree may take others.

Run: python benchmarks/soft_encoding.py
"""

import os

os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")  # before Keras is loaded

import click
import keras
import numpy as np
import numpy.typing as npt
import skimage.data
import sklearn.neighbors
from support.ratios import Ratio, interleave, say, times_faster

from colorizer.ab_bins import N_NEIGHBOURS, SIGMA, bin_centres, soft_encode, soft_encode_in_graph
from colorizer.lab import rgb_to_lab

N_COLOURS = 40 * 44 * 44
PICTURES = ("astronaut", "chelsea", "coffee", "rocket")
REACH, MOST_VARIATION = 20, 0.01

Float = npt.NDArray[np.floating]


@click.command()
@click.option("--rounds", default=5, show_default=True, help="Of each; the quickest counts.")
def main(rounds: int) -> None:
    """Print how many times faster the two encodings are."""
    ab = _colours()
    compiled = _compiled()
    sides = {
        "tree": lambda: _dense_by_tree(ab),
        "host": lambda: soft_encode(ab),
        "graph": lambda: compiled(ab),
    }
    spent = interleave(sides, rounds)
    expected = _dense_by_tree(ab)
    encoded = {"host": soft_encode(ab), "graph": compiled(ab)}
    for name, words in (("host", "on the host"), ("graph", "inside the compiled step")):
        variation = _variation(_dense(*encoded[name]), expected)
        is_near = variation <= MOST_VARIATION
        is_fast = spent["tree"].wall_s >= REACH * spent[name].wall_s
        say(
            Ratio(
                f"soft encoding of {N_COLOURS:,} colours, {words}",
                "scikit-learn's ball tree and dense targets",
                f"{times_faster(spent['tree'], spent[name])}, total variation {variation:.1e}",
                f"{REACH} times, {MOST_VARIATION}",
                is_near and is_fast,
            )
        )


def _colours() -> npt.NDArray[np.float32]:
    pictures = [getattr(skimage.data, name)()[::2, ::2] for name in PICTURES]
    ab = np.concatenate([rgb_to_lab(picture)[..., 1:].reshape(-1, 2) for picture in pictures])
    return ab[:N_COLOURS].astype(np.float32)


def _compiled():  # type: ignore[no-untyped-def]
    import tensorflow as tf

    encode = tf.function(lambda ab: soft_encode_in_graph(ab, keras.ops))
    return lambda ab: [part.numpy() for part in encode(ab)]


def _dense_by_tree(ab: Float) -> npt.NDArray[np.float32]:
    tree = sklearn.neighbors.NearestNeighbors(n_neighbors=N_NEIGHBOURS, algorithm="ball_tree")
    distances, nearest = tree.fit(bin_centres()).kneighbors(ab)
    shares = np.exp(-(distances**2) / (2 * SIGMA**2))
    return _dense(nearest, shares / shares.sum(axis=1, keepdims=True))


def _dense(indices: npt.NDArray[np.integer], shares: Float) -> npt.NDArray[np.float32]:
    dense = np.zeros((len(indices), len(bin_centres())), np.float32)
    np.put_along_axis(dense, indices.astype(np.int64), shares.astype(np.float32), axis=1)
    return dense


def _variation(found: Float, expected: Float) -> float:
    """Give the mean total variation, as equally far bins may be taken the other way round."""
    return float(np.abs(found - expected).sum(axis=1).mean() / 2)


if __name__ == "__main__":
    main()
