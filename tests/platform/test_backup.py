"""Backups: taken while people write, refused when they would be short, found out when they are damaged."""

import io
import json
import tarfile
import threading
from collections.abc import Callable, Iterator
from dataclasses import replace
from hashlib import sha256
from pathlib import Path

import psycopg
import pytest
from sqlalchemy import text

from registry.cli.keeping_checks import CONTENTS, check_restored, describe_registry
from registry.kernel.errors import Conflict, NotFound, Unavailable, Unreadable
from registry.platform.backup import (
    Backup,
    client_programs,
    count_rows,
    create_backup,
    major_of_program,
    refuse_short,
    run_client,
)
from registry.platform.backup_archive import (
    FORMAT,
    Keys,
    Manifest,
    Part,
    extract_dump,
    find_defects,
    keys_beside,
    read_keys,
    read_manifest,
    read_stored,
    write_archive,
    write_keys,
)
from registry.platform.backup_restoring import restored_aside, restored_into
from registry.platform.bootstrap import closing_statements
from registry.platform.clock import now
from registry.platform.database import Acting, engine_for, transaction
from registry.platform.home import open_home
from registry.platform.postgres import superuser_url
from registry.platform.settings import Settings

CONTENT = b"a stored file"
DIGEST = sha256(CONTENT).hexdigest()


@pytest.fixture
def archive(tmp_path: Path) -> Path:
    """A small archive with its keys: a dump of 3,000 bytes and one stored file."""
    dump = tmp_path / "dump"
    dump.write_bytes(bytes(range(250)) * 12)
    keys = write_keys(tmp_path / "small.cles.tar", Keys({"csrf": b"secret"}, {"public.person_key": b"1\t2\n"}))

    def complete(parts: dict[str, Part]) -> Manifest:
        return Manifest(
            format=FORMAT, created_at=now(), product="1", revision="0001", server_major=16, dump_major=16,
            tables={"public.dataset": 1}, key_tables=(), registry={"siren": "200033579"}, seal_no=0, root="",
            parts=parts, keys=keys,
        )  # fmt: skip

    place = tmp_path / "small.tar"
    write_archive(place, dump, [(DIGEST, CONTENT)], complete)
    return place


def what_is_wrong(place: Path) -> list[str]:
    """Every sentence said of an archive."""
    try:
        return find_defects(place, read_manifest(place))
    except Unreadable as refusal:
        return [refusal.message]


def without(place: Path, *names: str, **more: bytes) -> None:
    """Writes an archive again, without some of its parts, with others."""
    with tarfile.open(place) as old:
        kept = [(member, old.extractfile(member).read()) for member in old if member.name not in names]
    with tarfile.open(place, "w") as new:
        for member, content in kept:
            new.addfile(member, io.BytesIO(content))
        for name, content in more.items():
            entry = tarfile.TarInfo(name)
            entry.size = len(content)
            new.addfile(entry, io.BytesIO(content))


def test_a_whole_archive_gives_back_what_was_put_in_it(archive: Path, tmp_path: Path) -> None:
    manifest = read_manifest(archive)
    assert what_is_wrong(archive) == []
    assert list(read_stored(archive)) == [(DIGEST, CONTENT)]
    extract_dump(archive, tmp_path / "again")
    assert (tmp_path / "again").read_bytes() == (tmp_path / "dump").read_bytes()
    assert read_keys(keys_beside(archive), manifest) == Keys({"csrf": b"secret"}, {"public.person_key": b"1\t2\n"})


@pytest.mark.parametrize("share", [0.0, 0.02, 0.3, 0.6, 0.9])
def test_a_truncated_archive_is_found(archive: Path, share: float) -> None:
    content = archive.read_bytes()
    # The end of a tar is padding: a cut there loses nothing.
    last = content.rindex(read_manifest_seal(archive))
    archive.write_bytes(content[: int(last * share)])
    (said,) = what_is_wrong(archive)
    assert "tronquée" in said or "n’est pas une sauvegarde" in said


def test_the_keys_given_for_the_archive_are_told_from_one_that_is_cut(archive: Path) -> None:
    (said,) = what_is_wrong(keys_beside(archive))
    assert said == (
        f"{keys_beside(archive).name} est le fichier des clés : donnez l’archive, {archive.name}, "
        "et ce fichier par --keys."
    )


def read_manifest_seal(place: Path) -> bytes:
    with tarfile.open(place) as archive:
        source = archive.extractfile("manifest.sha256")
        assert source is not None
        return source.read()


def test_a_flipped_byte_is_found_wherever_it_changes_what_is_read(archive: Path, tmp_path: Path) -> None:
    whole = archive.read_bytes()
    found = 0
    for place in range(0, len(whole), 37):
        changed = bytearray(whole)
        changed[place] ^= 0x01
        archive.write_bytes(changed)
        if what_is_wrong(archive):
            found += 1
            continue
        # What is not found is padding between the parts: nothing that is read from them has changed.
        extract_dump(archive, tmp_path / "again")
        assert (tmp_path / "again").read_bytes() == (tmp_path / "dump").read_bytes(), place
        assert list(read_stored(archive)) == [(DIGEST, CONTENT)], place
    assert found > 100


def test_a_missing_file_is_named(archive: Path) -> None:
    without(archive, f"files/{DIGEST[:2]}/{DIGEST}")
    assert what_is_wrong(archive) == [f"files/{DIGEST[:2]}/{DIGEST} manque dans l’archive."]


def test_a_changed_file_is_named(archive: Path) -> None:
    name = f"files/{DIGEST[:2]}/{DIGEST}"
    without(archive, name, **{name: b"another file!"})
    assert what_is_wrong(archive) == [f"{name} a changé depuis la sauvegarde."]


def test_a_foreign_part_is_named(archive: Path) -> None:
    without(archive, **{"../../etc/passwd": b"x"})
    assert what_is_wrong(archive) == ["../../etc/passwd n’est pas de cette sauvegarde."]


def test_a_manifest_rewritten_without_its_hash_is_found(archive: Path) -> None:
    manifest = json.loads(read_manifest(archive).model_dump_json())
    without(archive, "manifest.json", **{"manifest.json": json.dumps(manifest | {"seal_no": 9}).encode()})
    assert what_is_wrong(archive) == ["small.tar : la table des matières de l’archive a changé."]


@pytest.mark.parametrize("content", [b"", b"PK\x03\x04 not a tar", b"\x00" * 2048], ids=["empty", "zip", "zeros"])
def test_a_file_that_is_no_backup_is_refused(tmp_path: Path, content: bytes) -> None:
    place = tmp_path / "other.tar"
    place.write_bytes(content)
    assert len(what_is_wrong(place)) == 1
    assert what_is_wrong(tmp_path / "absent.tar") == [f"{tmp_path / 'absent.tar'} n’existe pas."]


def test_keys_of_another_backup_are_refused(archive: Path) -> None:
    manifest = read_manifest(archive)
    other = archive.with_name("other.cles.tar")
    write_keys(other, Keys({"csrf": b"another"}, {}))
    with pytest.raises(Unreadable, match="ne contient pas les clés de cette sauvegarde"):
        read_keys(other, manifest)
    with pytest.raises(Unreadable, match="n’existe pas"):
        read_keys(archive.with_name("none.cles.tar"), manifest)


def test_a_server_too_recent_for_the_programs_at_hand_is_refused() -> None:
    assert major_of_program(client_programs(15) / "pg_dump") == 16
    assert major_of_program(client_programs(17) / "pg_dump") == 18
    with pytest.raises(Unavailable, match="programmes de PostgreSQL 99"):
        client_programs(99)


@pytest.fixture
def backed(town, tmp_path: Path) -> Iterator[Callable[[], Backup]]:
    """Backs the town up in a folder of its own."""
    folder = tmp_path / "backups"
    folder.mkdir()
    yield lambda: create_backup(town.home, folder, CONTENTS, describe_registry)
    assert not list(folder.glob(".*")), "a backup leaves nothing half-made"


@pytest.mark.database
def test_nothing_acknowledged_before_a_backup_is_missing_from_it(town, backed) -> None:
    acknowledged: list[int] = []
    written = threading.Semaphore(0)
    stopping = threading.Event()
    failures: list[BaseException] = []

    def write(name: int) -> None:
        count = 0
        try:
            while not stopping.is_set():
                count += 1
                acknowledged.append(town.record(f"jeu {name}-{count}"))
                written.release()
        except BaseException as error:
            failures.append(error)
            written.release()

    writers = [threading.Thread(target=write, args=(name,)) for name in range(4)]
    for writer in writers:
        writer.start()
    try:
        for _record in range(12):
            assert written.acquire(timeout=60)
        before = list(acknowledged)
        made = backed()
        during = len(acknowledged) - len(before)
    finally:
        stopping.set()
        for writer in writers:
            writer.join()
    assert not failures
    assert during > 0, "nobody wrote while the backup was made"

    keys = read_keys(made.keys, made.manifest)
    with restored_aside(made.archive, made.manifest, keys) as restored:
        with transaction(restored.owner, Acting("cli:essai")) as session:
            kept = set(session.execute(text("SELECT id FROM dataset")).scalars())
        checks = {check.name: check for check in check_restored(restored, made.manifest, with_keys=True)}
    assert set(before) <= kept
    assert kept <= set(acknowledged)
    assert checks["tables"].holds, checks["tables"].defects
    assert checks["ledger"].holds, checks["ledger"].defects
    assert checks["ledger"].figures["entries"] > len(kept)
    assert checks["files"].holds


@pytest.mark.database
def test_the_data_carry_no_secret_and_the_keys_stand_apart(town, backed) -> None:
    csrf = town.home.secret("csrf")
    town.home.secret("ledger-seed")
    (town.home.settings.root / "secrets" / "roles.json").write_text('{"beffroi_owner": "machine-bound"}')
    town.someone("reader")
    with town.as_owner() as session:
        (hashed,) = session.execute(text("SELECT secret FROM credential_secret")).scalars()
        person_key = session.execute(text("SELECT key FROM person_key LIMIT 1")).scalar_one()
    made = backed()
    plain = made.archive.with_name("plain.sql")
    dump = made.archive.with_name("dump")
    extract_dump(made.archive, dump)
    run_client(town.home.cluster.bin_dir / "pg_restore", None, f"--file={plain}", dump)
    for content in (made.archive.read_bytes(), plain.read_bytes()):
        for secret in (csrf, hashed.encode(), person_key.hex().encode(), bytes(person_key), b"machine-bound"):
            assert secret not in content
    keys = read_keys(made.keys, made.manifest)
    assert keys.secrets["csrf"] == csrf
    assert "roles.json" not in keys.secrets
    assert hashed.encode() in keys.tables["public.credential_secret"]
    assert person_key.hex().encode() in keys.tables["public.person_key"]
    assert made.archive.stat().st_mode & 0o777 == 0o600
    assert made.keys.stat().st_mode & 0o777 == 0o600


@pytest.mark.database
def test_a_backup_counts_every_row_of_every_table(town, backed) -> None:
    town.record()
    made = backed()
    with town.home.owner.connect() as connection:
        assert made.manifest.tables == count_rows(connection)
    assert made.manifest.tables["public.dataset"] == 1
    assert made.manifest.tables["public.organisation"] == 4
    assert {"public.ledger_entry", "jobs.procrastinate_jobs"} <= made.manifest.tables.keys()


@pytest.mark.database
def test_a_backup_the_owner_would_take_of_hidden_rows_is_refused(town, backed) -> None:
    with town.as_owner() as session:
        session.execute(text("DROP POLICY owner_all ON dataset"))
    with pytest.raises(Conflict, match=r"public\.dataset ne montre pas toutes ses lignes"):
        backed()
    with town.as_owner() as session:
        session.execute(text("CREATE POLICY owner_all ON dataset TO beffroi_owner USING (true)"))
        session.execute(text("CREATE POLICY narrow ON dataset AS RESTRICTIVE TO beffroi_owner USING (id > 5)"))
    with pytest.raises(Conflict, match=r"public\.dataset ne montre pas toutes ses lignes"):
        backed()


@pytest.fixture
def elsewhere(town) -> Iterator[Settings]:
    """Another empty database of a server we did not start, for a home that does not exist yet."""
    cluster, name = town.home.cluster, "elsewhere"
    with psycopg.connect(superuser_url(cluster), autocommit=True) as connection:
        connection.execute(f"CREATE DATABASE {name} OWNER beffroi_owner TEMPLATE template0 ENCODING 'UTF8'")
    with psycopg.connect(superuser_url(cluster, name), autocommit=True) as connection:
        for statement in closing_statements():
            connection.execute(statement)
    own = town.home.urls.owner.rpartition("/")[2].partition("?")[0]
    owner, app, jobs = (
        url.replace(f"/{own}", f"/{name}") for url in (town.home.urls.owner, town.home.urls.app, town.home.urls.jobs)
    )
    yield Settings(
        home=town.home.settings.root.with_name("other"),
        database_url=app,
        database_admin_url=owner,
        database_jobs_url=jobs,
    )
    engine_for.cache_clear()
    with psycopg.connect(superuser_url(cluster), autocommit=True) as connection:
        connection.execute(f"DROP DATABASE {name} WITH (FORCE)")


@pytest.mark.database
def test_a_restoring_that_fails_on_a_server_of_ones_own_may_be_tried_again(town, backed, elsewhere) -> None:
    made = backed()
    keys = read_keys(made.keys, made.manifest)
    wrong = replace(keys, tables={**keys.tables, "public.person_key": b"not\ta\trow\n"})
    with pytest.raises(psycopg.Error), restored_into(elsewhere, made.archive, made.manifest, wrong):
        pass
    with (
        pytest.raises(Conflict, match="ne convient pas"),
        restored_into(elsewhere, made.archive, made.manifest, keys),
    ):
        raise Conflict("ne convient pas")
    with restored_into(elsewhere, made.archive, made.manifest, keys) as home:
        checks = list(check_restored(home, made.manifest, with_keys=True))
    assert [check.name for check in checks if check.holds is False] == []
    again = elsewhere.model_copy(update={"home": elsewhere.home / "again"})
    with pytest.raises(Conflict, match="n’est pas vide"), restored_into(again, made.archive, made.manifest, keys):
        pass
    with open_home(elsewhere) as home:
        home.check()


@pytest.mark.database
def test_an_empty_dump_is_refused(town, tmp_path: Path) -> None:
    with town.home.owner.connect() as connection:
        tables = count_rows(connection)
    programs, dump = town.home.cluster.bin_dir, tmp_path / "dump"
    run_client(
        programs / "pg_dump", town.home.urls.owner, "--format=custom", "--enable-row-security", f"--file={dump}",
        "--exclude-table-data=*",
    )  # fmt: skip
    with pytest.raises(Conflict, match=r"compte 1 lignes et sa copie 0"):
        refuse_short(dump, programs, tables, CONTENTS)
    run_client(
        programs / "pg_dump", town.home.urls.owner, "--format=custom", "--enable-row-security", f"--file={dump}",
        "--exclude-table-data=public.population",
    )  # fmt: skip
    with pytest.raises(Conflict, match=r"public\.population compte 3 lignes et sa copie 0"):
        refuse_short(dump, programs, tables, replace(CONTENTS, key_tables=()))


@pytest.mark.database
def test_a_registry_that_was_never_opened_is_not_backed_up(home, tmp_path: Path) -> None:
    with pytest.raises(Unavailable, match="rien à sauvegarder"):
        create_backup(home, tmp_path, CONTENTS, describe_registry)
    assert not list(tmp_path.glob("*.tar"))


@pytest.mark.database
def test_a_backup_replaces_nothing_and_makes_no_folder_above_its_own(town, tmp_path: Path) -> None:
    place = tmp_path / "mine.tar"
    place.write_bytes(b"precious")
    with pytest.raises(Conflict, match="existe déjà"):
        create_backup(town.home, place, CONTENTS, describe_registry)
    assert place.read_bytes() == b"precious"
    with pytest.raises(NotFound):
        create_backup(town.home, tmp_path / "no" / "such" / "folder", CONTENTS, describe_registry)
    assert not (tmp_path / "no").exists()


@pytest.mark.database
def test_a_stored_file_that_is_gone_or_changed_is_named_and_the_rest_is_kept(town, backed) -> None:
    kept, gone, changed = (town.home.files.keep(content) for content in (b"kept", b"gone", b"changed"))
    with town.as_owner() as session:
        for digest in (kept, gone, changed):
            session.execute(
                text(
                    "INSERT INTO stored_file (organisation_id, version, sha256, size, media_type, name)"
                    " VALUES (:organisation, 1, :digest, 4, 'text/plain', 'essai')"
                ),
                {"organisation": town.authority_id, "digest": digest},
            )
    store = town.home.settings.root / "files"
    (store / gone[:2] / gone).unlink()
    (store / changed[:2] / changed).write_bytes(b"ch4nged")
    made = backed()
    assert set(made.lost) == {gone, changed}
    assert set(made.manifest.stored) == {kept}
    with restored_aside(made.archive, made.manifest, None) as restored:
        checks = {check.name: check for check in check_restored(restored, made.manifest, with_keys=False)}
    assert checks["files"].holds is False
    assert len(checks["files"].defects) == 2
    assert checks["tables"].holds, checks["tables"].defects
