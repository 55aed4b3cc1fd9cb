"""An import is compared, applied by batches, resumed or undone whole, and never writes over somebody."""

import threading
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

import pytest
from sqlalchemy import text

from registry.datasets.forms import DatasetChange, DatasetForm, DistributionForm
from registry.datasets.models import Dataset
from registry.datasets.queries import find_distributions
from registry.datasets.service import amend_dataset, annul_dataset, record_dataset
from registry.exchange.comparing import BATCH, Compared
from registry.exchange.jobs import session_opener
from registry.exchange.models import ImportAction, ImportState
from registry.exchange.queries import find_account, find_lines, get_batch, is_at_work
from registry.exchange.rdf_here import read_rdf_bytes
from registry.exchange.service import (
    abandon_import,
    apply_import,
    preview_import,
    receive_import,
    undo_import,
)
from registry.kernel.errors import Conflict
from registry.platform.database import Acting
from tests.conftest import Town
from tests.exchange.conftest import PREFIXES

pytestmark = pytest.mark.database

TREES = """
ex:arbres a dcat:Dataset ; dct:identifier "arbres" ; dct:title "Arbres"@fr ; dct:description "Les arbres."@fr ;
  dct:publisher [ a foaf:Agent ; foaf:name "Ville"@fr ] ;
  dcat:contactPoint [ a vcard:Organization ; vcard:fn "Guichet" ; vcard:hasEmail <mailto:sig@essai.invalid> ] ;
  dcat:distribution ex:csv, ex:json .
ex:csv a dcat:Distribution ; dct:title "CSV" ; dcat:downloadURL <https://exemple.fr/arbres.csv> .
ex:json a dcat:Distribution ; dct:title "JSON" ; dcat:downloadURL <https://exemple.fr/arbres.json> .
ex:bancs a dcat:Dataset ; dct:identifier "bancs" ; dct:title "Bancs"@fr ;
  dcat:contactPoint [ a vcard:Organization ; vcard:fn "Guichet" ; vcard:hasEmail <mailto:SIG@essai.invalid> ] ;
  dcat:distribution [ a dcat:Distribution ; dcat:accessURL <https://exemple.fr/bancs> ] .
"""


class Cut(Exception):
    """The machine goes down between two batches."""


@dataclass
class Bringer:
    """Brings catalogues into a town, in the process of the test."""

    town: Town
    said: list[tuple[int, int, str]] = field(default_factory=list)

    def preview(self, body: str, on: int | None = None) -> tuple[int, list[Compared]]:
        """The number of the import and what it would do."""
        read = read_rdf_bytes((PREFIXES + body).encode(), name="essai.ttl")
        with self.town.acting() as session:
            organisation_id = on or self.town.authority_id
            number = receive_import(session, organisation_id, source_name="essai.ttl", source_sha256="0" * 64).id
        return number, preview_import(self.opener(number), number, read)

    def opener(self, batch_id: int) -> Callable[[], Any]:
        """Transactions in the name of the import."""
        return session_opener(self.town.home, Acting("cli:essai", batch_id=batch_id), self.town.info)

    def report(self, done: int, total: int, step: str) -> None:
        self.said.append((done, total, step))

    def apply(self, batch_id: int, report: Callable[[int, int, str], None] | None = None) -> None:
        apply_import(self.opener(batch_id), batch_id, report or self.report)

    def undo(self, batch_id: int, report: Callable[[int, int, str], None] | None = None) -> list[str]:
        return undo_import(self.opener(batch_id), batch_id, report or self.report)

    def bring(self, body: str) -> tuple[int, dict[str, int]]:
        """Previews and applies; the number of the import and how many records it created, changed…"""
        number, compared = self.preview(body)
        self.apply(number)
        return number, {str(action): sum(one.action is action for one in compared) for action in ImportAction}

    def sheets(self) -> dict[str, dict[str, Any]]:
        """Every sheet by its identifier, with its distributions that stand."""
        with self.town.acting() as session:
            rows = session.execute(text("SELECT id, version, identifier, title, description, annulled FROM dataset"))
            return {
                row.identifier: {
                    **row._mapping,
                    "files": sorted(one.title or "" for one in find_distributions(session, row.id)),
                }
                for row in rows
            }

    def state(self, batch_id: int) -> ImportState:
        with self.town.acting() as session:
            return get_batch(session, batch_id).state

    def noted(self, batch_id: int) -> list[tuple[str, str]]:
        """What was noted on the records of an import, as code and field."""
        with self.town.acting() as session:
            lines = find_lines(session, batch_id, limit=1000)
            return [(one["code"], one["path"]) for line in lines for one in line.anomalies]

    def count(self, what: str) -> int:
        with self.town.acting() as session:
            return int(session.execute(text(f"SELECT count(*) FROM {what}")).scalar_one())


@pytest.fixture
def bringer(town: Town) -> Bringer:
    return Bringer(town)


def many(count: int) -> str:
    """A catalogue of so many datasets, one file each."""
    return "".join(
        f'ex:j{n} a dcat:Dataset ; dct:identifier "j{n}" ; dct:title "Jeu {n}"@fr ;'
        f" dcat:distribution [ a dcat:Distribution ; dcat:downloadURL <https://exemple.fr/{n}.csv> ] .\n"
        for n in range(count)
    )


def test_the_same_file_twice_changes_nothing_the_second_time(bringer: Bringer):
    assert bringer.bring(TREES)[1] == {"create": 2, "change": 0, "unchanged": 0, "refused": 0}
    before, entries = bringer.sheets(), bringer.count("ledger_entry WHERE table_name IN ('dataset', 'distribution')")

    assert bringer.bring(TREES)[1] == {"create": 0, "change": 0, "unchanged": 2, "refused": 0}

    assert bringer.sheets() == before
    assert bringer.count("ledger_entry WHERE table_name IN ('dataset', 'distribution')") == entries


def test_a_contact_is_found_or_made_once(bringer: Bringer):
    bringer.bring(TREES)
    bringer.bring(TREES)

    assert bringer.count("person WHERE email_digest IS NOT NULL") == 1
    assert bringer.count("dataset WHERE contact_person_id IS NOT NULL") == 2


def test_a_preview_writes_no_sheet_and_may_be_abandoned(bringer: Bringer):
    number, compared = bringer.preview(TREES)

    assert [one.action for one in compared] == [ImportAction.CREATE, ImportAction.CREATE]
    assert bringer.sheets() == {}
    with bringer.town.acting() as session:
        abandon_import(session, number)
    with pytest.raises(Conflict, match="Abandonné"):
        bringer.apply(number)
    with pytest.raises(Conflict, match="Abandonné"):
        bringer.undo(number)
    assert bringer.sheets() == {}


def test_what_the_source_adds_changes_and_withdraws_is_seen_before_it_is_written(bringer: Bringer):
    bringer.bring(TREES)
    second = (
        TREES.replace("ex:csv, ex:json", "ex:csv, ex:shp")
        .replace('dct:title "CSV"', 'dct:title "CSV bis"')
        .replace("ex:json a", "ex:shp a")
    )

    number, compared = bringer.preview(second)

    changes = {one.identifier: one.changes for one in compared}
    assert changes["bancs"] == {}
    assert changes["arbres"] == {
        "distributions": {
            "added": ["https://exemple.fr/shp"],
            "changed": ["https://exemple.fr/csv"],
            "removed": ["https://exemple.fr/json"],
        }
    }
    version = bringer.sheets()["arbres"]["version"]
    bringer.apply(number)
    after = bringer.sheets()["arbres"]
    assert after["files"] == ["CSV bis", "JSON"]
    assert after["version"] == version + 1
    assert bringer.count("distribution WHERE annulled") == 1


def test_an_import_never_erases_what_the_source_does_not_say(bringer: Bringer):
    bringer.bring(TREES)

    bringer.bring(TREES.replace('dct:description "Les arbres."@fr ;', ""))

    assert bringer.sheets()["arbres"]["description"] == "Les arbres."


def test_undoing_takes_out_what_it_made_and_brings_back_what_it_changed(bringer: Bringer):
    bringer.bring(TREES)
    before = bringer.sheets()
    number, counts = bringer.bring(TREES.replace("Les arbres.", "Les arbres en ville.") + many(2))
    assert (counts["create"], counts["change"]) == (2, 1)

    assert bringer.undo(number) == []

    after = bringer.sheets()
    assert set(after) == set(before)
    assert after["arbres"]["description"] == "Les arbres."
    assert bringer.state(number) is ImportState.UNDONE
    # The findings of a sheet that is gone are over; its history stays.
    open_findings = "finding WHERE until IS NULL AND subject_kind = 'dataset'"
    assert bringer.count(f"{open_findings} AND subject_id NOT IN (SELECT id FROM dataset)") == 0
    assert bringer.count("ledger_entry WHERE verb = 'delete' AND table_name = 'dataset'") == 2
    with pytest.raises(Conflict, match="Annulé"):
        bringer.apply(number)


def test_undoing_brings_back_files_as_they_were(bringer: Bringer):
    bringer.bring(TREES)
    before = bringer.sheets()["arbres"]["files"]
    number, _counts = bringer.bring(TREES.replace("ex:csv, ex:json", "ex:csv").replace('"CSV"', '"CSV bis"'))
    assert bringer.sheets()["arbres"]["files"] == ["CSV bis"]

    bringer.undo(number)

    assert bringer.sheets()["arbres"]["files"] == before


def test_what_was_undone_can_be_imported_again(bringer: Bringer):
    number, _counts = bringer.bring(TREES)
    bringer.undo(number)
    assert bringer.sheets() == {}

    assert bringer.bring(TREES)[1]["create"] == 2
    assert set(bringer.sheets()) == {"arbres", "bancs"}


def test_undoing_keeps_what_somebody_changed_since_and_says_so(bringer: Bringer):
    number, _counts = bringer.bring(TREES)
    sheet = bringer.sheets()["arbres"]
    with bringer.town.acting("account:1") as session:
        change = DatasetChange(description="Relu par la direction.")
        amend_dataset(session, sheet["id"], change, expected=sheet["version"])

    assert bringer.undo(number) == ["Arbres"]

    after = bringer.sheets()
    assert set(after) == {"arbres"}
    assert after["arbres"]["description"] == "Relu par la direction."
    assert after["arbres"]["files"] == ["CSV", "JSON"]
    with bringer.town.acting() as session:
        assert get_batch(session, number).summary["kept"] == 1
        account = find_account(session, number)
        assert account is not None
        assert account.content["kept"] == ["Arbres"]


def test_a_value_somebody_gave_after_the_preview_stays_and_is_named(bringer: Bringer):
    bringer.bring(TREES)
    second = TREES.replace("Les arbres.", "Texte du portail.").replace('"CSV"', '"CSV du portail"')
    number, _compared = bringer.preview(second)
    sheet = bringer.sheets()["arbres"]
    with bringer.town.acting("account:1") as session:
        files = [
            DistributionForm.model_validate(one).model_copy(update={"title": f"{one.title} relu"})
            for one in find_distributions(session, sheet["id"])
        ]
        change = DatasetChange(description="Relu par la direction.", distributions=files)
        amend_dataset(session, sheet["id"], change, expected=sheet["version"])

    bringer.apply(number)

    after = bringer.sheets()["arbres"]
    assert after["description"] == "Relu par la direction."
    assert after["files"] == ["CSV relu", "JSON relu"]
    assert bringer.noted(number) == [("changed-since", "description"), ("changed-since", "distributions")]


def test_an_annulled_sheet_is_refused_in_words_and_stays_annulled(bringer: Bringer):
    bringer.bring(TREES)
    late, _compared = bringer.preview(TREES.replace("Les arbres.", "Autre texte."))
    sheet = bringer.sheets()["arbres"]
    with bringer.town.acting() as session:
        annul_dataset(session, sheet["id"], expected=sheet["version"], reason="Doublon")

    _number, compared = bringer.preview(TREES)
    bringer.apply(late)

    by_identifier = {one.identifier: one for one in compared}
    assert by_identifier["arbres"].action is ImportAction.REFUSED
    assert "annulée" in by_identifier["arbres"].anomalies[-1]["message"]
    assert by_identifier["bancs"].action is ImportAction.UNCHANGED
    after = bringer.sheets()["arbres"]
    assert (after["annulled"], after["description"]) == (True, "Les arbres.")
    assert ("refused", "identifier") in bringer.noted(late)


def test_an_identifier_given_twice_in_a_file_is_taken_once(bringer: Bringer):
    twice = TREES + 'ex:autre a dcat:Dataset ; dct:identifier "arbres" ; dct:title "Arbres encore"@fr .\n'

    bringer.bring(twice)

    assert bringer.sheets()["arbres"]["title"] in {"Arbres", "Arbres encore"}
    assert bringer.count("dataset") == 3


def test_an_import_cut_between_two_batches_goes_on_where_it_was(bringer: Bringer):
    number, compared = bringer.preview(many(450))
    assert len(compared) == 450

    def cut(done: int, total: int, _step: str) -> None:
        assert (done, total) == (BATCH, 450)
        raise Cut

    with pytest.raises(Cut):
        bringer.apply(number, cut)
    assert bringer.state(number) is ImportState.APPLYING
    assert bringer.count("dataset") == BATCH

    bringer.apply(number)

    assert bringer.state(number) is ImportState.APPLIED
    assert [done for done, _total, _step in bringer.said] == [400, 450]
    assert bringer.count("dataset") == 450
    assert bringer.count("ledger_entry WHERE table_name = 'dataset'") == 450
    assert bringer.count("finding WHERE subject_kind = 'dataset' AND policy_id = 'ACC-01'") == 450


def test_an_import_cut_between_two_batches_is_undone_whole_even_when_undoing_is_cut_too(bringer: Bringer):
    number, _compared = bringer.preview(many(450))

    def cut_at(most: int) -> Callable[[int, int, str], None]:
        def cut(done: int, _total: int, _step: str) -> None:
            if done >= most:
                raise Cut

        return cut

    with pytest.raises(Cut):
        bringer.apply(number, cut_at(400))
    with bringer.town.acting("account:1") as session:
        (sheet,) = session.execute(text("SELECT id, version FROM dataset WHERE identifier = 'j0'"))
        amend_dataset(session, sheet.id, DatasetChange(description="À garder."), expected=sheet.version)
    with pytest.raises(Cut):
        bringer.undo(number, cut_at(200))
    assert bringer.state(number) is ImportState.UNDOING

    assert bringer.undo(number) == ["Jeu 0"]

    assert bringer.state(number) is ImportState.UNDONE
    assert list(bringer.sheets()) == ["j0"]


def test_two_imports_of_the_same_file_at_once_make_each_sheet_once(bringer: Bringer):
    numbers = [bringer.preview(many(300))[0] for _turn in range(2)]
    ready, failed = threading.Barrier(2), []

    def run(number: int) -> None:
        ready.wait(10)
        try:
            bringer.apply(number)
        except Exception as error:
            failed.append(error)

    threads = [threading.Thread(target=run, args=(number,)) for number in numbers]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)

    assert failed == []
    assert [bringer.state(number) for number in numbers] == [ImportState.APPLIED] * 2
    assert bringer.count("dataset") == 300
    assert bringer.count("distribution WHERE NOT annulled") == 300
    assert [bringer.noted(number) for number in numbers] == [[], []]


def test_a_sheet_somebody_records_while_it_is_being_imported_is_theirs(bringer: Bringer):
    number, _compared = bringer.preview(TREES)
    held, release, failed = threading.Event(), threading.Event(), []

    def record() -> None:
        with bringer.town.acting("account:1") as session:
            form = DatasetForm(identifier="arbres", title="Arbres, fiche à nous")
            record_dataset(session, bringer.town.authority_id, form)
            held.set()
            release.wait(20)

    def run() -> None:
        try:
            bringer.apply(number)
        except Exception as error:
            failed.append(error)

    first, second = threading.Thread(target=record), threading.Thread(target=run)
    first.start()
    assert held.wait(20)
    second.start()
    waiting = text("SELECT count(*) FROM pg_locks WHERE NOT granted")
    for _turn in range(2000):
        with bringer.town.as_owner() as session:
            if session.execute(waiting).scalar_one():
                break
    else:
        pytest.fail("the import never met the sheet being recorded")
    release.set()
    first.join(20)
    second.join(20)

    assert failed == []
    after = bringer.sheets()
    assert set(after) == {"arbres", "bancs"}
    assert after["arbres"]["title"] == "Arbres, fiche à nous"
    assert ("changed-since", "title") in bringer.noted(number)
    with bringer.town.acting() as session:
        assert session.get(Dataset, after["arbres"]["id"]).description == "Les arbres."


def test_an_import_taken_back_meanwhile_stops_being_applied_and_the_reverse(bringer: Bringer):
    number, _compared = bringer.preview(many(250))

    def turn(state: ImportState) -> Callable[[int, int, str], None]:
        def turned(_done: int, _total: int, _step: str) -> None:
            with bringer.town.acting() as session:
                get_batch(session, number, lock=True).state = state

        return turned

    with pytest.raises(Conflict, match="Annulation en cours"):
        bringer.apply(number, turn(ImportState.UNDOING))
    assert bringer.count("dataset") == BATCH
    with pytest.raises(Conflict, match="Application en cours"):
        bringer.undo(number, turn(ImportState.APPLYING))
    assert bringer.count("dataset") == 0
    assert bringer.state(number) is ImportState.APPLYING


def test_one_at_a_time_works_at_an_import(bringer: Bringer):
    number, _compared = bringer.preview(TREES)
    met = []

    def busy(_done: int, _total: int, _step: str) -> None:
        with bringer.town.acting() as session:
            met.append(is_at_work(session, number))
        for act in (bringer.apply, bringer.undo):
            with pytest.raises(Conflict, match="Un travail est en cours"):
                act(number)

    bringer.apply(number, busy)

    assert met == [True]
    assert bringer.state(number) is ImportState.APPLIED
    with bringer.town.acting() as session:
        assert not is_at_work(session, number)


def test_a_lock_reads_the_import_anew(bringer: Bringer):
    number, _compared = bringer.preview(TREES)
    with bringer.town.acting() as session:
        read = get_batch(session, number)
        assert read.state is ImportState.PREVIEWED
        with bringer.town.acting() as other:
            get_batch(other, number, lock=True).state = ImportState.APPLYING
        assert get_batch(session, number, lock=True) is read
        assert read.state is ImportState.APPLYING


NAMED = TREES.replace('dct:title "Bancs"@fr ;', 'dct:title "Bancs"@fr ; ex:relecture "Guichet, sig@essai.invalid" ;')


@pytest.mark.parametrize("end", ["applied", "undone", "abandoned"])
def test_whom_a_file_names_is_in_no_record_and_forgotten_once_the_import_is_over(bringer: Bringer, end: str):
    bringer.bring(NAMED.replace("dcat:contactPoint", "ex:contact"))
    number, _compared = bringer.preview(NAMED)
    with bringer.town.acting() as session:
        account = find_account(session, number)
        assert account is not None
        assert "sig@essai.invalid" in str(account.content["leftovers"])

    if end == "abandoned":
        with bringer.town.acting() as session:
            abandon_import(session, number)
    else:
        bringer.apply(number)
    if end == "undone":
        bringer.undo(number)

    named = "ILIKE '%sig@essai.invalid%'"
    for kept in ("snapshot", "summary", "content", "changes", "anomalies"):
        table = {"snapshot": "ledger_entry", "summary": "import_batch"}.get(kept, "import_line")
        assert bringer.count(f"{table} WHERE {kept}::text {named}") == 0, kept
    assert bringer.count(f"import_account WHERE batch_id = {number} AND content::text {named}") == 0
    assert bringer.count("ledger_entry WHERE table_name = 'import_batch' AND snapshot::text LIKE '%Bancs%'") == 0
    assert bringer.count(f"import_line WHERE batch_id = {number} AND changes ? 'contact'") == 2


def identified(bringer: Bringer, on: int, title: str) -> int:
    """A sheet some body recorded under the identifier of the trees."""
    return bringer.town.record(title, on=on, identifier="arbres")


def test_an_import_prefers_its_own_sheet_to_that_of_a_body_below(bringer: Bringer):
    town = bringer.town
    own = identified(bringer, town.authority_id, "Arbres")
    identified(bringer, town.commune_id, "Arbres de la commune")

    number, compared = bringer.preview(TREES)
    bringer.apply(number)

    assert {one.identifier: one.dataset_id for one in compared}["arbres"] == own
    assert bringer.count("dataset WHERE title = 'Arbres de la commune' AND version = 1") == 1
    assert bringer.count("dataset WHERE title = 'Arbres' AND description = 'Les arbres.'") == 1


def test_an_identifier_that_several_bodies_below_bear_is_refused_in_words(bringer: Bringer):
    town = bringer.town
    late, _compared = bringer.preview(TREES)
    for commune in (town.commune_id, town.other_commune_id):
        identified(bringer, commune, "Arbres de la commune")

    _number, compared = bringer.preview(TREES)
    bringer.apply(late)

    (refused,) = [one for one in compared if one.action is ImportAction.REFUSED]
    assert refused.identifier == "arbres"
    assert "Plusieurs organismes" in refused.anomalies[-1]["message"]
    assert ("refused", "identifier") in bringer.noted(late)
    assert bringer.count("dataset WHERE title = 'Arbres de la commune' AND version = 1") == 2
    assert bringer.count("dataset WHERE identifier = 'arbres'") == 2


def test_a_preview_cut_short_is_still_to_be_read_and_is_read_again_whole(
    bringer: Bringer, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr("registry.exchange.service._LINES", 2)
    read = read_rdf_bytes((PREFIXES + many(5)).encode(), name="essai.ttl")
    with bringer.town.acting() as session:
        number = receive_import(session, bringer.town.authority_id, source_name="essai", source_sha256="0" * 64).id
    opened = []

    def cut() -> Any:
        opened.append(1)
        if len(opened) > 4:
            raise Cut
        return bringer.opener(number)()

    with pytest.raises(Cut):
        preview_import(cut, number, read)
    assert bringer.state(number) is ImportState.READING
    assert bringer.count("import_line") == 2

    assert len(preview_import(bringer.opener(number), number, read)) == 5

    assert bringer.state(number) is ImportState.PREVIEWED
    assert bringer.count("import_line") == 5
    with pytest.raises(Conflict, match="Aperçu prêt"):
        preview_import(bringer.opener(number), number, read)
