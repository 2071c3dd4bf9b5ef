"""An archive and a plain export are the same data: every command of the analysis says the same."""

import pytest
from click.testing import CliRunner

from analysis.__main__ import main
from study_app.archive import write_archive
from study_app.archive_check import check_archive
from study_app.catalog import find_study
from study_app.export import export_study
from study_app.extensions import db
from tests.study_app import factories
from tests.study_app.factories import Browser

N_PEOPLE = 4


@pytest.fixture(scope="module")
def both(tmp_path_factory):
    """A folder with ``plain`` and ``archive`` of one study."""
    folder = tmp_path_factory.mktemp("both")
    kinds = {"full": "weights", "other": "folder", "random": "random", "real": "real"}
    factories.build_set(folder / "set", 12, kinds)
    with factories.app_with_studies(folder, None, folder / "set") as app:
        for number in range(N_PEOPLE):
            browser = Browser(app)
            browser.consent()
            for trial in range(10):
                browser.answer_next(chosen_side=("left", "right")[(trial + number) % 3 == 0])
        with app.app_context():
            study = find_study(db.session(), "colours")
            export_study(db.session(), study, folder / "plain")
            write_archive(db.session(), study, folder / "archive")
    return folder


def analyse(*arguments):
    result = CliRunner().invoke(main, [str(argument) for argument in arguments])
    assert result.exit_code == 0, result.output
    return result.output


def test_the_report_of_the_archive_has_the_bytes_of_that_of_the_plain_export(both):
    for name in ("plain", "archive"):
        analyse("report", both / name, "--out", both / f"{name}.html")

    for suffix in (".html", ".json"):
        plain, archive = (
            (both / name).with_suffix(suffix).read_bytes() for name in ("plain", "archive")
        )
        assert b"Participants" in plain or suffix == ".json"
        assert archive == plain


def test_check_and_estimate_say_the_same_of_both(both):
    said = [
        (
            analyse("check", both / name).partition("(trial table)")[2],
            analyse("estimate", both / name),
        )
        for name in ("plain", "archive")
    ]

    assert "40 trials of 4 participants" in said[0][0]
    assert said[0] == said[1]
    assert "full" in said[0][1]


def test_a_report_in_the_folder_for_results_leaves_the_archive_sound(both):
    analyse("report", both / "archive", "--out", both / "archive" / "results" / "report.html")

    assert {problem.code for problem in check_archive(both / "archive")} <= {"JSON_KEY_RECOMMENDED"}


def test_no_result_replaces_a_file_of_the_archive(both):
    table = next((both / "archive" / "data").glob("*trials_data.csv"))

    result = CliRunner().invoke(
        main, ["estimate", str(both / "archive"), "--json", str(table), "--overwrite"]
    )

    assert result.exit_code != 0
    assert "would replace the input" in result.output
