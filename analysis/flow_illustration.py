"""The participant flow as a figure: every recorded step, and who left after it.

Place on the data's path: ``illustrations.py`` hands in the report's document.
"""

from analysis.figures_flow import FlowStep, flow_diagram
from analysis.illustration import Illustration
from analysis.wording import Entry

# Steps before the trial table, each recorded or not, and what those did who left before it.
EARLY_STEPS = (
    ("invited", "Invited", ""),
    ("consented", "Consented", "did not consent"),
    ("screened", "Passed the checks", "did not pass the checks"),
)
NOT_BEGUN = "reached no main trial"
# A study that records erasures counts openings of pages: it knows nobody before consent.
OPENINGS = "openings of the invitation"
ERASED = "had their data erased"
WITHOUT_ANSWERS = "without an answer that counts"


def flow_illustration(document: Entry) -> Illustration:
    """Draw the row of all participants, with the analysed ones by condition."""
    rows = document["participant_flow"]
    steps = flow_steps(rows)
    told = ". ".join(
        "; ".join([f"{step.words}: {step.n}", *(f"{words}: {n}" for words, n in step.left)])
        for step in steps
    )
    return Illustration(
        name="flow",
        title="Participant flow.",
        caption=(
            "Left column: how many people reached each step. Right: how many left before the next,"
            " and by which rule. Steps that were not recorded are not drawn."
        ),
        alt=f"Flow diagram. {told}.",
        draw=lambda width_in: flow_diagram(steps, width_in=width_in),
    )


def flow_steps(rows: list[Entry]) -> list[FlowStep]:
    """Turn the flow into boxes, from the first recorded step to the analysis."""
    everybody = rows[-1]
    names = [name for name, _, _ in EARLY_STEPS if everybody[name] is not None]
    numbers = [everybody[name] for name in names] + [everybody["in_table"]]
    words = {name: words for name, words, _ in EARLY_STEPS}
    lost = {name: lost for name, _, lost in EARLY_STEPS} | {"in_table": NOT_BEGUN}
    steps = []
    for place, name in enumerate(names):
        following = (*names, "in_table")[place + 1]
        gone = numbers[place] - numbers[place + 1]
        known = _known_reasons(everybody, name)
        rest = gone - sum(known.values())
        left = (*known.items(), *(((lost[following], rest),) if rest > 0 else ()))
        details = (OPENINGS,) if name == "invited" and everybody["erased"] is not None else ()
        steps.append(FlowStep(words[name], numbers[place], details, left))
    left_out = [(f"left out, {rule}", n) for rule, n in everybody["left_out"].items()]
    if everybody["without_answers"]:
        left_out.append((WITHOUT_ANSWERS, everybody["without_answers"]))
    steps.append(
        FlowStep("In the trial table", everybody["in_table"], _details(everybody), tuple(left_out))
    )
    by_condition = tuple(f"{row['condition']}:\u00a0{row['analysed']:,}" for row in rows[:-1])
    steps.append(FlowStep("Analysed", everybody["analysed"], by_condition))
    return steps


def _known_reasons(everybody: Entry, step: str) -> dict[str, int]:
    """Give why people left after a step, as far as it was counted."""
    if step == "invited":
        return dict(everybody["turned_away"])
    if step == "consented" and everybody["erased"]:
        return {ERASED: everybody["erased"]}
    return {}


def _details(everybody: Entry) -> tuple[str, ...]:
    details = [f"{name}:\u00a0{everybody[name]:,}" for name in ("started", "finished")]
    if everybody["withdrawn"] is not None:
        details.append(f"withdrew:\u00a0{everybody['withdrawn']:,}")
    return tuple(details)
