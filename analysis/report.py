"""The report: one document of everything a reader needs, as a page and as its JSON twin.

Place on the data's path: the last arrow. The document is built here from the trial table; the page
(``page.py``) and the files (``illustrations.py``, ``tables.py``) show nothing that is not in it.
The same bytes of input and the same settings give the same bytes of all, wherever and whenever: no
path, no date, no host enters.
"""

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field, replace
from pathlib import Path
from typing import Any

import pandas as pd

from analysis.columns import SIDES
from analysis.database_record import DatabaseRecord
from analysis.descriptions import describe_study
from analysis.estimates import (
    EstimateSettings,
    as_document,
    difference_entry,
    estimate,
    fool_rate_entry,
)
from analysis.exclusion_rules import rules_digest
from analysis.exclusions import Screened, main_conditions
from analysis.gallery import PairThumbnails, gallery_thumbnails
from analysis.illustrations import embed_figures, figure_entries, figure_files, illustrate
from analysis.methods import cited_references, methods_section
from analysis.page import render_page
from analysis.participant_flow import participant_flow
from analysis.results import json_bytes, versions
from analysis.stimulus_images import StimulusImages, read_stimulus_images
from analysis.study_design import describe_design
from analysis.study_record import NO_RECORD, StudyRecord, read_study_record
from analysis.tables import table_files
from analysis.trial_table import TrialTable
from analysis.without_exclusions import estimate_both
from analysis.wording import whose

GALLERY_PACKAGE = "pillow"
UNUSED = ("study_id", "answered_at")
NAMES = (
    "participant_id",
    "study_session_id",
    "condition",
    "block",
    "trial_type",
    "pair_id",
    "photo_id",
)
SIDE_COLUMNS = ("real_side", "first_side", "chosen_side")
# One list for all, or they could not be compared with each other.
FIRST_SIDES = (*SIDES, "both")


@dataclass(frozen=True)
class Report:
    """A finished report.

    Attributes:
        html: one self-contained page, UTF-8.
        json: its twin with the same content, UTF-8.
        figures: every figure as SVG and as PDF, by file name; empty if not asked for.
        tables: the main results as LaTeX and as Markdown, by file name.
    """

    html: bytes
    json: bytes
    figures: Mapping[str, bytes] = field(default_factory=dict)
    tables: Mapping[str, bytes] = field(default_factory=dict)

    @property
    def files(self) -> dict[str, bytes]:
        """Figures and tables together, by file name."""
        return {**self.figures, **self.tables}


def build_report(
    table: TrialTable,
    settings: EstimateSettings,
    *,
    stimulus_set: Path | None = None,
    export_folder: Path | None = None,
    database: DatabaseRecord | None = None,
    with_figures: bool = True,
) -> Report:
    """Estimate, describe and write up a trial table.

    Args:
        table: of ``read_trials``.
        settings: chosen beforehand.
        stimulus_set: folder of the stimulus set; gives the gallery.
        export_folder: the folder of ``study-app export`` that the table comes from; gives the steps
            before the first trial, the protocol, and which stimulus set it must be.
        database: of ``read_database_record``, where the table comes from the study's database;
            gives the steps before the first trial.
        with_figures: whether to draw the files of the figures too, which takes some seconds.

    Raises:
        StimulusSetError: the set is none, not the study's, or an image in it cannot be shown.
        TrialTableError: a file of the export folder cannot be read.
    """
    record = NO_RECORD if export_folder is None else read_study_record(export_folder)
    if database is not None:
        record = replace(record, participants=database.participants, flow=database.flow)
    images = None
    if stimulus_set is not None:
        images = read_stimulus_images(stimulus_set, expected_sha256=record.set_sha256)
    document = report_document(table, settings, images=images, record=record)
    figures = illustrate(document)
    page = render_page(document, embed_figures(figures), _thumbnails(document, images))
    return Report(
        html=page.encode(),
        json=json_bytes(document),
        figures=figure_files(figures) if with_figures else {},
        tables=table_files(document),
    )


def report_document(
    table: TrialTable,
    settings: EstimateSettings,
    *,
    images: StimulusImages | None = None,
    record: StudyRecord = NO_RECORD,
) -> dict[str, Any]:
    """Give everything that the report shows; begins with the document of ``analysis estimate``."""
    trials = compact(table.trials)
    estimates = estimate(trials, settings)
    screened = estimates.screened
    conditions = main_conditions(trials)
    document = {
        **as_document(estimates),
        "only_simulated": screened.only_simulated,
        "is_pilot": record.is_pilot,
        "exclusion_rules": [
            {"rule": exclusion.rule, "of": exclusion.of, "meaning": exclusion.reason}
            for exclusion in screened.exclusions
        ],
        "without_exclusions": _without_exclusions(trials, screened, conditions, settings.level),
        "participant_flow": [
            asdict(row)
            for row in participant_flow(trials, screened, record.participants, record.flow)
        ],
        "design": asdict(describe_design(trials)),
        "study": {
            "sha256": record.study_sha256,
            "protocol": record.protocol,
            "deviations": list(record.deviations),
        },
        **describe_study(trials, screened, conditions, settings, images),
        "provenance": provenance(table, settings, images),
    }
    figures = illustrate(document)
    methods = methods_section(document)
    return {
        **document,
        "figures": figure_entries(figures, whose(document)),
        "methods": methods,
        "references": cited_references(methods),
    }


def compact(trials: pd.DataFrame) -> pd.DataFrame:
    """Keep text as numbers with names, and no column that nothing here asks for.

    No estimate changes; filters take a fraction of the time.
    """
    kinds: dict[str, Any] = dict.fromkeys(NAMES, "category")
    sides = dict.fromkeys(SIDE_COLUMNS, pd.CategoricalDtype(list(FIRST_SIDES)))
    return trials.drop(columns=list(UNUSED)).astype({**kinds, **sides})


def provenance(
    table: TrialTable, settings: EstimateSettings, images: StimulusImages | None = None
) -> dict[str, Any]:
    """Say what the numbers were made from, with which settings and rules, by which versions."""
    trials = table.trials
    chosen = asdict(settings)
    del chosen["rules"]
    return {
        "input": {
            "sha256": table.sha256,
            "n_trials": len(trials),
            "n_participants": int(trials["participant_id"].nunique()),
            "studies": sorted(str(name) for name in trials["study_id"].unique()),
        },
        "stimulus_set": None if images is None else {"sha256": images.sha256},
        "settings": chosen,
        "rules": _rules_record(settings),
        "versions": versions() if images is None else versions(GALLERY_PACKAGE),
    }


def _rules_record(settings: EstimateSettings) -> dict[str, Any]:
    rules = asdict(settings.rules)
    rules["reasons"] = dict(settings.rules.reasons)
    rules["digest"] = rules_digest(settings.vigilance_pass_share, settings.rules)
    return {"vigilance_pass_share": settings.vigilance_pass_share, **rules}


def _without_exclusions(
    trials: pd.DataFrame, screened: Screened, conditions: Sequence[str], level: float
) -> dict[str, Any]:
    """Give the results with no rule but the one on simulated participants."""
    both = estimate_both(trials, screened, conditions, level=level)
    return {
        "n_trials_left_out": both.n_left_out,
        "conditions": [fool_rate_entry(rate) for rate in both.without_exclusions],
        "differences": [difference_entry(found) for found in both.differences_without],
    }


def _thumbnails(
    document: Mapping[str, Any], images: StimulusImages | None
) -> dict[str, PairThumbnails]:
    return {} if images is None else gallery_thumbnails(document["gallery"], images)
