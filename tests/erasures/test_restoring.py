"""On an embedded registry of its own: nothing on its disk says who was erased, and no backup brings them back."""

import io
import sys
from collections.abc import Iterator
from contextlib import ExitStack, redirect_stderr, redirect_stdout
from dataclasses import dataclass
from pathlib import Path
from unittest.mock import patch

import pytest

from registry.cli.entry import main
from registry.erasures.kept_list import place_of
from registry.platform.home import open_home
from registry.platform.postgres import open_cluster, stop_cluster
from registry.platform.postgres_home import cluster_home
from registry.platform.settings import Settings
from tests.conftest import opened_town
from tests.erasures.conftest import (
    NAME,
    PARTS,
    Named,
    record_everywhere,
    settle_everything,
    traces_in_files,
    traces_in_tables,
)

pytestmark = [pytest.mark.database, pytest.mark.slow]

REASON = ("--ground", "no-longer-necessary", "--reason", "Demande du 3 novembre", "--word", "0", "--word", "1")


@dataclass(frozen=True)
class Answer:
    """How a command ended."""

    code: int
    said: str
    errors: str


def beffroi(*arguments: object) -> Answer:
    """Runs the command, as its entry point does, in this process."""
    said, errors = io.StringIO(), io.StringIO()
    code: object = None
    with ExitStack() as stack:
        stack.enter_context(patch.object(sys, "argv", ["beffroi", *map(str, arguments)]))
        stack.enter_context(redirect_stdout(said))
        stack.enter_context(redirect_stderr(errors))
        try:
            main()
        except SystemExit as ended:
            code = ended.code
    assert isinstance(code, int), errors.getvalue()
    return Answer(code, said.getvalue(), errors.getvalue())


@dataclass(frozen=True)
class Kept:
    """A registry in a folder, whom it names everywhere, and a backup made while it did."""

    home: Path
    named: Named
    archive: Path


@pytest.fixture(scope="module")
def kept(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Kept]:
    """An embedded registry where somebody is named, backed up, then erased by the command."""
    folder = tmp_path_factory.mktemp("erasing")
    root = folder / "home"
    with open_home(Settings(home=root), create=True) as home, opened_town(home) as town:
        named = record_everywhere(town)
        settle_everything(town, named)
        assert traces_in_tables(home, [NAME])
    open_cluster(root, major=16, create=False)
    assert beffroi("--home", root, "search", "rebuild").code == 0
    made = beffroi("--home", root, "backup", "create", "--output", folder / "backups")
    assert made.code == 0, made.errors
    (archive,) = [path for path in (folder / "backups").iterdir() if not path.name.endswith(".cles.tar")]
    yield Kept(root, named, archive)
    for home_of in (root, folder / "restored", folder / "forgetful"):
        if home_of.exists():
            stop_cluster(home_of)


def test_the_command_erases_and_no_file_of_the_registry_keeps_a_word_of_the_name(kept: Kept) -> None:
    looked = beffroi("--home", kept.home, "erase", kept.named.person_id, "--dry-run")
    assert looked.code == 0, looked.errors
    assert f"dataset:{kept.named.dataset_id}:title" in looked.said
    data = cluster_home(kept.home).data
    assert traces_in_files(data, [NAME]), "The test sees what the server's own files hold."

    done = beffroi("--home", kept.home, "erase", kept.named.person_id, *REASON)

    assert done.code == 0, done.errors
    assert "Effacé et nettoyé" in done.said
    stop_cluster(kept.home)
    assert traces_in_files(data, PARTS) == []
    assert traces_in_files(kept.home, PARTS) == []
    open_cluster(kept.home, major=16, create=False)
    assert beffroi("--home", kept.home, "ledger", "verify").code == 0
    again = beffroi("--home", kept.home, "erase", kept.named.person_id, *REASON)
    assert again.code == 2
    assert "déjà effacée" in again.errors


def test_a_backup_made_before_does_not_bring_back_who_was_erased_since(kept: Kept) -> None:
    new = kept.home.parent / "restored"

    done = beffroi("--home", kept.home, "backup", "restore", kept.archive, "--home", new)

    assert done.code == 0, done.errors
    assert "1 personne effacée de nouveau" in done.said
    with open_home(Settings(home=new)) as home:
        assert traces_in_tables(home, PARTS) == []
    assert traces_in_files(new, PARTS) == []
    assert place_of(new).read_text("utf-8") == place_of(kept.home).read_text("utf-8")
    assert beffroi("--home", new, "ledger", "verify").code == 0


def test_restoring_without_the_list_says_that_it_is_missing(kept: Kept) -> None:
    new = kept.home.parent / "forgetful"
    done = beffroi("--home", kept.home.parent / "nowhere", "backup", "restore", kept.archive, "--home", new)
    assert done.code == 0, done.errors
    assert "Aucune liste d’effacements plus récente" in done.errors
    with open_home(Settings(home=new)) as home:
        assert traces_in_tables(home, [NAME]), "This is what the list is for."
