"""Contracts and amendments judged by their clauses: unknown until read, missing once read, in order once signed."""

from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import select
from sqlmodel import col

from registry.compliance.models import Finding
from registry.compliance.vocabulary import SubjectKind
from registry.kernel.permissions import Role
from tests.conftest import Someone, Town
from tests.contracts.conftest import Run
from tests.contracts.test_clause_pages import a_contract, add, amend, kept
from tests.pages import fields_of as form_of

pytestmark = pytest.mark.database


def verdicts(town: Town, kind: SubjectKind, subject_id: int, policy: str) -> list[str]:
    """What a rule said of a subject, from the first time to now."""
    with town.acting() as session:
        query = (
            select(col(Finding.verdict))
            .where(
                col(Finding.subject_kind) == kind,
                col(Finding.subject_id) == subject_id,
                col(Finding.policy_id) == policy,
            )
            .order_by(col(Finding.id))
        )
        return [str(one) for one in session.execute(query).scalars()]


def number_of(place: str) -> int:
    return int(place.rsplit("/", 1)[1])


def change(who: Someone, place: str, **more: Any) -> None:
    form = form_of(who.get(f"{place}/modifier"))
    kept(who.post(f"{place}/modifier", form | more))


def test_a_clause_of_which_the_essential_is_not_noted_is_neither_there_nor_missing(town: Town) -> None:
    jurist = town.someone(Role.LEGAL)
    place = a_contract(jurist, town)
    number = number_of(place)
    assert verdicts(town, SubjectKind.CONTRACT, number, "DSP-22") == ["non-compliant"], (
        "Read whole, without a word of it."
    )

    kept(add(jurist, place, "penalties"))
    kept(add(jurist, place, "penalties", article="art. 12", text="Tout retard donne lieu à une pénalité."))
    assert verdicts(town, SubjectKind.CONTRACT, number, "DSP-22") == ["non-compliant", "to-complete"]

    kept(add(jurist, place, "penalties", **{"terms-euros_per_day": "150"}))
    assert verdicts(town, SubjectKind.CONTRACT, number, "DSP-22") == ["non-compliant", "to-complete", "compliant"]


def test_the_house_texts_signed_without_a_figure_bind_nobody_and_say_what_is_to_be_noted(town: Town, run: Run) -> None:
    jurist = town.someone(Role.LEGAL)
    place = a_contract(jurist, town)
    amendment = amend(jurist, place, 1, signed_on="2026-01-05")
    for kind in ("penalties", "schedule", "audit", "ownership", "own-use", "archives", "breach-notice", "hosting"):
        kept(add(jurist, place, kind, amendment_id=str(amendment), article="art. 3", text="Le texte de la maison."))

    for policy in ("DSP-22", "DSP-23", "DSP-26", "DSP-27", "DSP-28"):
        assert verdicts(town, SubjectKind.CONTRACT, number_of(place), policy)[-1] == "to-complete", policy
    cells = jurist.api("GET", f"/api/v1{place.replace('contrats', 'contracts')}/coverage").json()["cells"]
    assert {one["state"] for one in cells if one["kind"] in {"penalties", "schedule", "ownership"}} == {"to-complete"}
    page = jurist.get(f"{place}/clauses").text
    assert "notez « Pénalité par jour de retard (euros) » ou « Autre calcul de la pénalité »" in page
    assert "notez « Périodicité » et « Première échéance »" in page
    file = jurist.get(f"{place}/couverture/fichier").text
    penalties = next(line for line in file.splitlines() if "Pénalités" in line)
    assert '"non";"À compléter"' in penalties
    shown = run("show", number_of(place))
    assert "✓ Pénalités" not in shown
    assert "◆ Pénalités sur les données : À compléter" in shown


def test_from_a_contract_to_the_amendment_that_puts_it_in_order_its_findings_tell_it(town: Town) -> None:
    jurist, today = town.someone(Role.LEGAL), town.info["today"]()
    place = a_contract(jurist, town, clauses_read_on="")
    number = number_of(place)

    change(jurist, place, clauses_read_on=today.isoformat())
    amendment = amend(jurist, place, 1, progress="asked")
    kept(add(jurist, place, "penalties", amendment_id=str(amendment), **{"terms-euros_per_day": "150"}))
    form = form_of(jurist.get(f"/contrats/avenants/{amendment}/modifier"))
    signed = (today - timedelta(days=1)).isoformat()
    kept(jurist.post(f"/contrats/avenants/{amendment}/modifier", form | {"progress": "", "signed_on": signed}))

    assert verdicts(town, SubjectKind.CONTRACT, number, "DSP-22") == ["to-complete", "non-compliant", "compliant"]
    assert verdicts(town, SubjectKind.AMENDMENT, amendment, "DSP-24")[-1] == "compliant"
    sheet = jurist.get(place).text
    assert "DSP-22" in sheet
    assert "DSP-24" in jurist.get(f"/contrats/avenants/{amendment}").text


def test_an_amendment_of_price_alone_signed_while_clauses_lack_is_told(town: Town) -> None:
    jurist = town.someone(Role.LEGAL)
    place = a_contract(jurist, town)
    amendment = amend(jurist, place, 1, signed_on="2025-06-02")

    assert verdicts(town, SubjectKind.AMENDMENT, amendment, "DSP-24")[-1] == "non-compliant"


def test_a_draft_amendment_owes_no_publication_until_it_is_signed(town: Town) -> None:
    jurist = town.someone(Role.LEGAL)
    place = a_contract(jurist, town)
    amendment = amend(jurist, place, 1, progress="asked")

    assert verdicts(town, SubjectKind.AMENDMENT, amendment, "DSP-12") in ([], ["not-applicable"])


def test_a_ban_on_reuse_is_a_breach_until_the_amendment_that_ends_it(town: Town) -> None:
    jurist = town.someone(Role.LEGAL)
    place = a_contract(jurist, town)
    kept(add(jurist, place, "reuse-ban", text="La collectivité s’interdit toute réutilisation."))
    amendment = amend(jurist, place, 1, signed_on="2026-01-05")
    clause = jurist.api("GET", f"/api/v1/contracts/{number_of(place)}/clauses?on=2022-01-01").json()["in_force"][0]
    kept(
        jurist.post(f"/contrats/clauses/{clause['clause']['id']}/acte", {"act": "ends", "amendment_id": str(amendment)})
    )

    assert verdicts(town, SubjectKind.CONTRACT, number_of(place), "DSP-06") == [
        "compliant", "non-compliant", "compliant",
    ]  # fmt: skip


def test_a_contract_set_aside_bears_no_finding_and_bears_them_again_once_it_is_back(town: Town) -> None:
    jurist = town.someone(Role.LEGAL)
    place = a_contract(jurist, town)
    amendment = amend(jurist, place, 1, signed_on="2025-06-02")
    version = form_of(jurist.get(f"{place}/annuler"))["version"]
    kept(jurist.post(f"{place}/annuler", {"version": version, "reason": "Saisi deux fois"}))

    with town.acting() as session:
        standing = select(col(Finding.id)).where(
            col(Finding.subject_kind).in_([SubjectKind.CONTRACT, SubjectKind.AMENDMENT]), col(Finding.until).is_(None)
        )
        assert session.execute(standing).all() == []
    version = form_of(jurist.get(f"{place}/annuler"))["version"]
    kept(jurist.post(f"{place}/annuler", {"version": version, "reason": "C’était le bon"}))
    assert verdicts(town, SubjectKind.AMENDMENT, amendment, "DSP-24")[-1] == "non-compliant"


def test_what_nobody_noted_of_a_clause_is_unknown_and_not_denied(town: Town) -> None:
    jurist = town.someone(Role.LEGAL)
    place = a_contract(jurist, town)
    kept(add(jurist, place, "supply", article="art. 2"))
    kept(add(jurist, place, "waiver", article="art. 3"))

    assert verdicts(town, SubjectKind.CONTRACT, number_of(place), "DSP-01")[-1] == "to-complete"
    assert verdicts(town, SubjectKind.CONTRACT, number_of(place), "DSP-03")[-1] == "to-complete"


@pytest.mark.parametrize(("kind", "verdict"), [("agreement", "not-applicable"), ("dsp", "to-complete")])
def test_an_agreement_that_is_no_procurement_has_no_essential_data_to_check(
    town: Town, kind: str, verdict: str
) -> None:  # fmt: skip
    jurist = town.someone(Role.LEGAL)

    place = a_contract(jurist, town, kind=kind, signed_on="2024-04-02", starts_on="2024-05-01")

    assert verdicts(town, SubjectKind.CONTRACT, number_of(place), "DSP-14") == [verdict]
