from study_app.psych_ds.problems import error, warning


def test_a_problem_is_said_in_one_line():
    assert str(error("CODE", "data/a.csv", "is wrong")) == "error CODE: data/a.csv: is wrong"
    assert str(warning("CODE", "", "is odd")) == "warning CODE: is odd"
