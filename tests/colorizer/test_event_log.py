import tensorflow as tf

from colorizer.event_log import EventLog


def events_of(folder):
    """Read the files with TensorFlow's own reader."""
    for path in sorted(folder.iterdir()):
        yield from tf.compat.v1.train.summary_iterator(str(path))


def test_tensorflow_reads_the_events(tmp_path):
    log = EventLog(tmp_path)
    log.add(1, {"loss": 3.5})
    log.add(2, {"loss": 3.25, "chroma_ratio": 0.5})

    first, *events = events_of(tmp_path)

    assert first.file_version == "brain.Event:2"
    points = [(e.step, v.tag, v.simple_value) for e in events for v in e.summary.value]
    assert points == [(1, "loss", 3.5), (2, "loss", 3.25), (2, "chroma_ratio", 0.5)]


def test_a_resumed_training_adds_a_file(tmp_path):
    for step in (1, 2):
        EventLog(tmp_path).add(step, {"loss": 1.0})

    assert [event.step for event in events_of(tmp_path) if event.summary.value] == [1, 2]
