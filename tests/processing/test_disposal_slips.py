"""Slips of disposal: prepared from what is due, refused with a sentence, frozen, issued with a place for the visa."""

from html import unescape

import pytest
from sqlalchemy import text
from sqlalchemy.exc import IntegrityError

from registry.kernel.dates import plus_months
from registry.kernel.issuing import Moment, Subject
from registry.kernel.permissions import Role
from registry.kernel.sort_keys import sort_key
from registry.ledger.service import touch
from registry.organisations.forms import ServiceForm
from registry.organisations.queries import get_organisation
from registry.organisations.service import add_service
from registry.organisations.vocabulary import OrganisationKind
from registry.processing.retention.gathering import gather
from registry.reporting.discovery import get_report
from tests.conftest import Town
from tests.pages import fields_of
from tests.processing.test_retention import kept, recorded
from tests.processing.test_retention_pages import hold

pytestmark = pytest.mark.database
WHOLE = {"temporal_start": "2012-01-01", "temporal_end": "2018-12-31", "records_count": 4200}
SAID = {"title": "Fichiers échus", "reason": "Sans utilité administrative"}


def due(town: Town, title: str, **values: object) -> int:
    """A dataset that fell due a year ago, with all that a slip asks."""
    number = recorded(town, **{"title": title, **WHOLE, **values})
    event = plus_months(town.info["today"](), -24)
    kept(town, number, rule_code="BIBLIO", retention_months=6, known="dated", event_on=event)
    return number


def prepared(town: Town, *numbers: int) -> str:
    answer = town.someone(Role.ARCHIVIST).post(
        "/conservation/bordereaux/nouveau", {**SAID, "dataset_ids": [str(number) for number in numbers]}
    )
    assert answer.status_code == 303, answer.text
    return answer.headers["location"].split("?")[0]


def test_a_slip_lists_what_is_due_under_the_next_number_of_the_year(town: Town):
    archivist, year = town.someone(Role.ARCHIVIST), town.info["today"]().year
    first, second = due(town, "Salles"), due(town, "Stages")

    page = archivist.get(prepared(town, first)).text

    assert f"BE-{year}-001" in page
    assert "Rien de ce qui est listé ne peut être détruit avant le visa" in page
    assert "Médiathèque : inscriptions des lecteurs" in page
    assert "4200 lignes" in page
    assert f"BE-{year}-002" in archivist.get(prepared(town, second)).text
    assert "sur un bordereau" in archivist.get("/conservation").text


def test_what_may_not_be_disposed_of_is_refused_with_what_to_do(town: Town):
    archivist = town.someone(Role.ARCHIVIST)
    held, undated, kept_on = due(town, "Gelé"), due(town, "Sans dates", temporal_end=None), due(town, "Gardé")
    own, later = recorded(town, title="Durée propre", **WHOLE), recorded(town, title="Plus tard", **WHOLE)
    event = plus_months(town.info["today"](), -24)
    kept(town, own, own_reason="Usage", retention_months=6, known="dated", event_on=event)
    kept(town, later, rule_code="FACT", known="dated", event_on=event)
    kept(town, kept_on, rule_code="BIBLIO", final_disposition="keep", own_reason="Rare", known="dated", event_on=event)
    hold(archivist, held)
    listed = due(town, "Listé")
    prepared(town, listed)

    page = archivist.get("/conservation/bordereaux/nouveau").text
    for number, sentence in (
        (held, "levez d’abord le gel"), (undated, "dates extrêmes manquent"), (kept_on, "il ne s’élimine pas"),
        (own, "Il ne suit aucune règle"), (listed, "déjà sur un bordereau"),
    ):  # fmt: skip
        assert sentence in page
        refused = archivist.post("/conservation/bordereaux/nouveau", {**SAID, "dataset_ids": str(number)})
        assert refused.status_code == 422
        assert sentence in refused.text
    refused = archivist.post("/conservation/bordereaux/nouveau", {**SAID, "dataset_ids": str(later)})
    assert "pas encore échu" in refused.text
    assert "Cochez au moins un jeu" in archivist.post("/conservation/bordereaux/nouveau", SAID).text
    with town.acting() as session:
        assert session.execute(text("SELECT count(*) FROM disposal_slip")).scalar_one() == 1


def test_all_that_keeps_a_dataset_off_a_slip_is_said_at_once(town: Town):
    archivist = town.someone(Role.ARCHIVIST)
    number = due(town, "Gelé et vague", temporal_end=None, records_count=None)
    hold(archivist, number)

    page = archivist.get("/conservation/bordereaux/nouveau").text
    refused = archivist.post("/conservation/bordereaux/nouveau", {**SAID, "dataset_ids": str(number)}).text

    for sentence in ("levez d’abord le gel", "dates extrêmes manquent", "Son volume manque"):
        assert sentence in page
        assert sentence in refused.split("Échus, mais pas à éliminer")[0]


def test_slips_are_prepared_for_public_bodies_in_the_order_of_their_names(town: Town):
    with town.acting() as session:
        authority = get_organisation(session, town.authority_id)
        add_service(session, authority, ServiceForm(name="Éditeur privé", kind=OrganisationKind.PROCESSOR))
        for number, name in ((town.commune_id, "Willerval"), (town.other_commune_id, "Écourt")):
            renamed = {"id": number, "name": name, "sort": sort_key(name)}
            session.execute(text("UPDATE organisation SET name = :name, name_sort = :sort WHERE id = :id"), renamed)

    page = town.someone(Role.ARCHIVIST).get("/conservation/bordereaux/nouveau").text
    rules = town.someone(Role.ARCHIVIST).get("/conservation/regles").text

    for shown in (page, rules):
        assert shown.index("Écourt</option>") < shown.index("Willerval</option>")
        assert "Éditeur privé" not in shown


def test_who_may_not_prepare_a_slip_is_told_who_does(town: Town):
    page = town.someone(Role.STEWARD).get("/conservation/bordereaux").text

    assert "L’archiviste, le ou la juriste" in page
    assert "choisissez ceux à proposer" not in page
    assert 'href="/conservation/bordereaux/nouveau"' not in page


def test_the_articles_stay_as_they_were_prepared_even_in_the_database(town: Town):
    number = due(town, "Salles")
    page = prepared(town, number)
    with town.acting() as session, pytest.raises(IntegrityError, match="stays as it was prepared"):
        session.execute(text("UPDATE disposal_article SET volume = '1'"))
    kept(town, number, rule_code="FACT", retention_months=6, known="to-come")

    assert "BIBLIO" in town.someone(Role.ARCHIVIST).get(page).text


def test_a_hold_that_comes_later_is_said_on_the_slip_and_in_its_document(town: Town):
    archivist, number = town.someone(Role.ARCHIVIST), due(town, "Salles")
    page = prepared(town, number)
    hold(archivist, number)

    assert "1 article est gelé depuis la préparation" in archivist.get(page).text
    day = town.info["today"]()
    with town.acting() as session:
        found = gather(session, Subject("slip", int(page.split("/")[-1])), Moment(day, day, day, until=None))
    more = {"issued_on": day, "author": "Archiviste", "seal": {"number": 1, "root": "0" * 64}}
    content = get_report("disposal-slip").content.from_sample({**found.values, **more})
    assert [one.id for one in content.sheets] == ["articles", "gels", "visa"]
    assert [line.label for line in content.sheets[2].missing] == ["Décision", "Référence", "Date"]
    assert content.sheets[0].grids[0].rows[0][4] == "4200 lignes"


def test_the_link_of_a_slip_proposes_its_document_which_is_then_issued(town: Town):
    archivist = town.someone(Role.ARCHIVIST)
    page = archivist.get(prepared(town, due(town, "Salles"))).text
    link = "/documents?" + unescape(page.split('href="/documents?')[1].split('"')[0])

    form = archivist.get(link)
    asked = archivist.post("/documents", fields_of(form))

    assert f"Bordereau BE-{town.info['today']().year}-001 – Fichiers échus</option>" in form.text
    assert asked.status_code == 303, asked.text
    assert asked.headers["location"].startswith("/travaux/")
    for scope in ("slip:999999", "slip:x", f"slip:{10**17}"):
        assert archivist.get(f"/documents?report=disposal-slip&scope={scope}").status_code == 200
    elsewhere = town.someone(Role.ARCHIVIST, town.commune_id)
    assert "Fichiers échus" not in elsewhere.get(link).text


def test_a_withdrawn_slip_frees_its_datasets(town: Town):
    archivist, number = town.someone(Role.ARCHIVIST), due(town, "Salles")
    page = prepared(town, number)

    assert "Dites en quelques mots pourquoi" in archivist.post(f"{page}/retirer", {"version": "1"}).text
    said = {"version": "1", "reason": "Une date était fausse"}
    assert archivist.post(f"{page}/retirer", said).status_code == 303
    assert "Ce bordereau est retiré" in archivist.get(page).text
    assert archivist.post(f"{page}/retirer", said).status_code == 409
    assert prepared(town, number) != page


def test_only_who_keeps_the_archives_of_a_body_prepares_its_slips(town: Town):
    number = due(town, "Salles")
    page = prepared(town, number)
    for role in (Role.STEWARD, Role.READER, Role.DIRECTOR):
        assert town.someone(role).get("/conservation/bordereaux/nouveau").status_code == 403
        assert "Retirer ce bordereau" not in town.someone(role).get(page).text
    assert town.someone(Role.ARCHIVIST, town.commune_id).get(page).status_code == 404
    elsewhere = town.someone(Role.ARCHIVIST, town.commune_id)
    said = {**SAID, "organisation_id": str(town.authority_id), "dataset_ids": str(number)}
    assert elsewhere.post("/conservation/bordereaux/nouveau", said).status_code == 403


def test_a_slip_is_the_selection_that_the_end_of_a_retention_calls_for_until_it_is_withdrawn(town: Town):
    number = due(town, "Candidatures", personal_data="personal")
    said = [judged(town, "dataset", number, "ARCH-03")]
    address = prepared(town, number)
    said.append(judged(town, "dataset", number, "ARCH-03"))
    archivist = town.someone(Role.ARCHIVIST)
    archivist.post(f"{address}/retirer", {**fields_of(archivist.get(address)), "reason": "Erreur"})

    assert [*said, judged(town, "dataset", number, "ARCH-03")] == ["non-compliant", "compliant", "non-compliant"]


def test_a_hold_put_on_a_dataset_of_a_slip_is_judged_until_it_is_lifted_or_the_slip_withdrawn(town: Town):
    archivist, number = town.someone(Role.ARCHIVIST), due(town, "Salles")
    said = [judged(town, "dataset", number, "ARCH-05")]
    address = prepared(town, number)
    said.append(judged(town, "dataset", number, "ARCH-05"))
    hold(archivist, number)
    said.append(judged(town, "dataset", number, "ARCH-05"))
    archivist.post(f"{address}/retirer", {**fields_of(archivist.get(address)), "reason": "Erreur"})

    assert said == ["not-applicable", "compliant", "non-compliant"]
    assert judged(town, "dataset", number, "ARCH-05") == "not-applicable"


def test_a_rule_that_is_gone_leaves_the_datasets_that_follow_it_without_a_duration_and_is_judged(town: Town):
    number = recorded(town, title="Salles")
    said = [judged(town, "dataset", number, "ARCH-07")]
    kept(town, number, rule_code="BIBLIO")
    said.append(judged(town, "dataset", number, "ARCH-07"))
    with town.acting() as session:
        # As of a dataset that came from a body whose own rule it followed.
        session.execute(
            text("UPDATE dataset_retention SET rule_code = 'ANCIENNE' WHERE dataset_id = :id"), {"id": number}
        )
        touch(session, "dataset", number)

    assert [*said, judged(town, "dataset", number, "ARCH-07")] == ["not-applicable", "compliant", "non-compliant"]


def judged(town: Town, kind: str, number: int, policy: str) -> str:
    """What a policy says of a subject now."""
    query = text(
        "SELECT verdict FROM finding"
        " WHERE subject_kind = :kind AND subject_id = :id AND policy_id = :policy AND until IS NULL"
    )
    with town.acting() as session:
        return str(session.execute(query, {"kind": kind, "id": number, "policy": policy}).scalar_one())
