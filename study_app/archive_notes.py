"""Say what a researcher should think of before an archive goes to others. Pure.

Place on the data's path: ``archive.py`` hands in what it wrote; commands and desk show the notes.
"""

from collections.abc import Iterable, Iterator, Mapping

from study_app.archive_details import NOT_STATED, ArchiveDetails
from study_app.number_words import counted, noun
from study_app.questions import STANDARD_QUESTIONS
from study_app.study_tables import StudyFile

CODE_KEYS = ("completion_code", "screened_out_code", "full_code", "declined_code")


def notes_of(
    study_file: StudyFile,
    details: ArchiveDetails,
    state: str,
    answers: Iterable[Mapping[str, str]],
) -> Iterator[str]:
    """Give the notes, one sentence each.

    Args:
        study_file: of the study.
        details: what the archive says of itself.
        state: of the study.
        answers: rows of the table of answers.
    """
    if state != "closed":
        yield (
            f"the study is not closed (its state is {state}): the archive says which pictures are"
            " fakes, and there may be more data"
        )
    if details.license_words == NOT_STATED:
        yield (
            "no licence is stated; study-app export --license, or [archive] license in the study"
            " file, says what others may do"
        )
    if not details.authors:
        yield (
            "no authors are stated; study-app export --author, or [archive] authors in the study"
            " file, names them"
        )
    codes = [key for key in CODE_KEYS if getattr(study_file.recruiter, key)]
    if codes:
        yield (
            f"materials/study.toml holds {', '.join(codes)} of the recruiter; publish it when all"
            " are paid"
        )
    free = free_text_ids(study_file)
    n_written = sum(row["question_id"] in free and not _is_chosen(row) for row in answers)
    if n_written:
        it = noun(n_written, "it", "them")
        yield f"{counted(n_written, 'answer')} in people's own words; read {it} before others do"


def _is_chosen(row: Mapping[str, str]) -> bool:
    """Tell whether an answer is one of the options beside which people may write."""
    asked = STANDARD_QUESTIONS.get(row["question_id"])
    return asked is not None and row["answer"] in asked.values


def free_text_ids(study_file: StudyFile) -> set[str]:
    """Give the ids of the questions whose answers people write themselves."""
    standard = {name for name in study_file.questions.standard
                if STANDARD_QUESTIONS[name].kind != "choice"}  # fmt: skip
    return standard | {asked.id for asked in study_file.question if asked.kind == "text"}
