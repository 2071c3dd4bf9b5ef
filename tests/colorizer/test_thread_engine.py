import threading

import pytest

from colorizer.thread_engine import WAITING_PER_THREAD, Threads, default_n_threads

N_THREADS = 2


def test_results_come_in_the_order_of_the_items_whoever_is_done_first():
    first_may_end = threading.Event()

    def work(number):
        if number == 0:
            assert first_may_end.wait(timeout=60)
        if number == 1:
            first_may_end.set()
        return number * number

    results = list(Threads(N_THREADS).run(work, range(20)))

    assert results == [(number, number * number) for number in range(20)]


def test_only_a_few_items_are_taken_ahead():
    items = iter(range(1000))

    results = Threads(N_THREADS).run(str, items)
    next(results)

    assert next(items) <= N_THREADS * WAITING_PER_THREAD + 1
    results.close()


def test_an_error_ends_all_and_nothing_goes_on_afterwards():
    begun = []

    def work(number):
        begun.append(number)
        if number == 3:
            raise OSError("no room")
        return number

    with pytest.raises(OSError, match="no room"):
        list(Threads(N_THREADS).run(work, range(1000)))

    assert max(begun) <= 3 + N_THREADS * (WAITING_PER_THREAD + 1)
    assert not [thread for thread in threading.enumerate() if "ThreadPool" in thread.name]


def test_closing_waits_for_what_has_begun_and_drops_the_rest():
    ended = []
    results = Threads(N_THREADS).run(ended.append, range(1000))
    next(results)

    results.close()

    n_ended = len(ended)
    assert n_ended < 1000
    assert not [thread for thread in threading.enumerate() if "ThreadPool" in thread.name]


def test_without_items_there_are_no_results():
    assert list(Threads(N_THREADS).run(str, [])) == []


def test_there_is_at_least_one_thread():
    assert default_n_threads() >= 1
