"""Makes tar files for tests."""

import io
import tarfile
from pathlib import Path


def tar_bytes(members: dict[str, bytes], mode: str = "w") -> bytes:
    """Give a tar file of the named members, in order; mode as ``tarfile.open`` takes it."""
    buffer = io.BytesIO()
    with tarfile.open(fileobj=buffer, mode=mode) as tar:  # type: ignore[call-overload]
        for name, content in members.items():
            info = tarfile.TarInfo(name)
            info.size = len(content)
            tar.addfile(info, io.BytesIO(content))
    return buffer.getvalue()


def write_tar(path: Path, members: dict[str, bytes], mode: str = "w") -> Path:
    """Write a tar file of the named members."""
    path.write_bytes(tar_bytes(members, mode))
    return path
