import pytest

from analysis import errors


@pytest.mark.parametrize("name", ["TrialTableError", "ResultError", "SimulationError"])
def test_a_users_mistake_has_an_exit_code_of_its_own(name: str) -> None:
    error = getattr(errors, name)

    assert issubclass(error, errors.AnalysisError)
    codes = [
        kind.exit_code for kind in (errors.AnalysisError, *errors.AnalysisError.__subclasses__())
    ]
    assert len(set(codes)) == len(codes)
    # 0 is success and 2 is click's own for a wrong command line.
    assert not {0, 2} & set(codes)
