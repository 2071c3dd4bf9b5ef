import pytest

from study_app import count_fool_rates
from study_app.count_fool_rates import as_lines, count


def row(chosen_side, condition="full", trial_type="main", simulated="false", real_side="left"):
    return {
        "condition": condition,
        "trial_type": trial_type,
        "simulated": simulated,
        "real_side": real_side,
        "chosen_side": chosen_side,
    }


def test_only_answered_trials_of_the_test_count():
    rows = [
        row("left"),
        row("right"),
        row("right", real_side="right"),
        row(""),
        row("left", trial_type="vigilance"),
        row("left", trial_type="practice"),
        row("left", trial_type="control"),
        row("right", condition="other"),
        row("left", simulated="true"),
    ]

    assert count(rows) == {
        ("full", "people"): (3, 2),
        ("full", "simulated"): (1, 1),
        ("other", "people"): (1, 0),
    }


def test_a_line_has_the_share():
    assert as_lines({("full", "people"): (40, 13)})[1].split() == [
        "full",
        "people",
        "40",
        "13",
        "32.5%",
    ]


def test_a_copy_that_lies_elsewhere_says_so(tmp_path, monkeypatch):
    monkeypatch.setattr(count_fool_rates, "__file__", str(tmp_path / "analysis" / "x.py"))

    with pytest.raises(SystemExit, match=r"no \*_description-trials_data.csv there"):
        count_fool_rates.main()


def test_the_copy_reads_the_table_of_its_archive(tmp_path, monkeypatch, capsys):
    (tmp_path / "data").mkdir()
    (tmp_path / "data" / "study-a_description-trials_data.csv").write_text(
        "condition,trial_type,simulated,real_side,chosen_side\nfull,main,false,left,left\n"
    )
    monkeypatch.setattr(count_fool_rates, "__file__", str(tmp_path / "analysis" / "x.py"))

    count_fool_rates.main()

    assert "100.0%" in capsys.readouterr().out
