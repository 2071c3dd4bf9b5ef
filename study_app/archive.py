"""Lay a study's export out as a Psych-DS data set that a stranger understands.

Place on the data's path: beside ``export.py``, whose bytes it keeps; ``analysis`` reads either, and
gives the same report. Nothing here looks at a clock: the same database, stimulus sets, details and
software give the same bytes. The rules are checked by ``psych_ds/``.
"""

import csv
import hashlib
import io
import json
import zipfile
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from flask_babel import force_locale
from sqlalchemy.orm import Session

from colorizer import manifest
from study_app import count_fool_rates
from study_app.archive_check import read_sums
from study_app.archive_description import DataFacts, description, sidecar, variables_of
from study_app.archive_details import ArchiveDetails
from study_app.archive_names import (
    DESCRIPTION_NAME,
    IGNORE_NAMES,
    OTHER_PLACES,
    SUMS_NAME,
    TABLE_WORDS,
    manifest_place,
    place_of,
    sidecar_of,
)
from study_app.archive_notes import notes_of
from study_app.archive_readme import ArchiveContent, readme
from study_app.archive_texts import (
    ABOUT_RESULTS,
    IGNORED,
    changes_text,
    consent_texts,
    license_text,
    protocol_text,
)
from study_app.catalog import check_set_folder, file_of, roles_of
from study_app.errors import ExportError, SetChanged, StimulusSetError
from study_app.export import DISTRIBUTION, export_files
from study_app.models import StimulusSet, Study
from study_app.questions import AskedQuestion, asked_questions
from study_app.results import write_bytes, write_folder

ZIP_SUFFIX = ".zip"
ZIP_TIME = (1980, 1, 1, 0, 0, 0)  # the first that the format knows; the clock's would not repeat
ZIP_MODE = 0o100644 << 16
DIGEST_DIGITS = 8
DAY_LENGTH = len("2026-03-01")
LANGUAGE = "en"

Row = Mapping[str, str]


@dataclass(frozen=True)
class Archived:
    """What was written.

    Attributes:
        place: folder or ZIP file.
        n_files: in it.
        n_trials: rows of the table of trials.
        sha256: digest of the list of digests, which fixes every byte.
        notes: what to think of before others get it, one sentence each.
    """

    place: Path
    n_files: int
    n_trials: int
    sha256: str
    notes: tuple[str, ...]


def write_archive(
    session: Session,
    study: Study,
    out: Path,
    *,
    details: ArchiveDetails | None = None,
    overwrite: bool = False,
) -> Archived:
    """Write the archive of a study; the same database gives the same bytes.

    Args:
        session: reads in one transaction, so that all files agree.
        study: the study.
        out: a new folder, or a new file in ``.zip``.
        details: what the archive says of itself; None for what the study file says.
        overwrite: replace an earlier archive.

    Raises:
        ExportError: the place is taken, is no earlier archive, or cannot be written.
        StimulusSetError: the manifest of a stimulus set is gone or another one.
    """
    is_zip = out.suffix.lower() == ZIP_SUFFIX
    _check_place(out, is_zip, overwrite)
    files = archive_files(session, study, details)
    if is_zip:
        write_bytes(out, zip_bytes(files, out.stem))
    else:
        write_folder(out, files)
    provenance = json.loads(files[OTHER_PLACES["provenance.json"]])
    answers = _rows(files[place_of("answers.csv", study.code)])
    return Archived(
        out,
        len(files),
        provenance["n_trials"],
        hashlib.sha256(files[SUMS_NAME]).hexdigest(),
        tuple(notes_of(file_of(study), details or file_of(study).archive, study.state, answers)),
    )


def archive_files(
    session: Session, study: Study, details: ArchiveDetails | None = None
) -> dict[str, bytes]:
    """Give every file of the archive of a study by its path.

    Args:
        session: reads in one transaction, so that all files agree.
        study: the study.
        details: what the archive says of itself; None for what the study file says.

    Raises:
        StimulusSetError: the manifest of a stimulus set is gone or another one.
    """
    exported = export_files(session, study)
    sets = [_stored_manifest(stored) for stored in study.stimulus_sets]
    content = _content(session, study, exported, sets, details)
    files = {place_of(name, study.code): data for name, data in exported.items()}
    files |= _descriptions(content) | _texts(content, exported)
    files |= {
        path: manifest.manifest_bytes(found)
        for path, found in zip(content.manifests, sets, strict=True)
    }
    script = Path(count_fool_rates.__file__)
    files[f"analysis/{script.name}"] = script.read_bytes()
    files[SUMS_NAME] = _sums(files)
    return dict(sorted(files.items()))


def zip_bytes(files: Mapping[str, bytes], folder: str) -> bytes:
    """Pack files into a ZIP file whose bytes depend on theirs alone.

    Args:
        files: content by path.
        folder: name of the folder that they lie in when unpacked.
    """
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as packed:
        for name, data in sorted(files.items()):
            entry = zipfile.ZipInfo(f"{folder}/{name}", ZIP_TIME)
            entry.compress_type = zipfile.ZIP_DEFLATED
            entry.external_attr, entry.create_system = ZIP_MODE, 3
            packed.writestr(entry, data)
    return buffer.getvalue()


def _content(
    session: Session,
    study: Study,
    exported: Mapping[str, bytes],
    sets: Sequence[manifest.StimulusSet],
    details: ArchiveDetails | None,
) -> ArchiveContent:
    """Gather what the texts tell."""
    study_file = file_of(study)
    provenance = json.loads(exported["provenance.json"])
    conditions: dict[str, tuple[str, dict[str, Any]]] = {}
    for found in sets:
        for condition in found.conditions:
            conditions.setdefault(condition.name, (condition.kind, condition.settings))
    with force_locale(LANGUAGE):
        questions = [
            (asked.id, str(asked.text), _possible_answers(asked))
            for asked in asked_questions(study_file)
        ]
    return ArchiveContent(
        study_file=study_file,
        details=details or study_file.archive,
        facts=_facts(study, exported),
        roles=roles_of(session, study),
        conditions=conditions,
        flow=list(_rows(exported["participant_flow.csv"])),
        counts=count_fool_rates.count(_rows(exported["trials.csv"])),
        questions=questions,
        versions={DISTRIBUTION: provenance["versions"][DISTRIBUTION]},
        set_digests=[stored.digest for stored in study.stimulus_sets],
        n_photos=sum(len(found.photo_ids) for found in sets),
        study_digest=study.digest,
        exclusion=provenance["exclusion"],
        manifests=[manifest_place(number) for number in range(1, len(sets) + 1)],
    )


def _possible_answers(asked: AskedQuestion) -> str:
    options = [str(words) for _, words in asked.options]
    return " / ".join(options if asked.kind == "choice" else [*options, "free text"])


def _facts(study: Study, exported: Mapping[str, bytes]) -> DataFacts:
    """Find out what the data say of themselves: days and version."""
    days = sorted({time[:DAY_LENGTH] for time in _times(exported)})
    own = {"created": study.created_at, "opened": study.opened_at, "closed": study.closed_at}
    own_days = {what: time.date().isoformat() for what, time in own.items() if time is not None}
    modified = max([*days, *own_days.values()])
    digest = hashlib.sha256()
    for name in sorted(set(TABLE_WORDS) & set(exported)):
        digest.update(hashlib.sha256(exported[name]).digest())
    return DataFacts(
        version=f"{modified}-{digest.hexdigest()[:DIGEST_DIGITS]}",
        days=own_days,
        modified=modified,
        covered=(days[0], days[-1]) if days else None,
        state=study.state,
        contact=study.contact,
    )


def _times(exported: Mapping[str, bytes]) -> Iterator[str]:
    """Give every time that stands in a table."""
    for name in TABLE_WORDS:
        columns = [variable.name for variable in variables_of(name) if variable.type == "time"]
        for row in _rows(exported[name]) if columns else ():
            yield from (row[column] for column in columns if row[column])


def _descriptions(content: ArchiveContent) -> dict[str, bytes]:
    """Give the metadata for machines."""
    study = content.study_file.study
    files = {DESCRIPTION_NAME: description(content.study_file, content.details, content.facts)}
    for name in TABLE_WORDS:
        files[sidecar_of(place_of(name, study.id))] = sidecar(name, study.title)
    return {
        path: (json.dumps(document, indent=1, ensure_ascii=False) + "\n").encode()
        for path, document in files.items()
    }


def _texts(content: ArchiveContent, exported: Mapping[str, bytes]) -> dict[str, bytes]:
    """Give what people read."""
    deviations = json.loads(exported["provenance.json"])["deviations_from_2016"]
    texts = {
        "README.md": readme(content),
        "CHANGES.md": changes_text(content.facts, _rows(exported["erasures.csv"])),
        "LICENSE.md": license_text(content.details),
        "documentation/protocol.md": protocol_text(content.study_file, deviations),
        "results/about.txt": ABOUT_RESULTS,
        **dict.fromkeys(IGNORE_NAMES, IGNORED),
        **{
            f"documentation/consent_{code}.txt": text
            for code, text in consent_texts(content.study_file).items()
        },
    }
    return {path: text.encode() for path, text in texts.items()}


def _stored_manifest(stored: StimulusSet) -> manifest.StimulusSet:
    """Read the manifest of a set in use and prove that it is still the same."""
    check_set_folder(stored.folder)
    try:
        found = manifest.load_manifest(Path(stored.folder))
    except manifest.ManifestError as error:
        raise StimulusSetError(str(error)) from None
    if manifest.set_digest(found) != stored.digest:
        raise SetChanged(f"{stored.folder}: another stimulus set than the study was made with")
    return found


def _sums(files: Mapping[str, bytes]) -> bytes:
    """Give the digests as ``sha256sum`` reads them."""
    lines = (f"{hashlib.sha256(data).hexdigest()}  {path}\n" for path, data in files.items())
    return "".join(sorted(lines, key=lambda line: line.split("  ", 1)[1])).encode()


def _check_place(out: Path, is_zip: bool, overwrite: bool) -> None:
    """Refuse a place that is taken; never replace what is no archive, or holds other files too."""
    if not out.exists():
        return
    if not overwrite:
        raise ExportError(f"{out}: exists already; --overwrite replaces an earlier archive")
    if is_zip and out.is_file() and zipfile.is_zipfile(out):
        return
    if is_zip or not (out / SUMS_NAME).is_file():
        raise ExportError(f"{out}: is no earlier archive, so it is not replaced")
    found = {path.relative_to(out).as_posix() for path in out.rglob("*") if not path.is_dir()}
    if others := sorted(found - set(read_sums(out)) - {SUMS_NAME}):
        raise ExportError(
            f"{out}: holds {others[0]}, which is not part of an archive, so it is not replaced"
        )


def _rows(table: bytes) -> Iterator[Row]:
    """Read the rows of a table one by one: of a large study, all at once would not fit."""
    return csv.DictReader(io.TextIOWrapper(io.BytesIO(table), encoding="utf-8", newline=""))
