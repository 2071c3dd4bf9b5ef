"""Computing in bfloat16: half the bits of float32, on processors that have it twice as fast.

Place on the data's path: beside the network, for ``colorizer colorize --fast``. Study stimuli stay
in float32. What sees lightness first and what gives the logits stay in float32 too: on photographs
the default network's fakes then differ from those of float32 by 0.07 CIEDE2000 on average, with
bfloat16 in the first convolutions by 0.49.
"""

import re
import time
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any

from colorizer.errors import ColorizerError
from colorizer.export_formats import is_exported

if TYPE_CHECKING:
    import keras  # takes seconds: the command looks at the processor first

CPU_INFO = Path("/proc/cpuinfo")
FLAG_LINE = re.compile(r"^(?:flags|Features)\s*:\s*(.*)$", re.MULTILINE)
MODEL_LINE = re.compile(r"^model name\s*:\s*(.*)$", re.MULTILINE)
BFLOAT16_FLAGS = frozenset({"avx512_bf16", "amx_bf16", "bf16"})  # x86, x86, Arm

PROBE_SHAPE = (1, 64, 64, 128)  # as in the middle of both networks
N_PROBES = 5
LEAST_GAIN = 1.1

# The first layers and the last of both networks, by how their names begin.
FLOAT32_LAYERS = ("scale", "conv1_", "norm1", "stem", "conv8_313", "conv8_ab", "ab", "conv_bins")


def check_fast(weights: str | Path, cpu_info: str, count_gpus: Callable[[], int]) -> None:
    """Refuse ``--fast`` where it would not be.

    Args:
        weights: as the user named them.
        cpu_info: what the system tells of the processor.
        count_gpus: gives the number that the backend sees, and may take seconds.

    Raises:
        ColorizerError: the network is an exported one, or nothing there computes in bfloat16.
    """
    if is_exported(weights):
        raise ColorizerError(
            f"--fast: {weights} is an exported network, which computes in float32 only; give"
            " default, a run directory or a .keras file, or leave --fast out"
        )
    if not has_bfloat16(cpu_info) and not count_gpus():
        raise ColorizerError(
            f"--fast: this processor ({processor_name(cpu_info)}) does not compute in bfloat16 (it"
            f" has none of {', '.join(sorted(BFLOAT16_FLAGS))}), where it would be slow; leave"
            " --fast out"
        )


def bfloat16_gain() -> float:
    """Measure how many times faster a convolution is here in bfloat16 than in float32.

    Having the instructions does not say so: some processors run them at half of the rate.
    """
    import keras  # takes seconds: the command looks at the processor first

    seconds = {}
    for dtype in ("float32", "bfloat16"):
        pixels = keras.ops.ones(PROBE_SHAPE, dtype)
        kernel = keras.ops.ones((3, 3, PROBE_SHAPE[-1], PROBE_SHAPE[-1]), dtype)
        seconds[dtype] = min(_seconds_of_convolution(pixels, kernel) for _ in range(N_PROBES))
    return seconds["float32"] / seconds["bfloat16"]


def _seconds_of_convolution(pixels: Any, kernel: Any) -> float:
    import keras  # as above

    begin = time.perf_counter()
    convolved = keras.ops.conv(pixels, kernel, padding="same")
    float(keras.ops.convert_to_numpy(keras.ops.cast(convolved[0, 0, 0, 0], "float32")))  # waits
    return time.perf_counter() - begin


def slow_note(gain: float) -> str | None:
    """Give the sentence for who asked for speed and gets none; None where there is some."""
    if gain >= LEAST_GAIN:
        return None
    return (
        f"--fast: here a convolution in bfloat16 takes {1 / gain:.1f} times as long as in float32"
        " (measured just now); leave --fast out to be done sooner"
    )


def read_cpu_info() -> str:
    """Read what Linux tells of the processor; nothing on other systems."""
    return CPU_INFO.read_text(encoding="utf-8") if CPU_INFO.is_file() else ""


def has_bfloat16(cpu_info: str) -> bool:
    """Tell whether the processor has instructions for bfloat16."""
    line = FLAG_LINE.search(cpu_info)
    return line is not None and not BFLOAT16_FLAGS.isdisjoint(line.group(1).split())


def processor_name(cpu_info: str) -> str:
    """Give the processor's name."""
    line = MODEL_LINE.search(cpu_info)
    return line.group(1).strip() if line else "of unknown name"


def in_bfloat16(network: "keras.Model") -> "keras.Model":
    """Give the same network with all but its first and last layers in bfloat16.

    Args:
        network: one of ours, in float32; input and output stay float32.
    """
    import keras  # takes seconds: the command looks at the processor first

    def rebuild(layer: "keras.Layer") -> "keras.Layer":
        config = layer.get_config()
        if not layer.name.startswith(FLOAT32_LAYERS):
            config["dtype"] = "mixed_bfloat16"
        return type(layer).from_config(config)

    copy = keras.models.clone_model(network, clone_function=rebuild)
    copy.set_weights(network.get_weights())
    return copy
