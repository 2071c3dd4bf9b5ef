import csv

import pytest

from colorizer.errors import PhotoError
from colorizer.fake_problems import FakeProblem, FakesError, save_problems


def problem(number, kind="missing", condition="mine", fake=""):
    return FakeProblem(condition, f"{number}.png", fake, kind, "is wrong")


def test_few_problems_are_all_listed_by_the_file_or_by_the_photograph():
    error = FakesError([problem(1), problem(2, "size", fake="fakes/2.png")], 9, ["a hint"])

    assert str(error).splitlines() == [
        "2 of the 9 fakes from folders cannot be used:",
        "  condition mine, 1.png: is wrong",
        "  condition mine, fakes/2.png: is wrong",
        "  a hint",
    ]
    assert error.exit_code == 3


def test_many_of_one_kind_do_not_hide_the_others():
    many = [problem(number) for number in range(8)]

    lines = str(FakesError([*many, problem(9, "crop"), problem(8, condition="b")], 20)).splitlines()

    assert lines[6] == "  condition mine: and 3 more (missing)"
    assert lines[7:9] == ["  condition mine, 9.png: is wrong", "  condition b, 8.png: is wrong"]
    assert lines[-1] == "  --problems FILE lists all of them"


def test_a_table_has_all_of_them(tmp_path):
    save_problems([problem(number) for number in range(30)], tmp_path / "p.csv")

    with (tmp_path / "p.csv").open(newline="", encoding="utf-8") as file:
        rows = list(csv.DictReader(file))
    assert len(rows) == 30
    assert rows[3] == {
        "condition": "mine",
        "photograph": "3.png",
        "fake": "",
        "problem": "missing",
        "message": "is wrong",
    }


def test_a_place_that_cannot_be_written_is_named(tmp_path):
    with pytest.raises(PhotoError, match=r"none/p\.csv: cannot be written: No such file"):
        save_problems([], tmp_path / "none" / "p.csv")
