"""Rules about the metadata: JSON-LD in the words of schema.org, and what goes before what.

Schema 1.5.1: ``rules/compiled_metadata.yaml``, ``rules/errors.yaml``, ``objects/metadata.yaml``,
and the principle of inheritance: what stands nearer to a table takes the place of what all have.
"""

import json
from collections.abc import Iterator, Mapping
from pathlib import PurePosixPath
from typing import Any

from study_app.archive_names import DESCRIPTION_NAME
from study_app.psych_ds.places import FOLDER_METADATA
from study_app.psych_ds.problems import Problem, error, warning
from study_app.psych_ds.schema_org import PROPERTIES

REQUIRED = ("name", "description", "variableMeasured")
# objects/metadata.yaml; "privacyPolicy" of the rules is no word of schema.org, "usageInfo" is.
RECOMMENDED = ("author", "citation", "license", "funder", "url", "identifier", "usageInfo",
               "keywords")  # fmt: skip
CONTEXTS = tuple(
    f"{scheme}://{host}schema.org{end}"
    for scheme in ("http", "https")
    for host in ("", "www.")
    for end in ("", "/")
)
DATASET = "Dataset"


def read_metadata(path: str, content: bytes) -> tuple[dict[str, Any], list[Problem]]:
    """Read one file of metadata.

    Returns:
        Its keys without schema.org's address before them, and what is wrong with it.
    """
    try:
        document = json.loads(content.decode())
    except UnicodeDecodeError:
        return {}, [error("JSON_ENCODING_ERROR", path, "is not UTF-8")]
    except (ValueError, RecursionError) as mistake:
        return {}, [error("INVALID_JSON_FORMATTING", path, f"is not JSON: {mistake}")]
    if not isinstance(document, dict):
        return {}, [error("INVALID_JSON_FORMATTING", path, "is no object of keys and values")]
    return {_short(key): value for key, value in document.items()}, []


def compiled(path: str, documents: Mapping[str, Mapping[str, Any]]) -> dict[str, Any]:
    """Give what holds for a table: of the data set, its folders and its own file, in this order.

    Args:
        path: of the table.
        documents: all metadata, by path.
    """
    place = PurePosixPath(path)
    folders = reversed([parent for parent in place.parents if str(parent) != "."])
    names = [
        DESCRIPTION_NAME,
        *(str(folder / FOLDER_METADATA) for folder in folders),
        str(place.with_suffix(".json")),
    ]
    found: dict[str, Any] = {}
    for name in names:
        found |= documents.get(name, {})
    return found


def check_compiled(path: str, document: Mapping[str, Any]) -> Iterator[Problem]:
    """Check what holds for a table, or for a data set without any."""
    if "@context" not in document:
        yield error("INVALID_JSONLD_FORMATTING", path, "there is no @context, such as"
                    " https://schema.org/")  # fmt: skip
    elif document["@context"] not in CONTEXTS:
        yield warning("UNKNOWN_NAMESPACE", path, f"@context is {document['@context']!r}; only"
                      " https://schema.org/ can be checked")  # fmt: skip
    kind = document.get("@type", document.get("type"))
    if kind is None:
        yield error("MISSING_DATASET_TYPE", path, "there is no @type; allowed: Dataset")
    elif kind_of(kind) != DATASET:
        yield error("INCORRECT_DATASET_TYPE", path, f"@type is {kind!r}; allowed: Dataset")
    if missing := [key for key in REQUIRED if not document.get(key)]:
        yield error("JSON_KEY_REQUIRED", path, f"there is no {', '.join(missing)}")
    elif not isinstance(document["variableMeasured"], list):
        yield error("JSON_KEY_REQUIRED", path, "variableMeasured is no list")


def check_recommended(document: Mapping[str, Any]) -> Iterator[Problem]:
    """Name what the description of a data set should say too."""
    if missing := [key for key in RECOMMENDED if not document.get(key)]:
        yield warning("JSON_KEY_RECOMMENDED", DESCRIPTION_NAME,
                      f"recommended and not there: {', '.join(missing)}")  # fmt: skip


def check_terms(path: str, node: Any, where: str = "") -> Iterator[Problem]:
    """Check the words of a document, down to its leaves.

    Args:
        path: of the file.
        node: the document, or a part of it.
        where: the part, for messages.
    """
    if isinstance(node, list):
        for item in node:
            yield from check_terms(path, item, where)
    elif isinstance(node, dict):
        yield from _check_object(path, node, where)


def variables(document: Mapping[str, Any]) -> list[str]:
    """Give the names of the columns that a document measures."""
    found = document.get("variableMeasured")
    items = found if isinstance(found, list) else []
    names = (item.get("name") if isinstance(item, dict) else item for item in items)
    return [name for name in names if isinstance(name, str)]


def kind_of(value: Any) -> str:
    """Give a type without schema.org's address before it; empty for what is none."""
    first = value[0] if isinstance(value, list) and value else value
    return _short(first) if isinstance(first, str) else ""


def _check_object(path: str, node: Mapping[str, Any], where: str) -> Iterator[Problem]:
    kind = kind_of(node.get("@type", node.get("type", DATASET if not where else "")))
    if not kind and not set(node) <= {"@id", "@value"}:
        yield warning("OBJECT_TYPE_MISSING", path, f"{where or 'the document'} has no @type")
    known = PROPERTIES.get(kind)
    for key, value in node.items():
        term = _short(key)
        if term.startswith("@") or term == "type":
            continue
        if ":" in term:
            yield warning("UNKNOWN_NAMESPACE", path, f"{term} is not of schema.org")
        elif known is not None and term not in known:
            yield warning(
                "INVALID_SCHEMAORG_PROPERTY", path, f"{kind} has no property {term} in schema.org"
            )
        yield from check_terms(path, value, f"{where}.{term}".lstrip("."))


def _short(term: str) -> str:
    for context in CONTEXTS:
        if context.endswith("/") and term.startswith(context):
            return term.removeprefix(context)
    return term
