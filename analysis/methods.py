"""The methods paragraph of a report, ready to be pasted into a paper.

Place on the data's path: ``report.py`` hands in the estimates and their settings; the words follow
from them, so that they never say what was not done.
"""

from analysis.estimates import Estimates, EstimateSettings

REFERENCES = (
    "Cameron, A. C., Gelbach, J. B., & Miller, D. L. (2011). Robust inference with multiway"
    " clustering. Journal of Business & Economic Statistics, 29(2), 238–249.",
    "Franco, C., Little, R. J. A., Louis, T. A., & Slud, E. V. (2019). Comparative study of"
    " confidence intervals for proportions in complex sample surveys. Journal of Survey Statistics"
    " and Methodology, 7(3), 334–364.",
    "Holm, S. (1979). A simple sequentially rejective multiple test procedure. Scandinavian Journal"
    " of Statistics, 6(2), 65–70.",
    "Judd, C. M., Westfall, J., & Kenny, D. A. (2012). Treating stimuli as a random factor in"
    " social psychology. Journal of Personality and Social Psychology, 103(1), 54–69.",
    "Satterthwaite, F. E. (1946). An approximate distribution of estimates of variance components."
    " Biometrics Bulletin, 2(6), 110–114.",
    "Wilson, E. B. (1927). Probable inference, the law of succession, and statistical inference."
    " Journal of the American Statistical Association, 22(158), 209–212.",
    "Zhang, R., Isola, P., & Efros, A. A. (2016). Colorful image colorization. ECCV 2016, 649–666.",
)


def methods_paragraph(
    estimates: Estimates, settings: EstimateSettings, *, version: str, digest: str
) -> str:
    """Write the paragraph.

    Args:
        estimates: what was estimated.
        settings: level, threshold and who set it.
        version: of this software.
        digest: SHA-256 of the trial table.
    """
    sentences = [
        _task(estimates),
        _exclusions(estimates, settings),
        _intervals(settings),
        _differences(estimates),
        f"Computed with colorization-turing-test {version} from the trial table whose SHA-256"
        f" begins with {digest[:16]}.",
    ]
    return " ".join(sentence for sentence in sentences if sentence)


def _task(estimates: Estimates) -> str:
    people = (
        "simulated observers (no human data)"
        if estimates.screened.only_simulated
        else "participants"
    )
    n_trials = sum(rate.n_trials for rate in estimates.fool_rates)
    n_conditions = len(estimates.fool_rates)
    conditions = "one condition" if n_conditions == 1 else f"{n_conditions} conditions"
    return (
        "In a two-alternative forced-choice test after Zhang, Isola and Efros (2016),"
        f" {people} saw a real photograph and a fake of it with machine-made colours and said"
        " which one had false colours. The fool rate is the share of trials in which the real"
        " photograph was called fake; 50 % means that the two cannot be told apart."
        f" {n_trials:,} answered main trials under {conditions} were analysed; practice, vigilance"
        " and control trials never enter a fool rate."
    )


def _exclusions(estimates: Estimates, settings: EstimateSettings) -> str:
    counts = {e.rule: e.n_participants for e in estimates.screened.exclusions}
    threshold = f"{100 * settings.vigilance_pass_share:.6g}"
    sentence = (
        f"By a written rule, participants with fewer than {threshold} % of"
        " their answered vigilance trials correct were left out"
        f" ({counts['vigilance']} {_participants(counts['vigilance'])}; threshold:"
        f" {settings.vigilance_pass_share_from})."
    )
    if "simulated" in counts:
        n = counts["simulated"]
        sentence += f" Simulated observers in the table ({n}) were left out."
    return sentence


def _intervals(settings: EstimateSettings) -> str:
    level = f"{100 * settings.level:.6g}"
    return (
        "Responses are crossed, many photographs per participant and many participants per"
        " photograph, so the variance of each fool rate sums over both clusters (Cameron, Gelbach &"
        f" Miller, 2011); the {level} % intervals are Wilson intervals (Wilson, 1927) with the"
        " effective number of trials and a t quantile with min(participants, photographs) − 1"
        " degrees of freedom (after Franco et al., 2019). The interval for people and photos"
        " generalises to other people and other photographs (Judd, Westfall & Kenny, 2012); the"
        " interval for these photos, clustered on participants only, generalises to other people"
        " judging the same photographs."
    )


def _differences(estimates: Estimates) -> str:
    if not estimates.differences:
        return ""
    return (
        "Differences between conditions were tested two-sided with the same two-way variance over"
        " both conditions and Satterthwaite's degrees of freedom (Satterthwaite, 1946); p-values"
        f" are adjusted over {len(estimates.differences)} comparison"
        f"{'' if len(estimates.differences) == 1 else 's'} after Holm (1979)."
    )


def _participants(n: int) -> str:
    return "participant" if n == 1 else "participants"
