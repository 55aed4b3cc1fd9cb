"""What of a contract goes against the law or gives less than it, told with the text and only where the text binds."""

from html import unescape

import pytest

from registry.kernel.permissions import Role
from tests.conftest import Someone, Town
from tests.contracts.test_clause_pages import a_contract, add, kept, on
from tests.contracts.test_coverage import dataset_of
from tests.contracts.test_noting import lines, note_of

pytestmark = pytest.mark.database


def test_a_contract_of_the_ordinance_is_cited_by_it_in_the_floor_on_any_day(town: Town) -> None:
    jurist = town.someone(Role.LEGAL)
    place = a_contract(jurist, town, consulted_on="2019-03-31", signed_on="2019-09-01", starts_on="2019-10-01")

    floor = jurist.get(f"{place}/clauses?le=2026-06-01").text.partition('id="socle"')[2]

    cited = "Ordonnance n° 2016-65, article 53-1 (lu par citation), repris au CCP, L3131-2 al. 1 (lecture à valider)"
    assert cited in unescape(floor).replace("\N{NO-BREAK SPACE}", " ")
    assert "L311-5 à L311-7" in floor.replace("\N{NO-BREAK SPACE}", " ")


def test_what_the_ordinance_said_nothing_of_is_cited_by_the_code_in_the_note_too(town: Town) -> None:
    jurist = town.someone(Role.LEGAL)
    place = a_contract(jurist, town, consulted_on="2018-01-15", signed_on="2018-06-01", starts_on="2018-07-01")

    told = lines(note_of(town, place), "decider")["Mettre en règle"]

    assert "Ordonnance n° 2016-65, article 53-1 (lu par citation), repris au CCP, L3131-2 al. 1" in told
    assert "(Code de la commande publique, L3131-5 ; R3131-2" in told, "The yearly report never was in article 53-1."
    assert "repris au CCP, L3131-5" not in told


def against(who: Someone, place: str, **asked: str) -> str:
    """What the page of a contract says of the clauses in force on a day."""
    words = "&".join(f"{name}={value}" for name, value in asked.items())
    page = who.get(f"{place}/clauses?{words}").text.partition('id="en-vigueur"')[2].partition('id="absentes"')[0]
    return unescape(page).replace("\N{NO-BREAK SPACE}", " ")


def test_a_format_below_the_floor_is_told_where_the_law_binds_and_no_waiver_covers_it(town: Town) -> None:
    jurist, dataset = town.someone(Role.LEGAL), dataset_of(town, town.authority_id, "Réseau d’eau")
    less = "Cette clause stipule moins que la loi : un programme ne tire pas les données d’un fichier PDF"

    def contract(consulted_on: str, terms: dict[str, str], *more: tuple[str, dict[str, str]]) -> str:
        place = a_contract(jurist, town, consulted_on=consulted_on)
        kept(jurist.post(f"{place}/jeux", {"version": "1", "dataset_id": str(dataset)}))
        for kind, said in (("open-format", terms), *more):
            kept(add(jurist, place, kind, article="art. 18", datasets=str(dataset), **said))
        return place

    pdf = {"terms-format": "PDF"}
    bound = contract("2020-03-02", pdf)
    assert less in against(jurist, bound)
    for said in ("DSP-02", "Obligation", "L3131-2 al. 1", "Texte lu", "à valider par le service juridique"):
        assert said in against(jurist, bound).partition(less)[2], said
    assert "En vigueur – en deçà du socle" in jurist.get(f"{bound}/couverture").text
    assert "En vigueur – en deçà du socle" in jurist.get(f"{bound}/couverture/fichier").text
    (clause,) = on(jurist, bound)["in_force"]
    assert less in unescape(jurist.get(f"/contrats/clauses/{clause['clause']['id']}").text).replace("\xa0", " ")
    assert less in unescape(jurist.get(f"/jeux/{dataset}/clauses").text).replace("\xa0", " ")

    ordinance = against(jurist, contract("2016-10-09", pdf))
    assert "Ordonnance n° 2016-65, article 53-1 (lu par citation), repris au CCP" in ordinance.partition(less)[2]
    closed = {"terms-format": "XLS", "terms-open_standard": "false"}
    said = against(jurist, contract("2020-03-02", closed))
    assert "Excel XLS n’est pas un standard ouvert ; elle dit que le standard n’est pas ouvert" in said
    for place in (
        contract("2016-10-08", pdf),
        contract("2020-03-02", {"terms-format": "CSV", "terms-open_standard": "true"}),
        contract("2020-03-02", pdf, ("supply", {"terms-indispensable": "false"})),
        contract("2020-03-02", pdf, ("waiver", {"terms-waiver": "whole", "reasons": "Motifs"})),
    ):
        assert "stipule moins" not in against(jurist, place)


def test_a_ban_on_reuse_is_contrary_to_the_law_only_where_it_binds_and_with_its_level(town: Town) -> None:
    jurist, never = town.someone(Role.LEGAL), "Une telle clause ne devrait pas être au contrat."

    def contract(**more: str) -> str:
        place = a_contract(jurist, town, **more)
        kept(add(jurist, place, "reuse-ban", article="art. 46", text="Rien ne sort."))
        return place

    bound = against(jurist, contract())
    for said in ("À lever", "DSP-06", "Obligation", "L3131-4 al. 1", "Texte lu", "à valider par le service juridique"):
        assert said in bound.partition('id="clause-')[2], said
    assert never in bound
    for more, told in (
        ({"consulted_on": "2016-10-08"}, "n’est pas établi (CCP, L3131-4, lecture à valider par le service juridique)"),
        ({"kind": "agreement"}, "Le contrat ne concède pas de service public"),
        ({"consulted_on": ""}, "dépend du jour où la consultation a été engagée"),
    ):
        place = contract(**more)
        assert told in against(jurist, place)
        assert never not in against(jurist, place)
        assert never not in jurist.get(f"{place}/clauses?le=2016-10-08").text
