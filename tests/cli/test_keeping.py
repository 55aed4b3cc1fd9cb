"""The commands that keep a registry safe, on an embedded registry of their own: what they say, do, and answer."""

import io
import json
import shutil
import sys
import tarfile
from collections.abc import Iterator
from contextlib import ExitStack, redirect_stderr, redirect_stdout
from dataclasses import dataclass
from datetime import timedelta
from hashlib import sha256
from pathlib import Path
from typing import Any
from unittest.mock import patch

import psycopg
import pytest
from alembic import command
from sqlalchemy import select, text

from registry.accounts.forms import TokenForm
from registry.accounts.models import Account
from registry.accounts.service import make_link, make_token, sign_in, use_link
from registry.accounts.vocabulary import LinkPurpose, TokenScope
from registry.cli.entry import main
from registry.ledger.checkpoint import public_key, sign_head
from registry.ledger.queries import count_unsealed
from registry.ledger.vocabulary import Head
from registry.platform.backup_restoring import put_back
from registry.platform.clock import today
from registry.platform.database import Acting, transaction
from registry.platform.home import Home, open_home
from registry.platform.migrating import alembic_config
from registry.platform.postgres import connection_url, open_cluster, stop_cluster, superuser_url
from registry.platform.postgres_home import cluster_home
from registry.platform.settings import Settings
from registry.reporting.libraries import pdf_available
from tests.serving import served

pytestmark = pytest.mark.database

PASSWORD = "une phrase de passe assez longue"
ADMINISTRATOR = "admin@localhost"


@dataclass(frozen=True)
class Answer:
    """How a command ended."""

    code: int
    said: str
    errors: str

    def json(self) -> Any:
        return json.loads(self.said)


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


def forget(home: Path) -> None:
    """Takes away what stands of a home elsewhere than in its folder, under root."""
    if home.exists():
        stop_cluster(home)
        place = cluster_home(home)
        if place.as_root:
            shutil.rmtree(place.base, ignore_errors=True)


def leave_open(home: Home) -> None:
    """A signed-in browser, an API key, and a link nobody followed."""
    with transaction(home.app, None) as session:
        assert sign_in(session, ADMINISTRATOR, PASSWORD, address="127.0.0.1", browser=None)
    with transaction(home.jobs, Acting("cli:essai")) as session:
        account = session.execute(select(Account)).scalar_one()
        form = TokenForm(name="essai", scope=TokenScope.WRITE, expires_on=today() + timedelta(days=30))
        make_token(session, account.id, account.organisation_id, form, today=today())
        make_link(session, account, LinkPurpose.RESET)


def open_doors(home: Path) -> list[int]:
    """How many sessions and links would let somebody in, and how many API keys."""
    with open_home(Settings(home=home)) as found, transaction(found.owner, Acting("cli:essai")) as session:
        return [
            session.execute(text(f"SELECT count(*) FROM {door}")).scalar_one()
            for door in (
                "signed_session WHERE revoked_at IS NULL",
                "single_use_link WHERE used_at IS NULL",
                "api_token WHERE NOT revoked",
            )
        ]


def count_issued(home: Path) -> int:
    """How many documents this home issued; nothing stays open: the commands of a test share this process's engines."""
    with open_home(Settings(home=home)) as found, transaction(found.owner, Acting("cli:essai")) as session:
        return int(session.execute(text("SELECT count(*) FROM issued_document")).scalar_one())


@pytest.fixture(scope="module")
def kept(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """An opened registry with an administrator who has a password; its server stays up between commands."""
    home = tmp_path_factory.mktemp("keeping") / "home"
    opened = beffroi("--home", home, "init", "--siren", "243500139")
    assert opened.code == 0, opened.errors
    open_cluster(home, major=16, create=False)
    link = next(line for line in opened.said.splitlines() if "/lien/" in line).rpartition("/")[2]
    with open_home(Settings(home=home)) as found:
        with transaction(found.app, None) as session:
            use_link(session, link, PASSWORD, request_id="essai")
        leave_open(found)
    yield home
    forget(home)


@pytest.fixture(scope="module")
def checkpoint(kept: Path) -> Path:
    """A checkpoint of that registry, signed before anything else."""
    place = kept.parent / "checkpoint.json"
    assert beffroi("--home", kept, "ledger", "checkpoint", "--output", place).code == 0
    return place


@pytest.fixture(scope="module")
def saved(kept: Path, checkpoint: Path) -> Path:
    """A backup of that registry."""
    folder = kept.parent / "backups"
    made = beffroi("--home", kept, "backup", "create", "--output", folder)
    assert made.code == 0, made.errors
    (archive,) = [path for path in folder.iterdir() if not path.name.endswith(".cles.tar")]
    assert str(archive) in made.said
    return archive


@pytest.fixture(scope="module")
def restored(saved: Path) -> Iterator[Path]:
    """That backup restored elsewhere."""
    home = saved.parent.parent / "restored"
    done = beffroi("backup", "restore", saved, "--home", home)
    assert done.code == 0, done.errors
    assert str(home) in done.said
    assert "1 clé d’API de la sauvegarde est valable ici" in done.said
    assert open_doors(home) == [0, 0, 1]
    assert min(open_doors(saved.parent.parent / "home")) > 0
    open_cluster(home, major=16, create=False)
    yield home
    forget(home)


def keys_of(archive: Path) -> Path:
    return archive.with_name(archive.stem + ".cles.tar")


def copied(archive: Path, folder: Path) -> Path:
    """A copy of a backup with its keys, to be damaged."""
    for path in (archive, keys_of(archive)):
        shutil.copy(path, folder)
    return folder / archive.name


def test_the_ledger_verifies_and_says_what_it_counted(kept: Path, checkpoint: Path) -> None:
    found = beffroi("--home", kept, "ledger", "verify", "--json")
    assert found.code == 0
    said = found.json()
    assert said["holds"]
    assert said["entries"] == said["sealed"] + said["unsealed"] > 90
    assert said["defects"] == []


def test_the_ledger_verifies_against_a_checkpoint_and_a_printed_root(kept: Path, checkpoint: Path) -> None:
    signed = json.loads(checkpoint.read_text())
    printed = f"{signed['seal_no']}:{signed['root']}"
    found = beffroi("--home", kept, "ledger", "verify", "--against", checkpoint, "--against", printed)
    assert found.code == 0, found.said
    assert "contre 2 ancres" in found.said
    forged = beffroi("--home", kept, "ledger", "verify", "--against", f"{signed['seal_no']}:{'a' * 64}")
    assert forged.code == 1
    assert "Le registre a été réécrit." in forged.said
    beyond = beffroi("--home", kept, "ledger", "verify", "--against", f"999999:{signed['root']}")
    assert beyond.code == 1
    assert "Sa fin a été coupée." in beyond.said


def test_an_anchor_that_is_none_is_refused(kept: Path, checkpoint: Path, tmp_path: Path) -> None:
    changed = tmp_path / "changed.json"
    changed.write_text(checkpoint.read_text().replace('"seal_no": ', '"seal_no": 1'))
    refused = beffroi("--home", kept, "ledger", "verify", "--against", changed)
    assert (refused.code, refused.said) == (2, "")
    assert "il a été modifié" in refused.errors
    (tmp_path / "noise").write_bytes(b"\xff\xfe\x00")
    for said in (tmp_path / "noise", tmp_path / "absent", "12:court"):
        assert beffroi("--home", kept, "ledger", "verify", "--against", said).code == 2


def test_a_checkpoint_signed_by_another_key_or_of_another_registry_is_refused(
    kept: Path, checkpoint: Path, tmp_path: Path
) -> None:
    said = json.loads(checkpoint.read_text())
    head = Head(said["seal_no"], said["root"], None)
    signed = tmp_path / "signed.json"
    signed.write_text(sign_head(head, b"x" * 32, said["registry"]))
    refused = beffroi("--home", kept, "ledger", "verify", "--against", signed)
    assert (refused.code, refused.said) == (2, "")
    assert "signé par une autre clé" in refused.errors
    known = ("--key", public_key(b"x" * 32).hex())
    assert beffroi("--home", kept, "ledger", "verify", "--against", signed, *known).code == 0
    assert beffroi("--home", kept, "ledger", "verify", "--against", checkpoint, *known).code == 2
    assert beffroi("--home", kept, "ledger", "verify", "--against", signed, "--key", "12").code == 2
    signed.write_text(sign_head(head, (kept / "secrets" / "ledger-seed").read_bytes(), "200033579"))
    refused = beffroi("--home", kept, "ledger", "verify", "--against", signed)
    assert refused.code == 2
    assert "celui d’un autre registre : SIREN 200033579" in refused.errors


@pytest.mark.parametrize("name", ["absent/file", "file/file", "n" * 300], ids=["missing", "below-a-file", "too-long"])
def test_what_cannot_be_written_is_refused_in_one_sentence(kept: Path, tmp_path: Path, name: str) -> None:
    (tmp_path / "file").write_text("à moi")
    place = tmp_path / name
    before = count_issued(kept)
    for asked in (("report", "compliance"), ("ledger", "checkpoint"), ("backup", "create")):
        suffix = ".tar" if asked[0] == "backup" else ".pdf"
        refused = beffroi("--home", kept, *asked, "--output", place.with_name(place.name + suffix))
        assert (refused.code, refused.said) == (2, ""), asked
        assert len(refused.errors.strip().splitlines()) == 1
    assert count_issued(kept) == before
    assert [path.name for path in tmp_path.iterdir()] == ["file"]


def test_what_waits_for_its_seal_is_reported_with_its_age(kept: Path, checkpoint: Path) -> None:
    with open_home(Settings(home=kept)) as home, transaction(home.owner, Acting("cli:essai")) as session:
        session.execute(text("UPDATE registry SET name = name WHERE id = 1"))
    said = beffroi("--home", kept, "ledger", "verify", "--json").json()
    assert said["unsealed"] >= 1
    assert said["oldest_unsealed_seconds"] >= 0
    assert "attendent leur sceau" in beffroi("--home", kept, "ledger", "verify").said
    assert beffroi("--home", kept, "ledger", "checkpoint").code == 0
    assert beffroi("--home", kept, "ledger", "verify", "--json").json()["unsealed"] == 0


def test_a_rewritten_entry_makes_the_verification_fail(kept: Path, checkpoint: Path) -> None:
    with open_home(Settings(home=kept)) as home:
        assert home.cluster is not None
        url = superuser_url(home.cluster, "beffroi")
        change = "UPDATE ledger_entry SET actor = %s WHERE id = 1 RETURNING actor"
        with psycopg.connect(url) as connection:
            connection.execute("SET session_replication_role = 'replica'")
            (was,) = connection.execute("SELECT actor FROM ledger_entry WHERE id = 1").fetchone() or ("",)
            connection.execute(change, ["cli:somebody-else"])
        found = beffroi("--home", kept, "ledger", "verify")
        with psycopg.connect(url) as connection:
            connection.execute("SET session_replication_role = 'replica'")
            connection.execute(change, [was])
    assert found.code == 1
    assert "le contenu ne correspond plus à son empreinte" in found.said
    assert "ne tient pas" in found.said


def test_a_backup_verifies_with_figures(saved: Path) -> None:
    found = beffroi("backup", "verify", saved, "--json")
    assert found.code == 0, found.said
    checks = {check["check"]: check for check in found.json()["checks"]}
    assert list(checks) == ["archive", "keys", "tables", "ledger", "files", "document"]
    assert checks["tables"]["rows"] > 200
    assert checks["ledger"]["entries"] > 90
    assert checks["keys"]["secrets"] == ["ledger-seed"]
    assert checks["document"]["holds"] is None


def test_a_backup_without_its_keys_beside_it_verifies_and_says_so(saved: Path, tmp_path: Path) -> None:
    alone = copied(saved, tmp_path)
    keys_of(alone).unlink()
    found = beffroi("backup", "verify", alone)
    assert found.code == 0, found.said
    assert "non vérifiées" in found.said
    refused = beffroi("backup", "restore", alone, "--home", tmp_path / "new")
    assert refused.code == 2
    assert "Les clés de cette sauvegarde manquent" in refused.errors
    assert not (tmp_path / "new").exists()


def test_a_damaged_backup_is_named_and_never_restored(saved: Path, tmp_path: Path) -> None:
    damaged = copied(saved, tmp_path)
    content = bytearray(damaged.read_bytes())
    content[4000] ^= 0x01
    damaged.write_bytes(content)
    found = beffroi("backup", "verify", damaged)
    assert found.code == 1
    assert "database.dump a changé depuis la sauvegarde." in found.said
    damaged.write_bytes(saved.read_bytes()[:-12_000])
    truncated = beffroi("backup", "verify", damaged, "--json")
    assert truncated.code == 1
    assert truncated.json()["checks"][0]["holds"] is False
    refused = beffroi("backup", "restore", damaged, "--home", tmp_path / "new")
    assert refused.code == 2
    assert not (tmp_path / "new").exists()
    assert beffroi("backup", "verify", tmp_path / "absent.tar").code == 2


def test_a_backup_that_does_not_hold_what_it_says_leaves_nothing_behind(saved: Path, tmp_path: Path) -> None:
    lying = copied(saved, tmp_path)
    with tarfile.open(saved) as old:
        parts = [(member, old.extractfile(member).read()) for member in old]  # type: ignore[union-attr]
    said = json.loads(next(content for member, content in parts if member.name == "manifest.json"))
    said["tables"]["public.organisation"] += 1
    manifest = json.dumps(said).encode()
    with tarfile.open(lying, "w") as new:
        for member, content in parts:
            wanted = {"manifest.json": manifest, "manifest.sha256": sha256(manifest).hexdigest().encode()}
            kept = wanted.get(member.name, content)
            member.size = len(kept)
            new.addfile(member, io.BytesIO(kept))
    home = tmp_path / "new"
    home.mkdir()
    refused = beffroi("backup", "restore", lying, "--home", home)
    assert refused.code == 2, refused.said
    assert "public.organisation" in refused.errors
    assert list(home.iterdir()) == []
    assert not cluster_home(home).data.exists()


def test_a_home_that_holds_something_is_never_restored_into(saved: Path, kept: Path, tmp_path: Path) -> None:
    (tmp_path / "note.txt").write_text("à moi")
    for home in (tmp_path, kept, tmp_path / "note.txt"):
        refused = beffroi("backup", "restore", saved, "--home", home)
        assert refused.code == 2
        assert "n’est pas vide" in refused.errors
    assert (tmp_path / "note.txt").read_text() == "à moi"
    assert beffroi("--home", kept, "ledger", "verify").code == 0


def test_a_restored_home_serves_its_people_and_its_ledger_verifies(restored: Path, checkpoint: Path) -> None:
    verified = beffroi("--home", restored, "ledger", "verify", "--against", checkpoint)
    assert verified.code == 0, verified.said
    with open_home(Settings(home=restored)) as home:
        with served(home) as client:
            assert client.get("/health").json() == {"status": "ok"}
            assert client.get("/connexion").status_code == 200
        with transaction(home.app, None) as session:
            assert sign_in(session, ADMINISTRATOR, PASSWORD, address="127.0.0.1", browser=None)
        with transaction(home.jobs, Acting("cli:essai")) as session:
            assert count_unsealed(session)[0] == 0
    assert beffroi("--home", restored, "ledger", "checkpoint").code == 0
    seeds = [(home / "secrets" / "ledger-seed").read_bytes() for home in (restored, checkpoint.parent / "home")]
    assert seeds[0] == seeds[1]


def test_the_ledger_goes_on_in_a_restored_home(restored: Path) -> None:
    before = beffroi("--home", restored, "ledger", "verify", "--json").json()
    with open_home(Settings(home=restored)) as home, transaction(home.owner, Acting("cli:essai")) as session:
        session.execute(text("UPDATE registry SET name = name WHERE id = 1"))
    assert beffroi("--home", restored, "ledger", "checkpoint").code == 0
    after = beffroi("--home", restored, "ledger", "verify", "--json").json()
    assert after["holds"]
    assert after["sealed"] == before["entries"] + 1


def test_a_database_that_is_behind_is_upgraded_after_a_backup(restored: Path) -> None:
    with open_home(Settings(home=restored)) as home, home.owner.connect() as connection:
        command.downgrade(alembic_config(connection), "0002")
        connection.commit()
    behind = beffroi("--home", restored, "ledger", "verify")
    assert behind.code == 3
    assert "en retard" in behind.errors
    assert beffroi("--home", restored, "doctor").code == 1
    done = beffroi("--home", restored, "upgrade")
    assert done.code == 0, done.errors
    assert "révisions 0003" in done.said  # and those that came since
    backups = sorted(path.name for path in (restored / "backups").iterdir())
    assert len(backups) == 2
    assert beffroi("--home", restored, "ledger", "verify").code == 0
    again = beffroi("--home", restored, "upgrade")
    assert (again.code, again.said.strip()) == (0, "La base est déjà au niveau de cette version.")
    old = beffroi("backup", "verify", restored / "backups" / backups[1])
    assert old.code == 0, old.said


@pytest.mark.slow
def test_data_of_an_older_postgresql_are_moved_and_the_old_ones_kept(
    restored: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    before = beffroi("--home", restored, "ledger", "verify", "--json").json()
    monkeypatch.setenv("BEFFROI_POSTGRES_MAJOR", "18")
    refused = beffroi("--home", restored, "ledger", "verify")
    assert refused.code == 3
    assert "beffroi upgrade" in refused.errors
    done = beffroi("--home", restored, "upgrade")
    assert done.code == 0, done.errors
    after = beffroi("--home", restored, "ledger", "verify", "--json").json()
    assert (after["root"], after["entries"]) == (before["root"], before["entries"])
    place = cluster_home(restored)
    assert place.major() == 18
    assert (place.data.with_name("data-16") / "PG_VERSION").read_text().strip() == "16"


def test_an_upgrade_of_postgresql_that_was_killed_is_taken_back(restored: Path) -> None:
    place = cluster_home(restored)
    stop_cluster(restored)
    place.data.rename(place.data.with_name("data-old"))
    place.data.mkdir()
    (place.own / "rebuilding").write_text("data-old")
    put_back(Settings(home=restored))
    assert place.major() is not None
    assert not (place.own / "rebuilding").exists()
    open_cluster(restored, major=place.major() or 16, create=False)


def test_the_doctor_finds_a_registry_in_good_health(kept: Path) -> None:
    found = beffroi("--home", kept, "doctor", "--json")
    assert found.code == 0, found.said
    subjects = [finding["subject"] for finding in found.json()["findings"]]
    assert {"Paquets Python", "PDF", "Disque", "Courrier", "PostgreSQL", "Schéma", "Sceaux", "Recherche"} <= set(
        subjects
    )
    assert "Rôle beffroi_app" in subjects


def test_the_doctor_says_what_is_wrong(kept: Path, tmp_path: Path) -> None:
    absent = beffroi("--home", tmp_path / "nothing", "doctor")
    assert absent.code == 1
    assert "Aucun registre ici" in absent.said
    assert not (tmp_path / "nothing").exists()
    with open_home(Settings(home=kept)) as home:
        assert home.cluster is not None
        with psycopg.connect(superuser_url(home.cluster), autocommit=True) as connection:
            connection.execute("ALTER ROLE beffroi_app BYPASSRLS")
            try:
                found = beffroi("--home", kept, "doctor")
            finally:
                connection.execute("ALTER ROLE beffroi_app NOBYPASSRLS")
    assert found.code == 1
    assert "✗ Rôle beffroi_app" in found.said


def test_the_server_stops_when_nobody_uses_it(kept: Path) -> None:
    cluster = open_cluster(kept, major=16, create=False)
    password = cluster.password_file.read_text().strip()
    with psycopg.connect(connection_url(cluster, user="postgres", password=password, dbname="postgres")):
        refused = beffroi("--home", kept, "stop")
        assert refused.code == 2
        assert "il n’est pas arrêté" in refused.errors
    stopped = beffroi("--home", kept, "stop")
    assert (stopped.code, stopped.said.strip()) == (0, "PostgreSQL de ce registre est arrêté."), stopped.errors
    again = beffroi("--home", kept, "stop")
    assert (again.code, again.said.strip()) == (0, "PostgreSQL de ce registre est déjà arrêté.")


def test_there_is_nothing_to_stop_where_there_is_no_registry(tmp_path: Path) -> None:
    refused = beffroi("--home", tmp_path / "nothing", "stop")
    assert refused.code == 2
    assert "Aucun registre ici" in refused.errors
    assert not (tmp_path / "nothing").exists()


@pytest.mark.slow
@pytest.mark.paper
def test_a_document_of_a_backup_is_rendered_again_to_the_same_bytes(kept: Path, tmp_path: Path) -> None:
    available = pdf_available()
    if not available.ok:
        pytest.skip(f"not run: {available.reason} {available.apt_line}")
    issued = beffroi("--home", kept, "report", "compliance", "--output", tmp_path / "report.pdf")
    assert issued.code == 0, issued.errors
    assert beffroi("--home", kept, "backup", "create", "--output", tmp_path / "one.tar").code == 0
    found = beffroi("backup", "verify", tmp_path / "one.tar", "--json")
    assert found.code == 0, found.said
    document = {check["check"]: check for check in found.json()["checks"]}["document"]
    assert document["holds"] is True, document["sentence"]
    assert document["sha256"] == sha256((tmp_path / "report.pdf").read_bytes()).hexdigest()
