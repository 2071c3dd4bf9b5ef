"""The errors a user of ``colorizer`` can cause, with exit codes; standard library only."""


class ColorizerError(Exception):
    """A user's mistake: shown as one line, without a traceback."""

    exit_code = 1


class CutOffError(ColorizerError):
    """Work was ended from outside; the same command goes on where it was."""

    exit_code = 7


class PhotoError(ColorizerError):
    """A file is no usable photograph; the message is the reason."""

    exit_code = 3


class DamagedTarError(PhotoError):
    """A tar file ends too early or is garbled: what else was in it cannot be known."""


class SeenPhotoError(PhotoError):
    """Photographs of a study were seen by the network that colours them; one line for each."""


class ShardError(ColorizerError):
    """A folder of shards is missing, damaged or does not fit the request."""

    exit_code = 4


class RunError(ColorizerError):
    """A run directory or weights file is missing, damaged or does not fit the request."""

    exit_code = 5


class ManifestError(ColorizerError):
    """A stimulus set breaks its contract."""

    exit_code = 6
