import keras
import numpy as np
import pytest
import skimage.data

from colorizer.bfloat16 import (
    bfloat16_gain,
    check_fast,
    has_bfloat16,
    in_bfloat16,
    processor_name,
    read_cpu_info,
    slow_note,
)
from colorizer.colorize import Colorizer
from colorizer.errors import ColorizerError
from colorizer.metrics import ciede2000
from colorizer.network import build_network
from colorizer.networks import size_multiple_of
from colorizer.residual_network import build_residual_network

# Lines as Linux writes them; the flags are a few of many.
SAPPHIRE_RAPIDS = """processor\t: 0
model name\t: Intel(R) Xeon(R) Platinum 8481C CPU @ 2.70GHz
flags\t\t: fpu avx2 avx512f avx512_bf16 amx_bf16 amx_tile
"""
MILAN = "model name\t: AMD EPYC 7B13\nflags\t\t: fpu avx avx2 fma\n"
GRAVITON_3 = "BogoMIPS\t: 2100.00\nFeatures\t: fp asimd sve i8mm bf16 dgh\n"


@pytest.mark.parametrize(
    ("cpu_info", "expected"),
    [(SAPPHIRE_RAPIDS, True), (GRAVITON_3, True), (MILAN, False), ("", False)],
)
def test_the_flags_tell_whether_a_processor_has_bfloat16(cpu_info, expected):
    assert has_bfloat16(cpu_info) is expected


def test_a_processor_without_bfloat16_is_refused_by_name():
    with pytest.raises(ColorizerError, match=r"--fast: this processor \(AMD EPYC 7B13\) does not"):
        check_fast("default", MILAN, lambda: 0)


def test_a_gpu_makes_up_for_the_processor():
    check_fast("default", MILAN, lambda: 1)
    check_fast("default", SAPPHIRE_RAPIDS, lambda: 0)


def test_an_exported_network_is_refused():
    with pytest.raises(ColorizerError, match=r"n\.onnx is an exported network"):
        check_fast("n.onnx", SAPPHIRE_RAPIDS, lambda: 1)


def test_who_asks_for_speed_where_there_is_none_is_told():
    note = slow_note(0.5)

    assert note is not None
    assert "2.0 times as long as in float32" in note
    assert slow_note(1.8) is None


def test_the_gain_of_this_machine_is_a_ratio_of_times():
    assert 0.001 < bfloat16_gain() < 1000


def test_this_machines_processor_has_a_name():
    assert processor_name(read_cpu_info())
    assert processor_name("") == "of unknown name"


@pytest.mark.parametrize("build", [build_network, build_residual_network])
def test_first_and_last_layers_stay_in_float32(build):
    network = build(0.0625)

    fast = in_bfloat16(network)

    names = {layer.name for layer in fast.layers if layer.compute_dtype == "float32"}
    assert fast.layers[-1].name in names
    assert "scale" in names
    assert fast.input.dtype == fast.output.dtype == "float32"
    rest = [layer for layer in fast.layers if layer.name not in names]
    assert len(rest) > len(fast.layers) / 2
    assert all(layer.compute_dtype == "bfloat16" for layer in rest)
    assert all(weight.dtype == "float32" for weight in fast.weights)
    assert size_multiple_of(fast) == size_multiple_of(network)
    assert network.layers[-2].compute_dtype == "float32"


def test_a_network_in_which_every_layer_is_known_stays_the_same_function():
    """With the rest of 24 bits left in bfloat16 the logits stay near, and are not the same."""
    network = build_network(0.0625, seed=3)
    shown = np.random.default_rng(1).uniform(0, 100, (1, 32, 32, 1)).astype(np.float32)

    exact, fast = (
        keras.ops.convert_to_numpy(net(shown, training=False))
        for net in (network, in_bfloat16(network))
    )

    error = np.abs(fast - exact).mean() / np.abs(exact - exact.mean()).mean()
    assert 0 < error < 0.1


def test_fakes_of_the_default_network_stay_within_half_a_ciede2000():
    exact, fast = (Colorizer.load("default", input_px=64, fast=fast) for fast in (False, True))
    photo = skimage.data.astronaut()[:128, 150:278]

    difference = ciede2000(exact.colorize(photo), fast.colorize(photo))

    assert (exact.precision, fast.precision) == ("float32", "bfloat16")
    assert 0 < difference <= 0.5
