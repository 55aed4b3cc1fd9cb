"""Amendments and clauses, from the form to the contract as it applies on a day."""

from datetime import timedelta
from typing import Any

import pytest
from httpx import Response

from registry.contracts.clauses.kinds import Asked, expected_of
from registry.kernel.permissions import Role
from registry.web.templating import say_day
from tests.conftest import Someone, Town
from tests.contracts.conftest import Run
from tests.contracts.test_contracts import record
from tests.contracts.test_coverage import dataset_of
from tests.pages import fields_of as form_of

pytestmark = pytest.mark.database


def a_contract(who: Someone, town: Town, **more: Any) -> str:
    """The address of a water concession of 2021 that somebody has read whole."""
    said = {
        "public_service": "water", "consulted_on": "2020-03-02", "signed_on": "2020-11-30", "starts_on": "2021-01-01",
        "ends_on": "2032-12-31", "clauses_read_on": "2026-01-15",
    }  # fmt: skip
    answer = record(who, town, **{**said, **more})
    assert answer.status_code == 303, answer.text
    return answer.headers["location"].partition("?")[0]


def amend(who: Someone, place: str, number: int, **more: str) -> int:
    """Records an amendment; its number in the registry."""
    answer = who.api(
        "POST", f"/api/v1{place.replace('contrats', 'contracts')}/amendments",
        json={"number": number, "object": f"Avenant sur les données {number}", **more},
    )  # fmt: skip
    assert answer.status_code == 201, answer.text
    return int(answer.json()["id"])


def add(who: Someone, place: str, kind: str, **more: str) -> Response:
    """Sends the form of a new clause, as a browser does."""
    return who.post(f"{place}/clauses/nouvelle", {"kind": kind, **more})


def kept(answer: Response) -> None:
    assert answer.status_code == 303, answer.text


def on(who: Someone, place: str, **asked: str) -> Any:
    """The contract on a day, by the API."""
    words = "&".join(f"{name}={value}" for name, value in asked.items())
    return who.api("GET", f"/api/v1{place.replace('contrats', 'contracts')}/clauses?{words}").json()


def test_two_clauses_that_overlap_are_named_each_with_its_article_and_the_way_to_it(town: Town) -> None:
    jurist = town.someone(Role.LEGAL)
    place = a_contract(jurist, town)
    kept(add(jurist, place, "penalties", article="art. 14", **{"terms-euros_per_day": "100"}))
    kept(add(jurist, place, "penalties", article="annexe 3", label="P2", **{"terms-euros_per_day": "150"}))
    one, other = (line["clause"]["id"] for line in on(jurist, place, on="2022-01-01")["in_force"])

    page, own = (jurist.get(address).text for address in (f"{place}/clauses", f"/contrats/clauses/{one}"))

    for place_of, words in ((one, "(Contrat, art. 14)"), (other, "« P2 » (Contrat, annexe 3)")):
        assert page.replace("\N{NO-BREAK SPACE}", " ").count(words) == 2, "in the sentence, and where one goes"
        assert f'<a href="/contrats/clauses/{place_of}">« ' in page.replace("\N{NO-BREAK SPACE}", " ")
    assert f'<a href="/contrats/clauses/{other}">« ' in own.replace("\N{NO-BREAK SPACE}", " ")
    assert f'<a href="/contrats/clauses/{one}">« ' not in own.replace("\N{NO-BREAK SPACE}", " "), "one is there"


def test_what_one_amendment_says_thrice_of_a_clause_is_told_with_what_counts(town: Town) -> None:
    jurist = town.someone(Role.LEGAL)
    place = a_contract(jurist, town)
    kept(add(jurist, place, "audit", article="art. 9"))
    (clause,) = on(jurist, place, on="2022-01-01")["in_force"]
    amendment = amend(jurist, place, 1, signed_on="2023-11-06", effective_on="2024-01-01")
    here = f"/contrats/clauses/{clause['clause']['id']}"
    for act in ("adds", "replaces", "ends"):
        kept(jurist.post(f"{here}/acte", {"act": act, "amendment_id": str(amendment), "article": "art. 2"}))

    page = jurist.get(here).text.replace("\N{NO-BREAK SPACE}", " ")

    assert page.count("cet acte en dit plusieurs choses pour le même jour, le 1er janvier 2024.") == 1
    assert "La dernière saisie l’emporte (« Supprime ») : annulez celles qui sont de trop." in page


def test_an_amendment_replaces_a_clause_from_its_day_and_the_page_of_each_day_says_which(town: Town) -> None:
    jurist = town.someone(Role.LEGAL)
    place = a_contract(jurist, town)
    kept(add(jurist, place, "schedule", article="art. 12", **{"terms-frequency": "ANNUAL", "terms-grace_days": "10"}))
    (clause,) = on(jurist, place, on="2022-01-01")["in_force"]
    amendment = amend(jurist, place, 1, signed_on="2023-11-06", effective_on="2024-01-01")
    form = form_of(jurist.get(f"/contrats/clauses/{clause['clause']['id']}/acte"))
    kept(
        jurist.post(
            f"/contrats/clauses/{clause['clause']['id']}/acte",
            form | {"act": "replaces", "amendment_id": str(amendment), "terms-frequency": "QUARTERLY"},
        )
    )

    before, after = (jurist.get(f"{place}/clauses?le={day}").text for day in ("2023-12-31", "2024-01-01"))

    assert "Périodicité\N{NO-BREAK SPACE}: Annuelle" in before
    assert "du 1er janvier 2021 au 31 décembre 2023" in before
    assert "Périodicité\N{NO-BREAK SPACE}: Trimestrielle" in after
    assert "Avenant n° 1" in after
    then = on(jurist, place, on="2024-01-01", signed_by="2023-11-05")
    assert [one["stipulation"]["terms"]["frequency"] for one in then["in_force"]] == ["ANNUAL"]
    assert then["in_force"][0]["first"] == "2021-01-01"


def test_what_the_registry_knew_on_a_day_is_told_as_it_knew_it(town: Town) -> None:
    jurist, today = town.someone(Role.LEGAL), town.info["today"]()
    place = a_contract(jurist, town)
    kept(add(jurist, place, "audit", article="art. 9", **{"terms-frequency": "ANNUAL"}))

    known = jurist.get(f"{place}/clauses?connu={today.isoformat()}").text

    assert "Contrôle des données" in known
    assert "ne savait rien" not in known


def test_a_contract_recorded_after_the_day_one_asks_of_is_said_unknown_then_and_not_empty(town: Town, run: Run) -> None:
    jurist = town.someone(Role.LEGAL)
    place = a_contract(jurist, town)
    kept(add(jurist, place, "audit", article="art. 9", **{"terms-frequency": "ANNUAL"}))
    yesterday = town.info["today"]() - timedelta(days=1)
    said = f"Le registre ne savait rien de ce contrat au {say_day(yesterday)}."
    api = f"/api/v1{place.replace('contrats', 'contracts')}"

    for tab in ("/clauses", "/couverture"):
        page = jurist.get(f"{place}{tab}?connu={yesterday}")
        assert page.status_code == 200
        assert said in page.text
        for claim in ("absentes", "Absente", "Aucune clause relevée", "sur 1", "Manque", "à chercher"):
            assert claim not in page.text, (tab, claim)
    assert said in jurist.get(f"{place}/couverture/fichier?connu={yesterday}").text
    for call in ("/clauses", "/coverage"):
        answer = jurist.api("GET", f"{api}{call}?known_on={yesterday}")
        assert (answer.status_code, said in answer.text) == (404, True), call
        assert jurist.api("GET", f"{api}{call}?known_on=9999-12-31").status_code == 200, call
    assert said in run("show", place.rsplit("/", 1)[1], "--known-on", yesterday, fails=2)
    told = run("show", place.rsplit("/", 1)[1], "--known-on", town.info["today"](), "--json")
    assert (told["known_on"], len(told["in_force"])) == (town.info["today"]().isoformat(), 1)


def test_a_clause_one_looks_for_is_missing_until_an_amendment_that_adds_it_is_signed(town: Town) -> None:
    jurist = town.someone(Role.LEGAL)
    place = a_contract(jurist, town)
    amendment = amend(jurist, place, 1, progress="negotiated")
    kept(add(jurist, place, "penalties", amendment_id=str(amendment), **{"terms-euros_per_day": "150,50 €"}))

    asked = {one["kind"]: one["state"] for one in on(jurist, place)["missing"]}
    assert asked["penalties"] == "negotiated"
    assert asked["supply"] == "absent"
    assert "En négociation" in jurist.get(f"{place}/clauses").text
    version = jurist.api("GET", f"/api/v1/amendments/{amendment}").json()["version"]
    signed = jurist.api(
        "PATCH", f"/api/v1/amendments/{amendment}", json={"progress": None, "signed_on": "2026-02-03"},
        headers={"If-Match": f'"{version}"'},
    )  # fmt: skip
    assert signed.status_code == 200, signed.text

    found = on(jurist, place)
    assert "penalties" not in {one["kind"] for one in found["missing"]}
    assert found["in_force"][0]["stipulation"]["terms"] == {"euros_per_day": "150.50"}


def test_a_clause_of_one_dataset_is_missing_for_the_other(town: Town) -> None:
    jurist, steward = town.someone(Role.LEGAL), town.someone(Role.STEWARD)
    place = a_contract(jurist, town)
    first, second = dataset_of(town, town.authority_id, "Consommations"), dataset_of(town, town.authority_id, "Réseau")
    for number in (first, second):
        version = form_of(jurist.get(f"{place}/jeux"))["version"]
        kept(jurist.post(f"{place}/jeux", {"version": version, "dataset_id": str(number)}))
    kept(add(jurist, place, "open-format", datasets=str(first), **{"terms-format": "CSV"}))

    missing = {one["kind"]: one["datasets"] for one in on(jurist, place)["missing"]}
    assert missing["open-format"] == [second]
    assert sorted(missing["supply"]) == sorted([first, second])
    assert "open-format" not in {one["kind"] for one in on(jurist, place, dataset_id=str(first))["missing"]}
    assert "Manque pour\N{NO-BREAK SPACE}: <a" in steward.get(f"{place}/clauses").text


def test_a_contract_nobody_read_whole_is_not_said_to_lack_its_clauses(town: Town) -> None:
    jurist = town.someone(Role.LEGAL)
    place = a_contract(jurist, town, clauses_read_on="")

    page = jurist.get(f"{place}/clauses").text

    assert "Personne n’a encore dit l’avoir relu en entier" in page
    assert "À chercher" in page
    assert "Absente" not in page


def test_nothing_is_said_to_be_missing_of_a_contract_on_a_day_it_does_not_apply(town: Town) -> None:
    jurist = town.someone(Role.LEGAL)
    place = a_contract(jurist, town)

    for day, told in (
        ("2020-12-31", "il commence le 1er janvier 2021"), ("2033-01-01", "il a pris fin le 31 décembre 2032"),
    ):  # fmt: skip
        page = jurist.get(f"{place}/clauses?le={day}").text.replace("\N{NO-BREAK SPACE}", " ")
        assert f"Le contrat ne s’applique pas ce jour-là : {told}." in page
        assert 'id="absentes"' not in page
    for day in ("2021-01-01", "2032-12-31"):
        assert 'id="absentes"' in jurist.get(f"{place}/clauses?le={day}").text


def test_the_floor_of_the_law_follows_the_day_the_consultation_began(town: Town) -> None:
    jurist = town.someone(Role.LEGAL)
    old = jurist.get(f"{a_contract(jurist, town, consulted_on='2016-10-08')}/clauses").text
    new = jurist.get(f"{a_contract(jurist, town, consulted_on='2016-10-09')}/clauses").text

    assert "Consultation engagée avant le 9 octobre 2016" in old
    assert "lecture retenue par le projet" in old
    assert "donnent moins" not in old
    assert "choix du registre" in old, "Three years before the end is a choice, and says so."
    assert "Consultation engagée entre le 9 octobre 2016 et le 1er avril 2019" in new
    newest = jurist.get(f"{a_contract(jurist, town, consulted_on='2019-04-01')}/clauses").text
    assert "Consultation engagée depuis le 9 octobre 2016" in newest
    assert "n° 2016-65" not in newest
    assert "à valider par le service juridique" in new
    convention = jurist.get(f"{a_contract(jurist, town, kind='agreement')}/clauses").text
    assert "Ce contrat ne concède pas de service public" in convention
    assert "Le RGPD, les archives et l’accès aux documents s’imposent à lui" in convention


def test_the_floor_cites_the_text_in_force_on_the_day_shown(town: Town) -> None:
    jurist = town.someone(Role.LEGAL)
    place = a_contract(jurist, town, consulted_on="2016-11-02", signed_on="2017-03-01", starts_on="2017-04-01")

    older = a_contract(jurist, town, consulted_on="2015-02-02", signed_on="2015-09-01", starts_on="2015-10-01")

    def floor(day: str, of: str = place) -> str:
        return jurist.get(f"{of}/clauses?le={day}").text.partition('id="socle"')[2]

    assert "L3131-2" in floor("2019-04-01")
    assert "Que l’ordonnance régisse encore ce contrat est une lecture, à valider" in floor("2019-04-01")
    for day in ("2017-04-01", "2019-03-31"):
        assert "ordonnance n° 2016-65, article 53-1 (lu par citation)" in floor(day)
        assert "L3131" not in floor(day)
    assert "ordonnance n° 2016-65, article 53-1 (lu par citation)" in floor("2016-10-09", older)
    assert "n’est pas encore en vigueur ce jour-là" in floor("2016-10-08", older)
    assert "L3131" not in floor("2016-10-08", older)


WRONG = (
    ({"terms-grace_days": "dix"}, "Écrivez un nombre entier"),
    ({"terms-first_due_on": "2026-02-30"}, "Donnez une date qui existe"),
    ({"terms-frequency": "SOUVENT"}, "Choisissez une valeur de la liste"),
    ({"amendment_id": "987654321"}, "Choisissez un avenant de ce contrat"),
    ({"datasets": "987654321"}, "Rattachez d’abord ce jeu au contrat"),
    ({"effective_on": "2026-02-01", "last_on": "2026-01-31"}, "finirait avant de commencer"),
    ({"kind": "reuse-ban"}, "Recopiez ce que la clause interdit"),
    (
        {"kind": "hosting", "terms-countries": "France, Atlantide"},
        "Atlantide\N{NO-BREAK SPACE}» n’est pas dans la liste",
    ),
    ({"kind": "penalties", "terms-euros_per_day": "150,505"}, "Trop de chiffres après la virgule"),
    ({"kind": "penalties", "terms-euros_per_day": "0"}, "Zéro euro n’est pas une pénalité"),
)


def test_the_floor_of_a_contract_that_concedes_nothing_names_the_text_in_force_on_the_day_too(town: Town) -> None:
    jurist = town.someone(Role.LEGAL)
    place = a_contract(
        jurist, town, kind="agreement", consulted_on="2016-11-02", signed_on="2017-03-01", starts_on="2017-04-01"
    )

    def floor(day: str) -> str:
        return jurist.get(f"{place}/clauses?le={day}").text.partition('id="socle"')[2]

    assert "53-1 (lu par citation), ne lui donne rien" in floor("2019-03-31")
    assert "L3131-2" not in floor("2019-03-31")
    assert "L3131-2 à L3131-4" in floor("2019-04-01")


def test_what_is_wrong_in_a_clause_is_said_beside_its_field_and_nothing_is_kept(town: Town) -> None:
    jurist = town.someone(Role.LEGAL)
    place = a_contract(jurist, town)

    for wrong, told in WRONG:
        answer = add(jurist, place, **{"kind": "schedule", "article": "Article tapé", **wrong})

        assert answer.status_code == 422, wrong
        assert told in answer.text, wrong
        assert "Article tapé" in answer.text
    assert on(jurist, place)["in_force"] == []


def test_a_page_of_clauses_announces_one_thing_alone_however_much_does_not_hold_together(town: Town) -> None:
    jurist = town.someone(Role.LEGAL)
    place = a_contract(jurist, town)
    early = amend(jurist, place, 1, signed_on="2010-01-01")
    kept(add(jurist, place, "audit", article="art. 1", amendment_id=str(early)))

    def announced(address: str) -> int:
        return jurist.get(address).text.count('role="status"')

    assert "Vérifiez les deux dates" in jurist.get(f"{place}/clauses").text
    assert announced(f"{place}/clauses") == 0
    assert announced(f"{place}/clauses?fait=clause-enregistree") == 1, "What was just done."
    assert announced(f"{place}/clauses?le=2026-02-31") == 1, "That the day is none."


def test_acts_that_do_not_hold_together_are_told_in_sentences_and_nothing_is_lost(town: Town) -> None:
    jurist = town.someone(Role.LEGAL)
    place = a_contract(jurist, town)
    early = amend(jurist, place, 1, signed_on="2019-05-06")
    kept(add(jurist, place, "audit", article="art. 1", amendment_id=str(early)))
    kept(add(jurist, place, "archives", article="art. 3"))
    kept(add(jurist, place, "archives", article="art. 8"))

    page = jurist.get(f"{place}/clauses").text

    assert "signé le 6 mai 2019, avant le contrat qu’il modifie" in page
    assert "(Contrat, art. 3) et « Archives publiques du titulaire » (Contrat, art. 8)" in page.replace(
        "\N{NO-BREAK SPACE}", " "
    )
    line = f"/contrats/avenants/{early}/modifier"
    for wrong, told in (
        ({"published_on": "2019-05-05"}, "avant sa signature"),
        ({"progress": "asked"}, "n’est plus demandé"),
        ({"number": "0"}, "au moins 1"),
    ):
        answer = jurist.post(line, form_of(jurist.get(line)) | {"object": "Objet tapé"} | wrong)
        assert answer.status_code == 422, wrong
        assert told in answer.text, wrong
        assert "Objet tapé" in answer.text
    twice = jurist.api(
        "POST", f"/api/v1{place.replace('contrats', 'contracts')}/amendments", json={"number": 1, "object": "Autre"}
    )
    assert twice.status_code == 422
    assert "a déjà un avenant n° 1" in twice.text


def test_a_clause_noted_twice_is_annulled_with_a_reason_and_comes_back(town: Town) -> None:
    jurist = town.someone(Role.LEGAL)
    place = a_contract(jurist, town)
    kept(add(jurist, place, "audit", article="art. 1", **{"terms-frequency": "ANNUAL"}))
    (row,) = on(jurist, place)["in_force"]
    line = f"/contrats/stipulations/{row['stipulation']['id']}/annuler"

    assert jurist.post(line, {"version": "1", "reason": " "}).status_code == 422
    kept(jurist.post(line, {"version": "1", "reason": "Relevée deux fois"}))
    assert on(jurist, place)["in_force"] == []
    assert (
        f'href="/contrats/clauses/{row["clause"]["id"]}">Contrôle des données</a>'
        in jurist.get(f"{place}/clauses").text
    )
    kept(jurist.post(line, {"version": "2", "reason": "C’était la bonne"}))
    assert len(on(jurist, place)["in_force"]) == 1
    late = jurist.post(
        f"/contrats/stipulations/{row['stipulation']['id']}/modifier",
        {"version": "1", "act": "adds", "article": "Mon article"},
    )
    assert late.status_code == 409
    assert "Mon article" in late.text


def test_a_clause_of_a_contract_without_its_day_of_signature_stays_in_sight(town: Town) -> None:
    jurist = town.someone(Role.LEGAL)
    place = a_contract(jurist, town, signed_on="", consulted_on="", starts_on="")
    kept(add(jurist, place, "audit", article="art. 77"))

    page = jurist.get(f"{place}/clauses").text

    assert "Relevées, sans effet ce jour-là" in page
    assert "art. 77" in page


def test_how_a_clause_is_kept_says_nothing_of_the_days_before_somebody_looked(town: Town) -> None:
    jurist, today = town.someone(Role.LEGAL), town.info["today"]()
    place = a_contract(jurist, town)
    kept(add(jurist, place, "audit", article="art. 1", **{"terms-frequency": "ANNUAL"}))
    (row,) = on(jurist, place)["in_force"]
    line = f"/contrats/clauses/{row['clause']['id']}"
    late = jurist.post(
        line,
        {"version": "1", "performance": "breached", "performance_on": "2100-01-01", "performance_note": "Vu sur place"},
    )
    assert 'href="#performance_on"' in late.text
    assert form_of(late)["performance_note"] == "Vu sur place"
    assert late.status_code == 422
    kept(jurist.post(line, {"version": "1", "performance": "breached"}))

    assert on(jurist, place)["in_force"][0]["state"] == "breached"
    assert on(jurist, place, on=(today - timedelta(days=1)).isoformat())["in_force"][0]["state"] == "in-force"


def test_the_command_tells_the_contract_of_a_day_with_the_floor_of_the_law_beside(town: Town, run: Run) -> None:
    jurist = town.someone(Role.LEGAL)
    place = a_contract(jurist, town)
    kept(add(jurist, place, "audit", article="art. 9", **{"terms-frequency": "ANNUAL"}))
    number = place.rsplit("/", 1)[1]

    told = run("show", number, "--on", "2022-01-01", "--json")

    assert [one["clause"]["kind"] for one in told["in_force"]] == ["audit"]
    assert "supply" in {one["kind"] for one in told["missing"]}
    assert told["floor"][0]["policy_id"] == "DSP-01"
    words = run("show", number, "--on", "2020-12-31")
    assert "Contrôle des données (Contrat, art. 9) : En vigueur" not in words
    assert "Contrôle des données (Contrat, art. 9) : En vigueur" in run("show", number)
    assert "n’existe pas" in run("show", 987654321, fails=2)


def test_before_the_signature_and_after_the_end_nothing_is_missing_and_the_law_gives_nothing_by_it(
    town: Town, run: Run
) -> None:  # fmt: skip
    jurist = town.someone(Role.LEGAL)
    place = a_contract(jurist, town)
    number = place.rsplit("/", 1)[1]
    for day, why in (("2020-11-29", "il n’est signé que le"), ("2033-01-01", "il a pris fin le 31 décembre 2032")):
        matrix, clauses = (jurist.get(f"{place}/{tab}?le={day}").text for tab in ("couverture", "clauses"))
        assert why in matrix, day
        assert "absente" not in matrix, day
        assert why in clauses, day
        assert clauses.count("S’applique") == 1, "The secrets of whatever goes online hold all the same."
        told = on(jurist, place, on=day)
        assert why in told["outside"]
        assert told["missing"] == []
        shown = run("show", number, "--on", day)
        assert why in shown
        assert "✗" not in shown
    assert on(jurist, place)["outside"] is None


def test_the_command_says_of_each_line_of_the_floor_its_article_and_how_well_it_was_read(town: Town, run: Run) -> None:
    place = a_contract(town.someone(Role.LEGAL), town)

    floor = [one for one in run("show", place.rsplit("/", 1)[1]).splitlines() if one.startswith("§")]

    assert floor
    assert all("[Code " in one and "à valider par le service juridique]" in one for one in floor), floor
    assert "L3131-2" in floor[0]


@pytest.mark.parametrize("name", ["clauses_read_on", "essential_data_published_on"])
def test_a_contract_is_neither_read_nor_published_on_a_day_to_come(town: Town, name: str) -> None:
    jurist = town.someone(Role.LEGAL)
    place = a_contract(jurist, town)
    form = form_of(jurist.get(f"{place}/modifier"))

    answer = jurist.post(f"{place}/modifier", form | {name: "2100-01-01"})

    assert answer.status_code == 422
    assert "Ce jour est à venir" in answer.text


def test_an_address_with_an_impossible_day_shows_today_and_says_so(town: Town) -> None:
    jurist = town.someone(Role.LEGAL)
    page = jurist.get(f"{a_contract(jurist, town)}/clauses?le=2026-02-30").text

    assert "2026-02-30\N{NO-BREAK SPACE}» n’est pas une date possible" in page


def test_what_one_looks_for_depends_on_what_the_contract_is() -> None:
    assert expected_of(Asked()) == []
    concession, water = expected_of(Asked(concession=True)), expected_of(Asked(concession=True, water=True))
    assert set(water) - set(concession) == {"water-end"}
    assert "crossing" in expected_of(Asked(agreement=True))


def test_no_form_that_could_only_be_refused_is_shown_of_a_contract_set_aside(town: Town) -> None:
    jurist = town.someone(Role.LEGAL)
    place = a_contract(jurist, town)
    kept(add(jurist, place, "audit", article="art. 1"))
    (row,) = on(jurist, place)["in_force"]
    kept(jurist.post(f"{place}/annuler", form_of(jurist.get(f"{place}/annuler")) | {"reason": "Saisi deux fois"}))
    forms = (
        "clauses/nouvelle?genre=audit", "avenants/nouveau", "livraisons/nouvelle", "rapports/nouveau", "jeux",
        "avenants/projet",
    )  # fmt: skip
    for form in (*(f"{place}/{one}" for one in forms), f"/contrats/clauses/{row['clause']['id']}/acte"):
        answer = jurist.get(form)
        assert (answer.status_code, "<textarea" in answer.text) == (409, False), form
        assert "rétablissez-le avant de le modifier" in answer.text
