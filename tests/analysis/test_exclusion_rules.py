import hashlib

from hypothesis import given
from hypothesis import strategies as st

from analysis.exclusion_rules import NO_FURTHER_RULES, ExclusionRules, reason_for, rules_digest


def test_the_digest_is_over_the_rules_that_apply() -> None:
    rules = ExclusionRules(minimum_response_ms=200, exclude_invalid_exposure=True)

    text = (
        b'{"exclude_invalid_exposure":true,"minimum_response_ms":200.0,"vigilance_pass_share":0.75}'
    )
    assert rules_digest(0.75, rules) == hashlib.sha256(text).hexdigest()


def test_without_a_rule_the_digest_is_that_of_nothing() -> None:
    assert rules_digest(0, NO_FURTHER_RULES) == hashlib.sha256(b"{}").hexdigest()


@given(st.text(), st.sampled_from(["rules file", "study file"]))
def test_neither_reasons_nor_source_change_the_digest(reason: str, source: str) -> None:
    plain = ExclusionRules(minimum_answered_share=0.9)
    told = ExclusionRules(
        minimum_answered_share=0.9,
        reasons=(("minimum_answered_share", reason),),
        source=source,
        file_sha256="0" * 64,
    )

    assert rules_digest(0.75, plain) == rules_digest(0.75, told)


def test_another_threshold_is_another_digest() -> None:
    digests = {
        rules_digest(share, ExclusionRules(maximum_response_ms=most))
        for share in (0.75, 0.5)
        for most in (None, 9000, 9001)
    }

    assert len(digests) == 6


def test_a_rule_without_a_reason_has_none() -> None:
    assert reason_for(NO_FURTHER_RULES, "minimum_response_ms") is None
