"""A dataset is the same one from import to import, whatever its slug and whichever format it came in."""

from typing import Any

import pytest
from sqlalchemy import Engine, event

from registry.datasets.forms import DatasetChange
from registry.datasets.service import amend_dataset
from registry.exchange.models import ImportAction
from registry.exchange.outcome import Compared
from registry.exchange.service import preview_import, receive_import
from registry.exchange.vocabulary import ReadCatalogue
from tests.exchange.conftest import Bringer
from tests.exchange.portals import SITE, explore_dataset, package, package_search, read, search_dataset, udata_dataset

pytestmark = pytest.mark.database

DCAT = f"""
<{SITE}/explore/dataset/arbres/> a dcat:Dataset ; dct:identifier "{SITE}/explore/dataset/arbres/" ;
  dct:title "Arbres 1"@fr ; dcat:distribution ex:csv, ex:shp .
ex:csv a dcat:Distribution ;
  dcat:downloadURL <{SITE}/api/explore/v2.1/catalog/datasets/arbres/exports/csv?use_labels=true> .
ex:shp a dcat:Distribution ; dcat:downloadURL <{SITE}/api/explore/v2.1/catalog/datasets/arbres/exports/shp> .
"""


def preview(bringer: Bringer, found: ReadCatalogue) -> tuple[int, list[Compared]]:
    with bringer.town.acting() as session:
        number = receive_import(session, bringer.town.authority_id, source_name=SITE, source_sha256="0" * 64).id
    compared: list[Compared] = []
    preview_import(bringer.opener(number), number, found, watch=compared.extend)
    return number, compared


def bring(bringer: Bringer, *answers: Any) -> list[Compared]:
    """Reads answers, applies them, and tells what each record did."""
    number, compared = preview(bringer, read(*answers))
    bringer.apply(number)
    return compared


def explore(*records: dict[str, Any]) -> dict[str, Any]:
    return {"total_count": len(records), "results": list(records)}


@pytest.mark.parametrize(
    "answer",
    [
        package_search(package(1), package(2)),
        {"data": [udata_dataset(1), udata_dataset(2)], "total": 2},
        explore(explore_dataset(1), explore_dataset(2)),
        {"nhits": 2, "datasets": [search_dataset(1), search_dataset(2)]},
    ],
)
def test_the_same_answer_twice_changes_nothing_the_second_time(bringer: Bringer, answer: Any):
    assert {one.action for one in bring(bringer, answer)} == {ImportAction.CREATE}
    before, written = bringer.sheets(), bringer.count("ledger_entry WHERE table_name IN ('dataset', 'distribution')")

    assert {one.action for one in bring(bringer, answer)} == {ImportAction.UNCHANGED}

    assert bringer.sheets() == before
    assert bringer.count("ledger_entry WHERE table_name IN ('dataset', 'distribution')") == written


@pytest.mark.parametrize(
    ("first", "second"),
    [
        (package_search(package()), package_search(package(name="arbres-en-ville", title="Arbres en ville"))),
        (udata_dataset(), udata_dataset(slug="arbres-en-ville", title="Arbres en ville")),
        (explore(explore_dataset()), explore(explore_dataset(slug="arbres-en-ville"))),
    ],
)
def test_a_slug_that_changed_at_the_source_is_a_change_of_the_same_sheet(bringer: Bringer, first: Any, second: Any):
    bring(bringer, first)

    (one,) = bring(bringer, second)

    assert one.action is ImportAction.CHANGE
    assert len(bringer.sheets()) == 1


def test_a_sheet_that_came_by_dcat_is_recognised_and_then_followed_when_its_slug_changes(bringer: Bringer):
    bringer.bring(DCAT)
    name = f"{SITE}/explore/dataset/arbres/"
    before = bringer.sheets()[name]

    (one,) = bring(bringer, explore(explore_dataset(slug="arbres")))

    after = bringer.sheets()
    assert (one.dataset_id, one.action) == (before["id"], ImportAction.CHANGE)
    assert [said["code"] for said in one.anomalies] == ["known-otherwise"]
    # The CSV is the one the DCAT gave, the export the interface does not promise stays.
    assert one.changes["distributions"]["added"] == ["da_arbre1#json", "da_arbre1#geojson"]
    assert "removed" not in one.changes["distributions"]
    assert list(after) == [name]

    (moved,) = bring(bringer, explore(explore_dataset(slug="arbres-en-ville")))

    assert (moved.dataset_id, moved.action) == (before["id"], ImportAction.CHANGE)
    assert moved.changes["uri"][1] == f"{SITE}/explore/dataset/arbres-en-ville/"
    assert len(bringer.sheets()) == 1


def test_the_sheets_of_a_batch_are_locked_in_one_statement_whatever_they_were_known_by(bringer: Bringer):
    """In two, an import and a change of the same sheets could each hold what the other waits for."""
    bringer.bring(DCAT)
    number, (one,) = preview(bringer, read(explore(explore_dataset(slug="arbres"))))
    locked: list[str] = []

    def keep(_connection: Any, _cursor: Any, statement: str, *_rest: Any) -> None:
        if "FROM dataset \n" in statement and "FOR UPDATE" in statement:
            locked.append(statement)

    event.listen(Engine, "before_cursor_execute", keep)
    try:
        bringer.apply(number)
    finally:
        event.remove(Engine, "before_cursor_execute", keep)

    assert one.action is ImportAction.CHANGE
    assert len(locked) == 1


def test_a_sheet_that_came_by_an_interface_is_recognised_in_the_dcat(bringer: Bringer):
    bring(bringer, explore(explore_dataset(slug="arbres")))

    number, (one,) = bringer.preview(DCAT)
    bringer.apply(number)

    assert one.action is ImportAction.CHANGE
    assert list(bringer.sheets()) == ["da_arbre1"]


def test_a_dataset_harvested_from_ones_own_portal_is_the_same_one(bringer: Bringer):
    bringer.bring(DCAT)

    (one,) = bring(bringer, udata_dataset(harvest={"remote_url": f"{SITE}/explore/dataset/arbres/"}))

    assert one.action is ImportAction.CHANGE
    assert len(bringer.sheets()) == 1


def test_a_name_that_two_sheets_bear_or_that_the_file_gives_to_another_recognises_nothing(bringer: Bringer):
    bringer.bring(DCAT)
    name = f"{SITE}/explore/dataset/arbres/"

    # Version 1 names the sheet itself; the number is then another dataset.
    (known, other) = bring(
        bringer,
        {"nhits": 1, "datasets": [{**search_dataset(), "datasetid": "arbres"}]},
        explore(explore_dataset(1, slug="arbres")),
    )

    assert (known.identifier, known.action) == (name, ImportAction.CHANGE)
    assert (other.identifier, other.action) == ("da_arbre1", ImportAction.CREATE)


def test_an_import_undone_leaves_no_memory_of_the_names_it_brought(bringer: Bringer):
    bringer.bring(DCAT)
    number, _compared = preview(bringer, read(explore(explore_dataset(slug="arbres"))))
    bringer.apply(number)
    bringer.undo(number)

    (one,) = bring(bringer, explore(explore_dataset(slug="tout-autre")))

    assert one.action is ImportAction.CREATE


def test_what_somebody_edited_or_locked_stays_when_the_portal_says_otherwise(bringer: Bringer):
    bring(bringer, package_search(package()))
    (sheet,) = bringer.sheets().values()
    with bringer.town.acting() as session:
        edited = amend_dataset(
            session, sheet["id"], DatasetChange(description="De ma main."), expected=sheet["version"]
        )
        amend_dataset(session, edited.id, DatasetChange(locked_fields=["title"]), expected=edited.version)

    (one,) = bring(bringer, package_search(package(title="Autre", notes="Autre.", version="2")))

    (after,) = bringer.sheets().values()
    assert (after["title"], after["description"]) == ("Arbres 1", "De ma main.")
    assert "locked-field" in [said["code"] for said in one.anomalies]
    assert set(one.changes) == {"kept", "version_label"}


def test_a_list_read_to_its_end_tells_which_sheets_it_no_longer_has(bringer: Bringer):
    bring(bringer, package_search(package(1), package(2)))

    number, _compared = preview(bringer, read(package_search(package(1))))

    with bringer.town.acting() as session:
        from_account = session.connection().exec_driver_sql(
            "SELECT content -> 'absent' -> 0 ->> 'title' FROM import_account WHERE batch_id = %s", (number,)
        )
        assert from_account.scalar_one() == "Arbres 2"
