from colorizer.evaluation_table import COLUMNS, table_of

ROW = {name: 0.5 for name in COLUMNS}


def test_conditions_stand_above_the_baselines():
    figures = {"conditions": {"full": ROW, "a-condition-with-a-long-name": ROW},
               "baselines": {"grey": {**ROW, "cross_entropy": None}}}  # fmt: skip

    head, *lines = table_of(figures).splitlines()

    assert [line.split()[0] for line in lines] == ["full", "a-condition-with-a-long-name", "(grey)"]
    assert lines[0].split()[1:] == [
        "50.00", "50.00", "0.500", "0.50", "0.500", "0.50", "0.5", "0.5", "0.50",
    ]  # fmt: skip
    assert lines[2].split()[3] == "–"
    assert {len(line) for line in lines} == {len(head)}
