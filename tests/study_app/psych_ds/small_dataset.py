"""A small data set that keeps every rule, written by hand after "Rules and Conventions"."""

import json
from pathlib import Path
from typing import Any

TABLE = "data/primary/study-1_subject-aa1_data.csv"
DESCRIPTION: dict[str, Any] = {
    "@context": "https://schema.org",
    "@type": "Dataset",
    "name": "Zebras",
    "description": "How long zebras are.",
    "variableMeasured": [
        {"@type": "PropertyValue", "name": "zebra", "description": "Which zebra."},
        {"@type": "PropertyValue", "name": "length", "unitText": "m", "minValue": 0},
    ],
    "author": "Somebody",
    "citation": "Somebody 2026",
    "license": "CC0-1.0",
    "funder": {"@type": "Organization", "name": "Crown"},
    "url": "https://example.org",
    "identifier": "zebras",
    "usageInfo": "Zebras do not mind.",
    "keywords": ["zebra"],
}
FILES = {
    "README.md": "About zebras.\n",
    "CHANGES.md": "None.\n",
    ".psychds-ignore": "analysis/**\ndocumentation/**\nmaterials/**\nresults/**\n",
    "analysis/script.R": "1\n",
    "documentation/note.txt": "Note.\n",
    "materials/zebra.txt": "A zebra.\n",
    "results/none.txt": "None.\n",
    TABLE: 'zebra,length\nann,2.5\n"bob, jr",3\n',
}


def write_dataset(folder: Path, files: dict[str, Any] | None = None, **changes: Any) -> Path:
    """Write the data set.

    Args:
        folder: its place.
        files: other contents by path; None leaves a file out.
        changes: other keys of the description; None leaves a key out.
    """
    described = {
        key.replace("at_", "@"): value
        for key, value in (DESCRIPTION | changes).items()
        if value is not None
    }
    everything = {"dataset_description.json": json.dumps(described), **FILES, **(files or {})}
    for path, content in everything.items():
        if content is not None:
            (folder / path).parent.mkdir(parents=True, exist_ok=True)
            data = content if isinstance(content, bytes) else content.encode()
            (folder / path).write_bytes(data)
    return folder
