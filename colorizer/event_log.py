"""Figures of a training as TensorBoard's event file; TensorBoard itself is not needed to write it.

A file of TFRecords, each an ``Event`` with scalars (TensorFlow's ``event.proto``).
"""

import errno
import os
import time
from pathlib import Path

VERSION = "brain.Event:2"  # what TensorBoard expects first


class EventLog:
    """Appends scalars to a new event file.

    Args:
        folder: of the event files; a resumed training adds a file of its own.
    """

    def __init__(self, folder: Path) -> None:
        import tensorflow as tf  # takes seconds: only where somebody asks for the events
        from tensorflow.core.util import event_pb2

        self._event, self._full = event_pb2.Event, tf.errors.ResourceExhaustedError
        folder.mkdir(parents=True, exist_ok=True)
        path = folder / f"events.out.tfevents.{time.time_ns()}"
        self._writer = tf.io.TFRecordWriter(str(path))
        self._write(self._event(wall_time=time.time(), file_version=VERSION))

    def add(self, step: int, figures: dict[str, float]) -> None:
        """Add one point to the curve of each figure.

        Raises:
            OSError: the disk is full.
        """
        event = self._event(wall_time=time.time(), step=step)
        for name, value in figures.items():
            event.summary.value.add(tag=name, simple_value=value)
        self._write(event)

    def _write(self, event: object) -> None:
        try:
            self._writer.write(event.SerializeToString())  # type: ignore[attr-defined]
            self._writer.flush()
        except self._full:
            raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC)) from None
