from colorizer import errors


def test_every_error_has_an_exit_code_of_its_own():
    """Those of this file; what one stage alone raises may be of its parent's kind."""
    found = [errors.ColorizerError, *errors.ColorizerError.__subclasses__()]
    kinds = [kind for kind in found if kind.__module__ == errors.__name__]
    codes = [kind.exit_code for kind in kinds]

    assert len(codes) > 5
    assert len(set(codes)) == len(codes)
    assert 0 not in codes
    assert 2 not in codes  # click's own, for a wrong call
