import stat
import tempfile
from concurrent.futures import ThreadPoolExecutor
from dataclasses import fields
from pathlib import Path

import pytest

from study_app.config import Settings, environment_of, load_settings, place_of_setting
from study_app.errors import ConfigError


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


def test_a_refused_secret_is_not_shown(tmp_path):
    with pytest.raises(ConfigError) as refused:
        load_settings(environment(tmp_path, STUDY_METRICS_TOKEN="an insecure token for all"))

    assert "token for all" not in str(refused.value)


def test_another_process_reads_the_same_settings(tmp_path):
    settings = load_settings(
        environment(
            tmp_path,
            STUDY_SECURE_COOKIES="true",
            STUDY_TRUSTED_PROXIES="2",
            STUDY_LOG_FORMAT="json",
            STUDY_METRICS_TOKEN="0123456789abcdef",
            STUDY_SENDFILE="x-accel",
        )
    )

    assert load_settings(environment_of(settings)) == settings


@pytest.mark.parametrize(
    ("config", "variables", "message"),
    [
        ("colour = 1", {}, "config.toml: unknown key colour"),
        ("trusted_proxies = true", {}, "trusted_proxies = True is no int"),
        ("= 1", {}, "not TOML"),
        ('secret_key = "short"', {}, "secret_key has 5 characters"),
        ('secret_key = "kkkkkkkkkkkkkkkkkkkk"', {}, "secret_key has 1 different characters"),
        ('secret_key = "please-Change-me-soon"', {}, "secret_key has the word 'change'"),
        ("", {"STUDY_SECRET_KEY": "the default key of 2026"}, "secret_key has the word 'default'"),
        ('metrics_token = "short"', {}, "metrics_token has 5 characters.*token_hex"),
        ('log_format = "xml"', {}, "log_format = 'xml' is none of text, json"),
        ("", {"STUDY_SENDFILE": "on"}, "sendfile = 'on' is none of off, x-accel"),
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
        load_settings(environment(tmp_path / "file", STUDY_SECRET_KEY="only the tests know it"))


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


def test_the_example_settings_are_the_defaults(tmp_path):
    example = Path(__file__).resolve().parents[2] / "instance" / "config.example.toml"
    write_config(tmp_path / "copied", example.read_text(encoding="utf-8"))

    copied = load_settings(
        environment(tmp_path / "copied", STUDY_SECRET_KEY="only the tests know it")
    )
    default = load_settings(
        environment(tmp_path / "plain", STUDY_SECRET_KEY="only the tests know it")
    )

    assert (copied.secure_cookies, copied.trusted_proxies) == (
        default.secure_cookies,
        default.trusted_proxies,
    )


def test_every_setting_is_in_the_example():
    example = Path(__file__).resolve().parents[2] / "instance" / "config.example.toml"
    text = example.read_text(encoding="utf-8")

    for setting in fields(Settings):
        assert setting.name == "instance_path" or f"{setting.name} = " in text
