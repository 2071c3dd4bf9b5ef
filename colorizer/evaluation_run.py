"""One evaluation from paths to files: opens photographs, networks and folders, draws the sheet."""

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

from colorizer.colourists import open_colourists
from colorizer.condition_specs import ConditionSpec
from colorizer.evaluate import evaluate
from colorizer.fakes_sheet import FakesSheet
from colorizer.fingerprints import file_sha256
from colorizer.photo_files import find_photos
from colorizer.rebalancing import load_prior
from colorizer.results import versions
from colorizer.weights_files import find_weights, mean_colour


def run_evaluation(
    inputs: Sequence[Path],
    specs: Sequence[ConditionSpec],
    prior_path: Path | None = None,
    sheet_path: Path | None = None,
    seed: int = 0,
    progress: Callable[[int], None] | None = None,
) -> dict[str, Any]:
    """Evaluate conditions on photographs and draw their contact sheet.

    Args:
        inputs: folders, tar files, text files of paths or photographs.
        specs: at least one condition of the kind ``weights`` or ``folder``.
        prior_path: of the prior that weights the rebalanced AuC; None takes the photographs' own.
        sheet_path: picture to write; None writes none.
        seed: of the random baseline.
        progress: called with the number of inputs done.

    Returns:
        As ``evaluate``; ``prior`` names the file, ``settings`` says what was compared.

    Raises:
        ColorizerError: an input, a network, a folder or the prior is missing or cannot be used.
    """
    sources = list(find_photos(inputs))
    prior = load_prior(prior_path) if prior_path else None
    colourists = open_colourists(specs, sources)
    sheet = FakesSheet() if sheet_path else None
    figures = evaluate(
        sources,
        colourists,
        prior=prior,
        mean_ab=mean_colour(specs[0].argument) if specs[0].kind == "weights" else None,
        seed=seed,
        progress=progress,
        sheet=sheet,
    )
    if sheet and sheet_path:
        sheet.save(sheet_path)
    if prior_path:
        figures["prior"] = f"of {prior_path.name}, SHA-256 {file_sha256(prior_path)}"
    settings = {"seed": seed, "versions": versions(), "conditions": list(map(_settings, specs))}
    return {**figures, "settings": settings}


def _settings(spec: ConditionSpec) -> dict[str, Any]:
    sha256 = file_sha256(find_weights(spec.argument)) if spec.kind == "weights" else None
    return {
        "name": spec.name,
        "kind": spec.kind,
        "from": Path(spec.argument).name,
        "weights_sha256": sha256,
        "temperature": spec.temperature,
        "input_px": spec.input_px,
    }
