"""The errors of ``analysis`` that a user can cause, with exit codes; standard library only."""


class AnalysisError(Exception):
    """A user's mistake: each line of the message is shown, without a traceback."""

    exit_code = 1


class TrialTableError(AnalysisError):
    """A trial table or its export folder is missing, unreadable or damaged; a line per problem."""

    exit_code = 3


class ResultError(AnalysisError):
    """A result exists already, or cannot be written where it was asked for."""

    exit_code = 4


class SimulationError(AnalysisError):
    """No simulated study has the settings that were asked for."""

    exit_code = 5
