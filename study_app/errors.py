"""The errors of ``study_app``: each with its kebab-case code, HTTP status and exit code.

Standard library only, importable by every module. Services raise them; ``views/error_pages.py``
turns them into pages and JSON, ``commands.py`` into one line and an exit code.
"""

# ruff: noqa: N818 - the names say what happened, "raise AlreadyAnswered"

SENTENCE_ENDS = (".", "!", "?", "。", "！", "？")


def N_(message: str) -> str:  # noqa: N802 - the name by which translators' tools find it
    """Mark a text for translation where it is written; it is translated where it is shown."""
    return message


def sentence(message: str) -> str:
    """Begin with a capital and end with a stop: the same messages are half lines in a terminal."""
    stop = "" if message.endswith(SENTENCE_ENDS) else "."
    return f"{message[:1].upper()}{message[1:]}{stop}"


# Of whoever comes without a cookie, or after everything was erased.
UNKNOWN_STUDY_SESSION = N_(
    "This browser is in no study at the moment; please start from the invitation."
)


class StudyError(Exception):
    """Something a participant or researcher can cause; the message is one sentence for them.

    Attributes:
        message: English; ``%(name)s`` stands for a value.
        values: what stands there.
        desk_status: of HTTP where a researcher meets it; None if it is the same as everywhere.
        desk_title: what the desk calls it; empty if it is the same as everywhere.
    """

    code = "study-error"
    status = 400
    exit_code = 1
    title = N_("Something did not work")
    desk_status: int | None = None
    desk_title = ""

    def __init__(self, message: str, **values: object) -> None:
        super().__init__(message % values if values else message)
        self.message, self.values = message, values


class ConfigError(StudyError):
    """A setting of the instance is missing or wrong."""

    code = "configuration"
    status = 500
    exit_code = 2


class StudyFileError(StudyError):
    """The study file breaks its format; the message names file, table and key."""

    code = "study-file"
    exit_code = 3


class PlanError(StudyError):
    """The protocol cannot be planned with this stimulus set."""

    code = "plan"
    exit_code = 4


class StimulusSetError(StudyError):
    """The stimulus set is missing, damaged or does not fit the study."""

    code = "stimulus-set"
    exit_code = 5
    desk_status = 409
    desk_title = "The stimulus set is not as it was"


class SetChanged(StimulusSetError):
    """A file of a stimulus set in use is gone or has other bytes than when the study was made."""

    code = "set-changed"
    status = 500
    title = N_("A picture cannot be shown")


class StudyChanged(StudyError):
    """A study is stored already, from other files."""

    code = "study-changed"
    status = 409
    exit_code = 6


class WrongState(StudyError):
    """A command does not fit the state of the study."""

    code = "wrong-state"
    status = 409
    exit_code = 7


class ExportError(StudyError):
    """The trial table cannot be written there."""

    code = "export"
    exit_code = 8


class BackupError(StudyError):
    """The database cannot be copied there."""

    code = "backup"
    exit_code = 16


class ArchiveError(StudyError):
    """An archive cannot be read, or breaks a rule."""

    code = "archive"
    exit_code = 14


class DemoError(StudyError):
    """The demonstration cannot begin, or a step of it refused."""

    code = "demo"
    exit_code = 17


class SimulationError(StudyError):
    """A simulated participant could not go through the study's front door."""

    code = "simulation"
    exit_code = 9


class UnknownStudy(StudyError):
    """There is no study of that name."""

    code = "unknown-study"
    status = 404
    exit_code = 10
    title = N_("There is no such study here")


class UnknownParticipant(StudyError):
    """The study has no participant of that code."""

    code = "unknown-participant"
    status = 404
    exit_code = 11


class RecruiterListError(StudyError):
    """A recruiter's list of people cannot be read."""

    code = "recruiter-list"
    exit_code = 12


class StudyNotOpen(StudyError):
    """The study is neither open nor in pilot: nobody can enrol.

    Attributes:
        reason: ``not-open`` or ``closed``.
    """

    code = "study-not-open"
    status = 403
    title = N_("This study is not open")

    def __init__(self, message: str, reason: str) -> None:
        super().__init__(message)
        self.reason = reason


class StudyFull(StudyNotOpen):
    """Every condition has its participants."""

    code = "study-full"
    title = N_("This study has all its participants")

    def __init__(self, message: str) -> None:
        super().__init__(message, "full")


class PlaceLost(StudyNotOpen):
    """The participant was away for long, and all places are taken meanwhile."""

    code = "place-lost"
    title = N_("Your place was given to somebody else")

    def __init__(self, message: str) -> None:
        super().__init__(message, "place-lost")


class AlreadyTakenPart(StudyError):
    """The external id has a study session already."""

    code = "already-taken-part"
    status = 409
    title = N_("You have taken part already")


class NotFromRecruiter(StudyError):
    """The link lacks what the study's recruiter puts into it."""

    code = "not-from-recruiter"
    status = 403
    title = N_("This link does not lead into the study")


class InvalidToken(StudyError):
    """A token for simulated participants was not signed by this study, or is too old."""

    code = "invalid-token"
    status = 403


class NoStudySession(StudyError):
    """The browser has no study session."""

    code = "no-study-session"
    status = 401
    title = N_("We do not know where you were")


class Withdrawn(StudyError):
    """The participant withdrew."""

    code = "withdrawn"
    status = 410
    title = N_("You have withdrawn from this study")


class ScreenedOut(StudyError):
    """The participant did not pass a check that the study asks for."""

    code = "screened-out"
    status = 410
    title = N_("The study ends here for you")


class StepsLeft(StudyError):
    """A page before this one is not done yet."""

    code = "steps-left"
    status = 409
    title = N_("Something comes before this")


class UnknownTrial(StudyError):
    """No trial of this study session has that key."""

    code = "unknown-trial"
    status = 404


class UnknownImage(StudyError):
    """No image may be shown under that token now."""

    code = "unknown-image"
    status = 404


class AlreadyAnswered(StudyError):
    """The trial has its response."""

    code = "already-answered"
    status = 409


class WrongOrder(StudyError):
    """The trial is not the next one."""

    code = "wrong-order"
    status = 409


class InvalidResponse(StudyError):
    """A response is not of the agreed form; the message names the field."""

    code = "invalid-response"
    status = 422


class DeskError(StudyError):
    """Something that a researcher can cause at the desk or at its door."""

    code = "desk"


class DeskClosed(DeskError):
    """The desk has no password, so there is none that opens it."""

    code = "desk-closed"
    status = 404
    title = "The desk is shut"


class PasswordRefused(DeskError):
    """A password cannot be set."""

    code = "password-refused"
    exit_code = 13


class WrongPassword(DeskError):
    """The password is not that of the desk."""

    code = "wrong-password"
    status = 401


class DeskLockedOut(DeskError):
    """There were too many wrong passwords; for a while none is looked at."""

    code = "desk-locked"
    status = 429


class UnknownPair(DeskError):
    """The study has no such stimulus pair."""

    code = "unknown-pair"
    status = 404


class ReportRefused(DeskError):
    """A report cannot be made, or not now."""

    code = "report-refused"
    status = 409
    exit_code = 15


class AnalysisRefused(DeskError):
    """The analysis does not take what it was given; the message is its own."""

    code = "analysis-refused"
    status = 409
    exit_code = 15


class AnalysisMissing(AnalysisRefused):
    """The analysis is not installed beside this server."""

    code = "analysis-missing"


class LoginEnded(DeskError):
    """A form of the desk came without a login, or after its end."""

    code = "login-ended"
    status = 401
