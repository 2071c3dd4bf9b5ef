import hashlib
import json
import os
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest
import sqlalchemy as sa

from analysis.columns import COLUMN_NAMES, COLUMNS
from analysis.export_places import place_of as analysis_place_of
from study_app import archive, export
from study_app.archive_check import check_archive
from study_app.archive_details import ArchiveDetails
from study_app.archive_names import place_of
from study_app.catalog import find_study
from study_app.erasure import erase
from study_app.errors import ExportError, SetChanged
from study_app.export_tables import EXPORT_TABLES
from study_app.extensions import db
from study_app.models import Participant, StudySession, Trial
from study_app.simulated_token import sign_token
from study_app.study_moves import close_study
from study_app.study_tables import StandardQuestions
from tests.study_app import factories
from tests.study_app.databases import app_on_copy
from tests.study_app.factories import Browser

STATED = ArchiveDetails(
    authors=("Ada Lovelace (https://orcid.org/0000-0001)",),
    license="CC-BY-4.0",
    funder="Crown",
    citation="Lovelace 2026",
    url="https://example.org/data",
    date_published="2026-04-01",
)


@pytest.fixture(scope="module")
def used_app(databases, tmp_path_factory, opened_database, set_folder):
    """A closed study: people finished, withdrew, were erased; beside them a simulated observer."""
    del set_folder  # the study's, kept as long
    instance = tmp_path_factory.mktemp("used")
    with app_on_copy(databases, opened_database, instance) as app:
        fill(app)
        yield app


def fill(app):
    people = [Browser(app) for _ in range(3)]
    for number, browser in enumerate(people):
        browser.consent(participant=f"secret-name-{number}")
    people[0].answer_all()
    people[1].answer_next()
    people[1].get("/withdraw")
    people[1].post_form("/withdraw")
    Browser(app).consent("colours", simulated=sign_token(factories.SECRET_KEY, "colours", 1))
    with app.app_context():
        session = db.session()
        found = session.scalars(sa.select(StudySession).order_by(StudySession.id)).all()
        erase(session, found[2], "researcher", factories.NOW)
        close_study(session, find_study(session, "colours"), factories.NOW)
        db.session.remove()


@pytest.fixture(scope="module")
def folder(used_app, tmp_path_factory) -> Path:
    """The archive of that study; read-only."""
    out = tmp_path_factory.mktemp("archives") / "archive"
    write(used_app, out, details=STATED)
    return out


def write(app, out, **options):
    with app.app_context():
        study = find_study(db.session(), "colours")
        return archive.write_archive(db.session(), study, out, **options)


def files_of(folder):
    paths = (path for path in folder.rglob("*") if path.is_file())
    return {path.relative_to(folder).as_posix(): path.read_bytes() for path in paths}


def test_the_archive_keeps_every_rule_of_psych_ds(folder):
    assert check_archive(folder) == []


def test_the_tables_have_the_bytes_of_a_plain_export(used_app, folder, tmp_path):
    with used_app.app_context():
        study = find_study(db.session(), "colours")
        export.export_study(db.session(), study, tmp_path / "plain")

    for name in export.FILE_NAMES:
        plain = (tmp_path / "plain" / name).read_bytes()
        assert (folder / place_of(name, "colours")).read_bytes() == plain


@pytest.mark.parametrize("name", export.FILE_NAMES)
def test_the_analysis_finds_each_file_where_it_stands(folder, name):
    assert analysis_place_of(folder, name) == folder / place_of(name, "colours")


def test_every_column_is_described_with_unit_and_allowed_values(folder):
    document = json.loads((folder / "dataset_description.json").read_text())

    found = {variable["name"]: variable for variable in document["variableMeasured"]}
    columns = {column for table in EXPORT_TABLES for column in table.column_names}
    assert set(found) == columns | set(COLUMN_NAMES)
    assert all(variable["description"] for variable in found.values())
    for column in COLUMNS:
        assert found[column.name].get("unitText") == column.unit
        assert found[column.name].get("minValue") == column.minimum
        if column.allowed:
            assert found[column.name]["valueReference"] == list(column.allowed)


def test_what_the_researcher_stated_stands_in_it(folder):
    document = json.loads((folder / "dataset_description.json").read_text())

    person = {
        "@type": "Person",
        "name": "Ada Lovelace",
        "sameAs": "https://orcid.org/0000-0001",
    }
    assert document["author"] == [person]
    assert (document["license"], document["datePublished"]) == ("CC-BY-4.0", "2026-04-01")
    assert document["maintainer"]["email"] == "lab@example.org"
    assert document["dateCreated"] == "2026-03-01"
    assert document["creativeWorkStatus"] == "closed"
    assert "licensed under: CC-BY-4.0" in (folder / "LICENSE.md").read_text()


def test_nothing_of_it_names_anybody_or_opens_anything(used_app, folder):
    with used_app.app_context():
        hashes = db.session.scalars(sa.select(Participant.external_id)).all()
        codes = db.session.scalars(sa.select(StudySession.completion_code)).all()
        keys = db.session.execute(
            sa.select(Trial.trial_key, Trial.left_token, Trial.right_token)
        ).all()
        enrolments = db.session.scalars(sa.select(StudySession.enrolment_key)).all()
    secrets = {*hashes, *codes, *enrolments, *(key for row in keys for key in row)} - {None}
    secrets |= {factories.SECRET_KEY, "secret-name"}
    assert len(secrets) > 90

    text = b"\n".join(files_of(folder).values()).decode()

    assert not [secret for secret in secrets if secret in text]


def test_the_same_database_gives_the_same_bytes_as_a_folder_and_as_a_zip(used_app, tmp_path):
    first = write(used_app, tmp_path / "a")
    second = write(used_app, tmp_path / "b")
    for number in "12":
        (tmp_path / number).mkdir()
        write(used_app, tmp_path / number / "a.zip")

    assert first.sha256 == second.sha256
    assert files_of(tmp_path / "a") == files_of(tmp_path / "b")
    assert (tmp_path / "1" / "a.zip").read_bytes() == (tmp_path / "2" / "a.zip").read_bytes()
    with zipfile.ZipFile(tmp_path / "1" / "a.zip") as packed:
        packed.extractall(tmp_path / "unpacked")
    assert files_of(tmp_path / "unpacked" / "a") == files_of(tmp_path / "a")


def test_other_data_are_another_version(used_app, open_app, tmp_path):
    versions = []
    for name, app in (("a", used_app), ("b", open_app)):
        write(app, tmp_path / name)
        document = json.loads((tmp_path / name / "dataset_description.json").read_text())
        versions.append(document["version"])

    assert versions[0] != versions[1]
    assert f"## Version {versions[0]}" in (tmp_path / "a" / "CHANGES.md").read_text()


def test_the_script_in_it_prints_what_the_readme_promises(folder):
    clean = {name: value for name, value in os.environ.items() if name != "PYTHONPATH"}

    printed = subprocess.run(
        [sys.executable, "-I", folder / "analysis" / "count_fool_rates.py"],
        capture_output=True,
        text=True,
        check=True,
        env=clean,
    ).stdout

    assert "full" in printed
    assert printed in (folder / "README.md").read_text()


def test_the_manifest_of_the_set_comes_along(used_app, folder):
    content = (folder / "materials" / "manifest.json").read_bytes()

    with used_app.app_context():
        assert (
            hashlib.sha256(content).hexdigest()
            == find_study(db.session(), "colours").stimulus_set.digest
        )


def test_withdrawn_and_erased_people_are_told_of_and_not_shown(folder):
    readme = (folder / "README.md").read_text()

    assert "| withdrawn | 1 | 0 |" in readme
    assert "| erased | 1 | 0 |" in readme
    assert "simulated observers, not of people" in readme
    assert (
        "2026-03-01: 10 trials of one participant were erased"
        in (folder / "CHANGES.md").read_text()
    )


def test_notes_tell_what_to_think_of(used_app, open_app, tmp_path):
    assert write(used_app, tmp_path / "a", details=STATED).notes == ()

    notes = " / ".join(write(open_app, tmp_path / "b").notes)

    assert "its state is open" in notes
    assert "no licence" in notes
    assert "no authors" in notes


def test_an_archive_is_replaced_only_when_told_and_when_it_is_one(used_app, tmp_path):
    write(used_app, tmp_path / "out")
    with pytest.raises(ExportError, match="exists already; --overwrite"):
        write(used_app, tmp_path / "out")
    write(used_app, tmp_path / "out", overwrite=True)

    (tmp_path / "out" / "results" / "report.html").write_text("mine")
    with pytest.raises(ExportError, match=r"holds results/report\.html, .* not replaced"):
        write(used_app, tmp_path / "out", overwrite=True)
    (tmp_path / "other").mkdir()
    (tmp_path / "thesis.zip").write_text("mine")
    for name in ("other", "thesis.zip"):
        with pytest.raises(ExportError, match="is no earlier archive"):
            write(used_app, tmp_path / name, overwrite=True)


def test_a_set_that_is_gone_or_another_one_is_said(app, tmp_path):
    factories.build_set(tmp_path / "set")
    with app.app_context():
        study = factories.create_study(factories.study_text(), tmp_path / "set").study
        stored = study.stimulus_set
        manifest = (tmp_path / "set" / "manifest.json").read_text()
        (tmp_path / "set" / "manifest.json").write_text(manifest.replace('"full"', '"half"'))

        with pytest.raises(SetChanged, match="another stimulus set"):
            archive.archive_files(db.session(), study)
        stored.folder = str(tmp_path / "gone")
        with pytest.raises(SetChanged, match="is no longer at"):
            archive.archive_files(db.session(), study)


def test_the_consent_comes_along_in_every_language(app_with):
    app = app_with('["en", "de"]', '[wording.de]\ntitle = "Farben"\nconsent = "Freiwillig."\n')

    with app.app_context():
        study = find_study(db.session(), "two-languages")
        files = archive.archive_files(db.session(), study)

    assert files["documentation/consent_de.txt"] == b"Freiwillig.\n"
    assert b"of your own free will" in files["documentation/consent_en.txt"]
    assert "data/study-twoLanguages_description-trials_data.csv" in files


def test_questions_stand_in_the_readme_with_what_could_be_answered(app, set_folder):
    asked = StandardQuestions(("night-mode", "strategy", "trouble"))
    with app.app_context():
        study = factories.create_study(factories.study_text(questions=asked), set_folder).study
        text = archive.archive_files(db.session(), study)["README.md"].decode()

    assert "(Yes, it was on / No, it was off / I do not know)" in text
    assert "* `strategy`: What did you go by when you chose? (free text)" in text
    assert "(No, nothing / free text)" in text
