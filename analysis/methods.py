"""The Methods section of a report, ready to be pasted into a paper.

Place on the data's path: ``report.py`` hands in the finished document; the words follow from it, so
that they never say what was not done. Works that are cited stand in ``references``.
"""

from collections.abc import Iterable

from analysis.results import DISTRIBUTION
from analysis.wording import Entry, count, counted, percent

ZHANG = "Zhang, Isola & Efros, 2016"
CAMERON = "Cameron, Gelbach & Miller, 2011"
# By the words that cite them, in alphabetical order.
REFERENCES = {
    "Benjamini & Hochberg, 1995": "Benjamini, Y., & Hochberg, Y. (1995). Controlling the false"
    " discovery rate: A practical and powerful approach to multiple testing. Journal of the Royal"
    " Statistical Society: Series B, 57(1), 289–300.",
    CAMERON: "Cameron, A. C., Gelbach, J. B., & Miller, D. L. (2011). Robust inference"
    " with multiway clustering. Journal of Business & Economic Statistics, 29(2), 238–249.",
    "Casella, 1985": "Casella, G. (1985). An introduction to empirical Bayes data analysis. The"
    " American Statistician, 39(2), 83–87.",
    "Efron & Tibshirani, 1993": "Efron, B., & Tibshirani, R. J. (1993). An introduction to the"
    " bootstrap. Chapman & Hall.",
    "Franco et al., 2019": "Franco, C., Little, R. J. A., Louis, T. A., & Slud, E. V. (2019)."
    " Comparative study of confidence intervals for proportions in complex sample surveys. Journal"
    " of Survey Statistics and Methodology, 7(3), 334–364.",
    "Gao & Owen, 2017": "Gao, K., & Owen, A. (2017). Efficient moment calculations for variance"
    " components in large unbalanced crossed random effects models. Electronic Journal of"
    " Statistics, 11(1), 1235–1296.",
    "Hautus, 1995": "Hautus, M. J. (1995). Corrections for extreme proportions and their biasing"
    " effects on estimated values of d′. Behavior Research Methods, Instruments, & Computers,"
    " 27(1), 46–51.",
    "Holm, 1979": "Holm, S. (1979). A simple sequentially rejective multiple test procedure."
    " Scandinavian Journal of Statistics, 6(2), 65–70.",
    "Hothorn, Bretz & Westfall, 2008": "Hothorn, T., Bretz, F., & Westfall, P. (2008). Simultaneous"
    " inference in general parametric models. Biometrical Journal, 50(3), 346–363.",
    "Judd, Westfall & Kenny, 2012": "Judd, C. M., Westfall, J., & Kenny, D. A. (2012). Treating"
    " stimuli as a random factor in social psychology. Journal of Personality and Social"
    " Psychology, 103(1), 54–69.",
    "Macmillan & Creelman, 2005": "Macmillan, N. A., & Creelman, C. D. (2005). Detection theory: A"
    " user's guide (2nd ed.). Lawrence Erlbaum.",
    "Morris, 1983": "Morris, C. N. (1983). Parametric empirical Bayes inference: Theory and"
    " applications. Journal of the American Statistical Association, 78(381), 47–55.",
    "Satterthwaite, 1946": "Satterthwaite, F. E. (1946). An approximate distribution of estimates"
    " of variance components. Biometrics Bulletin, 2(6), 110–114.",
    "Schuirmann, 1987": "Schuirmann, D. J. (1987). A comparison of the two one-sided tests"
    " procedure and the power approach for assessing the equivalence of average bioavailability."
    " Journal of Pharmacokinetics and Biopharmaceutics, 15(6), 657–680.",
    "Wilson, 1927": "Wilson, E. B. (1927). Probable inference, the law of succession, and"
    " statistical inference. Journal of the American Statistical Association, 22(158), 209–212.",
    ZHANG: "Zhang, R., Isola, P., & Efros, A. A. (2016). Colorful image colorization. In Computer"
    " Vision – ECCV 2016, 649–666.",
}


def methods_section(document: Entry) -> str:
    """Write the section: paragraphs with an empty line between them."""
    paragraphs = (
        (_task(document), _display(document), _numbers(document)),
        (_exclusions(document), _control(document)),
        (_intervals(document), _against_half(document), _differences(document)),
        (_photos(document), _detection(document)),
        (_software(document),),
    )
    written = (" ".join(filter(None, sentences)) for sentences in paragraphs)
    return "\n\n".join(filter(None, written))


def cited_references(text: str) -> list[str]:
    """Give the references that a text cites, in alphabetical order."""
    return [reference for words, reference in REFERENCES.items() if words in text]


def _task(document: Entry) -> str:
    people = "simulated observers (no human data)" if document["only_simulated"] else "participants"
    pilot = "These are data of a pilot, kept apart from the study's own. "
    return (pilot if document["is_pilot"] else "") + (
        f"In a two-alternative forced-choice test ({ZHANG}), {people} saw a real photograph"
        " and a fake of it with machine-made colours and said which one had false colours. The"
        " fool rate is the share of trials in which the real photograph was called fake; 50 % means"
        " that the two cannot be told apart, and rates above 50 % are possible."
    )


def _display(document: Entry) -> str:
    design, protocol = document["design"], document["study"]["protocol"]
    layout = {
        "sequential": "The two images were shown one after the other",
        "side-by-side": "The two images were shown side by side at once",
        "mixed": "The two images were shown one after the other or both at once",
    }[design["layout"]]
    details = [
        f"{words} {protocol[name]:g} {unit}"
        for name, words, unit in (
            ("lead_in_ms", "after a blank of", "ms"),
            ("display_ms", "each for", "ms"),
            ("isi_ms", "with a blank between them of", "ms"),
            ("image_size_px", "at", "CSS pixels"),
        )
        if name in protocol
    ]
    sentence = ", ".join([layout, *details]) + "."
    if design["display_ms"] is not None:
        sentence += f" The median measured exposure was {design['display_ms']:.0f} ms."
    if design["real_left"] is not None:
        sentence += f" The real photograph was at the left in {percent(design['real_left'])} of"
        sentence += " the main trials"
        if design["first_left"] is not None:
            sentence += f", and the left image came first in {percent(design['first_left'])}"
        sentence += "."
    return sentence + _deviations(document["study"]["deviations"])


def _deviations(deviations: Iterable[str]) -> str:
    told = "; ".join(
        f"({number}) {words.rstrip('.')}" for number, words in enumerate(deviations, start=1)
    )
    return f" Deviations from the protocol of 2016: {told}." if told else ""


def _numbers(document: Entry) -> str:
    design, conditions = document["design"], document["conditions"]
    usual = design["n_trials"]
    also = [
        counted(usual[kind], f"{kind} trial") for kind in ("practice", "vigilance", "control")
        if usual[kind]
    ]  # fmt: skip
    among = f", and {_and(also)}," if also else ""
    names = _and([f"“{entry['condition']}”" for entry in conditions])
    how = {
        "single": f"one condition, {names}",
        "between": f"{len(conditions)} conditions ({names}), each person one of them",
        "within": f"{len(conditions)} conditions ({names}), each person several of them",
    }[design["design"]]
    if not conditions:
        return "The table holds no main trial."
    everybody = document["participant_flow"][-1]
    n_trials = sum(entry["n_trials"] for entry in conditions)
    who = "simulated observer" if document["only_simulated"] else "participant"
    return (
        f"A {who} usually had {counted(usual['main'], 'main trial')}{among} under {how}."
        f" {count(n_trials)} answered main trials of"
        f" {counted(everybody['analysed'], who)} were analysed; practice, vigilance and"
        " control trials never enter a fool rate."
    )


def _exclusions(document: Entry) -> str:
    rules = document["provenance"]["rules"]
    settings = document["provenance"]["settings"]
    counts = {entry["rule"]: entry for entry in document["exclusions"]}
    told = []
    for entry in document["exclusion_rules"]:
        found = counts[entry["rule"]]
        left_out = (
            counted(found["n_trials"], "trial")
            if entry["of"] == "trials"
            else counted(found["n_participants"], "participant")
        )
        told.append(f"{entry['meaning'].rstrip('.')} ({left_out}).")
    source = settings["vigilance_pass_share_from"]
    return (
        "These rules of exclusion applied. "
        + " ".join(told)
        + f" The vigilance threshold was set by: {source}; the other rules by: {rules['source']}."
        f" The SHA-256 of the rules begins with {rules['digest'][:16]}."
        " All results are given without the exclusions too."
    )


def _control(document: Entry) -> str:
    control = document["control"]
    if not control["n_trials"]:
        return ""
    sentence = (
        f"In {counted(control['n_trials'], 'control trial')}, a real photograph against its own"
        f" re-encoding, the fool rate was {percent(control['fool_rate'])}"
    )
    if control["low"] is None:
        return f"{sentence}."
    verdict = (
        "leaves 50 % out: the pipeline leaks, and the fool rates cannot be trusted"
        if control["verdict"] == "leaks"
        else "holds 50 %"
    )
    level = percent(document["level"], digits=None)
    return (
        f"{sentence}, {level} interval {100 * control['low']:.1f} to"
        f" {100 * control['high']:.1f} %, which {verdict}."
    )


def _intervals(document: Entry) -> str:
    level = percent(document["level"], digits=None)
    return (
        "Responses are crossed, many photographs per participant and many participants per"
        f" photograph, so the variance of each fool rate sums over both clusters ({CAMERON});"
        f" the {level} intervals are Wilson intervals (Wilson, 1927) with the"
        " effective number of trials and a t quantile with min(participants, photographs) − 1"
        " degrees of freedom (after Franco et al., 2019). The interval for people and photos"
        " generalises to other people and other photographs (Judd, Westfall & Kenny, 2012); the"
        " interval for these photos, clustered on participants only, generalises to other people"
        " judging the same photographs."
    )


def _against_half(document: Entry) -> str:
    if not document["conditions"]:
        return ""
    margin = document["provenance"]["settings"]["equivalence_margin"]
    sentence = "Fool rates were tested against 50 % by the two-sided test that belongs to the"
    sentence += " interval."
    if margin is None:
        return sentence + " No margin of equivalence was stated, so equivalence was not tested."
    return (
        f"{sentence} Equivalence to 50 % within ±{100 * margin:g} points, a margin stated"
        f" beforehand, was tested by two one-sided tests (Schuirmann, 1987), each at"
        f" {percent(1 - document['level'], digits=None)}."
    )


def _differences(document: Entry) -> str:
    n = len(document["differences"])
    if not n:
        return ""
    sentence = (
        "Differences between conditions were tested two-sided with the same two-way variance over"
        " both conditions and Satterthwaite's degrees of freedom (Satterthwaite, 1946)"
    )
    if n == 1:
        return f"{sentence}; there is one comparison, so no adjustment."
    return (
        f"{sentence}; p-values are adjusted over {n} comparisons after Holm (Holm, 1979) and,"
        " beside it, by the largest |t| of a multivariate t (Hothorn, Bretz & Westfall, 2008), from"
        f" which the simultaneous limits and, by draws with seed"
        f" {document['provenance']['settings']['seed']}, the probabilities of each rank come."
    )


def _photos(document: Entry) -> str:
    if not any(entry["photos"] for entry in document["photos"]):
        return ""
    return (
        "The rates of single photographs were shrunk towards the mean of their condition by"
        " empirical Bayes with a beta distribution fitted by marginal maximum likelihood (Casella,"
        " 1985), with intervals that hold the uncertainty of that fit (Morris, 1983); a photograph"
        " counts as a discovery where the false discovery rate of an exact binomial test against"
        " 50 % is at most 10 % (Benjamini & Hochberg, 1995). Shares of the variance of single"
        " answers come from the method of moments for crossed effects (Gao & Owen, 2017)."
    )


def _detection(document: Entry) -> str:
    if not any(entry["n_trials"] for entry in document["signal_detection"]):
        return ""
    return (
        "Sensitivity d′ and criterion are those of two-alternative forced choice (Macmillan &"
        " Creelman, 2005) with the log-linear correction (Hautus, 1995), their intervals those of"
        " the participant jackknife (Efron & Tibshirani, 1993). Learning and fatigue were tested by"
        " a straight line over the trials within participants, with the same two-way variance."
    )


def _software(document: Entry) -> str:
    provenance = document["provenance"]
    versions = provenance["versions"]
    packages = ", ".join(
        f"{name} {versions[name]}" for name in ("python", "numpy", "scipy", "pandas")
    )
    images = ""
    if provenance["stimulus_set"]:
        digest = provenance["stimulus_set"]["sha256"][:16]
        images = f" and the stimulus set whose SHA-256 begins with {digest}"
    return (
        f"Computed with {DISTRIBUTION} {versions[DISTRIBUTION]} ({packages})"
        f" from the trial table whose SHA-256 begins with {provenance['input']['sha256'][:16]}"
        f"{images}."
    )


def _and(words: list[str]) -> str:
    """Join words as a sentence does."""
    if len(words) < 2:
        return "".join(words)
    return f"{', '.join(words[:-1])} and {words[-1]}"
