"""Where a training computes: on one device, on several of this machine, or with other workers.

Every way takes the same global batch to the same loss: gradients are summed over all devices and
batch normalisation takes its mean and variance over the whole batch. One worker, the chief, writes
the run directory.
"""

from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager, nullcontext
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import keras

from colorizer.errors import RunError
from colorizer.workers import GO_ON, WAIT_S, Cluster, Watch, call_roll, ended_after

if TYPE_CHECKING:
    from colorizer.training_step import TrainingStep

RunStep = Callable[[Any], float]


@dataclass(frozen=True)
class Distribution:
    """Where a training computes.

    Attributes:
        part: of each batch, that this process reads.
        n_parts: processes that share a batch.
        is_chief: whether this process writes.
        strategy: TensorFlow's; None where Keras needs none.
    """

    part: slice = field(default_factory=lambda: slice(None))
    n_parts: int = 1
    is_chief: bool = True
    strategy: Any = None

    def scope(self) -> AbstractContextManager[Any]:
        """Give the context in which variables are made."""
        return self.strategy.scope() if self.strategy else nullcontext()

    def synchronise(self, network: keras.Model) -> None:
        """Let batch normalisation look at the parts of all workers, as if they were one batch."""
        if self.strategy:
            for layer in network.layers:
                if isinstance(layer, keras.layers.BatchNormalization):
                    layer.synchronized = True

    def agree(self, variables: list[Any]) -> None:
        """Give all workers the chief's values: computed anew they may differ in the last bit."""
        if self.strategy:
            _take_chiefs(self.strategy, variables, self.is_chief)

    def wait_for_all(self) -> None:
        """Wait until every worker has come here: one that leaves early is taken for lost."""
        if self.strategy:
            _meet(self.strategy)

    def run_step(self, step: "TrainingStep") -> RunStep:
        """Give what takes this process's part of a batch to the loss of the whole."""
        if not self.strategy:
            return lambda batch: float(step.train_on_batch(x=batch))
        return _step_of_workers(step, self.strategy)


ALONE = Distribution()


@contextmanager
def distributed(
    on_devices: bool,
    batch_size: int,
    cluster: Cluster | None = None,
    wait_s: float = WAIT_S,
) -> Iterator[Distribution]:
    """Set up devices or workers, before anything else is computed; undo it at the end.

    Args:
        on_devices: share the work among the devices of this machine (Keras' distribution API; the
            JAX backend).
        batch_size: the global one.
        cluster: the workers that share the work (TensorFlow's MultiWorkerMirroredStrategy).
        wait_s: seconds for the other workers to start, and then as many to connect.

    Raises:
        RunError: the backend cannot do it, there are no devices to share the work, or the batch
            cannot be divided among them; or another worker was lost.
    """
    if on_devices:
        with _on_devices(batch_size):
            yield ALONE
    elif cluster is not None:
        with _with_workers(batch_size, cluster, wait_s) as found:
            yield found
    else:
        yield ALONE


@contextmanager
def _on_devices(batch_size: int) -> Iterator[None]:
    if keras.backend.backend() != "jax":
        raise RunError(
            f"--distribute devices: Keras shares work among devices with the jax backend, not with"
            f" {keras.backend.backend()}; set KERAS_BACKEND=jax, or start one worker per device"
            " with --workers"
        )
    devices = keras.distribution.list_devices()
    if len(devices) < 2:
        raise RunError(f"--distribute devices: there is one only ({devices[0]}); leave it out")
    _check_divisible(batch_size, len(devices), "devices")
    keras.distribution.set_distribution(keras.distribution.DataParallel(devices=devices))
    try:
        yield
    finally:
        keras.distribution.set_distribution(None)


@contextmanager
def _with_workers(batch_size: int, cluster: Cluster, wait_s: float) -> Iterator[Distribution]:
    if keras.backend.backend() != "tensorflow":
        raise RunError(
            f"--distribute workers needs the tensorflow backend, not {keras.backend.backend()}"
        )
    n_workers = len(cluster.addresses)
    _check_divisible(batch_size, n_workers, "workers")
    import tensorflow as tf  # only this way names a backend

    if len(tf.config.list_physical_devices("GPU")) > 1:
        raise RunError("a worker takes one GPU; set CUDA_VISIBLE_DEVICES to one for each worker")
    n_each = batch_size // n_workers
    part = slice(cluster.index * n_each, (cluster.index + 1) * n_each)
    lost = (
        tf.errors.UnavailableError,
        tf.errors.AbortedError,
        tf.errors.CancelledError,
        tf.errors.DeadlineExceededError,
        tf.errors.FailedPreconditionError,
        tf.errors.InternalError,
    )
    call_roll(cluster, wait_s)
    try:
        with ended_after(wait_s, f"the workers did not connect within {wait_s:.0f} s; {GO_ON}"):
            strategy = _strategy(tf, cluster)
        with Watch(cluster.others):
            yield Distribution(part, n_workers, cluster.is_chief, strategy)
    except lost as error:
        reason = str(error.message).splitlines()[0][:200]
        raise RunError(f"another worker was lost ({reason}); {GO_ON}") from None


def _strategy(tf: Any, cluster: Cluster) -> Any:
    """Connect to the other workers; waits for them, and nothing else runs meanwhile."""
    resolver = tf.distribute.cluster_resolver.SimpleClusterResolver(
        tf.train.ClusterSpec({"worker": list(cluster.addresses)}),
        task_type="worker",
        task_id=cluster.index,
        rpc_layer="grpc",
    )
    return tf.distribute.MultiWorkerMirroredStrategy(cluster_resolver=resolver)


def _step_of_workers(step: "TrainingStep", strategy: Any) -> RunStep:
    """Do Keras' training step on every worker.

    Keras 3's own function for it reduces the losses along an axis that they do not have, and fails
    for workers (Keras 3.15, ``reduce_per_replica``).
    """
    import tensorflow as tf  # only workers name a backend

    variables = step.network.trainable_variables

    def replica_step(batch: Any) -> Any:
        with tf.GradientTape() as tape:
            loss = step.compute_loss(x=batch, y_pred=step(batch, training=True))
            share = loss / strategy.num_replicas_in_sync
        # the optimiser adds up the gradients of all workers
        step.optimizer.apply_gradients(zip(tape.gradient(share, variables), variables, strict=True))
        return loss

    @tf.function(autograph=False, reduce_retracing=True)  # type: ignore[untyped-decorator]  # TensorFlow is untyped
    def global_step(batch: Any) -> Any:
        return strategy.reduce("MEAN", strategy.run(replica_step, args=(batch,)), axis=None)

    return lambda batch: float(global_step(tuple(map(tf.convert_to_tensor, batch))))


def _take_chiefs(strategy: Any, variables: list[Any], is_chief: bool) -> None:
    import tensorflow as tf  # only workers name a backend

    def chiefs(value: Any) -> Any:
        mine = value if is_chief else tf.zeros_like(value)
        return tf.distribute.get_replica_context().all_reduce("SUM", mine)

    # one exchange at the start need not be quick, of which TensorFlow warns each time
    tf.get_logger().setLevel("ERROR")
    for variable in variables:
        value = tf.convert_to_tensor(keras.ops.convert_to_numpy(variable))
        variable.assign(strategy.run(chiefs, args=(value,)))


def _meet(strategy: Any) -> None:
    import tensorflow as tf  # only workers name a backend

    @tf.function(autograph=False)  # type: ignore[untyped-decorator]  # TensorFlow is untyped
    def add_up() -> Any:
        return strategy.reduce("SUM", strategy.run(lambda: tf.constant(1.0)), axis=None)

    assert float(add_up()) == strategy.num_replicas_in_sync


def _check_divisible(batch_size: int, n: int, what: str) -> None:
    if batch_size % n:
        raise RunError(
            f"a batch of {batch_size} cannot be divided among {n} {what}; choose a --batch-size"
            f" that is a multiple of {n}"
        )
