"""Rules of the study file on their way into the analysis: one list of names, one digest."""

import hashlib
import json
import math

import pytest
from click.testing import CliRunner

from analysis import rules_file
from analysis.__main__ import main
from analysis.choices import Choices, settle
from analysis.errors import RulesError
from study_app import create_app, exclusion_rule
from study_app.catalog import find_study
from study_app.errors import StudyFileError
from study_app.export import export_study
from study_app.extensions import db, upgrade_database
from study_app.study_moves import open_study
from tests.study_app import factories
from tests.study_app.factories import Browser

RULES = "vigilance_pass_share = 0\nminimum_median_response_ms = 300\nminimum_response_ms = 150"
RESPONSE_MS = (812.4, 640.0, 250.0)  # of three people; the last is too fast
VALUES = (
    *(0, 1, -1, 0.5, 0.49, 0.25, 0.75, 1.0, 1.0001, -0.0, 5e-324, 300, 60_000.5, 1.7e308),
    *(10**400, -(10**400), math.nan, math.inf, -math.inf, True, False, "0.9", "", [], [1], {}),
)


def test_both_programs_know_the_same_keys():
    assert exclusion_rule.EXCLUSION_KEYS == rules_file.ALL_KEYS
    assert exclusion_rule.EQUIVALENCE_KEYS == (rules_file.MARGIN,)
    assert exclusion_rule.SHARE_RANGES == rules_file.SHARE_RANGES
    assert exclusion_rule.YES_NO == rules_file.YES_NO
    assert exclusion_rule.HALF == rules_file.HALF


def study_app_reads(table):
    try:
        return exclusion_rule.stated(exclusion_rule.read_exclusion(table, "here"))
    except StudyFileError:
        return None


def analysis_reads(table):
    try:
        share = rules_file.read_share(table, "here")
        rules = rules_file.read_rules_table(table, "here", source="study file")
    except RulesError:
        return None
    given = {key: getattr(rules, key) for key in table if key in rules_file.RULE_KEYS}
    return {"vigilance_pass_share": 0.75 if share is None else share} | given


@pytest.mark.parametrize("key", [*rules_file.ALL_KEYS, "minimum_answer_share"])
@pytest.mark.parametrize("value", VALUES, ids=lambda value: repr(value)[:8])
def test_both_programs_allow_the_same_values(key, value):
    assert study_app_reads({key: value}) == analysis_reads({key: value})


@pytest.mark.parametrize(("least", "most"), [(100, 200), (200, 200), (200.5, 200), (1, 1.5)])
def test_both_programs_compare_the_fastest_with_the_slowest(least, most):
    table = {"minimum_response_ms": least, "maximum_response_ms": most}

    assert study_app_reads(table) == analysis_reads(table)


NUMBERS = [value for value in VALUES if isinstance(value, int | float)]


@pytest.mark.parametrize("value", [*NUMBERS, 0.499], ids=lambda value: repr(value)[:8])
def test_both_programs_allow_the_same_margins(value, tmp_path):
    path = tmp_path / "rules.toml"
    path.write_text(f"[equivalence]\nmargin = {str(value).lower()}\n")

    try:
        allowed_here = exclusion_rule.read_equivalence({"margin": value}, "here").margin
    except StudyFileError:
        allowed_here = None
    try:
        allowed_there = rules_file.read_rules_file(path).equivalence_margin
    except RulesError:
        allowed_there = None

    assert allowed_here == allowed_there


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    """A study with rules, answered by three people, exported; its database beside it."""
    folder = tmp_path_factory.mktemp("study_rules")
    app = create_app(factories.make_settings(folder))
    app.testing = True  # no limits for who answers without thinking
    source = factories.study_text().replace("vigilance_pass_share = 0.75", RULES)
    source += "[equivalence]\nmargin = 0.05\n"
    factories.build_set(folder / "set", 60)
    with app.app_context():
        upgrade_database()
        factories.create_study(source, folder / "set")
        open_study(db.session(), find_study(db.session(), "colours"), None, factories.NOW)
    for number, response_ms in enumerate(RESPONSE_MS):
        browser = Browser(app)
        browser.consent(participant=f"person {number}")
        while (trial := browser.next_trial())["state"] == "trial":
            browser.answer(trial["trial_key"], factories.response_body(response_ms=response_ms))
    with app.app_context():
        study = find_study(db.session(), "colours")
        export_study(db.session(), study, folder / "export")
        db.session.remove()
        db.engine.dispose()
    return folder


def run(command, source, out, *options):
    """Run a command of ``analysis``; gives what it wrote as JSON."""
    result = CliRunner().invoke(main, [command, str(source), *options, str(out)])
    assert result.exit_code == 0, result.output
    return json.loads(out.with_suffix(".json").read_bytes())


def test_rules_of_the_study_file_leave_people_out(folder, tmp_path):
    numbers = run("estimate", folder / "export", tmp_path / "rates.json", "--json")

    counts = {rule["rule"]: rule["n_participants"] for rule in numbers["exclusions"]}
    assert counts == {"vigilance": 0, "fast_participant": 1, "fast_response": 0}
    (full,) = numbers["conditions"]
    assert full["n_participants"] == len(RESPONSE_MS) - 1


def test_the_digest_of_the_rules_is_in_the_record(folder, tmp_path):
    run("estimate", folder / "export", tmp_path / "rates.json", "--json")

    rules = json.loads((tmp_path / "rates.provenance.json").read_bytes())["rules"]
    # Written out by hand; a vigilance share of 0 leaves nobody out and so does not enter.
    canonical = b'{"minimum_median_response_ms":300.0,"minimum_response_ms":150.0}'
    assert rules["digest"] == hashlib.sha256(canonical).hexdigest()
    study_toml = (folder / "export" / "study.toml").read_bytes()
    assert rules["file_sha256"] == hashlib.sha256(study_toml).hexdigest()
    assert rules["source"] == "study file"


def test_the_margin_of_the_study_file_holds(folder):
    for source in (folder / "export", f"sqlite:///{folder / 'study.sqlite'}"):
        assert settle(source, Choices()).equivalence_margin == 0.05
        assert settle(source, Choices(equivalence_margin=0.1)).equivalence_margin == 0.1


def test_the_report_and_the_database_say_the_same(folder, tmp_path):
    database = f"sqlite:///{folder / 'study.sqlite'}"

    numbers = run("estimate", folder / "export", tmp_path / "export.json", "--json")
    assert run("estimate", database, tmp_path / "database.json", "--json") == numbers
    report = run("report", folder / "export", tmp_path / "report.html", "--out")

    record = json.loads((tmp_path / "database.provenance.json").read_bytes())
    assert report["exclusions"] == numbers["exclusions"]
    assert report["provenance"]["rules"] == record["rules"]
    assert record["rules"]["digest"] in (tmp_path / "report.html").read_text(encoding="utf-8")
