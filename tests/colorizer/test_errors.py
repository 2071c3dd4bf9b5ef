from colorizer import errors


def test_every_error_has_an_exit_code_of_its_own():
    kinds = [errors.ColorizerError, *errors.ColorizerError.__subclasses__()]
    codes = [kind.exit_code for kind in kinds]

    assert len(set(codes)) == len(codes)
    assert 0 not in codes
    assert 2 not in codes  # click's own, for a wrong call
