"""The folder in which the workers of one server count for Prometheus."""

import shutil
from pathlib import Path

# Of prometheus_client, which reads it when it is imported.
METRICS_FOLDER_VARIABLE = "PROMETHEUS_MULTIPROC_DIR"
NAME = "metrics"


def fresh_metrics_folder(instance: Path, pid: int) -> Path:
    """Make an empty folder for the workers of one server; clear those of servers that ended.

    Args:
        instance: folder of the instance.
        pid: of the process that starts the workers.
    """
    for old in (instance / NAME).glob("*"):
        if old.name == str(pid) or not Path("/proc", old.name).exists():
            shutil.rmtree(old, ignore_errors=True)
    own = instance / NAME / str(pid)
    own.mkdir(parents=True, exist_ok=True)
    return own
