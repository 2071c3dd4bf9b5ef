import pytest

from colorizer.engine_options import build_engine, check_engine
from colorizer.engines import Processes, ThisProcess
from colorizer.errors import ColorizerError


def test_the_local_engine_takes_as_many_processes_as_asked():
    assert isinstance(build_engine("local", None, 1, str), ThisProcess)
    assert isinstance(build_engine("local", None, 2, str), Processes)


def test_an_address_nobody_uses_is_refused():
    with pytest.raises(ColorizerError, match="goes with --engine ray only"):
        check_engine("local", "127.0.0.1:6379")


def test_the_local_engine_needs_nothing():
    check_engine("local", None)
