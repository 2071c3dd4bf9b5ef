import json

import pytest

from study_app.monitoring import pair_measures
from study_app.monitoring.pair_measures import kept_at, measure_pairs
from tests.study_app.factories import make_png

KEY = ("a" * 64, "b" * 64)
PAIR = (make_png(200, 10, 10), make_png(10, 10, 200))


def test_a_pair_is_measured_once(tmp_path, monkeypatch):
    path = kept_at(tmp_path, "colours")

    first = measure_pairs(path, {KEY: PAIR})
    monkeypatch.setattr(pair_measures, "measure_pair", lambda *_: pytest.fail("measured again"))
    again = measure_pairs(path, {KEY: PAIR})

    assert first == again
    assert first[KEY].lightness_difference > 10


def test_more_pairs_are_kept_beside_those_that_are(tmp_path, monkeypatch):
    path, other = kept_at(tmp_path, "colours"), ("c" * 64, "d" * 64)
    measure_pairs(path, {KEY: PAIR})
    measure_pairs(path, {other: (PAIR[0], PAIR[0])})
    monkeypatch.setattr(pair_measures, "measure_pair", lambda *_: pytest.fail("measured again"))

    assert set(measure_pairs(path, {KEY: PAIR, other: PAIR})) == {KEY, other}


@pytest.mark.parametrize(
    "kept", ["", "[]", '{"x": 1}', json.dumps({" ".join(KEY): {"a": 1}}), "null"]
)
def test_a_file_that_says_something_else_is_written_anew(tmp_path, kept):
    path = kept_at(tmp_path, "colours")
    path.parent.mkdir(parents=True)
    path.write_text(kept)

    assert KEY in measure_pairs(path, {KEY: PAIR})


def test_where_nothing_can_be_kept_pairs_are_measured_all_the_same(tmp_path):
    (tmp_path / "desk").write_text("a file in the way")

    assert KEY in measure_pairs(kept_at(tmp_path, "colours"), {KEY: PAIR})


def test_what_is_no_picture_has_no_measures(tmp_path):
    assert measure_pairs(kept_at(tmp_path, "colours"), {KEY: (PAIR[0], b"none")}) == {}
