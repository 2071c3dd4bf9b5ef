"""What a referee would ask about photographs and conditions: are there enough, of which kind? Pure.

Reads the study file and the manifests of its stimulus sets; that the images are what they should
be is proved by ``colorizer check-set``.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from colorizer import manifest
from study_app.catalog import check_plannable, resolve_roles
from study_app.errors import PlanError, StimulusSetError, sentence
from study_app.findings import Finding
from study_app.number_words import counted, noun
from study_app.protocol import Roles
from study_app.study_sets import check_together, joined_conditions, joined_pairs
from study_app.study_tables import StudyFile

PHOTOS = "photographs"
FEWEST_PHOTOS = 10  # analysis warns where an interval rests on fewer
SPARE_SHARE = 0.1


@dataclass(frozen=True)
class SetFacts:
    """What the sets of a study are together.

    Attributes:
        roles: which condition does what.
        n_photos: photos of the tested condition that has the fewest.
    """

    roles: Roles
    n_photos: int


def read_facts(
    study_file: StudyFile, sets: Sequence[manifest.StimulusSet]
) -> SetFacts | list[Finding]:
    """Give what the sets are together, or why the study cannot be stored with them."""
    protocol = study_file.protocol
    try:
        check_together(sets)
        roles = resolve_roles(joined_conditions(sets), study_file.conditions, protocol.n_vigilance)
        pairs = joined_pairs(sets)
        check_plannable(pairs, protocol, roles)
    except (StimulusSetError, PlanError) as error:
        place = "[protocol]" if isinstance(error, PlanError) else "[conditions]"
        advice = "more photographs or conditions in the set, or other numbers here"
        return [Finding(error.code, "must", place, sentence(str(error)), advice, PHOTOS)]
    photos = {
        name: {pair.photo_id for pair in pairs if pair.condition == name} for name in roles.tested
    }
    return SetFacts(roles, min(len(ids) for ids in photos.values()))


def set_findings(
    study_file: StudyFile, sets: Sequence[manifest.StimulusSet], facts: SetFacts
) -> list[Finding]:
    """Give what is weak in sets that the study can be stored with."""
    return [
        *_numbers(study_file, facts),
        *_control(study_file, facts),
        *_pictures(study_file, sets),
        *_seen(sets),
    ]


def _numbers(study_file: StudyFile, facts: SetFacts) -> Iterator[Finding]:
    protocol = study_file.protocol
    n_shown = protocol.n_practice + protocol.n_main
    n_spare = facts.n_photos - n_shown
    if facts.n_photos < FEWEST_PHOTOS:
        yield Finding(
            "few-photos",
            "should",
            "[protocol]",
            f"{counted(facts.n_photos, 'photograph')}: an interval for other photographs carries a"
            " warning.",
            f"{FEWEST_PHOTOS} photographs at least; hundreds for a claim about photographs",
            PHOTOS,
        )
    if n_spare < SPARE_SHARE * n_shown:
        yield Finding(
            "no-spare-photos",
            "should",
            "[protocol]",
            f"{counted(facts.n_photos, 'photograph')} for {counted(n_shown, 'pair')}: where none is"
            " left, a pair cut off by a reload comes again and its exposure does not count.",
            f"{n_shown + max(1, round(SPARE_SHARE * n_shown))} photographs or more",
            PHOTOS,
        )


def _control(study_file: StudyFile, facts: SetFacts) -> Iterator[Finding]:
    n = study_file.protocol.n_control
    if n and facts.roles.control is None:
        yield Finding(
            "no-control-condition",
            "should",
            "[conditions] control",
            f"{counted(n, 'control trial')} {noun(n, 'is', 'are')} wanted, but the set has no"
            f" condition {study_file.conditions.control!r}; none will be shown.",
            f"colorizer build-set … --condition {study_file.conditions.control}=real",
            PHOTOS,
        )


def _pictures(study_file: StudyFile, sets: Sequence[manifest.StimulusSet]) -> Iterator[Finding]:
    wanted_px, stored_px = study_file.protocol.image_size_px, sets[0].image_size_px
    if wanted_px != stored_px:
        yield Finding(
            "pictures-scaled",
            "should",
            "[protocol] image_size_px",
            f"Pictures of {stored_px} pixels are drawn at {wanted_px}: the browser scales them.",
            f"image_size_px = {stored_px}, or colorizer build-set … --size {wanted_px}",
            PHOTOS,
        )


def _seen(sets: Sequence[manifest.StimulusSet]) -> Iterator[Finding]:
    """Tell of networks that have seen the study's photographs, or may have."""
    records = [record for found in sets for record in found.provenance.get("seen_in_training", ())]
    for record in records:
        names = ", ".join(record["conditions"])
        if not record["is_checked"]:
            yield Finding(
                "training-unknown",
                "should",
                "[conditions]",
                f"Nobody can tell whether the network of {names} was trained on these photographs.",
                "colorizer fingerprints, for networks of your own; else say so in the paper",
                PHOTOS,
            )
        elif record["seen"]:
            yield Finding(
                "photos-seen",
                "must",
                "[conditions]",
                f"The network of {names} was trained on {len(record['seen'])} of the photographs.",
                "build the set without --allow-seen, from photographs it has not seen",
                PHOTOS,
            )
