"""No command of any page escapes: it stands in a block that is run, or the like of it does."""

import json
import subprocess
import tomllib
from configparser import ConfigParser
from shutil import which
from xml.etree import ElementTree as Xml

import click
import pytest
import yaml

from analysis.__main__ import main as analysis
from colorizer.__main__ import main as colorizer
from study_app.commands import main as study_app
from study_app.study_file import parse_study_file
from tests.conftest import ROOT
from tests.documents import PAGES, PROGRAMS, commands_of
from tests.pages.blocks import NOT_RUN, READ, RUN, SHELL, Block, blocks_of, commands_in

GROUPS = {"colorizer": colorizer, "study-app": study_app, "analysis": analysis}
BLOCKS = [block for page in PAGES for block in blocks_of(page)]
SENTENCES = [command for page in PAGES for command in commands_of(page) if not command.is_whole]
# How lines begin that somebody is to paste.
PASTED = ("$", *PROGRAMS, "python", "pip", "make", "docker", "createuser", "createdb", "chromium")
SEVERAL_MACHINES = "a cluster"
STUDY = {"study": 'id = "s"\ntitle = "t"', "consent": 'text = "c"'}


def use_of(words: tuple[str, ...]) -> tuple[str, ...]:
    """Give program, subcommands; what follows is its arguments."""
    found, names = GROUPS[words[0]], [words[0]]
    for word in words[1:]:
        inner = found.commands.get(word) if isinstance(found, click.Group) else None
        if inner is None:
            break
        names.append(word)
        found = inner
    return tuple(names)


def options_of(words: tuple[str, ...]) -> set[str]:
    return {word.partition("=")[0] for word in words if word.startswith("--")}


RAN: dict[tuple[str, ...], set[str]] = {}
for _block in BLOCKS:
    if _block.is_run and _block.language == SHELL:
        for _words in commands_in(_block.script, PROGRAMS):
            for _end in range(1, len(use_of(_words)) + 1):  # a group has run if one of it has
                RAN.setdefault(use_of(_words)[:_end], set()).update(options_of(_words))


def never_run(words: tuple[str, ...]) -> str:
    """Say what of a command no block runs; empty if some do."""
    use = use_of(words)
    if use not in RAN:
        return f"no block runs {' '.join(use)}"
    missing = options_of(words) - RAN[use]
    return f"no block runs {' '.join(use)} with {', '.join(sorted(missing))}" if missing else ""


def as_study_file(fragment: str) -> str:
    """Complete a part of a study file with what every one must have."""
    for table, keys in STUDY.items():
        head = f"[{table}]\n"
        given = tomllib.loads(fragment).get(table, {})
        keys = "\n".join(line for line in keys.splitlines() if line.split()[0] not in given)
        fragment = fragment if head in fragment else f"{head}\n{fragment}"
        fragment = fragment.replace(head, f"{head}{keys}\n", 1)
    return fragment


def of_language(*languages: str) -> list[Block]:
    return [block for block in BLOCKS if block.language in languages]


def test_pages_have_blocks_of_every_kind():
    """Else the tests below prove nothing."""
    assert len([block for block in BLOCKS if block.is_run]) > 60
    assert len(SENTENCES) > 40
    assert {block.language for block in BLOCKS} >= {*RUN, "toml", "json", "xml", "ini", "nginx"}


@pytest.mark.parametrize(
    "words",
    [
        ("colorizer", "prior", "shards"),
        ("study-app", "status", "--never-heard-of"),
    ],
)
def test_a_command_that_no_block_runs_is_found(words):
    assert never_run(words)


def test_every_block_says_what_it_is():
    """Without a language nobody knows whether it is to be run."""
    unknown = [block.place for block in BLOCKS if block.language not in (*RUN, *READ, "text")]

    assert unknown == []


def test_no_block_of_text_holds_commands():
    """They would be neither run nor refused."""
    found = [
        f"{block.place}: {line}"
        for block in BLOCKS
        if block.language not in RUN
        for line in block.text.splitlines()
        if line.split() and line.split()[0] in PASTED
    ]

    assert found == []


def test_what_is_not_run_has_a_reason_that_is_known():
    reasons = {block.place: block.why_not for block in BLOCKS if block.why_not is not None}

    assert {place: reason for place, reason in reasons.items() if reason not in NOT_RUN} == {}
    assert set(reasons.values()) == set(NOT_RUN), "a reason that no page gives any more"


def test_our_own_commands_are_always_run():
    """Only other people's programs may be left to the reader, and what takes several machines."""
    found = [
        f"{block.place}: {line}"
        for block in BLOCKS
        if block.why_not not in (None, SEVERAL_MACHINES)
        for line in block.text.splitlines()
        if line.split() and line.split()[0] in PROGRAMS
    ]

    assert found == []


@pytest.mark.parametrize(
    "command", SENTENCES, ids=lambda command: f"{command.page}:{command.line} {command.words}"
)
def test_a_command_in_a_sentence_is_run_in_some_block_with_its_options(command):
    assert never_run(command.words) == ""


@pytest.mark.parametrize("block", of_language("toml"), ids=lambda block: block.place)
def test_a_block_of_toml_is_a_file_that_is_read_or_part_of_a_study_file(block):
    tomllib.loads(block.text)

    if block.mark("file") is None:
        assert block.mark("part of") == "study file"
        parse_study_file(as_study_file(block.text), block.place)


@pytest.mark.parametrize("block", of_language("json", "xml", "yaml"), ids=lambda block: block.place)
def test_a_block_of_data_is_of_its_language(block):
    read = {"json": json.loads, "xml": Xml.fromstring, "yaml": yaml.safe_load}

    assert read[block.language](block.text) is not None


@pytest.mark.parametrize("block", of_language("ini"), ids=lambda block: block.place)
def test_a_unit_of_systemd_starts_what_some_block_runs(block):
    unit = ConfigParser(strict=False, interpolation=None)
    unit.optionxform = str
    unit.read_string(block.text)

    program, *words = unit["Service"]["ExecStart"].split()

    assert never_run((program.rpartition("/")[2], *words)) == ""


@pytest.mark.parametrize(
    "block",
    [block for block in of_language("nginx") if block.why_not is None],
    ids=lambda block: block.place,
)
def test_nginx_takes_a_block(block, tmp_path):
    if which("nginx") is None or which("openssl") is None:
        pytest.skip("no nginx, or no openssl for its certificate")
    subprocess.run(
        ["openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-subj", "/CN=your.server",
         "-keyout", "key.pem", "-out", "certificate.pem"],
        cwd=tmp_path, check=True, capture_output=True,
    )  # fmt: skip
    (tmp_path / "nginx.conf").write_text(
        f"pid {tmp_path}/nginx.pid;\nerror_log stderr;\nevents {{}}\nhttp {{\n"
        f"ssl_certificate {tmp_path}/certificate.pem;\n"
        f"ssl_certificate_key {tmp_path}/key.pem;\n{block.text.replace('443', '8443')}}}\n",
        encoding="utf-8",
    )

    done = subprocess.run(
        ["nginx", "-t", "-q", "-p", str(tmp_path), "-c", "nginx.conf"],
        capture_output=True, text=True, check=False,
    )  # fmt: skip

    assert done.returncode == 0, done.stderr


def test_programs_of_benchmarks_in_sentences_are_there():
    found = {
        word
        for page in PAGES
        for word in page.read_text(encoding="utf-8").replace("`", " ").split()
        if word.startswith("benchmarks/") and word.endswith(".py")
    }

    assert {name for name in found if not (ROOT / name).is_file()} == set()
