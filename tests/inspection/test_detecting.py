"""What is found in the labelled tables, kind by kind, and what must not be; and the reasons that are given."""

from collections import Counter
from collections.abc import Callable, Sequence
from datetime import date

import pytest

from registry.inspection.detecting import suggest
from registry.inspection.signs import load_signs
from registry.inspection.vocabulary import Confidence, PersonalSign, ReasonCode, SampledColumn, Suggestion
from registry.platform.lists import load_list
from tests.inspection.held_out import HELD
from tests.inspection.making import FIRST, HELD_OUT, SECOND, Maker, made_by, sampled
from tests.inspection.tuned import TABLES

TODAY = date(2026, 11, 26)
LEAST_PRECISION, LEAST_RECALL = 0.95, 0.90
JUDGED = [sign for sign in PersonalSign if sign not in {PersonalSign.HEADER, PersonalSign.FREE_TEXT}]
"""A word in a header alone is no detection; a free text is judged by its own test."""


def found_in(*columns: SampledColumn) -> list[Suggestion]:
    """What these columns suggest."""
    return suggest(columns, load_signs(), TODAY)


def column(name: str, *values: str) -> SampledColumn:
    """A column written by hand."""
    return SampledColumn(name, list(values))


def counted(makers: Sequence[Callable[[Maker], None]], *halves: int) -> dict[PersonalSign, Counter[str]]:
    """For each sign, how many columns were rightly found, wrongly found and missed; those « to check » do not count."""
    counts: dict[PersonalSign, Counter[str]] = {sign: Counter() for sign in PersonalSign}
    for half in halves:
        for _name, columns in made_by(makers, half):
            found: dict[int, set[PersonalSign]] = {}
            for one in found_in(*sampled(columns)):
                if one.confidence is not Confidence.LOW:
                    found.setdefault(one.column, set()).add(one.sign)
            for place, made in enumerate(columns):
                if made.unjudged:
                    continue
                seen = found.get(place, set())
                for sign in seen | ({made.sign} if made.sign else set()):
                    kind = "right" if sign is made.sign and sign in seen else "wrong" if sign in seen else "missed"
                    counts[sign][kind] += 1
    return counts


@pytest.mark.parametrize(
    ("told", "makers", "halves"),
    [("tuned", TABLES, (FIRST, SECOND)), ("held out", HELD, (HELD_OUT,))],
    ids=["tuned", "held-out"],
)
def test_every_kind_is_found_precisely_and_seldom_missed(
    told: str, makers: Sequence[Callable[[Maker], None]], halves: Sequence[int], capsys: pytest.CaptureFixture[str]
) -> None:
    counts = counted(makers, *halves)
    short = []
    with capsys.disabled():
        print(f"\n{told}: kind, precision, recall, columns")
        for sign in JUDGED:
            right, wrong, missed = (counts[sign][kind] for kind in ("right", "wrong", "missed"))
            assert right + missed >= 8, f"{sign}: too few columns bear it to judge by."
            precision, recall = right / max(1, right + wrong), right / (right + missed)
            print(f"  {sign:13} {precision:.3f} {recall:.3f} {right + missed}")
            if precision < LEAST_PRECISION or recall < LEAST_RECALL:
                short.append(str(sign))
    assert not short, f"{told}: under {LEAST_PRECISION} or {LEAST_RECALL}: {short}"
    assert not counts[PersonalSign.FREE_TEXT]["wrong"]


def test_a_nir_is_known_by_its_key_in_mainland_and_corsican_form_and_its_reason_says_so() -> None:
    [one] = found_in(column("valeur", "2 95 10 99 126 111 93", "253072B07300470", "253072A07300443", "NC"))
    assert (one.sign, one.category, one.confidence, one.found, one.sampled) == (
        PersonalSign.NIR, "nir", Confidence.HIGH, 3, 3,
    )  # fmt: skip
    said = [reason.sentence for reason in one.reasons]
    assert said == ["NIR dont la clé est juste : 3 sur 3 valeurs lues", "dont nés en Corse (2A, 2B) : 2"]
    assert found_in(column("valeur", "2 95 10 99 126 111 94", "253072B07300471", "253072A07300444")) == []


def test_a_siret_of_companies_is_not_personal_and_one_beside_names_is_said_to_be_uncertain() -> None:
    numbers = column("SIRET", "73282932000074", "35600000000048")
    assert found_in(numbers, column("Raison sociale", "SARL Toitures", "La Poste SA")) == []
    found = found_in(numbers, column("Nom", "MARTIN", "PETIT"), column("Prénom", "Marie", "Luc"))
    trader = next(one for one in found if one.sign is PersonalSign.SOLE_TRADER)
    assert trader.confidence is Confidence.MEDIUM
    assert ReasonCode.SIREN_UNSURE in {reason.code for reason in trader.reasons}
    form = column("Forme juridique", "Entrepreneur individuel", "Micro-entreprise")
    [sure] = found_in(numbers, form)
    assert sure.confidence is Confidence.HIGH


def test_mailboxes_of_services_are_not_those_of_persons() -> None:
    services = ("contact@ville.example", "mairie.bapaume@orange.fr", "service.urbanisme@ville.example")
    assert found_in(column("Courriel", *services)) == []
    [one] = found_in(column("Courriel", *services, "marie.petit@ville.example", "lpetit@gmail.com"))
    assert one.found == 2
    assert "boîtes de service à côté (contact@, mairie@…) : 3" in [reason.sentence for reason in one.reasons]


def test_an_address_is_a_persons_only_beside_names() -> None:
    homes = column("Adresse", "12 rue des Lilas", "3 bis avenue Pasteur", "8 place Foch 62000 Arras")
    assert found_in(homes) == []
    found = found_in(column("Bénéficiaire", "Mme Petit Luce", "M. Faure Paul", "Rose Morel"), homes)
    assert [one.sign for one in found] == [PersonalSign.PERSON_NAME, PersonalSign.HOME_ADDRESS]
    directors = column("Directrice", "Mme Petit Luce", "Anne Faure", "Rose Morel")
    of_a_school = found_in(directors, column("École", "A", "B"), homes)
    assert [one.confidence for one in of_a_school if one.sign is PersonalSign.HOME_ADDRESS] == [Confidence.LOW]


def test_a_birth_is_told_by_its_header_or_by_the_spread_of_years_beside_names() -> None:
    days = ("12/03/1948", "1971-05-02", "7 juin 1985", "30.09.2011")
    [one] = found_in(column("Né(e) le", *days))
    assert (one.sign, one.confidence) == (PersonalSign.BIRTH_DATE, Confidence.HIGH)
    assert found_in(column("Date", *days)) == []
    assert found_in(column("Date de construction", *days)) == []
    names = column("Usager", "Luce Petit", "Paul Faure", "Rose Morel", "Anne Roux")
    assert [one.sign for one in found_in(names, column("Date", *days))] == [
        PersonalSign.PERSON_NAME, PersonalSign.BIRTH_DATE,
    ]  # fmt: skip
    assert [one.sign for one in found_in(names, column("Date d’entrée", *days))] == [PersonalSign.PERSON_NAME]


def test_a_text_that_cites_numbers_of_persons_is_pointed_at() -> None:
    texts = ["Rappeler le 06 12 34 56 78 demain matin", "Voir avec marie.petit@ville.example avant midi"] + [
        "Réparation faite hier sur la place" for _line in range(20)
    ]
    [one] = [found for found in found_in(column("Suivi", *texts)) if found.sign is PersonalSign.FREE_TEXT]
    assert (one.found, one.sampled) == (2, 22)


def test_accounts_of_the_treasury_are_nobodys_and_those_of_a_firm_are_to_check() -> None:
    treasury = column("IBAN", "FR76 3000 1007 9412 3456 7890 185", "FR7630001007941234567890185")
    assert found_in(treasury) == []
    accounts = column("IBAN", "FR7630006000011234567890189", "FR1420041010050500013M02606")
    [one] = found_in(accounts)
    assert one.confidence is Confidence.HIGH
    firms, people = column("Fournisseur", "SARL Toitures", "La Poste SA"), column("Jeune", "PETIT Luce", "FAURE Paul")
    for others in ([firms, accounts], [people, firms, accounts]):
        assert {one.confidence for one in found_in(*others) if one.sign is PersonalSign.IBAN} == {Confidence.LOW}
    banks = column("Banque", "Banque du Nord SA", "Crédit du Centre SA")
    [own] = [one for one in found_in(people, banks, accounts) if one.sign is PersonalSign.IBAN]
    assert own.confidence is Confidence.HIGH


def test_vehicles_that_a_service_has_are_to_check_and_those_of_somebody_are_not() -> None:
    plates = column("Immatriculation", "AB-123-CD", "GH-456-JK")
    sure = {one.confidence for one in found_in(plates, column("Mise en service", "12/03/2019", "14/05/2021"))}
    assert sure == {Confidence.HIGH}
    [fleet] = found_in(plates, column("Service affectataire", "Voirie", "Espaces verts"))
    assert fleet.confidence is Confidence.LOW
    found = found_in(plates, column("Service", "Voirie", "Sports"), column("Agent", "PETIT Luce", "FAURE Paul"))
    assert [one.confidence for one in found if one.sign is PersonalSign.PLATE] == [Confidence.HIGH]


def test_landlines_are_a_persons_where_lines_are_about_persons_and_a_desks_where_about_schools() -> None:
    landlines = column("Tél", "03 21 50 12 34", "03 21 50 12 35")
    people = column("Abonné", "Mme PETIT Luce", "M. FAURE Paul")
    schools = column("École", "École Pasteur", "Groupe scolaire Jaurès")
    assert [one.confidence for one in found_in(people, landlines) if one.sign is PersonalSign.PHONE] == [
        Confidence.HIGH
    ]
    for others in ([landlines], [schools, people, landlines]):
        assert {one.confidence for one in found_in(*others) if one.sign is PersonalSign.PHONE} == {Confidence.LOW}


def test_a_header_is_read_without_the_number_that_tells_it_from_its_likes() -> None:
    assert found_in(column("lot1", "985 CB 74", "536 CC 65")) == []
    [one] = found_in(column("naiss2", "12/03/1948", "02/05/1971"))
    assert one.confidence is Confidence.HIGH
    assert found_in(column("Naissance du chien", "12/03/2018", "02/05/2021")) == []


def test_numbers_that_a_spreadsheet_made_decimal_are_read_as_they_were() -> None:
    found = found_in(column("Nom", "PETIT", "FAURE"), column("Prénom", "Luce", "Paul"),
                     column("Tél", "612345678.0", "698765432.0"),
                     column("Siret", "73282932000074.0", "35600000000048.0"),
                     column("Date naiss", "31402", "21822"))  # fmt: skip
    assert [one.sign for one in found if one.column > 1] == [
        PersonalSign.PHONE, PersonalSign.SOLE_TRADER, PersonalSign.BIRTH_DATE,
    ]  # fmt: skip


def test_first_names_that_are_counted_and_streets_that_bear_names_are_nobodys() -> None:
    given = column("Prénom", "Louise", "Jules", "Adam", "Alice")
    counted = column("Nombre d’occurrences", "12", "9", "8", "7")
    assert found_in(given, counted, column("Année de naissance", "2021", "2021", "2022", "2022")) == []
    assert found_in(column("Ouvrage", "Victor Hugo", "Simone Veil", "Jean Moulin", "Louise Michel")) == []


def test_a_text_that_names_somebody_is_pointed_at_and_one_that_gives_the_number_of_a_desk_is_not() -> None:
    [one] = found_in(column("Suivi", "Entretien avec Mme Petit, à revoir", "Courrier envoyé hier par le service"))
    assert [reason.code for reason in one.reasons] == [ReasonCode.IN_TEXT_NAMES]
    desks = ("Renseignements à l’accueil, 03 21 50 12 34", "Écrire à contact@ville.example pour réserver")
    assert found_in(column("Infos", *desks)) == []


@pytest.mark.parametrize(
    ("header", "category"),
    [
        ("QuotientFamilial", "financial"), ("allergies_enfant", "health"), ("Appartenance syndicale", "union"),
        ("NB_BENEFICIAIRES_RSA", None), ("Places handicapées", None), ("Syndicat des eaux", None),
        ("Accès handicap", None), ("Casier judiciaire", "offences"),
    ],
)  # fmt: skip
def test_a_header_alone_is_a_weak_hint_and_one_that_counts_is_none(header: str, category: str | None) -> None:
    found = found_in(column(header, "oui", "non", "oui"))
    assert [(one.category, one.confidence) for one in found] == ([(category, Confidence.LOW)] if category else [])


def test_the_version_of_a_program_is_no_address_and_a_private_network_of_machines_neither() -> None:
    assert found_in(column("firmware", "1.2.3.4", "1.2.10.4")) == []
    assert found_in(column("build", "1.2.3.4", "1.2.10.4", "2.0.0.1")) == []
    assert found_in(column("Serveur", "a", "b"), column("IP", "10.0.0.1", "10.0.0.2")) == []
    [one] = found_in(column("IP", "90.12.240.7", "2a01:cb08:8f1:7b00:a::1"))
    assert one.category == "connection"


def test_every_sign_and_every_hint_leads_to_a_category_of_the_list() -> None:
    known = load_signs()
    assert set(known.signs) == set(PersonalSign) - {PersonalSign.HEADER}
    hinted = {category for category, _words in known.hints.values()}
    categories = {one.category for one in known.signs.values()} | hinted
    assert categories <= set(load_list("personal_categories"))


def test_an_empty_table_or_column_suggests_nothing() -> None:
    assert found_in() == []
    assert found_in(column("Nom", "", "NC", "-"), column("NIR")) == []
