from datetime import UTC, datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

from study_app.monitoring.arrivals import DAY, HEIGHT, HOUR, MOST_BARS, WIDTH, arrivals_chart

NOW = datetime(2026, 3, 1, 12, 30, tzinfo=UTC)
TIMES = st.lists(st.timedeltas(timedelta(0), timedelta(days=300)).map(lambda ago: NOW - ago))


def test_a_young_study_has_a_bar_for_each_hour():
    came = [NOW - timedelta(minutes=10), NOW - timedelta(minutes=20), NOW - HOUR]

    chart = arrivals_chart(came, [NOW], NOW)

    assert chart.step == "hour"
    assert [bar.n_arrived for bar in chart.bars[-2:]] == [1, 2]
    assert chart.bars[-1].start == datetime(2026, 3, 1, 12, tzinfo=UTC)
    assert chart.bars[-1].n_finished == 1


def test_an_older_study_has_a_bar_for_each_day():
    chart = arrivals_chart([NOW - 5 * DAY, NOW - 5 * DAY, NOW], [], NOW)

    assert chart.step == "day"
    assert [bar.n_arrived for bar in chart.bars if bar.n_arrived] == [2, 1]


def test_the_highest_bar_fills_the_drawing():
    chart = arrivals_chart([NOW] * 4, [NOW], NOW)

    assert chart.highest == 4
    assert (chart.bars[-1].arrived_height, chart.bars[-1].finished_height) == (HEIGHT, HEIGHT / 4)


def test_without_anybody_there_is_an_empty_chart():
    chart = arrivals_chart([], [], NOW)

    assert chart.n_arrived == 0
    assert {bar.arrived_height for bar in chart.bars} == {0}


@given(TIMES)
def test_no_arrival_is_lost_unless_it_is_older_than_the_chart(came):
    chart = arrivals_chart(came, [], NOW)

    newer = [at for at in came if at >= chart.bars[0].start]
    assert chart.n_arrived == len(newer)
    assert len(newer) == len(came) or len(chart.bars) == MOST_BARS


@given(TIMES)
def test_bars_stand_side_by_side_within_the_drawing(came):
    bars = arrivals_chart(came, came, NOW).bars

    edges = [edge for bar in bars for edge in (bar.x, bar.x + bar.width)]
    assert edges == sorted(edges)
    assert 0 <= edges[0] <= edges[-1] <= WIDTH
    assert all(0 <= bar.arrived_height <= HEIGHT for bar in bars)
