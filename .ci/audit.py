"""Ask whether a pinned library has a known weakness: each is mended, or explained in a list.

``pip-audit`` asks a service of PyPI about each pin. Where that service cannot be reached it calls
the pins clean; here that is said loudly, and is neither a success nor a failure of the change.

Run: python .ci/audit.py   (make audit)
"""

import json
import subprocess
import sys
import tomllib
from dataclasses import dataclass
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

FOLDER = Path(__file__).resolve().parent
PINS = FOLDER / "requirements.txt"
ALLOWED = FOLDER / "audit-allowed.toml"
TIMEOUT_S = 300


@dataclass(frozen=True)
class Verdict:
    """What came of an audit.

    Attributes:
        lines: for people.
        failed: whether a weakness is neither mended nor explained.
    """

    lines: tuple[str, ...]
    failed: bool


def main() -> None:
    """Print the verdict; exit 1 for a weakness that is neither mended nor explained."""
    allowed = read_allowed(ALLOWED.read_text(encoding="utf-8"), datetime.now(UTC).date())
    verdict = judge(ask(), allowed)
    sys.stdout.write("\n".join(verdict.lines) + "\n")
    sys.exit(int(verdict.failed))


def ask() -> dict[str, Any] | None:
    """Give pip-audit's report on the pins; None if it got no answer."""
    command = [str(Path(sys.executable).with_name("pip-audit")), "--requirement", str(PINS),
               "--no-deps", "--disable-pip", "--progress-spinner", "off",
               "--format", "json"]  # fmt: skip
    try:
        done = subprocess.run(  # noqa: S603 - our own program
            command, capture_output=True, text=True, check=False, timeout=TIMEOUT_S
        )
        report: dict[str, Any] = json.loads(done.stdout)
    except (subprocess.TimeoutExpired, json.JSONDecodeError):
        return None
    return report


def read_allowed(text: str, today: date) -> dict[str, str]:
    """Give the weaknesses that are explained, by id, with the reason; those out of date are not.

    Args:
        text: TOML, tables ``[[allowed]]`` with ``id``, ``reason`` and ``until``, a date.
        today: the date.
    """
    rows = tomllib.loads(text).get("allowed", [])
    return {row["id"]: row["reason"] for row in rows if row["until"] >= today}


def judge(report: dict[str, Any] | None, allowed: dict[str, str]) -> Verdict:
    """Say what was found; what was not looked at is not called clean."""
    rows = report["dependencies"] if report else []
    checked = [row for row in rows if "skip_reason" not in row]
    skipped = [row["name"] for row in rows if "skip_reason" in row]
    if not checked:
        return Verdict(_not_audited(len(rows)), failed=False)
    found = [(row, vulnerability) for row in checked for vulnerability in row["vulns"]]
    open_ones = [pair for pair in found if not _reasons(pair[1], allowed)]
    lines = [f"{len(checked)} libraries checked, {len(open_ones)} weaknesses to mend"]
    if skipped:
        lines.append(f"NOT CHECKED, unknown to the service: {', '.join(sorted(skipped))}")
    for row, vulnerability in found:
        reasons = _reasons(vulnerability, allowed)
        lines.append(_line(row, vulnerability, reasons[0] if reasons else ""))
    return Verdict(tuple(lines), failed=bool(open_ones))


def _reasons(vulnerability: dict[str, Any], allowed: dict[str, str]) -> list[str]:
    names = (vulnerability["id"], *vulnerability.get("aliases", ()))
    return [allowed[name] for name in names if name in allowed]


def _line(row: dict[str, Any], vulnerability: dict[str, Any], reason: str) -> str:
    mended = ", ".join(vulnerability.get("fix_versions", ())) or "no version yet"
    said = f"explained: {reason}" if reason else f"mended in {mended}"
    return f"{row['name']} {row['version']}: {vulnerability['id']}; {said}"


def _not_audited(n: int) -> tuple[str, ...]:
    rule = "!" * 72
    return (
        rule,
        f"NOT AUDITED: none of {n or 'the'} pinned libraries could be looked up.",
        "The service that knows of weaknesses did not answer for any of them.",
        "This says nothing about them: run `make audit` where PyPI itself can be reached.",
        rule,
    )


if __name__ == "__main__":
    main()
