"""The policies a body writes itself, and the values it chooses (`BEFFROI_POLICIES`): refused whole where one is wrong.

Nothing in them runs: a policy is text, its conditions are read by the same engine as ours. `beffroi serve` takes the
folder in when it starts, if it is good, and every process of the home follows what was taken in: a command that is
started without the setting, or while the folder is being written, judges by the same rules as the pages.
"""

import json
import re
import tempfile
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import structlog

from registry.compliance.catalogue import Catalogue
from registry.compliance.checking import CheckReport, check_policies, refused
from registry.compliance.policy import PolicyError
from registry.compliance.policy_files import load_catalogue
from registry.kernel.words import _

MOST_FILES, MOST_BYTES = 500, 1_000_000
"""Units: files of a folder; bytes of one file."""
KEPT = "policies.json"
"""What was taken in, in the home: one file, so that it is replaced at once."""
_NUMBER = re.compile(r"^(?:id:\s*)?['\"]?([A-Z]{2,5}-\d{2,3})['\"]?\s*(?::|$)", re.MULTILINE)
log = structlog.get_logger(__name__)


@dataclass(frozen=True)
class LocalSet:
    """What a folder holds: its name, and the text of each file by its place."""

    name: str
    files: Mapping[str, str]

    @property
    def numbers(self) -> frozenset[str]:
        """The policies it writes or chooses a value of, as far as its text tells: it may not be readable any more."""
        return frozenset(number for said in self.files.values() for number in _NUMBER.findall(said))


def read_folder(folder: Path) -> LocalSet:
    """What a folder holds, hidden files left out: an editor's, or those of what mounted it.

    Raises: PolicyError.
    """
    try:
        if not folder.is_dir():
            raise PolicyError(_("le dossier des règles locales n’existe pas, ou n’est pas un dossier."), str(folder), 1)
        found = [path for path in (*folder.glob("*.yaml"), *folder.glob("*/*.yaml")) if path.is_file()]
        found = [path for path in found if not any(part.startswith(".") for part in path.relative_to(folder).parts)]
        if len(found) > MOST_FILES:
            raise PolicyError(_("plus de {most} fichiers.").format(most=MOST_FILES), str(folder), 1)
        files = {}
        for path in sorted(found):
            shown = f"{path.parent.name}/{path.name}"
            with path.open("rb") as source:
                content = source.read(MOST_BYTES + 1)
            if len(content) > MOST_BYTES:
                raise PolicyError(_("ce fichier dépasse un mégaoctet."), shown, 1)
            try:
                files[path.relative_to(folder).as_posix()] = content.decode("utf-8")
            except UnicodeDecodeError as error:
                raise PolicyError(_("ce fichier n’est pas en UTF-8."), shown, 1) from error
    except OSError as error:
        raise PolicyError(_("illisible : {problem}.").format(problem=error.strerror), str(error.filename), 1) from error
    return LocalSet(folder.name, files)


def load_set(shipped: Path, said: LocalSet) -> tuple[Catalogue, CheckReport]:
    """Our policies with those of a set, and what its cases show.

    Raises: PolicyError with file and line.
    """
    with tempfile.TemporaryDirectory() as made:
        folder = Path(made) / said.name
        folder.mkdir()
        for name, content in said.files.items():
            place = folder / name
            place.parent.mkdir(exist_ok=True)
            place.write_text(content, "utf-8")
        try:
            catalogue = load_catalogue(shipped, folder)
        except (TypeError, ValueError, RecursionError, AttributeError) as error:
            if isinstance(error, PolicyError):
                raise
            # A form of YAML that no check of ours foresaw: refused as a whole, like any other fault.
            problem = _("ce qui y est écrit n’a pas la forme d’une règle ({kind}).").format(kind=type(error).__name__)
            raise PolicyError(problem, said.name, 1) from error
        return catalogue, check_policies(catalogue, catalogue.local)


def check_folder(shipped: Path, local: Path) -> CheckReport:
    """What a folder's own cases show, or why it is refused."""
    try:
        return load_set(shipped, read_folder(local))[1]
    except PolicyError as error:
        return CheckReport(failed=[refused(error, local.name)])


def _good(shipped: Path, said: LocalSet) -> Catalogue:
    """Raises: PolicyError, also for a case that does not hold."""
    catalogue, report = load_set(shipped, said)
    for failed in report.failed:
        raise PolicyError(f"« {failed.says} » : {failed.problem}", failed.file, failed.line)
    return catalogue


def adopt_policies(shipped: Path, local: Path, home: Path) -> str:
    """Takes a folder in, for every process of a home to follow; why not, where it is refused: what was, stays."""
    try:
        said = read_folder(local)
        _good(shipped, said)
    except PolicyError as error:
        log.warning("local policies refused", problem=str(error))
        return str(error)
    content = json.dumps({"name": said.name, "files": dict(said.files)}, ensure_ascii=False)
    try:
        home.mkdir(mode=0o700, parents=True, exist_ok=True)
        with tempfile.NamedTemporaryFile("w", dir=home, prefix=f".{KEPT}", encoding="utf-8", delete=False) as fresh:
            fresh.write(content)
        Path(fresh.name).replace(home / KEPT)
    except OSError as error:
        log.warning("local policies not kept", problem=str(error))
        return _("{place} ne peut pas être écrit : {problem}.").format(place=home / KEPT, problem=error.strerror)
    return ""


def load_policies(shipped: Path, local: Path | None, home: Path | None) -> Catalogue:
    """Our policies with those that were taken in; the catalogue says where the folder is refused, or waits (`refusal`).

    Policies taken in that cannot be read any more (a fact left with a version of ours) judge nobody: what they found
    stands until somebody mends them (`lost`), and so does what ours found by a value the body chose.
    """
    kept = _kept(home / KEPT) if home is not None else None
    try:
        catalogue = _good(shipped, kept) if kept is not None else load_catalogue(shipped)
    except PolicyError as error:
        log.warning("the local policies taken in are refused", problem=str(error))
        catalogue = load_catalogue(shipped)
        catalogue.lost = kept.numbers if kept is not None else frozenset()
        catalogue.policies = [policy for policy in catalogue.policies if policy.id not in catalogue.lost]
        catalogue.refusal = str(error)
    if local is not None:
        try:
            said = read_folder(local)
            if said != kept:
                _good(shipped, said)
                catalogue.refusal = _("Elles ont changé : « beffroi serve » les suivra à son prochain démarrage.")
        except PolicyError as error:
            catalogue.refusal = str(error)
    return catalogue


def _kept(place: Path) -> LocalSet | None:
    try:
        said = json.loads(place.read_text("utf-8"))
        return LocalSet(said["name"], said["files"])
    except FileNotFoundError:
        return None
    except (OSError, ValueError, KeyError, TypeError) as error:
        log.warning("the local policies taken in cannot be read", problem=str(error))
        return None
