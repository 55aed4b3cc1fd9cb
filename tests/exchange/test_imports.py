"""An import is compared, applied and undone whole, and never writes over somebody."""

from pathlib import Path
from random import Random

import pytest

from registry.datasets.forms import DatasetChange, DistributionForm
from registry.datasets.queries import find_distributions
from registry.datasets.service import amend_dataset, annul_dataset
from registry.exchange.jobs import import_file
from registry.exchange.models import ImportAction, ImportState
from registry.exchange.queries import find_account, find_lines, get_batch
from registry.exchange.service import abandon_import
from registry.kernel.errors import Conflict, Stale
from registry.kernel.permissions import Role
from registry.platform.database import Acting
from tests.exchange.conftest import PREFIXES, TREES, Bringer, many

pytestmark = pytest.mark.database


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
    with pytest.raises(Conflict, match="Défait"):
        bringer.apply(number)


def test_undoing_brings_back_files_as_they_were(bringer: Bringer):
    bringer.bring(TREES)
    before = bringer.sheets()["arbres"]["files"]
    number, _counts = bringer.bring(TREES.replace("ex:csv, ex:json", "ex:csv").replace('"CSV"', '"CSV bis"'))
    assert bringer.sheets()["arbres"]["files"] == ["CSV bis"]

    bringer.undo(number)

    assert bringer.sheets()["arbres"]["files"] == before


def test_undoing_is_a_change_of_the_sheet_where_only_its_files_changed_too(bringer: Bringer):
    bringer.bring(TREES.replace("ex:csv, ex:json", "ex:csv"))
    number, _counts = bringer.bring(TREES)
    seen = bringer.sheets()["arbres"]

    bringer.undo(number)

    assert bringer.sheets()["arbres"]["version"] == seen["version"] + 1
    with bringer.town.acting() as session, pytest.raises(Stale):
        amend_dataset(session, seen["id"], DatasetChange(distributions=[]), expected=seen["version"])


def test_what_was_undone_can_be_imported_again(bringer: Bringer):
    number, _counts = bringer.bring(TREES)
    bringer.undo(number)
    assert bringer.sheets() == {}

    assert bringer.bring(TREES)[1]["create"] == 2
    assert set(bringer.sheets()) == {"arbres", "bancs"}


def test_imports_of_the_same_sheets_are_undone_one_after_the_other_until_nothing_is_left(bringer: Bringer):
    first, _counts = bringer.bring(TREES)
    changed = TREES.replace("Les arbres.", "Les arbres en ville.").replace('"CSV"', '"CSV bis"').replace("Bancs", "B")
    second, counts = bringer.bring(changed)
    assert counts["change"] == 2

    with pytest.raises(Conflict, match=f"défaites d’abord l’import n° {second}"):
        bringer.undo(first)
    assert bringer.state(first) is ImportState.APPLIED

    assert bringer.undo(second) == []
    assert bringer.sheets()["arbres"]["description"] == "Les arbres."
    assert bringer.undo(first) == []
    assert bringer.sheets() == {}


def test_what_undoing_left_is_taken_back_once_what_held_it_is_gone(bringer: Bringer):
    number, _counts = bringer.bring(TREES)
    later, _counts = bringer.preview(TREES.replace("Les arbres.", "Les arbres en ville."))
    with bringer.opener(number)() as session:
        get_batch(session, number).state = ImportState.UNDOING
    bringer.apply(later)

    assert bringer.undo(number) == ["Arbres"]
    with bringer.town.acting() as session:
        said = [one["message"] for line in find_lines(session, number) for one in line.anomalies]
    assert any("par un autre import" in one for one in said)
    with pytest.raises(Conflict, match=f"défaites d’abord l’import n° {later}"):
        bringer.undo(number)
    bringer.undo(later)

    assert bringer.undo(number) == []
    assert bringer.sheets() == {}
    assert bringer.noted(number) == []
    with pytest.raises(Conflict, match="Seul un import appliqué se défait"):
        bringer.undo(number)


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


def test_what_somebody_emptied_after_the_preview_stays_empty_and_is_named(bringer: Bringer):
    bringer.bring(TREES)
    number, _compared = bringer.preview(TREES.replace("Les arbres.", "Texte du portail."))
    sheet = bringer.sheets()["arbres"]
    with bringer.town.acting("account:1") as session:
        change = DatasetChange(description=None, contact_person_id=None)
        amend_dataset(session, sheet["id"], change, expected=sheet["version"])

    bringer.apply(number)

    assert bringer.sheets()["arbres"]["description"] is None
    assert bringer.count("dataset WHERE identifier = 'arbres' AND contact_person_id IS NULL") == 1
    assert sorted(bringer.noted(number)) == [("changed-since", "contact_person_id"), ("changed-since", "description")]


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


def test_an_identifier_no_index_holds_is_refused_in_the_preview_and_a_long_address_is_not(bringer: Bringer):
    chance = Random(1)  # noqa: S311
    long = "".join(chr(chance.randrange(0x4E00, 0x9FFF)) for _place in range(950))
    number, compared = bringer.preview(
        f'ex:a a dcat:Dataset ; dct:identifier "{long}" ; dct:title "A"@fr .\n'
        f'<https://exemple.fr/{long}> a dcat:Dataset ; dct:title "B"@fr ;'
        f" dcat:distribution [ a dcat:Distribution ; dcat:downloadURL <https://exemple.fr/{long}.csv> ] .\n"
    )
    bringer.apply(number)

    (refused,) = [one for one in compared if one.action is ImportAction.REFUSED]
    assert (refused.title, refused.anomalies[-1]["path"]) == ("A", "identifier")
    assert "trop long" in refused.anomalies[-1]["message"]
    assert bringer.state(number) is ImportState.APPLIED
    (identifier,) = bringer.sheets()
    assert identifier.startswith("urn:sha256:")
    assert bringer.count("distribution WHERE identifier LIKE 'urn:sha256:%'") == 1


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


def test_a_day_that_no_form_would_take_is_left_out_and_said(bringer: Bringer):
    number, compared = bringer.preview(
        'ex:a a dcat:Dataset ; dct:identifier "a" ; dct:title "A"@fr ; dct:issued "0215-03-01" ;'
        ' dct:modified "2099-01-01" ; dct:temporal "0500-01-01/0600-12-31" ; dcat:distribution [ a dcat:Distribution ;'
        ' dcat:downloadURL <https://exemple.fr/a.csv> ; dct:issued "1700-01-01" ; dct:modified "2099-02-01" ] .\n'
    )
    bringer.apply(number)

    assert [(one["code"], one["path"]) for one in compared[0].anomalies] == [
        ("date-to-come", "distributions[1].modified"),
        ("date-too-early", "issued"),
        ("date-to-come", "modified"),
    ]
    assert bringer.count("dataset WHERE issued IS NULL AND modified IS NULL AND temporal_start = '0500-01-01'") == 1
    assert bringer.count("distribution WHERE issued = '1700-01-01' AND modified IS NULL") == 1


def test_an_identifier_that_another_organisation_holds_is_said_on_the_record(bringer: Bringer):
    identified(bringer, bringer.town.other_commune_id, "Arbres de la commune")

    number, compared = bringer.preview(TREES, on=bringer.town.commune_id)

    noted = {one.identifier: [(said["code"], said["value"]) for said in one.anomalies] for one in compared}
    assert noted == {"arbres": [("held-elsewhere", "Petite-Commune")], "bancs": []}
    assert compared[0].action is ImportAction.CREATE
    assert ("held-elsewhere", "identifier") in bringer.noted(number)


def test_what_came_from_a_catalogue_and_left_its_file_is_listed_and_stays(bringer: Bringer):
    bringer.bring(TREES + many(1))
    bringer.town.record("Fiche à nous", on=bringer.town.authority_id, identifier="autre")

    for _turn in range(2):
        number, counts = bringer.bring(TREES)
        assert counts["unchanged"] == 2
        with bringer.town.acting() as session:
            account = find_account(session, number)
            assert account is not None
            assert [(one["identifier"], one["title"]) for one in account.content["absent"]] == [("j0", "Jeu 0")]
            assert get_batch(session, number).summary["absent"] == 1
    assert set(bringer.sheets()) == {"arbres", "bancs", "autre", "j0"}
    shown = bringer.town.someone(Role.STEWARD).get(f"/imports/{number}").text
    assert 'id="absentes"' in shown
    assert "Jeu 0" in shown


def test_a_record_without_a_title_says_so_once_and_a_terminal_speaks_as_the_page_does(bringer: Bringer, tmp_path: Path):
    path = tmp_path / "essai.ttl"
    path.write_text(
        PREFIXES + 'ex:a a dcat:Dataset ; dct:identifier "a" ; dcat:landingPage "rien" ; dcat:distribution ex:f .\n'
        "ex:f a dcat:Distribution ; dcat:accessURL <https://exemple.fr/f> ; dcat:downloadURL <file:///f> .\n"
        'ex:b a dcat:Dataset ; dct:identifier "b" ; dct:title "B" .\n'
    )
    town = bringer.town

    done = import_file(
        town.home, str(path), organisation_id=town.authority_id, acting=Acting("cli:essai"), info=town.info,
        dry_run=True,
    )  # fmt: skip

    said = done.sentences()
    assert said[0].endswith("Seraient créés : 1 ; modifiés : 0 ; sans changement : 0 ; refusés : 1.")
    assert [one["code"] for one in done.anomalies if one["path"] == "title"] == ["title-missing"]
    assert sum("titre" in line for line in said) == 1
    assert any("a · Page" in line for line in said)
    assert any("a · Fichier ou accès 1, Adresse du fichier : " in line for line in said)
    assert not any("download_url" in line or "landing_page" in line for line in said)
