"""A report's document as one self-contained page: tables, inline figures, no outside resource.

Place on the data's path: ``report.py`` hands in the document; nothing is computed here but words
and pictures. The layout is in ``templates/report.html`` and its sections.
"""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import jinja2

from analysis.gallery import PairThumbnails
from analysis.illustrations import EmbeddedFigure
from analysis.people_illustrations import OUTCOME_WORDS
from analysis.photo_illustrations import category_name, largest_categories
from analysis.rate_illustrations import by_rank
from analysis.wording import (
    NOTHING,
    Entry,
    count,
    counted,
    decimal,
    limits,
    p_value,
    percent,
    plain_limits,
    point_limits,
    points,
    probability,
    whole,
)

TEMPLATES = Path(__file__).parent / "templates"
# Photos listed at either end of a condition; the twin has them all.
PHOTOS_LISTED = 5
FLOW_STEPS = {
    "invited": "Invited",
    "consented": "Consented",
    "screened": "Passed the checks",
    "in_table": "In the table",
    "started": "Started",
    "finished": "Finished",
    "withdrawn": "Withdrew",
    "erased": "Erased",
}
SECTIONS = {
    "fool-rates": "Fool rates",
    "differences": "Differences",
    "photos": "Photos",
    "categories": "Categories",
    "people": "People",
    "time": "Time",
    "participants": "Participants and exclusions",
    "quality": "Data quality",
    "methods": "Methods",
    "provenance": "Provenance",
}
NO_THUMBNAILS: Mapping[str, PairThumbnails] = {}


def render_page(
    document: Entry,
    drawings: Mapping[str, EmbeddedFigure],
    thumbnails: Mapping[str, PairThumbnails] = NO_THUMBNAILS,
) -> str:
    """Render a report's document as HTML; equal documents give equal pages.

    Args:
        document: of ``report_document``.
        drawings: of ``embed_figures``, for every figure of the document.
        thumbnails: small copies by ``pair_id``, for every pair of the document's ``gallery``.
    """
    return (
        _environment()
        .get_template("report.html")
        .render(
            document=document,
            level=percent(document["level"], digits=None),
            warnings=_warnings(document),
            figures=_shown(document["figures"], drawings),
            thumbnails=thumbnails,
            ranks=[f"Rank {k + 1}" for k in range(len(document["ranking"]))],
            ranked=by_rank(document["ranking"]),
            no_equivalence=_no_equivalence(document),
            n_listed=PHOTOS_LISTED,
            contents=_contents(document),
            categories=largest_categories(document["categories"]),
            outcome_words={"all": "all", **OUTCOME_WORDS},
            stretches=_stretches(document),
            agreement_warnings=_agreement_warnings(document),
            **_flow_table(document["participant_flow"]),
        )
    )


def _contents(document: Entry) -> list[tuple[str, str]]:
    """Name the sections there is something to show for: identifier, which is the file's, words."""
    shown = {
        "differences": len(document["conditions"]) > 1,
        "photos": any(entry["photos"] for entry in document["photos"]),
        "categories": any(entry["category"] is not None for entry in document["categories"]),
        "people": bool(document["conditions"]),
        "time": bool(document["conditions"]),
    }
    return [(name, words) for name, words in SECTIONS.items() if shown.get(name, True)]


def _environment() -> jinja2.Environment:
    environment = jinja2.Environment(
        loader=jinja2.FileSystemLoader(TEMPLATES, encoding="utf-8"),
        autoescape=True,
        undefined=jinja2.StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    filters = (
        category_name,
        count,
        counted,
        decimal,
        limits,
        p_value,
        percent,
        plain_limits,
        point_limits,
        points,
        probability,
        whole,
    )
    environment.filters.update({function.__name__: function for function in filters})
    environment.filters.update(point_size=_point_size, ends=_ends)
    return environment


def _shown(
    entries: Sequence[Entry], drawings: Mapping[str, EmbeddedFigure]
) -> dict[str, dict[str, Any]]:
    """Put the words of every figure and its drawings together, by name."""
    return {
        entry["name"]: {
            **entry,
            "wide": drawings[entry["name"]].wide,
            "narrow": drawings[entry["name"]].narrow,
        }
        for entry in entries
    }


def _warnings(document: Entry) -> list[str]:
    """Collect the warnings of all intervals, each with what it is about, none twice."""
    found: Sequence[tuple[str, str | None]] = [
        (f"Fool rate of {entry['condition']}", entry[target].get("warning"))
        for entry in document["conditions"]
        for target in ("people_and_photos", "these_photos")
    ] + [(f"{e['a']} minus {e['b']}", e.get("warning")) for e in document["differences"]]
    return list(dict.fromkeys(f"{about}: {warning}." for about, warning in found if warning))


def _no_equivalence(document: Entry) -> str:
    if document["provenance"]["settings"]["equivalence_margin"] is None:
        return "No margin of equivalence was stated beforehand, so equivalence was not tested."
    return "Equivalence could not be tested: no condition has an interval."


def _stretches(document: Entry) -> list[str]:
    """Name the columns of the time course: first to last fifth, or whatever there are."""
    most = max((len(course["blocks"]) for course in document["time_course"]), default=0)
    return [f"{number} of {most}" for number in range(1, most + 1)]


def _agreement_warnings(document: Entry) -> list[str]:
    """Say what a reader must know about variance shares and reliability, by condition."""
    found = [
        f"{entry['condition']}: {entry[part]['warning']}."
        for entry in document["agreement"]
        for part in ("shares", "reliability")
        if entry[part]["warning"]
    ]
    return list(dict.fromkeys(found))


def _flow_table(rows: Sequence[Entry]) -> dict[str, Any]:
    """Lay out the flow, without columns that were recorded for nobody."""
    steps = [name for name in FLOW_STEPS if any(row[name] is not None for row in rows)]
    rules = list(rows[-1]["left_out"])
    columns = [FLOW_STEPS[name] for name in steps] + [f"Left out: {rule}" for rule in rules]
    table = [
        {
            "name": "All" if row["condition"] is None else row["condition"],
            "is_total": row["condition"] is None,
            "cells": [count(row[name]) for name in steps]
            + [count(row["left_out"][rule]) for rule in rules]
            + [count(row["without_answers"]), count(row["analysed"])],
        }
        for row in rows
    ]
    return {"flow_columns": [*columns, "Without answers", "Analysed"], "flow_rows": table}


def _point_size(difference: float | None) -> str:
    """Write a spread in percentage points, without a sign."""
    return NOTHING if difference is None else f"{100 * difference:.1f}"


def _ends(entries: Sequence[Entry], n: int) -> list[Entry | None]:
    """Give the first and the last n, with None between them where some are left out."""
    if len(entries) <= 2 * n:
        return list(entries)
    return [*entries[:n], None, *entries[len(entries) - n :]]
