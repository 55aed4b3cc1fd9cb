"""Records kept elsewhere are read as they are: the CNIL's sheets, a table of Madis or of anybody."""

from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from registry.exchange.activities.reading import read_record, understood
from registry.exchange.activities.terms import code_of, pieces_of, retention_of
from registry.exchange.activities.vocabulary import ReadActivity, ReadRecord, Sheet
from registry.exchange.vocabulary import SourceFormat
from registry.kernel.errors import Unreadable

PARIS = ZoneInfo("Europe/Paris")
FICHE = [
    ["Fiche de registre", "", "", "", "réf-001"],
    ["Description du traitement"],
    ["Nom / sigle", "Gestion de la cantine"],
    ["N° / REF", "T-001"],
    ["Date de création", "15/05/2019"],
    ["Mise à jour", "10/07/2021"],
    ["Acteurs", "Nom", "Adresse", "Tél", "Adresse mél"],
    ["Responsable du traitement", "Mairie"],
    ["Responsable(s) conjoint(s)", "Non applicable"],
    ["Finalité(s) du traitement effectué"],
    ["Finalité principale", "Inscrire les enfants"],
    ["Sous-finalité 1", "Facturer"],
    ["Sous-finalité 2", "Prévoir les menus"],
    ["Catégories de données personnelles concernées", "Description", "", "Délai d’effacement"],
    ["État civil, identité, données d’identification, images…", "Noms, prénoms", "", "2 ans après la radiation"],
    ["Vie personnelle (habitudes de vie, situation familiale, etc.)", "Non concerné", "", "—"],
    ["Données sensibles", "Description", "", "Délai d’effacement"],
    ["Données concernant la santé", "Allergies", "", "Année scolaire"],
    ["Données révélant les opinions politiques", "Non concerné"],
    ["Catégories de personnes concernées", "Description"],
    ["Catégorie de personnes 1", "Élèves", "", "Inscrits à la cantine"],
    ["Catégorie de personnes 2", "Accompagnants", "", ""],
    ["Destinataires", "Type de destinataires", "", "Précisions"],
    ["Destinataire 1", "Service interne qui traite les données", "", "Régie"],
    ["Destinataire 2", "Sous-traitants", "", "Éditeur du logiciel"],
    ["Mesures de sécurité techniques et organisationnelles", "Type", "", "Précisions"],
    ["Mesure de sécurité 1", "Contrôle d’accès des utilisateurs", "", "Mots de passe"],
    ["Mesure de sécurité 2", "Armoire fermée", "", ""],
    ["Transferts hors UE", "Destinataire", "Pays", "Type de garanties"],
    ["Organisme destinataire 1", "Éditeur", "États-Unis", "Clauses contractuelles types", "Contrat 12"],
]
LIST = [
    ["Registre des activités de traitement"],
    ["Nom de l’activité", "N° / REF", "Date de création", "Finalité principale", "Données sensibles ?"],
    ["Gestion de la cantine", "T-001", "15/05/2019", "Inscrire les enfants", "Oui"],
    ["État civil", "T-002", "15/05/2019", "Tenir les registres", "Non"],
]
MADIS = [
    ["Nom", "Collectivité", "Base légale", "Logiciel", "En tant que", "Gestionnaire", "Sous-traitants",
     "Contrôle d'accès", "Sauvegarde", "Mise à jour", "Personnes concernées", "Catégories de données",
     "Délai de conservation", "Date de modification", "Public"],
    ["Aide sociale", "CCAS", "Respect d'une obligation légale", "Millésime", "Responsable de traitement", "CCAS",
     "Éditeur A, Hébergeur B", "Oui", "Quotidienne", "Non", "Agents, Administrés", "Santé ; Coordonnées ; Zodiaque",
     "10 ans", "12/03/2024", "Oui"],
    ["", "", "Consentement", "", "", "", "", "", "", "", "", "", "", "31/02/2024", ""],
    ["Lettre", "", "Au feeling", "", "", "", "", "", "", "", "", "", "", "", ""],
]  # fmt: skip


def sheet(name: str, rows: list[list[str]]) -> Sheet:
    return Sheet(name, list(enumerate(rows, 1)))


def read(*sheets: Sheet) -> ReadRecord:
    return understood(list(sheets), SourceFormat.ODS, PARIS)


def codes(one: ReadActivity) -> list[str]:
    return [said.code for said in one.remarks]


def test_an_adequacy_that_the_list_does_not_know_is_put_aside_and_said():
    fiche = [row[:] for row in FICHE[:-1]]
    fiche += [
        ["Organisme destinataire 1", "Infogérant", "Inde", "Pays adéquat"],
        ["Organisme destinataire 2", "Éditeur", "États-Unis", "Décision d’adéquation"],
        ["Organisme destinataire 3", "Chercheurs", "Japon", "Décision d’adéquation"],
    ]

    found = read(sheet("Fiche 1", fiche)).activities[0]

    assert found.parts["transfers"] == [
        {"country": "IN", "recipient": "Infogérant", "document": "Pays adéquat"},
        {"country": "US", "recipient": "Éditeur", "document": "Décision d’adéquation"},
        {"country": "JP", "recipient": "Chercheurs", "safeguard": "adequacy"},
    ]
    assert [said.value for said in found.remarks if said.code == "adequacy"] == [
        "Inde : Pays adéquat", "États-Unis : Décision d’adéquation",
    ]  # fmt: skip


def test_a_workbook_of_the_cnil_is_read_sheet_by_sheet_and_its_list_completes_them():
    found = read(
        sheet("2 - Liste des traitements", LIST), sheet("4 - Exemple de fiche", FICHE), sheet("Fiche 1", FICHE),
        sheet("3 - Modèle", [row[:1] for row in FICHE]),
    )  # fmt: skip

    assert [one.name for one in found.activities] == ["Gestion de la cantine", "État civil"]
    assert {said.value for said in found.remarks} == {"4 - Exemple de fiche", "3 - Modèle"}
    canteen, _thin = found.activities
    assert canteen.values["reference"] == "T-001"
    assert canteen.values["reviewed_on"] == "2021-07-10"
    assert canteen.values["sub_purposes"] == "Facturer\nPrévoir les menus"
    assert "joint_controllers" not in canteen.values
    assert canteen.values["security_measures"] == ["access-control"]
    assert canteen.values["security_note"] == "Contrôle d’accès des utilisateurs : Mots de passe\nArmoire fermée"
    assert canteen.extra == ["Date de création : 15/05/2019"]
    assert canteen.parts["recipients"] == [
        {"name": "Régie", "kind": "internal"}, {"name": "Éditeur du logiciel", "kind": "processor"},
    ]  # fmt: skip
    assert canteen.parts["transfers"] == [
        {"country": "US", "recipient": "Éditeur", "safeguard": "standard-clauses", "document": "Contrat 12"}
    ]
    assert canteen.parts["data"] == [
        {"people_category": "children", "data_category": "identity", "precision": "Noms, prénoms",
         "retention_months": 24, "retention_trigger": "la radiation"},
        {"people_category": "children", "data_category": "health", "precision": "Allergies",
         "retention_trigger": "Année scolaire"},
        {"people_category": "other", "data_category": "identity", "precision": "Noms, prénoms, Accompagnants",
         "retention_months": 24, "retention_trigger": "la radiation"},
        {"people_category": "other", "data_category": "health", "precision": "Allergies, Accompagnants",
         "retention_trigger": "Année scolaire"},
    ]  # fmt: skip
    assert codes(canteen) == ["people", "measure", "retention"]


def test_a_table_of_madis_is_read_and_what_cannot_be_is_said_where_it_stands():
    found = read(sheet("Registre", MADIS))
    aid, nameless, letter = found.activities

    assert aid.values["lawful_basis"] == "legal-obligation"
    assert aid.values["role"] == "controller"
    assert aid.owner == "CCAS"
    assert aid.values["department"] == "CCAS"
    assert aid.values["security_measures"] == ["access-control", "backup"]
    assert aid.values["reviewed_on"] == "2024-03-12"
    assert [row["name"] for row in aid.parts["recipients"]] == ["Éditeur A", "Hébergeur B"]
    assert {row["kind"] for row in aid.parts["recipients"]} == {"processor"}
    assert [(row["people_category"], row["data_category"]) for row in aid.parts["data"]] == [
        ("agents", "health"), ("agents", "contact"), ("residents", "health"), ("residents", "contact"),
    ]  # fmt: skip
    assert {row["retention_months"] for row in aid.parts["data"]} == {120}
    assert aid.extra == ["Catégories de données : Zodiaque"], "Nothing is lost."
    assert codes(aid) == ["data", "basis-without-text"]
    assert found.left == [("Public", 1, "Oui")]
    assert ("day", "31/02/2024", "Date de modification") in [(r.code, r.value, r.column) for r in nameless.remarks]
    assert codes(letter) == ["basis"]


def test_what_tells_of_no_activity_is_refused():
    with pytest.raises(Unreadable, match="ne décrit pas de traitements"):
        read(sheet("Jeux", [["Titre", "Licence"], ["Arbres", "ODbL"]]))


def test_a_file_that_is_no_text_is_answered_with_what_a_record_is_taken_from(tmp_path: Path):
    path = tmp_path / "registre.csv"
    path.write_bytes(bytes(range(256)) * 20)

    with pytest.raises(
        Unreadable, match="ni un texte lisible, ni un classeur : donnez un registre en CSV, XLSX ou ODS"
    ):
        read_record(path, name="registre.csv", zone=PARIS)


@pytest.mark.parametrize(
    ("text", "months", "start"),
    [
        ("5 ans", 60, ""), ("10 ans à compter de la fin du contrat", 120, "la fin du contrat"),
        ("18 mois", 18, ""), ("Durée du contrat puis 5 ans en archives et 2 ans", None, None), ("2 jours", None, None),
        ("1,5 an", 18, ""), ("Jusqu’au départ de l’agent", None, None),
    ],
)  # fmt: skip
def test_a_retention_is_counted_in_months_or_kept_as_it_is_said(text: str, months: int | None, start: str | None):
    assert retention_of(text) == (months, text if start is None else start)


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("Exécution d'une mission d'intérêt public", "public-task"), ("RGPD art. 6.1.e", "public-task"),
        ("6 §1 c", "legal-obligation"), ("L'intérêt légitime", "legitimate-interests"),
        ("Exécution d'un contrat", "contract"), ("au feeling", None),
    ],
)  # fmt: skip
def test_a_basis_is_told_by_its_words_or_its_point(text: str, code: str | None):
    assert code_of("lawful_basis", text) == code


def test_several_things_of_a_cell_are_told_apart_but_not_within_brackets():
    assert pieces_of("Coordonnées (adresse, téléphone), Santé") == ["Coordonnées (adresse, téléphone)", "Santé"]
    assert pieces_of("Agents ; Élus, anciens") == ["Agents", "Élus, anciens"]
    assert pieces_of("• Agents\n• Néant") == ["Agents"]
