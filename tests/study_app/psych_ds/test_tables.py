from study_app.psych_ds.tables import check_table, read_rows


def test_a_comma_in_quotes_and_a_mark_of_order_are_allowed():
    content = '\ufeffa,b\n"x, y",2\n'.encode()

    assert list(check_table("x", content, ["a", "b"])) == []
    assert read_rows(content)[1] == ["x, y", "2"]


def test_an_empty_line_is_a_row_of_another_length():
    (problem,) = check_table("x", b"a,b\n1,2\n\n", ["a", "b"])

    assert (problem.code, "row 3 has 0 cells" in problem.message) == (
        "CSV_HEADER_LENGTH_MISMATCH",
        True,
    )
