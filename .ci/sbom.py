"""Write what a release is made of, as CycloneDX JSON: the libraries that run, not those that test.

``cyclonedx-py`` lists the whole environment, with versions, licences and who needs whom. Kept is
what the package and its extras need, directly or through others.

Run: python .ci/sbom.py dist/sbom.json   (make sbom)
"""

import json
import subprocess
import sys
import tempfile
import tomllib
from pathlib import Path
from typing import Any

from cyclonedx.schema import SchemaVersion
from cyclonedx.validation.json import JsonStrictValidator
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

ROOT = Path(__file__).resolve().parents[1]
EXTRAS = ("colorizer", "analysis", "postgres")
SPECIFICATION = SchemaVersion.V1_6


def main() -> None:
    """Write the file named on the command line; its name tells when it is whole."""
    (out,) = (Path(argument) for argument in sys.argv[1:])
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    document = only_needed(list_environment(), needed_names(project))
    text = json.dumps(document, indent=1, sort_keys=True) + "\n"
    check(text)
    out.parent.mkdir(parents=True, exist_ok=True)
    temporary = out.with_suffix(".part")
    temporary.write_text(text, encoding="utf-8")
    temporary.replace(out)
    sys.stdout.write(f"{out}: {len(document['components'])} libraries\n")


def list_environment() -> dict[str, Any]:
    """Give the CycloneDX document of the environment that runs this program."""
    with tempfile.TemporaryDirectory() as folder:
        out = Path(folder) / "environment.json"
        subprocess.run(  # noqa: S603 - our own program
            [str(Path(sys.executable).with_name("cyclonedx-py")), "environment",
             "--pyproject", str(ROOT / "pyproject.toml"), "--output-reproducible",
             "--spec-version", SPECIFICATION.to_version(), "--no-validate",
             "--output-file", str(out), sys.executable],
            check=True,
        )  # fmt: skip
        document: dict[str, Any] = json.loads(out.read_text(encoding="utf-8"))
    return document


def needed_names(project: dict[str, Any]) -> set[str]:
    """Give the names that the package and its extras for users require themselves.

    Args:
        project: the table of that name in ``pyproject.toml``.
    """
    extras = project["optional-dependencies"]
    listed = [*project["dependencies"], *(name for extra in EXTRAS for name in extras[extra])]
    return {canonicalize_name(Requirement(text).name) for text in listed}


def only_needed(document: dict[str, Any], names: set[str]) -> dict[str, Any]:
    """Keep the components that are needed, directly or through others, and their relations.

    Raises:
        ValueError: one that is required directly is not installed.
    """
    reference = {canonicalize_name(c["name"]): c["bom-ref"] for c in document["components"]}
    if absent := sorted(names - set(reference)):
        raise ValueError(f"not installed here: {', '.join(absent)}")
    needs = {row["ref"]: row.get("dependsOn", []) for row in document["dependencies"]}
    root = document["metadata"]["component"]["bom-ref"]
    direct = sorted(reference[name] for name in names)
    kept, waiting = set(), list(direct)
    while waiting:
        found = waiting.pop()
        if found not in kept:
            kept.add(found)
            waiting += needs.get(found, [])
    relations = [{"ref": root, "dependsOn": direct}] + [
        {"ref": found, "dependsOn": needs.get(found, [])} for found in sorted(kept)
    ]
    components = [c for c in document["components"] if c["bom-ref"] in kept]
    return {**document, "components": components, "dependencies": relations}


def check(text: str) -> None:
    """Check a document against CycloneDX's own schema.

    Raises:
        ValueError: it breaks the schema.
    """
    problem = JsonStrictValidator(SPECIFICATION).validate_str(text)
    if problem is not None:
        raise ValueError(f"no CycloneDX document: {problem}")


if __name__ == "__main__":
    main()
