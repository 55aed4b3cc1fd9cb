"""Essential data brought in by the command: read as it streams, checked, recorded as one, written back whole."""

import json
from datetime import date
from decimal import Decimal
from pathlib import Path

import pytest
from sqlalchemy import text

from registry.contracts.clauses.forms import AmendmentForm
from registry.contracts.clauses.queries import find_amendments
from registry.contracts.clauses.service import record_amendment
from registry.contracts.decp.models import EssentialData
from registry.contracts.decp.reading import read_concessions
from registry.contracts.forms import ContractForm
from registry.contracts.models import Contract, ContractParty
from registry.contracts.queries import get_contract
from registry.contracts.service import record_contract, set_contract_aside
from registry.contracts.vocabulary import AmendmentProgress, ContractKind, PartySide
from registry.kernel.errors import Refusal
from registry.kernel.permissions import Role
from registry.organisations.forms import ServiceForm
from registry.organisations.queries import get_organisation
from registry.organisations.service import add_service
from registry.organisations.vocabulary import OrganisationKind
from tests.conftest import TERRITORY, Town
from tests.contracts.conftest import Run
from tests.contracts.essential import HOLDER, SHARED, changed, concession, file_of, written, year
from tests.contracts.test_contracts import record

OURS = {TERRITORY.siren}
WRONG: tuple[tuple[str, bytes, str], ...] = (
    ("vide", b"  \n", "est vide"),
    ("coupé", written(concession(), concession(id="2"))[:-300].encode(), "coupé : il s’arrête avant sa fin"),
    ("csv", "id;objet;nature\n1;Été;DSP\n".encode("latin-1"), "un tableau CSV"),
    ("lettre", b"Bonjour", "n’est pas du JSON"),
    ("page", b"<!DOCTYPE html><html></html>", "une page web"),
    ("xml", b"<?xml version='1.0'?><marches/>", "en XML"),
    ("zip", b"PK\x03\x04rien", "une archive ZIP"),
    ("latin", written(concession(objet="Été")).encode("latin-1"), "n’est pas en UTF-8"),
    ("utf16", written(concession()).encode("utf-16"), "n’est pas en UTF-8"),
    ("suite", (written(concession()) + "x").encode(), "n’est pas un JSON correct, près de"),
    ("nan", written(concession()).replace("1250000.50", "NaN").encode(), "« "),
    ("liste", json.dumps([concession(valeurGlobale=1, donneesExecution=[])]).encode(), "est une liste"),
    ("ancien", b'{"marches": [{"_type": "Contrat de concession"}]}', "ancien format national"),
    ("seul", b'{"id": "1", "acheteur": {"id": "2"}}', "un contrat seul"),
    ("autre", b'{"a": 1}', "n’est pas au format national"),
    ("marchés", b'{"marches": {"marche": [{"id": "1"}]}}', "aucun contrat de concession, seulement des march"),
    ("profond", b'{"marches":{"contrat-concession":[' + b"[" * 100_000, "plus de mémoire que la limite"),
)


@pytest.mark.parametrize(("content", "told"), [one[1:] for one in WRONG], ids=[one[0] for one in WRONG])
def test_what_is_not_the_national_format_is_told_in_a_sentence(content: bytes, told: str, tmp_path: Path):
    place = tmp_path / "decp.json"
    place.write_bytes(content)

    with pytest.raises(Refusal) as refused:
        read_concessions(place, OURS)

    assert told in refused.value.message, refused.value.message


def test_a_file_cut_in_half_tells_up_to_where_it_was_read(tmp_path: Path):
    place = tmp_path / "decp.json"
    place.write_text(written(concession(), concession(id="Autre", objet="x" * 900))[:-900])

    with pytest.raises(Refusal, match="après 1 concession, « 2026DSP01 »"):
        read_concessions(place, OURS)
    with pytest.raises(Refusal, match="Il n’y a pas de fichier ici"):
        read_concessions(tmp_path / "rien.json", OURS)


def test_only_the_concessions_of_our_bodies_are_kept_whatever_their_establishment(tmp_path: Path):
    place = file_of(
        tmp_path, concession(), concession(autoriteConcedante={"id": "216200410 00019"}), {"id": "sans"}, "texte",
        concession(autoriteConcedante={"id": f"{TERRITORY.siren}99999"}),
    )  # fmt: skip
    place.write_bytes(b"\xef\xbb\xbf" + place.read_bytes())

    read = read_concessions(place, OURS)

    assert [one["autoriteConcedante"]["id"][9:] for one in read.contracts] == ["00018", "99999"]
    assert (read.others, read.nobody, read.sirets) == (1, 2, [("21620041000019", 1)])
    assert read.contracts[0] == concession(), "Its numbers are kept to the digit."


def operator(town: Town) -> int:
    with town.acting() as session:
        above = get_organisation(session, town.authority_id)
        made = add_service(session, above, ServiceForm(name="Exploitant du réseau", kind=OrganisationKind.OPERATOR))
        made.siren = HOLDER[:9]
        return made.id


def counts(town: Town) -> tuple[int, int, int]:
    """How many contracts, essential data and ledger entries there are."""
    with town.as_owner() as session:
        return tuple(
            session.execute(text(f"SELECT count(*) FROM {one}")).scalar_one()
            for one in ("contract", "essential_data", "ledger_entry")
        )  # type: ignore[return-value]


@pytest.mark.database
def test_a_concession_comes_in_with_its_parties_and_a_second_time_changes_nothing(town: Town, run: Run, tmp_path: Path):
    number, place = operator(town), file_of(tmp_path, concession())
    before = counts(town)

    tried = run("import", place, "--dry-run", "--json")
    assert tried["contracts"][0]["action"] == "create"
    assert counts(town) == before, "A dry run writes nothing."
    done = run("import", place, "--json")

    (told,) = done["contracts"]
    assert (told["action"], told["differences"], done["incoherences"]) == ("create", [], [])
    assert done["amendments"][0]["signed_on"] == "2025-01-31"
    with town.acting() as session:
        made = get_contract(session, told["id"])
        assert (made.kind, made.reference, made.value_euros) == (ContractKind.DSP, "2026DSP01", 1250000)
        assert (str(made.signed_on), str(made.starts_on), str(made.ends_on)) == (
            "2024-04-02",
            "2024-05-01",
            "2035-04-30",
        )
        parties = session.query(ContractParty).order_by(ContractParty.id).all()
        assert [(one.party_id, one.side) for one in parties] == [
            (town.authority_id, PartySide.GRANTOR), (number, PartySide.HOLDER),
        ]  # fmt: skip
        (amendment,) = find_amendments(session, made.id)
        assert (amendment.number, str(amendment.signed_on), str(amendment.published_on)) == (
            1,
            "2025-01-31",
            "2025-03-31",
        )
        assert amendment.object == "Modification n° 1 : durée portée à 132 mois"
        assert str(made.essential_data_published_on) == "2024-04-12"
    after = counts(town)
    again = run("import", place, "--json")
    assert again["contracts"][0]["action"] == "unchanged"
    assert counts(town) == after


@pytest.mark.database
def test_what_a_later_file_adds_is_taken_and_what_it_changes_is_told_and_left(town: Town, run: Run, tmp_path: Path):
    number = run("import", file_of(tmp_path, concession()), "--json")["contracts"][0]["id"]
    later = concession(objet="Autre objet", donneesExecution=[year("2025-06-01"), year("2026-06-01")])
    later["modifications"].append(changed(2, "2026-01-15", "2026-02-01", dureeMois=144, valeurGlobale=1_500_000))

    (told,) = run("import", file_of(tmp_path, later), "--json")["contracts"]

    assert told["action"] == "add"
    assert told["told"][0] == "2 ajouts aux données publiées."
    assert told["differences"] == [
        "objet : « Gestion du service public de l’eau potable » ici, « Autre objet » dans le fichier, laissé tel quel."
    ]
    with town.acting() as session:
        made = get_contract(session, number)
        assert (str(made.ends_on), made.value_euros) == ("2036-04-30", 1_500_000), "The amendment says so."
        assert made.object == "Gestion du service public de l’eau potable"
    assert run("import", file_of(tmp_path, later), "--json")["contracts"][0]["action"] == "differs"


@pytest.mark.database
def test_a_contract_recorded_by_hand_is_found_by_its_reference_completed_and_never_overwritten(
    town: Town, run: Run, tmp_path: Path
):
    form = {"kind": "dsp", "object": "Eau", "reference": "2026DSP01", "signed_on": "2024-04-03"}
    with town.acting() as session:
        number = record_contract(session, town.authority_id, ContractForm.model_validate(form)).id
        amendment = AmendmentForm(number=1, object="Avenant prévu", progress=AmendmentProgress.ASKED)
        record_amendment(session, number, amendment)
        record_amendment(session, number, AmendmentForm(number=2, object="Autre", signed_on=date(2026, 1, 1)))

    said = concession()
    said["modifications"].append(changed(2, "2026-01-02", "2026-01-15"))
    (told,) = run("import", file_of(tmp_path, said), "--json")["contracts"]

    assert (told["action"], told["id"]) == ("attach", number)
    assert told["differences"] == [
        "Signé le : « 3 avril 2024 » ici, « 2 avril 2024 » dans le fichier, laissé tel quel.",
        "Avenant n° 2, signé le : « 1er janvier 2026 » ici, « 2 janvier 2026 » dans le fichier, laissé tel quel.",
    ]
    with town.acting() as session:
        first, second = find_amendments(session, number)
        assert (first.object, str(first.signed_on), first.progress) == ("Avenant prévu", "2025-01-31", None)
        assert (str(second.signed_on), str(second.published_on)) == ("2026-01-01", "2026-01-15")
        made = get_contract(session, number)
        assert (str(made.signed_on), str(made.starts_on), made.object) == ("2024-04-03", "2024-05-01", "Eau")
        set_contract_aside(session, number, expected=made.version, reason="Enregistré deux fois", annulled=True)
    (told,) = run("import", file_of(tmp_path, concession()), "--json")["contracts"]
    assert told["action"] == "refused"
    assert "rétablissez-le" in told["told"][0]


@pytest.mark.database
def test_a_concession_that_stands_twice_in_a_file_is_taken_once_and_named_with_its_ranks(
    town: Town, run: Run, tmp_path: Path
):
    other = concession(id="2026DSP02", objet="Assainissement")
    said = run("import", file_of(tmp_path, concession(), other, concession()), "--dry-run", "--json")

    assert [one["contract"] for one in said["contracts"]] == ["2026DSP01", "2026DSP02"]
    (twice,) = said["incoherences"]
    assert "figure 2 fois dans le fichier, aux rangs 1, 3" in twice["sentence"]
    assert (twice["contract"], twice["rule"]) == ("2026DSP01", "DSP-14")


def test_what_cannot_be_recorded_is_refused_and_the_rest_is_taken(town: Town, run: Run, tmp_path: Path):
    twice = concession(
        id="2", modifications=[changed(1, "2025-01-31", "2025-02-01"), changed(2, "2025-05-01", "2025-06-01")]
    )
    before = concession(id="2", modifications=[changed(1, "2025-01-31", "2025-02-01")])
    odd = concession(
        id="3", dateSignature="0024-04-02", dateDebutExecution="9999-12-01", valeurGlobale=Decimal("1E+400")
    )

    said = run("import", file_of(tmp_path, concession(nature="Affermage"), before, twice, odd), "--json")

    assert [(one["contract"], one["action"]) for one in said["contracts"]] == [
        ("2026DSP01", "refused"), ("2", "create"), ("3", "create"),
    ]  # fmt: skip
    assert "corrigez le fichier" in said["contracts"][0]["told"][0]
    assert {(one["contract"], one["rule"]) for one in said["incoherences"]} == {
        ("2026DSP01", "DSP-14"),
        ("2", "DSP-14"),
        ("3", "DSP-14"),
    }
    with town.acting() as session:
        kept = session.query(Contract).order_by(Contract.id).all()
        assert [(one.reference, one.signed_on is None, one.value_euros is None) for one in kept] == [
            ("2", False, False), ("3", True, True),
        ]  # fmt: skip
        assert session.query(EssentialData).first().content.count('modification"') == 2


@pytest.mark.database
def test_a_file_that_brings_nothing_or_cannot_be_read_is_told_and_nothing_is_written(
    town: Town, run: Run, tmp_path: Path
):
    before = counts(town)
    theirs = concession(autoriteConcedante={"id": "38103128500004"})

    told = run("import", file_of(tmp_path, theirs), fails=2)
    assert "Aucune concession de ce fichier" in told
    assert "38103128500004 : 1" in told
    half = tmp_path / "moitie.json"
    half.write_text(written(concession(), concession(id="2"))[:-400])
    assert "coupé" in run("import", half, fails=2)

    assert counts(town) == before


@pytest.mark.database
def test_what_is_exported_says_all_that_was_brought_in(town: Town, run: Run, tmp_path: Path):
    broken = concession(
        id="2", lieu={"code": [1, Decimal("2.50")]}, nature="Concession de travaux", dateSignature="hier"
    )
    given = [concession(), broken, concession(id='é\\"', autoriteConcedante={"id": "21620041000001"})]
    run("import", file_of(tmp_path, *given))
    out = tmp_path / "sortie.json"
    record(town.someone(Role.LEGAL), town, object="Concession saisie ici")

    told = run("export", "--output", out)

    assert "ont apporté : 3 concessions." in told
    assert "1 concession du registre n’y est pas" in told
    said = json.loads(out.read_text("utf-8"), parse_float=Decimal)["marches"]["contrat-concession"]
    key = lambda one: (one["autoriteConcedante"]["id"], one["id"])  # noqa: E731
    assert sorted(said, key=key) == sorted(given, key=key)
    run("export", "--organisation", "216200410", "--output", out)
    assert len(json.loads(out.read_text("utf-8"))["marches"]["contrat-concession"]) == 1
    (told, *_rest) = run("import", out, "--json")["contracts"]
    assert told["action"] == "unchanged"


@pytest.mark.database
@pytest.mark.parametrize("name", ["concessions.json", "marches_concessions.json"])
def test_the_official_examples_come_in_and_what_is_wrong_in_them_is_named(
    name: str, town: Town, run: Run, tmp_path: Path
):
    if not SHARED.is_dir():
        pytest.skip("les exemples officiels (../shared/data/decp) ne sont pas sur cette machine")
    with town.acting() as session:
        get_organisation(session, town.commune_id).siren = "123456789"

    said = run("import", SHARED / name, "--json")

    assert [one["action"] for one in said["contracts"]] == ["create", "create"]
    found = [(one["rule"], one["sentence"]) for one in said["incoherences"] if one["contract"] == "0612202306122024"]
    assert [rule for rule, _told in found] == ["DSP-14", "DSP-14", "DSP-11", *(["DSP-14"] if "marches" in name else [])]
    assert "clé du SIRET" in found[0][1]
    assert "commencerait le 1er avril 2024" in found[1][1]
    assert "publiées le 12 avril 2024" in found[2][1]
    if "marches" in name:
        assert "signée le 19 avril 2023, avant le contrat" in found[3][1]
    out = tmp_path / "sortie.json"
    run("export", "--output", out)
    given = json.loads((SHARED / name).read_text("utf-8"), parse_float=Decimal)["marches"]["contrat-concession"]
    back = json.loads(out.read_text("utf-8"), parse_float=Decimal)["marches"]["contrat-concession"]
    assert sorted(back, key=lambda one: str(one["id"])) == sorted(given, key=lambda one: str(one["id"]))
