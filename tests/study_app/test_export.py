import csv
import hashlib
import json
from datetime import datetime

import pytest
import sqlalchemy as sa

from analysis.columns import COLUMN_NAMES, COLUMNS
from analysis.export_folder import BESIDE_THE_TABLE
from study_app import export
from study_app.catalog import find_study
from study_app.errors import ExportError
from study_app.extensions import db
from study_app.models import Participant, Trial
from study_app.person_hash import person_hash
from study_app.simulated_token import sign_token
from tests.study_app import factories
from tests.study_app.factories import Browser


@pytest.fixture
def used_app(open_app):
    """A study with one finished, one half-way, one withdrawn participant and one simulated.

    Another study shares its pairs and has a participant too.
    """
    people = [Browser(open_app) for _ in range(3)]
    for number, browser in enumerate(people):
        browser.consent(participant=f"secret-name-{number}")
    people[0].answer_all()
    for browser in people[1:]:
        for _ in range(4):
            browser.answer_next()
    people[2].get("/withdraw")
    people[2].post_form("/withdraw")
    for study in ("colours", "noise"):
        Browser(open_app).consent(study, simulated=sign_token(factories.SECRET_KEY, study, 1))
    return open_app


def write(app, folder, **options):
    with app.app_context():
        study = find_study(db.session(), "colours")
        return export.export_study(db.session(), study, folder, **options)


def read_csv(path):
    with path.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def test_every_trial_of_every_study_session_is_a_row(used_app, tmp_path):
    exported = write(used_app, tmp_path / "out")

    rows = read_csv(tmp_path / "out" / "trials.csv")
    assert (exported.n_trials, exported.n_study_sessions) == (len(rows), 4) == (40, 4)
    assert {row["study_id"] for row in rows} == {"colours"}
    sessions = list(dict.fromkeys(row["study_session_id"] for row in rows))
    assert [sum(r["study_session_id"] == s for r in rows) for s in sessions] == [10] * 4
    assert [int(row["trial_index"]) for row in rows] == list(range(10)) * 4
    assert [row["simulated"] for row in rows] == ["false"] * 30 + ["true"] * 10


def test_every_cell_keeps_the_contract_of_its_column(used_app, tmp_path):
    write(used_app, tmp_path / "out")

    with (tmp_path / "out" / "trials.csv").open(encoding="utf-8", newline="") as file:
        header, *rows = csv.reader(file)
    assert tuple(header) == COLUMN_NAMES
    for row in rows:
        for column, cell in zip(COLUMNS, row, strict=True):
            assert cell or column.nullable
            if not cell:
                continue
            assert column.allowed is None or cell in column.allowed
            if column.type == "boolean":
                assert cell in ("true", "false")
            if column.type == "integer":
                assert int(cell) >= 0
            if column.type == "number":
                assert float(cell) >= column.minimum
            if column.type == "time":
                assert datetime.fromisoformat(cell).utcoffset().total_seconds() == 0


def test_answers_stand_beside_what_was_planned(used_app, tmp_path):
    write(used_app, tmp_path / "out")

    rows = read_csv(tmp_path / "out" / "trials.csv")[:10]
    with used_app.app_context():
        first = db.session.scalar(sa.select(sa.func.min(Trial.study_session_id)))
        stored = db.session.scalars(
            sa.select(Trial).where(Trial.study_session_id == first).order_by(Trial.trial_index)
        ).all()
        for row, trial in zip(rows, stored, strict=True):
            pair = trial.stimulus_pair
            assert (row["pair_id"], row["photo_id"]) == (pair.pair_id, pair.photo_id)
            assert row["condition"] == pair.condition.name
            assert (row["real_side"], row["first_side"]) == (trial.real_side, trial.first_side)
            assert (row["block"], row["trial_type"]) == (trial.block, trial.trial_type)
            assert row["chosen_side"] == "left"
            assert (row["response_ms"], row["left_shown_ms"]) == ("812.4", "1000.0")
            assert row["exposure_valid"] == "true"


def test_an_unanswered_trial_has_empty_cells_and_no_valid_exposure(used_app, tmp_path):
    write(used_app, tmp_path / "out")

    half_way = read_csv(tmp_path / "out" / "trials.csv")[10:20]
    assert [bool(row["chosen_side"]) for row in half_way] == [True] * 4 + [False] * 6
    last = half_way[-1]
    assert (last["response_ms"], last["left_shown_ms"], last["answered_at"]) == ("", "", "")
    assert last["exposure_valid"] == "false"


def test_who_withdrew_is_counted_but_their_answers_stay_out(used_app, tmp_path):
    """The page they saw at the end says that their answers are not used."""
    write(used_app, tmp_path / "out")

    withdrawn = read_csv(tmp_path / "out" / "trials.csv")[20:30]
    assert {row["chosen_side"] for row in withdrawn} == {""}
    flow = read_csv(tmp_path / "out" / "participants.csv")
    assert [row["state"] for row in flow] == ["finished", "running", "withdrawn", "running"]
    assert [row["n_answered"] for row in flow] == ["10", "4", "4", "0"]
    assert [bool(row["withdrawn_at"]) for row in flow] == [False, False, True, False]


def test_nobody_is_named(used_app, tmp_path):
    write(used_app, tmp_path / "out")

    with used_app.app_context():
        stored = set(db.session.scalars(sa.select(Participant.external_id)))
        hashes = {
            person_hash(factories.SECRET_KEY, "colours", f"secret-name-{number}")
            for number in range(3)
        }
        assert stored == {None} | hashes
    for path in (tmp_path / "out").iterdir():
        text = path.read_text(encoding="utf-8")
        assert not [name for name in (*hashes, "secret-name") if name in text]


def test_a_reload_is_counted_in_the_participant_flow(open_app, tmp_path):
    browser = Browser(open_app)
    browser.consent()
    browser.next_trial()
    browser.answer_next()

    write(open_app, tmp_path / "out")

    assert read_csv(tmp_path / "out" / "participants.csv")[0]["n_reissued"] == "1"
    assert read_csv(tmp_path / "out" / "trials.csv")[0]["exposure_valid"] == "false"


def test_the_codebook_describes_every_column(used_app, tmp_path):
    write(used_app, tmp_path / "out")

    book = read_csv(tmp_path / "out" / "codebook.csv")
    assert [row["column"] for row in book] == list(COLUMN_NAMES)
    assert all(row["meaning"] for row in book)
    assert next(row for row in book if row["column"] == "response_ms")["unit"] == "ms"


def test_digests_and_the_study_file_come_along(used_app, tmp_path):
    exported = write(used_app, tmp_path / "out")

    provenance = json.loads((tmp_path / "out" / "provenance.json").read_text())
    for name, digest in provenance["files"].items():
        assert hashlib.sha256((tmp_path / "out" / name).read_bytes()).hexdigest() == digest
    assert provenance["files"]["trials.csv"] == exported.trials_sha256
    assert set(provenance["files"]) | {"provenance.json"} == set(export.FILE_NAMES)
    assert (provenance["n_trials"], provenance["n_answered"]) == (40, 14)
    assert provenance["exclusion"] == {"vigilance_pass_share": 0.75}
    assert "equivalence" not in provenance
    assert "2 practice trials; in 2016 10" in provenance["deviations_from_2016"]
    assert (tmp_path / "out" / "study.toml").read_text() == factories.study_text()


def test_rules_of_the_study_file_stand_in_the_provenance_as_stated(app, set_folder, tmp_path):
    rules = "minimum_median_response_ms = 300\nexclude_invalid_exposure = false\n"
    source = factories.study_text().replace("[exclusion]\n", f"[exclusion]\n{rules}")
    with app.app_context():
        factories.create_study(source + "[equivalence]\nmargin = 0.05\n", set_folder)

    write(app, tmp_path / "out")

    provenance = json.loads((tmp_path / "out" / "provenance.json").read_text())
    assert provenance["exclusion"] == {
        "vigilance_pass_share": 0.75,
        "minimum_median_response_ms": 300.0,
        "exclude_invalid_exposure": False,
    }
    assert provenance["equivalence"] == {"margin": 0.05}


def test_the_same_database_gives_the_same_bytes(used_app, tmp_path):
    write(used_app, tmp_path / "a")
    write(used_app, tmp_path / "b")

    for name in export.FILE_NAMES:
        assert (tmp_path / "a" / name).read_bytes() == (tmp_path / "b" / name).read_bytes()


def test_a_study_without_participants_exports_a_header(open_app, tmp_path):
    assert write(open_app, tmp_path / "out").n_trials == 0
    assert read_csv(tmp_path / "out" / "trials.csv") == []


def test_the_analysis_knows_every_file_so_that_no_result_replaces_one():
    assert set(export.FILE_NAMES) == {"trials.csv", *BESIDE_THE_TABLE}


def test_an_existing_export_is_refused_unless_it_may_be_replaced(used_app, tmp_path):
    write(used_app, tmp_path / "out")
    (tmp_path / "out" / "trials.csv").write_text("old")

    with pytest.raises(ExportError, match="exists already; --overwrite"):
        write(used_app, tmp_path / "out")
    assert (tmp_path / "out" / "trials.csv").read_text() == "old"

    write(used_app, tmp_path / "out", overwrite=True)
    assert len(read_csv(tmp_path / "out" / "trials.csv")) == 40
    assert [path.name for path in tmp_path.iterdir() if "out" in path.name] == ["out"]


@pytest.mark.parametrize("kind", ["folder of others", "file"])
def test_what_is_no_export_is_never_replaced(used_app, tmp_path, kind):
    place = tmp_path / "out"
    if kind == "file":
        place.write_text("mine")
    else:
        place.mkdir()
        (place / "thesis.doc").write_text("mine")

    with pytest.raises(ExportError, match="is no earlier export"):
        write(used_app, place, overwrite=True)
    assert (place if kind == "file" else place / "thesis.doc").read_text() == "mine"


def test_a_place_that_cannot_be_written_is_named(used_app, tmp_path):
    (tmp_path / "file").write_text("")

    with pytest.raises(ExportError, match="cannot be written"):
        write(used_app, tmp_path / "file" / "out")
