"""The policies a body writes itself, and the values it chooses (`BEFFROI_POLICIES`): refused whole where one is wrong.

Nothing in them runs: a policy is text, its conditions are read by the same engine as ours. The last set that was good
is kept in the home of the registry, and serves while what stands in the folder is refused.
"""

import os
import shutil
from pathlib import Path

import structlog

from registry.compliance.catalogue import Catalogue
from registry.compliance.checking import check_policies
from registry.compliance.policy import PolicyError
from registry.compliance.policy_files import load_catalogue
from registry.kernel.words import _

MOST_FILES, MOST_BYTES = 500, 1_000_000
"""Units: files of a folder; bytes of one file."""
KEPT = "policies"
"""Where the last good set stands, in the home."""
log = structlog.get_logger(__name__)


def load_policies(shipped: Path, local: Path | None, home: Path | None) -> Catalogue:
    """Our policies with those of a local folder; with the last good ones where that folder is refused.

    The catalogue then says why (`refusal`). Without a home, nothing is kept.
    """
    if local is None:
        return load_catalogue(shipped)
    kept = home / KEPT if home is not None else None
    try:
        catalogue = _load(shipped, local)
    except PolicyError as error:
        log.warning("local policies refused", problem=str(error))
        catalogue = _last_good(shipped, kept)
        catalogue.refusal = str(error)
        return catalogue
    if kept is not None:
        _keep(local, kept)
    return catalogue


def _load(shipped: Path, local: Path) -> Catalogue:
    """Raises: PolicyError with file and line: also for a case that does not hold, or a folder that cannot be read."""
    try:
        if not local.is_dir():
            raise PolicyError(_("le dossier des règles locales n’existe pas, ou n’est pas un dossier."), str(local), 1)
        files = [*local.glob("*.yaml"), *local.glob("*/*.yaml")]
        if len(files) > MOST_FILES:
            raise PolicyError(_("plus de {most} fichiers.").format(most=MOST_FILES), str(local), 1)
        for path in files:
            if path.stat().st_size > MOST_BYTES:
                raise PolicyError(_("ce fichier dépasse un mégaoctet."), f"{path.parent.name}/{path.name}", 1)
        catalogue = load_catalogue(shipped, local)
    except OSError as error:
        raise PolicyError(_("illisible : {problem}.").format(problem=error.strerror), str(error.filename), 1) from error
    except UnicodeDecodeError as error:
        raise PolicyError(_("un fichier n’est pas en UTF-8."), str(local), 1) from error
    for failed in check_policies(catalogue, catalogue.local).failed:
        raise PolicyError(f"« {failed.says} » : {failed.problem}", failed.file, failed.line)
    return catalogue


def _last_good(shipped: Path, kept: Path | None) -> Catalogue:
    try:
        return _load(shipped, kept) if kept is not None and kept.is_dir() else load_catalogue(shipped)
    except PolicyError as error:
        # Good for the version before: a fact may have left with it.
        log.warning("the last good local policies are refused too", problem=str(error))
        return load_catalogue(shipped)


def _keep(local: Path, kept: Path) -> None:
    """Keeps a copy of what was read, whole or not at all; another process of this home may be doing the same."""
    said = _contents(local)
    if kept.is_dir() and _contents(kept) == said:
        return
    fresh, old = (kept.with_name(f".{KEPT}-{os.getpid()}-{word}") for word in ("new", "old"))
    for path, content in said.items():
        place = fresh / path
        place.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        place.write_bytes(content)
    try:
        if kept.exists():
            kept.rename(old)
        fresh.rename(kept)
    except OSError:
        log.info("another process keeps the local policies")
    for leftover in (fresh, old):
        shutil.rmtree(leftover, ignore_errors=True)


def _contents(folder: Path) -> dict[Path, bytes]:
    return {path.relative_to(folder): path.read_bytes() for path in [*folder.glob("*.yaml"), *folder.glob("*/*.yaml")]}
