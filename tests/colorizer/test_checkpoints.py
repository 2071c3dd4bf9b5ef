import keras
import numpy as np
import pytest

from colorizer.checkpoints import TrainingState, load_state, save_state
from colorizer.errors import RunError
from colorizer.network import build_network


def build(width=0.0625):
    network = build_network(width)
    optimizer = keras.optimizers.AdamW(1e-3, use_ema=True)
    optimizer.build(network.trainable_variables)
    return network, optimizer


@pytest.fixture(scope="module")
def trained():
    network, optimizer = build()
    gradients = [keras.ops.ones_like(variable) for variable in network.trainable_variables]
    optimizer.apply(gradients, network.trainable_variables)
    return network, optimizer


@pytest.fixture
def path(tmp_path, trained):
    save_state(tmp_path / "state.npz", *trained, TrainingState(17, [5.5, 1 / 3], 2.5))
    return tmp_path / "state.npz"


def test_everything_comes_back_to_the_last_bit(path, trained):
    network, optimizer = build()

    state = load_state(path, network, optimizer)

    assert state == TrainingState(17, [5.5, 1 / 3], 2.5)
    found = [*network.variables, *optimizer.variables]
    expected = [*trained[0].variables, *trained[1].variables]
    for one, other in zip(found, expected, strict=True):
        np.testing.assert_array_equal(
            keras.ops.convert_to_numpy(one), keras.ops.convert_to_numpy(other)
        )
    assert int(optimizer.iterations) == 1


def test_a_write_that_fails_leaves_the_last_checkpoint_whole(path, trained, monkeypatch):
    before = path.read_bytes()

    def fail_half_way(file, **_):
        file.write_bytes(b"PK")
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(np, "savez", fail_half_way)
    with pytest.raises(OSError, match="No space"):
        save_state(path, *trained, TrainingState(18))

    assert path.read_bytes() == before
    assert [file.name for file in path.parent.iterdir()] == ["state.npz"]


@pytest.mark.parametrize("share", [0.0, 0.3, 0.999])
def test_a_checkpoint_cut_short_is_named(path, share):
    data = path.read_bytes()
    path.write_bytes(data[: int(share * len(data))])

    with pytest.raises(RunError, match=r"state\.npz: the checkpoint cannot be read"):
        load_state(path, *build())


def test_a_checkpoint_with_a_flipped_byte_is_named(path):
    data = bytearray(path.read_bytes())
    data[len(data) // 2] ^= 1
    path.write_bytes(bytes(data))

    with pytest.raises(RunError, match=r"state\.npz: the checkpoint cannot be read"):
        load_state(path, *build())


def test_a_checkpoint_of_another_width_is_refused_and_nothing_changes(path):
    network, optimizer = build(0.125)
    before = network.get_weights()

    with pytest.raises(RunError, match="of another network"):
        load_state(path, network, optimizer)

    for one, other in zip(before, network.get_weights(), strict=True):
        np.testing.assert_array_equal(one, other)


def test_without_a_checkpoint_nothing_is_resumed(tmp_path):
    with pytest.raises(RunError, match="no checkpoint to go on from"):
        load_state(tmp_path / "state.npz", *build())
