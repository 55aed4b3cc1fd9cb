"""What reading one stranger's file may cost."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Limits:
    """What reading one file may cost.

    Units: bytes of the file, bytes of address space of the child process, seconds of its processor time.
    """

    file_bytes: int = 200 * 1024 * 1024
    memory_bytes: int = 4 * 1024 * 1024 * 1024
    seconds: int = 300
