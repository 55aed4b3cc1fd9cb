"""The folders of one embedded PostgreSQL: who owns them, who may enter, and what is kept where.

In the home, for an ordinary account:

    secrets/postgres-password   the superuser's password (0600, its folder 0700)
    postgres/                   data, log, run (the socket): 0700 each; and the locks

PostgreSQL refuses to run as root. For root, `data`, `log`, `run` and a copy of the programs stand in
`/var/lib/beffroi/<12 hex digits of the hash of the home's path>/` and belong to the system account
`beffroi`; nothing else is created, and no folder above is opened wider: a home of mode 0700 stays so.
"""

import fcntl
import hashlib
import os
import pwd
import re
import secrets
import shutil
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from registry.kernel.errors import Unavailable
from registry.kernel.words import _

SYSTEM_ACCOUNT = "beffroi"
SYSTEM_FOLDER = Path("/var/lib/beffroi")
PORT = 5432

# A socket's path may hold 107 bytes on Linux; in a connection string a comma or a space has a meaning.
_LONGEST_SOCKET = 107
_PLAIN_PATH = re.compile(r"[A-Za-z0-9/._-]+")
# Everybody's folder of short name. Not TMPDIR: two sessions may have two, and either may be deep.
_SHORT_FOLDER = Path("/tmp")  # noqa: S108 - the folder made there is ours alone, or refused.


@dataclass(frozen=True)
class Account:
    """The account PostgreSQL runs as, when it is not the one of this process."""

    name: str
    uid: int
    gid: int


@dataclass(frozen=True)
class ClusterHome:
    """Where the PostgreSQL of one home stands. Asking for it creates nothing."""

    home: Path
    base: Path
    as_root: bool

    @property
    def own(self) -> Path:
        """What belongs to the account that runs the commands: the locks."""
        return self.home / "postgres"

    @property
    def data(self) -> Path:
        """PostgreSQL's own folder."""
        return self.base / "data"

    @property
    def log(self) -> Path:
        """The server's messages: one file per day of the week."""
        return self.base / "log"

    @property
    def password_file(self) -> Path:
        """Where the superuser's password is kept."""
        return self.home / "secrets" / "postgres-password"

    @property
    def run(self) -> Path:
        """The folder of the socket: in the home, or a short one where that path is too long or not plain."""
        inside = self.base / "run"
        socket = inside / f".s.PGSQL.{PORT}"
        if len(os.fsencode(socket)) <= _LONGEST_SOCKET and _PLAIN_PATH.fullmatch(str(socket)):
            return inside
        return _SHORT_FOLDER / f"beffroi-{os.geteuid()}-{key_of(self.home)}"

    def major(self) -> int | None:
        """The major version that wrote the data; None when this home holds none."""
        try:
            return int((self.data / "PG_VERSION").read_text(encoding="ascii"))
        except FileNotFoundError:
            return None
        except ValueError as error:
            raise Unavailable(
                _("Les données de PostgreSQL dans {folder} sont illisibles : restaurez une sauvegarde.").format(
                    folder=self.data
                )
            ) from error

    @property
    def is_orphaned(self) -> bool:
        """Whether the home was removed, under root, while its data stand elsewhere."""
        return self.as_root and self.data.exists() and not self.own.exists()

    def set_aside(self) -> None:
        """Keeps the data of a removed home under another name: to start afresh loses nothing."""
        if self.base.exists():
            self.base.rename(self.base.with_name(f"{self.base.name}.{time.time_ns()}"))

    def account(self) -> Account | None:
        """The account PostgreSQL runs as: None for our own, the system account under root."""
        if not self.as_root:
            return None
        entry = pwd.getpwnam(SYSTEM_ACCOUNT)
        return Account(entry.pw_name, entry.pw_uid, entry.pw_gid)

    def prepare_home(self) -> None:
        """Makes the home and the folder of its locks, if missing, for us alone; changes none."""
        if not self.home.exists():
            self.home.mkdir(mode=0o700, parents=True, exist_ok=True)
        _private_folder(self.own)

    def prepare_folders(self) -> None:
        """Makes the folders PostgreSQL writes in, if missing, for its account alone."""
        if self.as_root:
            _open_folder(SYSTEM_FOLDER)
            _ensure_system_account()
            _open_folder(self.base)
            # An administrator who finds the folder learns whose it is.
            (self.base / "home").write_bytes(os.fsencode(self.home) + b"\n")
        else:
            _private_folder(self.base)
        for folder in (self.log, self.run):
            _private_folder(folder, self.account())

    def password(self) -> str:
        """The superuser's password, made at the first call; its file and folder are for us alone."""
        folder = self.password_file.parent
        if not self.password_file.exists():
            if self.major() is not None:
                raise Unavailable(
                    _("Le mot de passe de PostgreSQL manque : remettez {file} de votre sauvegarde.").format(
                        file=self.password_file
                    )
                )
            _private_folder(folder)
            handle = os.open(self.password_file, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
            with os.fdopen(handle, "w", encoding="ascii") as file:
                file.write(secrets.token_urlsafe(32))
        for path, mode in ((folder, 0o700), (self.password_file, 0o600)):
            if path.stat().st_mode & 0o077:
                path.chmod(mode)
        return self.password_file.read_text(encoding="ascii").strip()

    @contextmanager
    def locked(self) -> Iterator[None]:
        """One command at a time starts or stops this PostgreSQL; the others wait their turn."""
        with self.open_lock("start.lock") as handle:
            fcntl.flock(handle, fcntl.LOCK_EX)
            yield

    @contextmanager
    def open_lock(self, name: str) -> Iterator[int]:
        """A lock file of this home, open; closing it lets the lock go."""
        handle = os.open(self.own / name, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
        try:
            yield handle
        finally:
            os.close(handle)


def cluster_home(home: Path) -> ClusterHome:
    """Where the PostgreSQL of this home stands, for the account that asks.

    Raises: Unavailable when the home belongs to another account.
    """
    home = home.expanduser().resolve()
    as_root = os.geteuid() == 0
    inside = home / "postgres"
    if as_root and (inside / "data").exists():
        owner = (inside / "data").stat().st_uid
        raise Unavailable(
            _("Le registre de {home} appartient au compte {account} : lancez la commande sous ce compte.").format(
                home=home, account=_account_name(owner)
            )
        )
    return ClusterHome(home, SYSTEM_FOLDER / key_of(home) if as_root else inside, as_root)


def key_of(home: Path) -> str:
    """Twelve hexadecimal digits that stand for this home's path."""
    return hashlib.sha256(os.fsencode(home)).hexdigest()[:12]


def run_as(account: Account | None) -> dict[str, Any]:
    """How a process of PostgreSQL is started: its account, and none of the caller's environment.

    The environment's locale may name one that is not generated, and PG… variables lead elsewhere.
    """
    process: dict[str, Any] = {
        "cwd": "/",
        "umask": 0o077,
        "env": {"PATH": "/usr/local/bin:/usr/bin:/bin", "LC_ALL": "C.UTF-8", "TZ": "UTC"},
    }
    if account is not None:
        process |= {"user": account.uid, "group": account.gid, "extra_groups": []}
    return process


def _account_name(uid: int) -> str:
    try:
        return pwd.getpwuid(uid).pw_name
    except KeyError:
        return str(uid)


def _open_folder(folder: Path) -> None:
    """Makes a folder of root's that every account may enter; one that is there stays as it is."""
    try:
        folder.mkdir()
    except FileExistsError:
        return
    folder.chmod(0o755)


def _private_folder(folder: Path, account: Account | None = None) -> None:
    """Makes a folder for one account alone; one that is there must already be so.

    Raises: Unavailable when it belongs to somebody else, or is a link.
    """
    uid = os.geteuid() if account is None else account.uid
    try:
        folder.mkdir(mode=0o700)
    except FileExistsError:
        found = folder.lstat()
        if found.st_uid != uid or folder.is_symlink() or not folder.is_dir():
            raise Unavailable(
                _("{folder} n’est pas un dossier du compte {account} : déplacez-le, puis recommencez.").format(
                    folder=folder, account=_account_name(uid)
                )
            ) from None
        if found.st_mode & 0o077:
            folder.chmod(0o700)
    else:
        if account is not None:
            os.chown(folder, account.uid, account.gid)


def _ensure_system_account() -> None:
    """Makes the account PostgreSQL runs as under root, without a home, a password or a shell."""
    folder = os.open(SYSTEM_FOLDER, os.O_RDONLY | os.O_CLOEXEC)
    try:
        # Two useradd at once make one account twice: the second number wins, and the first owns our folders.
        fcntl.flock(folder, fcntl.LOCK_EX)
        pwd.getpwnam(SYSTEM_ACCOUNT)
    except KeyError:
        _make_system_account()
    finally:
        os.close(folder)


def _make_system_account() -> None:
    program = shutil.which("useradd", path="/usr/sbin:/sbin:/usr/bin:/bin")
    reason = _("la commande useradd manque")
    if program is not None:
        without_login = ["--no-create-home", "--home-dir", "/nonexistent", "--shell", "/usr/sbin/nologin"]
        made = subprocess.run(  # noqa: S603 - every argument is written here.
            [program, "--system", "--user-group", *without_login, SYSTEM_ACCOUNT],
            capture_output=True,
            text=True,
            errors="replace",
            check=False,
        )
        if made.returncode == 0:
            return
        reason = made.stderr.strip()
    raise Unavailable(
        _(
            "PostgreSQL refuse d’être lancé par root, et le compte système « {account} » n’a pu être créé "
            "({reason}). Créez-le (useradd --system {account}), ou lancez Beffroi sous un compte ordinaire."
        ).format(account=SYSTEM_ACCOUNT, reason=reason)
    )
