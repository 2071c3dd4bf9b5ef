import keras
import numpy as np
import pytest

from colorizer.ab_bins import bin_numbers, soft_encode
from colorizer.lab import join_lightness_ab, rgb_to_lab
from colorizer.network import build_network
from colorizer.rebalancing import bin_weights
from colorizer.training_step import TrainingStep
from tests.colorizer.factories import colourful_photo, grey_photo

SIZE_PX = 32
GREY, RARE = int(bin_numbers()[11, 11]), int(bin_numbers()[16, 14])  # ab (0, 0) and (50, 30)


def batch_of(*photos):
    return np.stack(photos), np.ones(len(photos), np.float32)


def gradient_of_logits(step, inputs, logits):
    """Differentiate the loss by automatic differentiation; (N, h, w, Q)."""
    if keras.backend.backend() != "tensorflow":
        pytest.skip("differentiates with TensorFlow's tape")
    import tensorflow as tf

    tensor = tf.convert_to_tensor(logits)
    with tf.GradientTape() as tape:
        tape.watch(tensor)
        loss = step.compute_loss(x=inputs, y_pred=tensor)
    return tape.gradient(loss, tensor).numpy()


@pytest.fixture(scope="module")
def network():
    return build_network(0.0625)


def two_colours():
    """A picture: its left half grey, its right half of a rare colour, both at L* 60."""
    lightness = np.full((SIZE_PX, SIZE_PX, 1), 60.0)
    ab = np.zeros((SIZE_PX, SIZE_PX, 2))
    ab[:, SIZE_PX // 2 :] = (50, 30)
    return join_lightness_ab(lightness, ab)


def test_the_gradients_of_two_pixels_differ_by_their_bins_weights(network):
    """Equal logits and mirrored labels: what is left of the gradient's size is the weight.

    The gradient of w (logsumexp z - Σ q z) is w (softmax z - q); at uniform logits its norm is
    w |1/Q - q|, the same for two pixels whose soft labels hold the same five weights.
    """
    prior = np.full(313, 1e-4)
    prior[GREY] = 1 - 1e-4 * 312
    weights = bin_weights(prior, 0.5)
    photo = two_colours()
    encoded = soft_encode(rgb_to_lab(photo)[::4, ::4, 1:])
    step = TrainingStep(network, weights, "classification")

    gradient = gradient_of_logits(step, batch_of(photo), np.zeros((1, 8, 8, 313), np.float32))

    assert encoded[0][0, 0, 0] == GREY
    assert encoded[0][0, 7, 0] == RARE
    for row, column, number in ((0, 0, GREY), (0, 7, RARE)):
        dense = np.zeros(313)
        dense[encoded[0][row, column]] = encoded[1][row, column]
        expected = weights[number] * (1 / 313 - dense) / 64
        np.testing.assert_allclose(gradient[0, row, column], expected, rtol=2e-3, atol=1e-7)
    ratio = np.abs(gradient[0, 0, 7]).max() / np.abs(gradient[0, 0, 0]).max()
    labels = [float(encoded[1][0, column].max()) for column in (7, 0)]
    label_ratio = (labels[0] - 1 / 313) / (labels[1] - 1 / 313)
    assert ratio / label_ratio == pytest.approx(weights[RARE] / weights[GREY], rel=2e-3)
    assert weights[RARE] / weights[GREY] > 100


def test_without_rebalancing_the_gradients_are_alike(network):
    step = TrainingStep(network, np.ones(313), "classification")

    gradient = gradient_of_logits(
        step, batch_of(two_colours()), np.zeros((1, 8, 8, 313), np.float32)
    )

    grey, rare = np.abs(gradient[0, 0, 0]).sum(), np.abs(gradient[0, 0, 7]).sum()
    assert rare == pytest.approx(grey, rel=0.02)


@pytest.mark.parametrize("loss", ["classification", "l2"])
def test_a_grey_photograph_moves_nothing(loss):
    step = TrainingStep(build_network(0.0625, loss), np.ones(313), loss)
    inputs = batch_of(grey_photo(1, SIZE_PX, SIZE_PX), colourful_photo(2, SIZE_PX, SIZE_PX))
    shape = (2, 8, 8, 313 if loss == "classification" else 2)

    gradient = gradient_of_logits(step, inputs, np.ones(shape, np.float32))

    assert np.abs(gradient[0]).max() == 0
    assert np.abs(gradient[1]).max() > 0


def test_the_euclidean_loss_has_the_gradient_of_half_the_squared_distance():
    step = TrainingStep(build_network(0.0625, "l2"), np.ones(313), "l2")
    photo = colourful_photo(2, SIZE_PX, SIZE_PX)
    predicted = np.full((1, 8, 8, 2), 7, np.float32)

    gradient = gradient_of_logits(step, batch_of(photo), predicted)

    ab = rgb_to_lab(photo)[::4, ::4, 1:]
    np.testing.assert_allclose(gradient[0], (7 - ab) / 110**2 / 64, rtol=1e-2, atol=1e-6)


def test_ten_neighbours_make_labels_of_ten_bins(network):
    inputs = batch_of(colourful_photo(2, SIZE_PX, SIZE_PX))
    logits = np.zeros((1, 8, 8, 313), np.float32)

    for n_neighbours in (5, 10):
        step = TrainingStep(network, np.ones(313), "classification", n_neighbours)
        gradient = gradient_of_logits(step, inputs, logits)

        # below the softmax's 1/Q lies what the label holds
        assert (gradient[0] < 1 / 313 / 64 * 0.999).sum(axis=-1).max() == n_neighbours


def test_a_weight_three_times_as_large_makes_the_loss_so(network):
    inputs = batch_of(colourful_photo(3, SIZE_PX, SIZE_PX))
    losses = []
    for factor in (1.0, 3.0):
        step = TrainingStep(network, np.full(313, factor), "classification")
        losses.append(float(step.compute_loss(x=inputs, y_pred=step(inputs))))

    assert losses[1] == pytest.approx(3 * losses[0], rel=1e-5)


def test_the_network_is_shown_lightness_alone_and_its_exponent_darkens_it(network):
    step = TrainingStep(network, np.ones(313), "classification")
    photo = colourful_photo(3, SIZE_PX, SIZE_PX)
    grey = join_lightness_ab(rgb_to_lab(photo)[..., :1], np.zeros((SIZE_PX, SIZE_PX, 2)))

    coloured, without, darker = (
        np.asarray(step((one[np.newaxis], np.array([exponent], np.float32))))
        for one, exponent in ((photo, 1.0), (grey, 1.0), (photo, 2.0))
    )

    # 8 bits of a grey picture have another L* in their last digit
    assert np.abs(coloured - darker).max() > 10 * np.abs(coloured - without).max() > 0
