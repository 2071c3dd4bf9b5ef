"""The rules of exclusion that a researcher writes down beforehand, as a value with a digest.

Place on the data's path: ``rules_file.py`` reads them, ``exclusions.py`` applies them, the report
names them. The vigilance rule and its threshold stand beside them in ``EstimateSettings``.
"""

import hashlib
import json
from dataclasses import dataclass, fields

FROM_DEFAULT = "default"
FROM_STUDY_FILE = "study file"
FROM_COMMAND_LINE = "command line"
FROM_RULES_FILE = "rules file"
VIGILANCE_KEY = "vigilance_pass_share"


@dataclass(frozen=True)
class ExclusionRules:
    """The rules beside the vigilance rule; None or False is a rule that is not applied.

    Attributes:
        minimum_answered_share: who answered a smaller share of the main block is left out; [0, 1].
        minimum_median_response_ms: who has a smaller median response time is left out; ms.
        maximum_one_side_share: who chose one side in a larger share of the answered main block is
            left out; [0.5, 1].
        exclude_invalid_exposure: trials whose measured exposure broke the study's rule are left
            out; those without a measurement stay.
        minimum_response_ms: trials answered faster are left out; ms.
        maximum_response_ms: trials answered more slowly are left out; ms.
        reasons: pairs of a rule's key and the researcher's reason for it.
        source: who set them: ``rules file``, ``study file``, ``command line`` or ``default``.
        digest: SHA-256 of all rules that apply, the vigilance rule included (``rules_digest``), 64
            hex digits; None until it is settled.
        file_sha256: SHA-256 of the bytes of the file that states them, 64 hex digits; None where
            no file does.
    """

    minimum_answered_share: float | None = None
    minimum_median_response_ms: float | None = None
    maximum_one_side_share: float | None = None
    exclude_invalid_exposure: bool = False
    minimum_response_ms: float | None = None
    maximum_response_ms: float | None = None
    reasons: tuple[tuple[str, str], ...] = ()
    source: str = FROM_DEFAULT
    digest: str | None = None
    file_sha256: str | None = None


NOT_RULES = ("reasons", "source", "digest", "file_sha256")
RULE_KEYS: tuple[str, ...] = tuple(
    field.name for field in fields(ExclusionRules) if field.name not in NOT_RULES
)
NO_FURTHER_RULES = ExclusionRules()


def reason_for(rules: ExclusionRules, key: str) -> str | None:
    """Give the researcher's reason for a rule, by its key; None where none was written."""
    return dict(rules.reasons).get(key)


def rules_digest(vigilance_pass_share: float, rules: ExclusionRules) -> str:
    """Give the SHA-256 of the thresholds that apply: equal rules, equal digest, wherever written.

    The digest is over a JSON object in UTF-8 of the keys that apply, in alphabetical order, without
    spaces. A vigilance threshold of 0 leaves nobody out and so does not apply.

    Args:
        vigilance_pass_share: threshold of the vigilance rule, a fraction.
        rules: the other rules; reasons and source do not enter.
    """
    thresholds = {VIGILANCE_KEY: vigilance_pass_share} | {
        key: getattr(rules, key) for key in RULE_KEYS
    }
    applied = {
        key: value if value is True else float(value) for key, value in thresholds.items() if value
    }
    text = json.dumps(applied, sort_keys=True, separators=(",", ":"))
    return hashlib.sha256(text.encode()).hexdigest()
