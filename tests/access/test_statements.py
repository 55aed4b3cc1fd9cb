"""How many statements each page asks of the database: fixed numbers, the same for five records and for sixty."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date, timedelta
from typing import Any

import pytest
from sqlalchemy import event

from registry.compliance.deviations.models import AcceptedDeviation
from registry.compliance.vocabulary import SubjectKind
from registry.contracts.clauses.forms import AmendmentForm, ClauseForm
from registry.contracts.clauses.service import record_amendment, record_clause
from registry.contracts.deliveries.forms import DeliveryForm, ReceiptForm
from registry.contracts.deliveries.models import Delivery
from registry.contracts.deliveries.service import receive, record_delivery
from registry.contracts.deliveries.vocabulary import DeliveryChannel
from registry.contracts.followup.forms import ReportForm, StepForm
from registry.contracts.followup.service import note_step, record_report
from registry.contracts.forms import ContractForm, PartyForm
from registry.contracts.queries import find_parties
from registry.contracts.reminders.models import DeliveryReminder
from registry.contracts.service import record_contract
from registry.contracts.vocabulary import ContractKind, PartySide
from registry.datasets.forms import DatasetForm
from registry.datasets.service import record_dataset
from registry.datasets.systems.forms import SystemForm
from registry.datasets.systems.service import record_system
from registry.datasets.vocabulary import Stage
from registry.desk.forms import QuestionForm
from registry.desk.question_service import ask_question
from registry.desk.vocabulary import QuestionSubject
from registry.documents.forms import EvidenceForm
from registry.documents.service import ReceivedFile, record_evidence
from registry.documents.vocabulary import EvidenceKind, FileType, ProofSubject
from registry.governance.campaigns.forms import CampaignForm
from registry.governance.campaigns.service import open_campaign
from registry.kernel.permissions import Role
from registry.ledger.service import seal
from registry.legal.forms import WatchForm
from registry.legal.watch_service import record_entry
from registry.lifecycle.models import StageRequest
from registry.organisations.forms import AppointmentForm, PersonForm, ServiceForm
from registry.organisations.queries import get_organisation
from registry.organisations.service import add_service, appoint, record_person
from registry.organisations.vocabulary import AppointmentRole, AppointmentSubject
from registry.platform.clock import now
from registry.processing.activity_templates import get_activity_template
from registry.processing.breaches.forms import BreachForm
from registry.processing.breaches.service import record_breach
from registry.processing.forms import ActivityForm
from registry.processing.joint.forms import ArrangementForm
from registry.processing.joint.service import record_arrangement
from registry.processing.measures.forms import ProtectiveMeasureForm
from registry.processing.measures.service import record_measure
from registry.processing.processors.forms import ProcessorForm, ProcessorsForm
from registry.processing.processors.service import set_processors
from registry.processing.queries import get_activity
from registry.processing.requests.forms import RequestForm
from registry.processing.requests.service import record_request
from registry.processing.service import record_activity
from registry.search.following import rebuild
from tests.access.advancing import lend
from tests.access.assessments import write_assessment
from tests.access.importing import list_more
from tests.access.official import load_official
from tests.access.retaining import retain
from tests.access.simulating import simulate_draft
from tests.conftest import Town

pytestmark = pytest.mark.database

STATEMENTS = {
    "/bureau": 9,
    "/bureau/suppleances": 5,
    "/bureau?liste=late&genre=finding&organisation={authority}": 8,
    "/gouvernance/certifications": 3,
    "/gouvernance/certifications/{campaign}": 5,
    "/api/v1/certification-campaigns": 3,
    "/api/v1/certification-campaigns/{campaign}": 3,
    "/api/v1/certification-campaigns/{campaign}/certifications": 3,
    "/bureau/questions/{question}": 6,
    "/bureau/questions/nouvelle?genre=dataset&fiche={dataset}": 10,
    "/bureau/taches/vacancy:dataset:{dataset}": 8,
    "/api/v1/tasks": 2,
    "/api/v1/questions": 2,
    "/api/v1/questions/{question}": 5,
    "/bureau/passations/{person}": 8,
    "/jeux": 9,
    "/jeux?q=bornes&organisation={authority}": 10,
    "/jeux?colonnes=titre,proprietaire,referent": 11,
    "/jeux/{dataset}": 20,
    "/pilotage": 14,
    "/echeances": 7,
    "/preuves": 5,
    "/preuves/nouvelle": 2,
    "/preuves/nouvelle?genre=dataset&fiche={dataset}": 4,
    "/conservation": 7,
    "/conservation/bordereaux": 4,
    "/conservation/bordereaux/nouveau": 6,
    "/conservation/bordereaux/{slip}": 5,
    "/conservation/du-jeu/{dataset}": 5,
    "/conservation/gels": 3,
    "/conservation/regles": 4,
    "/api/v1/retention": 6,
    "/api/v1/datasets/{dataset}/retention": 4,
    "/api/v1/retention-rules": 3,
    "/api/v1/retention-holds": 3,
    "/api/v1/disposal-slips": 3,
    "/api/v1/disposal-slips/{slip}": 4,
    "/preuves/{evidence}": 7,
    "/api/v1/evidence": 3,
    "/api/v1/evidence/{evidence}": 4,
    "/sous-traitants": 6,
    "/sous-traitants/{party}": 6,
    "/sous-traitants/{party}/clauses": 5,
    "/traitements/{activity}/sous-traitants": 5,
    "/api/v1/processing-activities/{activity}/processors": 4,
    "/api/v1/processors/{party}/terms": 5,
    "/jeux/{dataset}/etape": 21,
    "/visas": 4,
    "/visas/{move}": 28,
    "/visas/delegations": 4,
    "/visas/delegations/{lent}/fin": 2,
    "/api/v1/visa-delegations": 2,
    "/visas/{move}/retirer": 3,
    "/api/v1/datasets/{dataset}/stage": 19,
    "/api/v1/stage-requests": 4,
    "/api/v1/stage-requests/{move}": 4,
    "/conformite/ecarts": 5,
    "/conformite/ecarts/{deviation}": 4,
    "/conformite/ecarts/{deviation}/retirer": 2,
    "/conformite/simulations": 3,
    "/conformite/simulations/{simulation}": 5,
    "/api/v1/simulations": 2,
    "/api/v1/simulations/{simulation}": 3,
    "/api/v1/simulations/{simulation}/changes": 4,
    "/api/v1/accepted-deviations": 2,
    "/api/v1/accepted-deviations/{deviation}": 2,
    "/mesures": 3,
    "/mesures/nouvelle": 3,
    "/mesures/{measure}/modifier": 4,
    "/api/v1/protective-measures": 3,
    "/api/v1/protective-measures/{measure}": 2,
    "/traitements/{activity}/responsables-conjoints": 5,
    "/traitements/{activity}/grandes-lignes": 6,
    "/api/v1/processing-activities/{activity}/arrangement": 5,
    "/contrats": 8,
    "/contrats/{contract}": 13,
    "/contrats/donnees-essentielles": 3,
    "/contrats/{contract}/historique": 16,
    "/contrats/{contract}/jeux": 5,
    "/contrats/{contract}/pieces?q=eau": 5,
    "/api/v1/contracts/{contract}/pieces": 3,
    "/contrats/{contract}/modifier": 4,
    "/contrats/{contract}/clauses": 9,
    "/contrats/{contract}/couverture": 8,
    "/contrats/{contract}/couverture/fichier": 7,
    "/contrats/couverture": 8,
    "/contrats/{contract}/clauses/nouvelle": 6,
    "/contrats/{contract}/avenants/nouveau": 5,
    "/contrats/{contract}/avenants/projet": 7,
    "/contrats/clauses/{clause}": 8,
    "/contrats/clauses/{clause}/acte": 8,
    "/contrats/stipulations/{stipulation}/modifier": 8,
    "/contrats/stipulations/{stipulation}/annuler": 4,
    "/contrats/avenants/{amendment}/modifier": 3,
    "/contrats/avenants/{amendment}/annuler": 3,
    "/contrats/{contract}/echeances": 9,
    "/contrats/etapes/{step}/annuler": 3,
    "/api/v1/contracts/{contract}/steps": 6,
    "/contrats/{contract}/rapports": 5,
    "/contrats/{contract}/rapports/nouveau": 3,
    "/contrats/rapports/{report}/modifier": 4,
    "/contrats/rapports/{report}/annuler": 3,
    "/api/v1/contracts/{contract}/reports": 3,
    "/api/v1/contract-reports/{report}": 2,
    "/livraisons": 5,
    "/contrats/{contract}/livraisons": 7,
    "/contrats/{contract}/livraisons/nouvelle": 6,
    "/livraisons/{delivery}": 14,
    "/livraisons/{delivery}/modifier": 7,
    "/livraisons/{delivery}/recevoir": 4,
    "/livraisons/{delivery}/annuler": 4,
    "/livraisons/{delivery}/penalite": 9,
    "/livraisons/receptions/{receipt}/accepter": 5,
    "/livraisons/receptions/{receipt}/refuser": 10,
    "/livraisons/receptions/{receipt}/annuler": 5,
    "/livraisons/relances/{reminder}/annuler": 5,
    "/api/v1/deliveries/{delivery}/reminders": 3,
    "/api/v1/deliveries": 3,
    "/api/v1/deliveries/{delivery}": 7,
    "/api/v1/contracts/{contract}/delivery-calendar": 5,
    "/api/v1/contracts/{contract}/clauses": 7,
    "/api/v1/contracts/{contract}/coverage": 7,
    "/api/v1/amendments/{amendment}": 2,
    "/api/v1/clauses/{clause}": 2,
    "/api/v1/stipulations/{stipulation}": 2,
    "/api/v1/contracts": 3,
    "/api/v1/contracts/{contract}": 4,
    "/jeux/{dataset}/clauses": 9,
    "/api/v1/datasets/{dataset}/clauses": 8,
    "/jeux/nouveau": 4,
    "/jeux/brouillons": 2,
    "/jeux/modeles": 1,
    "/jeux/{dataset}/etat": 14,
    "/jeux/{dataset}/modifier": 7,
    "/jeux/{dataset}/droit": 3,
    "/jeux/{dataset}/champs/modifier": 3,
    "/jeux/{dataset}/inspection": 4,
    "/jeux/{dataset}/sources": 5,
    "/jeux/{dataset}/historique": 18,
    "/api/v1/datasets": 3,
    "/api/v1/datasets/{dataset}": 5,
    "/api/v1/datasets/{dataset}/suggestions": 3,
    "/systemes": 3,
    "/systemes/{system}": 7,
    "/systemes/{system}/historique": 5,
    "/api/v1/systems": 3,
    "/api/v1/systems/{system}": 4,
    "/aipd": 7,
    "/aipd?vue=a-completer": 7,
    "/aipd/{assessment}": 14,
    "/aipd/{assessment}/revisions/1": 14,
    "/aipd/{assessment}/etapes/contexte": 5,
    "/traitements/{activity}/besoin-aipd": 4,
    "/api/v1/processing-activities/{activity}/dpia-need": 3,
    "/api/v1/impact-assessments": 4,
    "/api/v1/impact-assessments/{assessment}": 8,
    "/traitements": 8,
    "/rgpd": 23,
    "/traitements/{activity}/modele": 4,
    "/traitements/{activity}/modifier": 3,
    "/traitements/{activity}": 18,
    "/traitements/{activity}/historique": 12,
    "/traitements/{activity}/etat": 20,
    "/traitements/imports": 3,
    "/traitements/{activity}/parties/donnees": 3,
    "/traitements/{activity}/parties/jeux": 4,
    "/traitements/du-jeu/{dataset}": 4,
    "/traitements/modeles": 1,
    "/api/v1/processing-activities": 3,
    "/api/v1/processing-activities/{activity}": 4,
    "/api/v1/organisations": 3,
    "/api/v1/organisations/{authority}": 2,
    "/api/v1/appointments": 2,
    "/api/v1/findings": 2,
    "/api/v1/policies": 2,
    "/api/v1/imports": 3,
    "/api/v1/imports/{batch}": 6,
    "/api/v1/imports/{batch}/records": 3,
    "/api/v1/documents": 3,
    "/conformite": 2,
    "/conformite/OD-05": 7,
    "/droit": 2,
    "/droit/veille": 7,
    "/droit/veille?etat=done": 4,
    "/droit/veille/nouvelle": 2,
    "/droit/veille/{entry}/modifier": 3,
    "/droit/veille/{entry}/annuler": 2,
    "/api/v1/watch-entries": 2,
    "/api/v1/watch-entries/{entry}": 2,
    "/droit?q=premier": 4,
    "/droit/LEGITEXT000031366350": 4,
    "/droit/LEGITEXT000031366350/D323-2-1": 3,
    "/api/v1/legal-texts": 2,
    "/api/v1/legal-articles": 3,
    "/api/v1/legal-texts/LEGITEXT000031366350/articles/D323-2-1": 3,
    "/api/v1/policies/OD-05": 4,
    "/conformite/constats?force=obligation&constat=to-complete&genre=dataset": 8,
    "/violations": 4,
    "/violations/{breach}": 10,
    "/violations/{breach}/touche": 10,
    "/violations/{breach}/historique": 6,
    "/demandes": 4,
    "/api/v1/breaches": 3,
    "/api/v1/breaches/{breach}": 7,
    "/api/v1/requests": 3,
    "/api/v1/requests/{request}": 4,
    "/demandes/{request}": 10,
    "/demandes/{request}/historique": 5,
    "/organisations": 3,
    "/organisations/{authority}": 8,
    "/recherche?q=bornes": 6,
    "/api/v1/search?q=bornes": 4,
    "/recherche/pieces?q=bornes": 2,
    "/api/v1/search/pieces?q=bornes": 2,
    "/imports": 3,
    "/imports/{batch}": 8,
    "/imports/{asking}/colonnes": 4,
    "/imports/{asking}/a-corriger": 4,
    "/exports": 2,
    "/exports/csv": 17,
    "/exports/xlsx?organisation={authority}": 18,
    "/api/v1/export/json": 17,
    "/traitements/export/csv": 17,
    "/documents": 4,
    "/comptes": 4,
    "/personnes": 4,
    "/mon-compte": 6,
}
"""What each page asks, who enters included: a page that asks more has begun to ask once a row."""


@contextmanager
def counting(town: Town) -> Iterator[list[str]]:
    """Every statement of the pages' role meanwhile."""
    asked: list[str] = []

    def keep(_connection: Any, _cursor: Any, statement: str, *_rest: Any) -> None:
        asked.append(statement)

    event.listen(town.home.app, "before_cursor_execute", keep)
    yield asked
    event.remove(town.home.app, "before_cursor_execute", keep)


def _reminded(session: Any, delivery: Delivery) -> int:
    made = DeliveryReminder(
        organisation_id=delivery.organisation_id, delivery_id=delivery.id, number=1, sent_on=date(2026, 1, 5),
        comply_by=date(2026, 2, 5), message="La livraison n’est pas arrivée.",
    )  # fmt: skip
    session.add(made)
    session.flush()
    return made.id


def grow(town: Town, start: int, end: int) -> dict[str, int]:
    """Records from number `start` to number `end` of everything that a page lists."""
    day = town.info["today"]()
    accounts = [town.someone(role).account_id for role in list(Role)[:2]]
    with town.acting() as session:
        load_official(session)
        authority = get_organisation(session, town.authority_id)
        for number in range(start, end):
            person = record_person(
                session, authority.id, PersonForm(name=f"Poste {number}", email=f"p{number}@a.invalid")
            )
            sheet = record_dataset(
                session, authority.id,
                DatasetForm.model_validate({
                    "title": f"Bornes {number}", "contact_person_id": person.id,
                    "fields": [{"name": f"champ {n}"} for n in range(number % 5)],
                    "distributions": [{"access_url": f"https://a.invalid/{number}/{n}"} for n in range(number % 7)],
                }),
            )  # fmt: skip
            if number == start:
                subjects = {
                    "dataset": sheet.id,
                    "campaign": 0,
                    "authority": authority.id,
                    "batch": 0,
                    "asking": 0,
                    "system": 0,
                    "activity": 0,
                    "assessment": 0,
                    "breach": 0,
                    "request": 0,
                    "question": 0,
                    "person": person.id,
                    "evidence": 0,
                    "slip": 0,
                    "contract": 0,
                    "amendment": 0,
                    "clause": 0,
                    "stipulation": 0,
                    "report": 0,
                    "delivery": 0,
                    "receipt": 0,
                    "reminder": 0,
                    "step": 0,
                    "party": 0,
                    "measure": 0,
                    "entry": 0,
                    "deviation": 0,
                    "move": 0,
                    "lent": 0,
                    "simulation": 0,
                }
            system = record_system(session, authority.id, SystemForm(name=f"Système {number}"))
            subjects["system"] = subjects["system"] or system.id
            activity = record_activity(
                session, authority.id, ActivityForm(name=f"Traitement {number}"),
                template=get_activity_template("etat-civil"),
            )  # fmt: skip
            subjects["activity"] = subjects["activity"] or activity.id
            assessed = write_assessment(session, authority.id, subjects["activity"], f"{number}", day=day)
            subjects["assessment"] = subjects["assessment"] or assessed.id
            breach = record_breach(
                session, authority.id,
                BreachForm(title=f"Clé {number}", natures=["availability"], known_at=now() - timedelta(hours=number)),
                now=now(),
            )  # fmt: skip
            request = record_request(
                session, authority.id,
                RequestForm(regime="gdpr", right="access", subject=f"Dossier {number}", received_on=day,
                            requester_name=f"Demandeur {number}"),
            )  # fmt: skip
            subjects["breach"] = subjects["breach"] or breach.id
            subjects["request"] = subjects["request"] or request.id
            asked = QuestionForm(
                subject_kind=QuestionSubject.DATASET, subject_id=subjects["dataset"], text="Pourquoi ?"
            )
            question = ask_question(session, asked, by=accounts[number % 2], today=day)
            subjects["question"] = subjects["question"] or question.id
            proof = EvidenceForm(
                subject_kind=ProofSubject.DATASET, subject_id=subjects["dataset"], kind=EvidenceKind.AUDIT,
                title=f"Audit {number}",
            )  # fmt: skip
            kept = record_evidence(session, authority.id, proof, ReceivedFile(f"{number:064x}", 1, FileType.PDF, "a"))
            subjects["evidence"] = subjects["evidence"] or kept.id
            contract = ContractForm(
                kind=ContractKind.AGREEMENT, object=f"Convention {number}", datasets=[subjects["dataset"], sheet.id],
                parties=[PartyForm(party_id=authority.id, side=PartySide.PARTNER)],
            )  # fmt: skip
            made = record_contract(session, authority.id, contract)
            subjects["contract"] = subjects["contract"] or made.id
            amendment = record_amendment(session, made.id, AmendmentForm(number=1, object=f"Avenant {number}"))
            subjects["amendment"] = subjects["amendment"] or amendment.id
            clause, stipulation = record_clause(session, made.id, ClauseForm(kind="audit", datasets=[sheet.id]))
            subjects["clause"] = subjects["clause"] or clause.id
            subjects["stipulation"] = subjects["stipulation"] or stipulation.id
            report = record_report(session, made.id, ReportForm(year=2020))
            subjects["report"] = subjects["report"] or report.id
            delivery = record_delivery(session, made.id, DeliveryForm(dataset_id=sheet.id, due_on=day))
            subjects["delivery"] = subjects["delivery"] or delivery.id
            handed = ReceiptForm(channel=DeliveryChannel.PAPER, described=f"Remise {number}")
            receipt = receive(session, subjects["delivery"], handed, None, expected=None)
            subjects["receipt"] = subjects["receipt"] or receipt.id
            subjects["reminder"] = subjects["reminder"] or _reminded(session, delivery)
            noted = note_step(session, made.id, StepForm(step="trial-export", done_on=day))
            subjects["step"] = subjects["step"] or noted.id
            subjects["party"] = subjects["party"] or find_parties(session, [made.id])[made.id][0].row.id
            works = ProcessorForm(processor_id=authority.id, contract_id=made.id)
            asked_version = get_activity(session, activity.id).version
            set_processors(session, activity.id, ProcessorsForm(processors=[works]), expected=asked_version)
            measure = record_measure(
                session, authority.id, ProtectiveMeasureForm(name=f"Mesure {number}", activity_id=subjects["activity"])
            )  # fmt: skip
            subjects["measure"] = subjects["measure"] or measure.id
            entry = record_entry(session, authority.id, WatchForm(title=f"Veille {number}", changes="Tout"))
            subjects["entry"] = subjects["entry"] or entry.id
            record_arrangement(session, activity.id, ArrangementForm(law=f"Loi {number}"), expected=0)
            add_service(session, authority, ServiceForm(name=f"Service {number}"))
            appoint(session, authority.id, AppointmentForm(
                person_id=person.id, role=AppointmentRole.DPO, subject_kind=AppointmentSubject.ORGANISATION,
                subject_id=authority.id, since=day + timedelta(days=number),
            ))  # fmt: skip
            deviation = AcceptedDeviation(
                organisation_id=authority.id, subject_kind=SubjectKind.DATASET, subject_id=sheet.id, policy_id="OD-05",
                reason="Motif", compensation="Mesure", asked_by=accounts[number % 2], asked_as=Role.STEWARD,
                asked_on=day, expires_on=day,
            )  # fmt: skip
            session.add(deviation)
            session.flush()
            subjects["deviation"] = subjects["deviation"] or deviation.id
            move = StageRequest(
                organisation_id=authority.id, dataset_id=sheet.id, move="collect", from_stage=Stage.IDENTIFIED,
                to_stage=Stage.COLLECTED, asked_by=accounts[number % 2], asked_as=Role.STEWARD, asked_on=day,
            )  # fmt: skip
            session.add(move)
            session.flush()
            subjects["move"] = subjects["move"] or move.id
            lent = lend(authority.id, *accounts[:2], day + timedelta(days=number))
            session.add(lent)
            session.flush()
            subjects["lent"] = subjects["lent"] or lent.id
            asking = CampaignForm(organisation_id=authority.id, question=f"Juste, {number} ?", due_on=day)
            campaign = open_campaign(session, asking, today=day)
            subjects["campaign"] = subjects["campaign"] or campaign.id
        list_more(session, town, start, end, subjects)
    for number in range(start, end):
        with town.acting() as session:
            sheet = record_dataset(session, town.authority_id, DatasetForm(title=f"Arbres {number}"))
            kept = retain(session, town.authority_id, sheet.id, f"{number}", day=day, code=f"R{number}")
            subjects["slip"] = subjects["slip"] or kept["slip_id"]
        simulated = simulate_draft(town, town.authority_id, f"{number}", on=[sheet.id, subjects["dataset"]])
        subjects["simulation"] = subjects["simulation"] or simulated
    for number in range(start, end, 5):
        town.someone(list(Role)[number % 8], town.authority_id if number < 40 else town.commune_id)
    return subjects


def index(town: Town) -> None:
    """Has the search answer all that was recorded."""
    with town.acting() as session:
        seal(session)
    rebuild(town.home)


def ask_all(town: Town, subjects: dict[str, int]) -> dict[str, int]:
    """How many statements each page asks."""
    administrator = town.someone(Role.ADMINISTRATOR)
    found = {}
    for path in STATEMENTS:
        address = path.format(**subjects)
        asking = administrator.get if not path.startswith("/api/") else lambda at: administrator.api("GET", at)
        with counting(town) as asked:
            answer = asking(address)
        assert answer.status_code == 200, (address, answer.text)
        found[path] = len(asked)
    return found


def test_each_page_asks_as_much_of_five_records_as_of_sixty(town: Town) -> None:
    subjects = grow(town, 0, 5)
    index(town)
    few = ask_all(town, subjects)
    more = grow(town, 5, 60)
    index(town)
    many = ask_all(town, {**subjects, "dataset": more["dataset"], "asking": more["asking"]})

    assert few == many, "A page asks once a row."
    assert many == STATEMENTS
