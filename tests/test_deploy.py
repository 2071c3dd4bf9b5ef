"""The examples of ``deploy/``: what can be checked of them without a container engine or root."""

import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
import yaml

from study_app.config import environment_of, load_settings
from study_app.metrics import Metrics
from tests.conftest import ROOT
from tests.study_app import factories
from tests.study_app.served import free_port, wait_for

DEPLOY = ROOT / "deploy"
PAGE = ROOT / "docs" / "how-to" / "production.md"
SHOWN = (
    "nginx/study.conf",
    "nginx/upstream.conf",
    "study-app.service",
    "prometheus/prometheus.yml",
    "prometheus/study-alerts.yml",
)
METRIC = re.compile(r"study_app_\w+")


def read(name):
    return (DEPLOY / name).read_text(encoding="utf-8")


def program(name):
    return str(Path(sys.executable).with_name(name))


def instructions():
    """Give the Dockerfile's instructions in order, each on one line."""
    text = re.sub(r"\\\n\s*", "", read("Dockerfile"))
    return [
        tuple(line.split(maxsplit=1))
        for line in text.splitlines()
        if line.strip() and not line.startswith("#")
    ]


@pytest.fixture(scope="module")
def compose():
    return yaml.safe_load(read("compose.yaml"))


@pytest.mark.parametrize("name", SHOWN)
def test_the_page_shows_the_file_as_it_is(name):
    assert f"\n{read(name).rstrip()}\n```" in PAGE.read_text(encoding="utf-8")


def test_the_dockerfiles_linter_finds_nothing():
    done = subprocess.run(
        [program("hadolint"), str(DEPLOY / "Dockerfile")], capture_output=True, text=True,
        check=False,
    )  # fmt: skip

    assert (done.returncode, done.stdout) == (0, "")


def test_the_image_runs_as_nobody_of_importance_and_is_looked_after():
    given = dict(instructions())

    assert given["USER"] == "10001"
    assert "/healthz" in given["HEALTHCHECK"]
    assert given["STOPSIGNAL"] == "SIGTERM"


def test_what_the_image_is_made_of_is_there():
    copied = [words.split()[:-1] for name, words in instructions() if name == "COPY"]

    here = [source for sources in copied for source in sources if not source.startswith(("-", "/"))]
    assert {"study_app", "migrations", "pyproject.toml", ".ci/requirements.txt"} <= set(here)
    assert [source for source in here if not (ROOT / source).exists()] == []


def test_the_compose_file_fits_its_specification():
    done = subprocess.run(
        [program("check-jsonschema"), "--builtin-schema", "vendor.compose-spec",
         str(DEPLOY / "compose.yaml")],
        capture_output=True, text=True, check=False,
    )  # fmt: skip

    assert done.returncode == 0, done.stdout + done.stderr


def test_only_nginx_can_be_reached_and_the_application_cannot_write_to_itself(compose):
    services = compose["services"]

    assert [name for name, service in services.items() if "ports" in service] == ["nginx"]
    assert compose["networks"]["inside"] == {"internal": True}
    assert services["app"]["networks"] == services["database"]["networks"] == ["inside"]
    assert services["app"]["read_only"]
    assert services["app"]["cap_drop"] == ["ALL"]


def test_files_that_compose_mounts_from_the_repository_are_there(compose):
    mounted = [
        volume.split(":")[0]
        for volume in compose["services"]["nginx"]["volumes"]
        if volume.startswith("./nginx/")
    ]

    assert len(mounted) == 2
    assert [name for name in mounted if not (DEPLOY / name).is_file()] == []


def test_settings_of_the_containers_are_settings(compose, tmp_path):
    given = compose["services"]["app"]["environment"]
    settings = load_settings({**given, "STUDY_INSTANCE_PATH": str(tmp_path)})

    assert (settings.sendfile, settings.trusted_proxies) == ("x-accel", 1)
    assert settings.secure_cookies


def test_systemd_takes_the_unit(tmp_path):
    verify = shutil.which("systemd-analyze")
    if verify is None:
        pytest.skip("no systemd-analyze on this machine")
    unit = tmp_path / "study-app.service"
    text = read("study-app.service").replace("/srv/study/.venv/bin/study-app", sys.executable)
    unit.write_text(text, encoding="utf-8")

    done = subprocess.run(
        [verify, "verify", str(unit)], capture_output=True, text=True, check=False
    )

    assert (done.returncode, "study-app.service" in done.stderr) == (0, False), done.stderr


def test_alerts_and_scrapes_are_of_what_is_counted():
    metrics = Metrics()
    metrics.count_request("pages.home", "GET", 200, 0.1)
    counted = set(METRIC.findall(metrics.page(lambda: 0).decode()))
    (group,) = yaml.safe_load(read("prometheus/study-alerts.yml"))["groups"]
    rules = {rule["alert"]: rule["expr"] for rule in group["rules"]}
    (scrape,) = yaml.safe_load(read("prometheus/prometheus.yml"))["scrape_configs"]

    assert len(rules) == 3
    assert {name for expr in rules.values() for name in METRIC.findall(expr)} <= counted
    assert f'job="{scrape["job_name"]}"' in rules["StudyDown"]
    assert scrape["metrics_path"] == "/metrics"


def test_what_the_page_says_of_counts_is_what_is_counted():
    metrics = Metrics()
    families = {
        name
        for name in METRIC.findall(metrics.page(lambda: 0).decode())
        if not name.endswith(("_created", "_bucket", "_sum", "_count"))
    }

    told = set(METRIC.findall(PAGE.read_text(encoding="utf-8").split("## The counts")[1]))
    assert families <= told


@pytest.mark.slow
def test_the_dockerfiles_commands_run_in_their_order_without_docker(tmp_path):
    """Sources, a new environment, the pinned libraries, and the server of the last line."""
    source, home = tmp_path / "src", tmp_path / "srv"
    for name, words in instructions():
        if name == "COPY" and not words.startswith("--"):
            *parts, target = words.split()
            copy(parts, source, target)
        if name == "RUN" and "pip install" in words:
            script = words.replace("/srv/", f"{home}/").replace("python -m", f"{sys.executable} -m")
            subprocess.run(script, shell=True, cwd=source, check=True)  # noqa: S602 - our own file
    (command,) = (words for name, words in instructions() if name == "CMD")
    port = free_port()
    arguments = [*yaml.safe_load(command), "--port", str(port)]
    set_folder = tmp_path / "set"
    factories.build_set(set_folder)
    (tmp_path / "instance").mkdir()
    with factories.app_with_studies(tmp_path / "instance", None, set_folder) as app:
        settings = factories.make_settings(Path(app.instance_path))
        environment = {name: value for name, value in os.environ.items() if name != "PYTHONPATH"}
        process = subprocess.Popen(
            [home / "venv" / "bin" / "study-app", *arguments[:1], "--host", "127.0.0.1",
             *arguments[3:]],
            env={**environment, **environment_of(settings), "STUDY_LOG_FORMAT": "json"},
            cwd=tmp_path,
        )  # fmt: skip
        try:
            wait_for(f"http://127.0.0.1:{port}/readyz", process)
        finally:
            process.terminate()
            assert process.wait(60) == 0


def copy(parts, source, target):
    """Copy files, or the content of one folder, as COPY does."""
    for part in parts:
        if (ROOT / part).is_dir():
            shutil.copytree(ROOT / part, source / target)
        else:
            place = source / target if not target.endswith("/") else source / target / part
            place.parent.mkdir(parents=True, exist_ok=True)
            shutil.copy(ROOT / part, place)
