"""Write what a release is made of, as CycloneDX JSON: the libraries that run, not those that test.

``cyclonedx-py`` lists the whole environment with versions and licences. Kept is what the package
and its extras for users need, directly or through others; what others need only for extras that
nobody asked for is not, though it may be installed for the tests.

Run: python .ci/sbom.py dist/sbom.json   (make sbom)
"""

import json
import subprocess
import sys
import tempfile
import tomllib
from collections.abc import Callable
from importlib import metadata
from pathlib import Path
from typing import Any

from cyclonedx.schema import SchemaVersion
from cyclonedx.validation.json import JsonStrictValidator
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

ROOT = Path(__file__).resolve().parents[1]
EXTRAS = ("colorizer", "analysis", "postgres")
SPECIFICATION = SchemaVersion.V1_6
ROOT_NAME = ""


def main() -> None:
    """Write the file named on the command line; its name tells when it is whole."""
    (out,) = (Path(argument) for argument in sys.argv[1:])
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    needs = needs_of(listed(project), lambda name: metadata.requires(name) or [])
    document = only_needed(list_environment(), needs)
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


def listed(project: dict[str, Any]) -> list[str]:
    """Give what the package and its extras for users require themselves.

    Args:
        project: the table of that name in ``pyproject.toml``.
    """
    extras = project["optional-dependencies"]
    return [*project["dependencies"], *(text for extra in EXTRAS for text in extras[extra])]


def needs_of(requirements: list[str], requires: Callable[[str], list[str]]) -> dict[str, set[str]]:
    """Give the names that are needed, each with the names that it needs; "" is the package itself.

    Args:
        requirements: of the package itself.
        requires: gives the requirements of an installed library, those of its extras among them.
    """
    needs: dict[str, set[str]] = {ROOT_NAME: set()}
    waiting = [(ROOT_NAME, "", requirements)]
    seen = set()
    while waiting:
        name, extra, texts = waiting.pop()
        for requirement in map(Requirement, texts):
            if requirement.marker and not requirement.marker.evaluate({"extra": extra}):
                continue
            other = canonicalize_name(requirement.name)
            needs.setdefault(name, set()).add(other)
            for wanted in ("", *requirement.extras):
                if (other, wanted) not in seen:
                    seen.add((other, wanted))
                    needs.setdefault(other, set())
                    waiting.append((other, wanted, requires(other)))
    return needs


def only_needed(document: dict[str, Any], needs: dict[str, set[str]]) -> dict[str, Any]:
    """Keep the components that are needed, and say which needs which.

    Raises:
        ValueError: one that is needed is not in the document.
    """
    reference = {canonicalize_name(c["name"]): c["bom-ref"] for c in document["components"]}
    reference[ROOT_NAME] = document["metadata"]["component"]["bom-ref"]
    if absent := sorted(set(needs) - set(reference)):
        raise ValueError(f"not installed here: {', '.join(absent)}")
    kept = {reference[name] for name in needs}
    relations = [
        {"ref": reference[name], "dependsOn": sorted(reference[other] for other in needs[name])}
        for name in sorted(needs)
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
