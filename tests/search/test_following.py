"""The index follows the ledger: whole or step by step it is the same, and it makes itself again when it must."""

import os
import signal
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import text

from registry.kernel.permissions import Role
from registry.ledger.service import seal
from registry.search import following
from registry.search.asking import Asked, question, within
from registry.search.following import Follower, find_entries, rebuild
from registry.search.index import Busy, NoIndex, current_folder, look, place_of
from registry.search.vocabulary import SearchFacet
from tests.search.conftest import Searched

pytestmark = pytest.mark.database


def held(searched: Searched) -> dict[str, Any]:
    """All the index says of everything: who answers to each word of each sheet, and every count."""
    town = searched.town
    root, everywhere = town.home.settings.root, range(1, 200)
    now = look(root)
    with town.acting() as session:
        words = {
            word
            for entries in find_entries(session)
            for one in entries
            for word in f"{one.title} {one.keywords} {one.body} disparu".split()
        }
    return {
        "all": sorted(now.find(within(everywhere), limit=1_000)),
        "words": {one: sorted(now.find(question(Asked(one), everywhere), limit=1_000)) for one in sorted(words)},
        "counts": {str(facet): counts for facet, counts in now.count(within(everywhere), SearchFacet).by.items()},
        "mark": now.mark,
    }


def test_followed_step_by_step_it_is_what_it_is_when_rebuilt(searched: Searched) -> None:
    town, steward = searched.town, searched.town.someone(Role.STEWARD)
    searched.catch_up()
    numbers = [
        town.record(f"Relevé {n} disparu", on=town.commune_id if n % 2 else None, keywords=[f"mot{n}"],
                    distributions=[{"title": f"Fichier {n}", "download_url": "https://a.invalid/", "format": "CSV"}])
        for n in range(12)
    ]  # fmt: skip
    searched.catch_up()
    for place, number in enumerate(numbers[:8]):
        if place % 2:
            steward.post(f"/jeux/{number}/annuler", {"version": "1", "reason": "doublon"})
        else:
            told = steward.api(
                "PATCH", f"/api/v1/datasets/{number}", headers={"If-Match": '"1"'},
                json={"title": f"Titre {place}", "themes": ["TRAN"], "distributions": []},
            )  # fmt: skip
            assert told.status_code == 200, told.text
        if place % 3 == 0:
            searched.catch_up()
    steward.post(f"/jeux/{numbers[1]}/annuler", {"version": "2", "reason": "rétabli"})
    with town.as_owner() as session:
        session.execute(
            text("UPDATE organisation SET name = 'Commune rebaptisée', version = version + 1 WHERE id = :id"),
            {"id": town.commune_id},
        )
    searched.catch_up()
    followed = held(searched)

    rebuild(town.home)

    assert held(searched) == followed
    assert len(followed["all"]) == 9
    assert len(followed["words"]["rebaptisée"]) > 1


def test_what_was_written_is_found_once_it_is_sealed_and_followed(searched: Searched) -> None:
    town, steward = searched.town, searched.town.someone(Role.STEWARD)
    searched.catch_up()
    town.record("Fontaines")
    assert searched.titles(steward, "fontaine") == []
    assert searched.catch_up() == 1
    assert searched.titles(steward, "fontaine") == ["Fontaines"]
    assert searched.catch_up() == 0


def test_without_an_index_the_page_says_so_and_the_list_answers(searched: Searched) -> None:
    town, steward = searched.town, searched.town.someone(Role.STEWARD)
    town.record("Fontaines", access_rights="public")
    town.record("Fontaines fermées", access_rights="restricted")

    page = steward.get("/recherche?q=fontaines&acces=public").text
    assert "L’index de la recherche se prépare" in page
    assert "1 jeu de données trouvé" in page
    assert "<mark>Fontaines</mark>" in page
    told = searched.body(steward, "fontaines")
    assert (told["indexed"], told["total"], told["facets"]) == (False, 2, [])
    assert steward.api("GET", "/api/v1/search/suggestions?q=font").json() == {"suggestions": []}
    assert steward.get("/recherche", params={"q": "a\0b % [ (", "organisation": "x"}).status_code == 200
    searched.catch_up()
    assert searched.body(steward, "fontaine")["indexed"]


def spoil_bytes(folder: Path) -> None:
    for path in folder.iterdir():
        if path.suffix in {".idx", ".term", ".fast", ".pos", ".store"}:
            path.write_bytes(b"\0" * 40)


def spoil_meta(folder: Path) -> None:
    (folder / "meta.json").write_text("{")


def lose_files(folder: Path) -> None:
    for path in folder.glob("*.*"):
        if path.suffix in {".idx", ".term", ".fast"}:
            path.unlink()


def make_old(folder: Path) -> None:
    older = folder.with_name("0-abcdef")
    folder.rename(older)
    (folder.parent / "current").write_text(older.name)


def lose_everything(folder: Path) -> None:
    subprocess.run(["rm", "-r", str(folder.parent)], check=True)


@pytest.mark.parametrize("spoil", [spoil_bytes, spoil_meta, lose_files, make_old, lose_everything])
def test_an_index_that_is_lost_old_or_spoilt_is_made_again_by_itself(searched: Searched, spoil: Any) -> None:
    town, steward = searched.town, searched.town.someone(Role.STEWARD)
    root = town.home.settings.root
    town.record("Fontaines")
    searched.catch_up()
    searched.follower.close()
    folder = current_folder(root)
    assert folder is not None
    spoil(folder)

    # Whoever asks is answered by the list, and never by an error.
    assert searched.titles(steward, "fontaines") == ["Fontaines"]
    town.record("Fontaines neuves")
    searched.catch_up()
    told = searched.body(steward, "fontaine")
    assert (told["indexed"], told["total"]) == (True, 2)
    assert [path.name for path in place_of(root).iterdir() if path.is_dir()] == [current_folder(root).name]  # type: ignore[union-attr]


def test_an_index_of_another_ledger_is_made_again(searched: Searched) -> None:
    town = searched.town
    searched.catch_up()
    before = current_folder(town.home.settings.root)
    with town.as_owner() as session:
        session.execute(text("GRANT UPDATE ON ledger_root TO beffroi_owner"))
        session.execute(text("ALTER TABLE ledger_root DISABLE TRIGGER USER"))
        session.execute(text("UPDATE ledger_root SET root = decode(repeat('00', 32), 'hex')"))
        session.execute(text("ALTER TABLE ledger_root ENABLE TRIGGER USER"))
    searched.follower.step()
    assert current_folder(town.home.settings.root) != before
    assert searched.follower.step() == 0


def test_one_process_writes_and_another_takes_over(searched: Searched) -> None:
    town, steward = searched.town, searched.town.someone(Role.STEWARD)
    searched.catch_up()
    searched.catch_up()
    second = Follower(town.home)
    with pytest.raises(Busy):
        second.step()
    town.record("Fontaines")
    with town.acting("sealer") as session:
        seal(session)
    searched.follower.close()

    assert second.step() == 1
    second.close()
    assert searched.titles(steward, "fontaine") == ["Fontaines"]


def test_a_rebuild_beside_a_follower_is_taken_up_by_it(searched: Searched) -> None:
    town, steward = searched.town, searched.town.someone(Role.STEWARD)
    town.record("Fontaines")
    searched.catch_up()
    before = current_folder(town.home.settings.root)

    assert rebuild(town.home) == 1
    assert searched.titles(steward, "fontaine") == ["Fontaines"]
    town.record("Fontaines neuves")
    searched.catch_up()

    assert len(searched.titles(steward, "fontaine")) == 2
    assert current_folder(town.home.settings.root) != before
    assert before is not None
    assert not before.exists()


def test_a_step_that_fails_half_way_leaves_nothing_and_is_taken_again(
    searched: Searched, monkeypatch: pytest.MonkeyPatch
) -> None:
    town, steward = searched.town, searched.town.someone(Role.STEWARD)
    searched.catch_up()
    for number in range(3):
        town.record(f"Fontaine {number}")

    def failing(session: Any, ids: Any = None) -> Any:
        for entries in find_entries(session, ids):
            yield entries[:1]
            raise RuntimeError("cut off")

    with monkeypatch.context() as broken:
        broken.setattr(following, "find_entries", failing)
        with pytest.raises(RuntimeError, match="cut off"):
            searched.catch_up()
    assert searched.titles(steward, "fontaine") == []
    assert searched.catch_up() == 3
    assert len(searched.titles(steward, "fontaine")) == 3


def run(searched: Searched, *arguments: str) -> "subprocess.CompletedProcess[str]":
    """Runs `beffroi search` on this registry, which must end by itself."""
    command = [sys.executable, "-m", "registry", "--home", str(searched.town.home.settings.root), "search", *arguments]
    return subprocess.run(
        command, env=environment_of(searched), capture_output=True, text=True, timeout=120, check=False
    )


def environment_of(searched: Searched) -> dict[str, str]:
    """Where a command finds the database of this test."""
    urls = searched.town.home.urls
    return {**os.environ, "DATABASE_URL": urls.app, "DATABASE_ADMIN_URL": urls.owner, "DATABASE_JOBS_URL": urls.jobs}


def test_the_command_rebuilds_and_says_when_another_process_follows(searched: Searched) -> None:
    searched.town.record("Fontaines")
    built = run(searched, "rebuild")
    assert (built.returncode, built.stdout) == (0, "1 jeu indexé.\n"), built.stderr

    searched.catch_up()
    refused = run(searched, "follow", "--once")
    assert (refused.returncode, refused.stderr) == (3, "Un autre processus tient déjà cet index à jour.\n")


@pytest.mark.slow
def test_a_killed_follower_resumes(searched: Searched) -> None:
    """The very process that `beffroi serve` starts, killed while it works, then started again."""
    town, steward = searched.town, searched.town.someone(Role.STEWARD)
    settings, environment = town.home.settings, environment_of(searched)
    command = [sys.executable, "-m", "registry", "--home", str(settings.root), "search", "follow"]

    def count() -> int:
        try:
            return look(settings.root).count(within(range(1, 200))).total
        except NoIndex:
            return -1

    town.record("Fontaine 0")
    with town.acting("sealer") as session:
        seal(session)
    for turn in range(1, 4):
        process = subprocess.Popen(command, env=environment)
        try:
            until = time.monotonic() + 60
            while count() != turn:
                assert time.monotonic() < until, "the follower indexes"
                time.sleep(0.05)
            town.record(f"Fontaine {turn}")
            with town.acting("sealer") as session:
                seal(session)
        finally:
            process.send_signal(signal.SIGKILL)
            process.wait(30)
    searched.catch_up()
    assert len(searched.titles(steward, "fontaine")) == 4
