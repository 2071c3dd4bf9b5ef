import stat
import tempfile
from concurrent.futures import ThreadPoolExecutor
from dataclasses import fields
from pathlib import Path

import pytest

from study_app.config import (
    Settings,
    load_settings,
    load_study_file,
    parse_study_file,
    place_of_setting,
    study_digest,
)
from study_app.errors import ConfigError, StudyFileError
from study_app.exclusion_rule import EquivalenceRule, ExclusionRule
from tests.study_app.factories import study_text

SMALLEST = """
[study]
id = "colours"
title = "Colours"
[consent]
text = "Yes."
"""


def environment(folder, **variables):
    return {"STUDY_INSTANCE_PATH": str(folder), **variables}


def write_config(folder, text):
    folder.mkdir(exist_ok=True)
    (folder / "config.toml").write_text(text, encoding="utf-8")


def test_settings_have_defaults_in_the_instance_folder(tmp_path):
    settings = load_settings(environment(tmp_path))

    assert settings.instance_path == tmp_path
    assert settings.database_url == f"sqlite:///{tmp_path}/study.sqlite"
    assert (settings.secure_cookies, settings.trusted_proxies) == (False, 0)


def test_the_instance_is_a_folder_beside_the_caller_by_default(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)

    assert load_settings({}).instance_path == tmp_path / "instance"


def test_the_environment_goes_before_the_file(tmp_path):
    write_config(tmp_path, 'database_url = "sqlite:///a"\ntrusted_proxies = 1\n')

    settings = load_settings(environment(tmp_path, STUDY_DATABASE_URL="sqlite:///b"))

    assert (settings.database_url, settings.trusted_proxies) == ("sqlite:///b", 1)


def test_a_secret_key_is_made_once_and_readable_by_its_owner_only(tmp_path):
    first = load_settings(environment(tmp_path / "new")).secret_key
    second = load_settings(environment(tmp_path / "new")).secret_key

    path = tmp_path / "new" / "secret_key"
    assert first == second == path.read_text()
    assert len(first) == 64
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert list((tmp_path / "new").iterdir()) == [path]


def test_workers_that_start_at_once_share_one_secret_key(tmp_path):
    with ThreadPoolExecutor(8) as pool:
        keys = set(pool.map(lambda _: load_settings(environment(tmp_path)).secret_key, range(32)))

    assert len(keys) == 1


def test_the_secret_key_is_not_shown_with_the_settings(tmp_path):
    settings = load_settings(environment(tmp_path))

    assert settings.secret_key not in repr(settings)


@pytest.mark.parametrize(
    ("config", "variables", "message"),
    [
        ("colour = 1", {}, "config.toml: unknown key colour"),
        ("trusted_proxies = true", {}, "trusted_proxies = True is no int"),
        ("= 1", {}, "not TOML"),
        ('secret_key = "short"', {}, "secret_key has 5 characters"),
        ("", {"STUDY_SECURE_COOKIES": "yes"}, "'yes' is neither true nor false"),
        ("", {"STUDY_TRUSTED_PROXIES": "-1"}, "'-1' is no whole number"),
    ],
)
def test_a_wrong_setting_is_named(tmp_path, config, variables, message):
    write_config(tmp_path, config)

    with pytest.raises(ConfigError, match=message):
        load_settings(environment(tmp_path, **variables))


def test_an_emptied_secret_key_file_is_no_key(tmp_path):
    (tmp_path / "secret_key").touch()

    with pytest.raises(ConfigError, match="is empty"):
        load_settings(environment(tmp_path))


def test_an_instance_that_is_a_file_is_refused(tmp_path):
    (tmp_path / "file").touch()

    with pytest.raises(ConfigError, match="file: a file; STUDY_INSTANCE_PATH names a folder"):
        load_settings(environment(tmp_path / "file", STUDY_SECRET_KEY="k" * 20))


def test_an_instance_that_cannot_be_made_is_refused(tmp_path):
    (tmp_path / "file").touch()

    with pytest.raises(ConfigError, match="secret key cannot be kept there: Not a directory"):
        load_settings(environment(tmp_path / "file" / "instance"))


def test_an_instance_that_cannot_be_written_is_refused(tmp_path, monkeypatch):
    def refuse(**_given):
        raise PermissionError(13, "Permission denied")

    # A mode would not do: tests may run as root, who may write everywhere.
    monkeypatch.setattr(tempfile, "mkstemp", refuse)

    with pytest.raises(ConfigError, match="secret key cannot be kept there: Permission denied"):
        load_settings(environment(tmp_path))


@pytest.mark.parametrize("name", ["secret_key", "config.toml"])
def test_a_folder_in_the_place_of_a_file_is_refused(tmp_path, name):
    (tmp_path / name).mkdir()

    with pytest.raises(ConfigError, match=f"{name}: .*: Is a directory"):
        load_settings(environment(tmp_path))


def test_a_setting_is_called_by_the_place_it_was_given_in(tmp_path, monkeypatch):
    settings = load_settings(environment(tmp_path))

    monkeypatch.delenv("STUDY_DATABASE_URL", raising=False)
    assert place_of_setting(settings, "database_url") == f"{tmp_path}/config.toml: database_url"
    monkeypatch.setenv("STUDY_DATABASE_URL", "sqlite://")
    assert place_of_setting(settings, "database_url") == "STUDY_DATABASE_URL"


def test_the_smallest_study_file_takes_all_else_from_the_preset_of_2016():
    study_file = parse_study_file(SMALLEST)

    assert study_file.protocol.preset == "zhang2016"
    assert (study_file.protocol.n_main, study_file.participants.per_condition) == (40, 40)
    assert study_file.consent.required


def test_a_preset_gives_what_the_file_leaves_out():
    text = SMALLEST + '[protocol]\npreset = "pix2pix2017"\nn_main = 20\n'

    protocol = parse_study_file(text).protocol

    assert (protocol.n_vigilance, protocol.n_main) == (0, 20)


@pytest.mark.parametrize(
    ("addition", "message"),
    [
        ("[colour]\n", r"unknown table \[colour\]"),
        ("[protocol]\nn_trials = 3", r"\[protocol\]: unknown key n_trials"),
        ("[protocol]\nn_main = 0", r"n_main = 0 is less than 1"),
        ("[protocol]\nn_main = 2.5", "n_main = 2.5 is no whole number"),
        ("[protocol]\nn_main = true", "n_main = True is no whole number"),
        ("[protocol]\ndisplay_ms = 100000", "is more than 60000"),
        ('[protocol]\ndesign = "mixed"', "design = 'mixed' is none of 'between', 'within'"),
        ('[protocol]\npreset = "amt"', "preset 'amt' is none of zhang2016"),
        ('[conditions]\ntested = "full"', "is no list of texts"),
        ("[conditions]\ntested = [1]", "is no list of texts"),
        ("[exposure]\ntolerance_ms = nan", "tolerance_ms = nan is less than 0"),
        ("[debrief]\nshow_score = 1", "show_score = 1 is no true or false"),
        (
            "[exclusion]\nvigilance_pass_share = 1.5",
            r"study.toml, \[exclusion\]: vigilance_pass_share = 1.5 is no fraction from 0 to 1",
        ),
        ("[exclusion]\nminimum_answer_ms = 1", r"\[exclusion\]: unknown key minimum_answer_ms"),
        ("[equivalence]\nmargin = 0.5", r"\[equivalence\]: margin = 0.5 is no fraction above 0"),
        ("[[equivalence]]\n", "equivalence is a table"),
        ("[[participants]]\n", "participants is a table"),
        ("[study]\n", "not TOML"),
    ],
)
def test_a_mistake_in_a_study_file_is_named(addition, message):
    with pytest.raises(StudyFileError, match=message):
        parse_study_file(SMALLEST + addition, "study.toml")


def test_a_missing_key_is_named():
    with pytest.raises(StudyFileError, match=r"study.toml, \[study\]: title is missing"):
        parse_study_file('[study]\nid = "a"\n[consent]\ntext = "x"', "study.toml")


@pytest.mark.parametrize("slug", ["", "Two Words", "-a", "a/b", "é", "a" * 64])
def test_an_id_that_does_not_fit_an_address_is_refused(slug):
    text = SMALLEST.replace('"colours"', f'"{slug}"')

    with pytest.raises(StudyFileError, match="stands in addresses"):
        parse_study_file(text)


def test_a_whole_number_may_stand_where_a_number_is_wanted():
    assert parse_study_file(SMALLEST + "[exposure]\ntolerance_ms = 9").exposure.tolerance_ms == 9.0


def test_rules_for_the_analysis_are_those_that_are_written():
    text = SMALLEST + "[exclusion]\nminimum_response_ms = 150\n[equivalence]\nmargin = 0.05\n"

    study_file = parse_study_file(text)

    assert study_file.exclusion == ExclusionRule(minimum_response_ms=150.0)
    assert study_file.equivalence == EquivalenceRule(margin=0.05)
    assert parse_study_file(SMALLEST).exclusion == ExclusionRule(vigilance_pass_share=0.75)
    assert parse_study_file(SMALLEST).equivalence == EquivalenceRule(margin=None)


def test_a_missing_study_file_says_how_to_get_one(tmp_path):
    with pytest.raises(StudyFileError, match="study-app init"):
        load_study_file(tmp_path / "study.toml")


def test_a_folder_is_no_study_file(tmp_path):
    with pytest.raises(StudyFileError, match="a folder; the study file in it is wanted"):
        load_study_file(tmp_path)


def test_a_study_file_that_is_no_text_is_refused(tmp_path):
    (tmp_path / "study.toml").write_bytes(b"\xff\xfe")

    with pytest.raises(StudyFileError, match="UTF-8"):
        load_study_file(tmp_path / "study.toml")


def test_the_digest_covers_the_file_and_the_set():
    text = study_text()

    digests = {study_digest(text, "a"), study_digest(text, "b"), study_digest(text + "#", "a")}

    assert len(digests) == 3


def test_the_example_settings_are_the_defaults(tmp_path):
    example = Path(__file__).resolve().parents[2] / "instance" / "config.example.toml"
    write_config(tmp_path / "copied", example.read_text(encoding="utf-8"))

    copied = load_settings(environment(tmp_path / "copied", STUDY_SECRET_KEY="k" * 20))
    default = load_settings(environment(tmp_path / "plain", STUDY_SECRET_KEY="k" * 20))

    assert (copied.secure_cookies, copied.trusted_proxies) == (
        default.secure_cookies,
        default.trusted_proxies,
    )


def test_every_setting_is_in_the_example():
    example = Path(__file__).resolve().parents[2] / "instance" / "config.example.toml"
    text = example.read_text(encoding="utf-8")

    for setting in fields(Settings):
        assert setting.name == "instance_path" or f"{setting.name} = " in text
