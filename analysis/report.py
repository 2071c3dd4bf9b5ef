"""The report: one document of everything a reader needs, as a page and as its JSON twin.

Place on the data's path: the last arrow. The document is built here from the trial table; the page
(``page.py``) shows nothing that is not in it. The same bytes of input and the same settings give
the same bytes of both, wherever and whenever: no path, no date, no host enters.
"""

from dataclasses import asdict, dataclass
from typing import Any

import pandas as pd

from analysis.data_quality import (
    FAST_RESPONSE_MS,
    QUANTILES,
    DataQuality,
    control_leaks,
    describe,
)
from analysis.estimates import Estimates, EstimateSettings, as_document, estimate
from analysis.methods import REFERENCES, methods_paragraph
from analysis.page import render_page
from analysis.participant_flow import participant_flow
from analysis.results import DISTRIBUTION, json_bytes, versions
from analysis.trial_table import TrialTable


@dataclass(frozen=True)
class Report:
    """A finished report.

    Attributes:
        html: one self-contained page, UTF-8.
        json: its twin with the same content, UTF-8.
    """

    html: bytes
    json: bytes


def build_report(table: TrialTable, settings: EstimateSettings) -> Report:
    """Estimate, describe and write up a trial table."""
    document = report_document(table, settings)
    return Report(html=render_page(document).encode(), json=json_bytes(document))


def report_document(table: TrialTable, settings: EstimateSettings) -> dict[str, Any]:
    """Give everything that the report shows; begins with the document of ``analysis estimate``."""
    estimates = estimate(table.trials, settings)
    without_rule = estimate(table.trials, EstimateSettings(settings.level, vigilance_pass_share=0))
    found = versions()
    return {
        **as_document(estimates),
        "only_simulated": estimates.screened.only_simulated,
        "exclusion_rules": [
            {"rule": exclusion.rule, "meaning": exclusion.reason}
            for exclusion in estimates.screened.exclusions
        ],
        "without_vigilance_rule": _results_only(without_rule),
        "participant_flow": [asdict(row) for row in _flow(table.trials, estimates)],
        "data_quality": _quality(
            describe(
                table.trials,
                estimates.screened,
                pass_share=settings.vigilance_pass_share,
                level=settings.level,
            )
        ),
        "methods": methods_paragraph(
            estimates, settings, version=found[DISTRIBUTION], digest=table.sha256
        ),
        "references": list(REFERENCES),
        "provenance": provenance(table, settings),
    }


def provenance(table: TrialTable, settings: EstimateSettings) -> dict[str, Any]:
    """Say what the numbers were made from, with which settings, by which versions."""
    trials = table.trials
    return {
        "input": {
            "sha256": table.sha256,
            "n_trials": len(trials),
            "n_participants": int(trials["participant_id"].nunique()),
            "studies": sorted(str(name) for name in trials["study_id"].unique()),
        },
        "settings": asdict(settings),
        "versions": versions(),
    }


def _flow(trials: pd.DataFrame, estimates: Estimates) -> list[Any]:
    return list(participant_flow(trials, estimates.screened))


def _results_only(estimates: Estimates) -> dict[str, Any]:
    document = as_document(estimates)
    return {name: document[name] for name in ("conditions", "differences")}


def _quality(quality: DataQuality) -> dict[str, Any]:
    document = asdict(quality)
    for name in ("response_ms", "shown_ms"):
        quantiles = zip(QUANTILES, getattr(quality, name), strict=False)
        document[name] = {f"{share:g}": value for share, value in quantiles}
    return {
        **document,
        "fast_response_ms": FAST_RESPONSE_MS,
        "control_leaks": control_leaks(quality.control),
    }
