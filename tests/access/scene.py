"""A town where each organisation holds one of everything, a word of its own in each text, and every route's call."""

import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from litestar import Litestar
from litestar.routes import HTTPRoute
from sqlalchemy import func, select
from sqlalchemy.orm import Session
from sqlmodel import col

from registry.accounts.forms import TokenForm
from registry.accounts.models import Account, RoleGrant, SignedSession
from registry.accounts.service import invite_account, make_token, open_session, use_link
from registry.accounts.vocabulary import TokenScope
from registry.contracts.clauses.forms import AmendmentForm, ClauseForm
from registry.contracts.clauses.service import record_amendment, record_clause
from registry.contracts.decp.reading import ReadConcessions
from registry.contracts.decp.service import keep_preview, plan_import
from registry.contracts.deliveries.forms import DeliveryForm, ReceiptForm
from registry.contracts.deliveries.service import DeliveredFile, receive, record_delivery
from registry.contracts.depots.api import DEPOT
from registry.contracts.depots.forms import DepotForm
from registry.contracts.depots.service import make_operator_link
from registry.contracts.followup.forms import ReportForm, StepForm
from registry.contracts.followup.service import note_step, record_report
from registry.contracts.forms import ContractForm, PartyForm
from registry.contracts.queries import find_parties
from registry.contracts.reminders.forms import ReminderForm
from registry.contracts.reminders.service import record_reminder
from registry.contracts.service import record_contract
from registry.contracts.vocabulary import ContractKind, GdprRole, PartySide
from registry.datasets.bulk.forms import BulkEditForm
from registry.datasets.bulk.service import preview_bulk_edit
from registry.datasets.forms import DatasetChange, DatasetForm
from registry.datasets.listing.narrowing import DatasetFilter
from registry.datasets.listing.saved_views import ViewForm, save_view
from registry.datasets.service import amend_dataset, record_dataset
from registry.datasets.systems.forms import SystemForm
from registry.datasets.systems.service import record_system
from registry.desk.forms import QuestionForm
from registry.desk.models import HandOver, TaskArrangement
from registry.desk.question_service import ask_question
from registry.desk.vocabulary import Arrangement, QuestionSubject
from registry.documents.forms import EvidenceForm
from registry.documents.queries import find_editions, find_links
from registry.documents.service import ReceivedFile, record_evidence
from registry.documents.vocabulary import EvidenceKind, FileType, ProofSubject
from registry.erasures.models import Erasure
from registry.exchange.activities.service import preview_record
from registry.exchange.activities.vocabulary import TABLE, ReadActivity, ReadRecord
from registry.exchange.models import ImportAccount, ImportAction, ImportBatch, ImportLine, ImportState
from registry.governance.campaigns.forms import CampaignForm
from registry.governance.campaigns.service import open_campaign
from registry.governance.forms import ActionForm, BodyForm, MeetingDecisionForm, MeetingForm, MemberForm
from registry.governance.service import record_action, record_body, record_meeting
from registry.governance.training_forms import CourseForm, SessionForm
from registry.governance.training_service import record_course, record_training_session
from registry.governance.vocabulary import BodyKind, BodyScope
from registry.kernel.permissions import Role
from registry.legal.forms import WatchForm
from registry.legal.watch_service import record_entry
from registry.organisations.forms import AppointmentForm, OrganisationForm, PersonForm, ServiceForm
from registry.organisations.queries import get_organisation
from registry.organisations.service import add_service, amend_organisation, appoint, record_person
from registry.organisations.vocabulary import AppointmentRole, AppointmentSubject
from registry.platform.clock import now, today
from registry.platform.models import JobRun, JobState
from registry.processing.activity_templates import ActivityTemplate, get_activity_template
from registry.processing.breaches.forms import BreachForm
from registry.processing.breaches.service import record_breach
from registry.processing.forms import ActivityForm
from registry.processing.measures.forms import ProtectiveMeasureForm
from registry.processing.measures.service import record_measure
from registry.processing.requests.forms import RequestForm
from registry.processing.requests.service import record_request
from registry.processing.service import record_activity
from registry.reporting.models import DocumentAnnotation, IssuedDocument
from registry.reporting.vocabulary import DocumentState
from registry.web.static import static_url
from tests.access.advancing import advance
from tests.access.assessments import ASSESSMENT_BODIES, ASSESSMENT_FORMS, assess
from tests.access.deviating import REASON as WHY
from tests.access.deviating import UNTIL, deviate
from tests.access.official import ARTICLE, TEXT, load_official
from tests.access.publishing import choose
from tests.access.retaining import retain
from tests.access.simulating import adopt_rule, digest_of, rule, simulate_draft
from tests.access.suggesting import suggest_names
from tests.conftest import PASSWORD, Town
from tests.contracts.essential import concession, written

NOTHING = 987_654_321
"""A number nothing bears."""


def routes_of(app: Litestar) -> Iterator[tuple[str, str]]:
    """Each method and path of the application, as it is really assembled."""
    for route in app.routes:
        assert isinstance(route, HTTPRoute), "Teach this walk the new kind of route."
        for handler in route.route_handlers:
            for method in sorted(handler.http_methods - {"OPTIONS", "HEAD"}):
                yield method, route.path


@dataclass(frozen=True)
class Objects:
    """The numbers of what one organisation holds; all of them `NOTHING` for what does not exist."""

    organisation_id: int
    dataset_id: int = NOTHING
    dataset_version: int = 1
    appointment_id: int = NOTHING
    person_id: int = NOTHING
    account_id: int = NOTHING
    grant_id: int = NOTHING
    session_id: int = NOTHING
    token_id: int = NOTHING
    batch_id: int = NOTHING
    previewed_id: int = NOTHING
    asking_id: int = NOTHING
    document_id: int = NOTHING
    annotation_id: int = NOTHING
    run_id: int = NOTHING
    simulation_id: int = NOTHING
    token: str = "n" * 43
    policy_id: str = "OD-99"
    adopted_id: str = "OD-99"
    entry_id: int = NOTHING
    entry_version: int = 1
    text_identifier: str = "LEGITEXT000000000009"
    article_number: str = "L999-9"
    template_id: str = "arbres"
    code: str = "stale"
    digest: str = "0" * 16
    mailbox: str = "personne@essai.invalid"
    system_id: int = NOTHING
    system_version: int = 1
    activity_id: int = NOTHING
    activity_version: int = 1
    draft_dpia_id: int = NOTHING
    draft_dpia_version: int = 5
    api_draft_dpia_id: int = NOTHING
    api_draft_dpia_version: int = 5
    submitted_dpia_id: int = NOTHING
    api_submitted_dpia_id: int = NOTHING
    submitted_dpia_version: int = 6
    decided_dpia_id: int = NOTHING
    screening_version: int = 1
    breach_id: int = NOTHING
    breach_version: int = 1
    request_id: int = NOTHING
    request_version: int = 1
    hold_id: int = NOTHING
    rule_id: int = NOTHING
    slip_id: int = NOTHING
    due_id: int = NOTHING
    rule_version: int = 1
    spare_hold_id: int = NOTHING
    spare_rule_id: int = NOTHING
    spare_slip_id: int = NOTHING
    spare_due_id: int = NOTHING
    spare_rule_version: int = 1
    spare_breach_id: int = NOTHING
    spare_request_id: int = NOTHING
    organisation_version: int = 2
    mandate_id: int = NOTHING
    spare_id: int = NOTHING
    source_id: int = NOTHING
    draft_id: int = NOTHING
    recorded_at: str = "2026-11-01T00:00:00"
    question_id: int = NOTHING
    arrangement_id: int = NOTHING
    absence_id: int = NOTHING
    deputy_id: int = NOTHING
    successor_id: int = NOTHING
    handover_id: int = NOTHING
    erasure_id: int = NOTHING
    leaving_id: int = NOTHING
    bulk_id: int = NOTHING
    spare_bulk_id: int = NOTHING
    view_id: int = NOTHING
    suggestion_id: int = NOTHING
    contract_id: int = NOTHING
    contract_version: int = 1
    amendment_id: int = NOTHING
    amendment_version: int = 1
    clause_id: int = NOTHING
    clause_version: int = 1
    stipulation_id: int = NOTHING
    stipulation_version: int = 1
    contract_report_id: int = NOTHING
    contract_report_version: int = 1
    delivery_id: int = NOTHING
    delivery_version: int = 1
    depot_id: int = NOTHING
    depot_version: int = 1
    depot: str = "d" * 43
    receipt_id: int = NOTHING
    receipt_version: int = 1
    reminder_id: int = NOTHING
    reminder_version: int = 1
    contract_step_id: int = NOTHING
    contract_step_version: int = 1
    party_id: int = NOTHING
    terms_version: int = 0
    arrangement_version: int = 0
    body_id: int = NOTHING
    body_version: int = 1
    meeting_id: int = NOTHING
    meeting_version: int = 1
    action_id: int = NOTHING
    action_version: int = 1
    course_id: int = NOTHING
    spare_course_id: int = NOTHING
    spare_course_version: int = 1
    training_id: int = NOTHING
    campaign_id: int = NOTHING
    campaign_version: int = 1
    training_version: int = 1
    measure_id: int = NOTHING
    measure_version: int = 1
    deviation_id: int = NOTHING
    deviation_version: int = 1
    moved_id: int = NOTHING
    answers_version: int = 0
    chosen_id: int = NOTHING
    choices_version: int = 15
    stage_request_id: int = NOTHING
    stage_request_version: int = 1
    endorsed_version: int = 1
    delegation_id: int = NOTHING
    refusal_point_id: int = NOTHING
    stand_in_id: int = NOTHING
    breached_id: str = "OD-99"
    breaching_id: int = NOTHING
    evidence_id: int = NOTHING
    evidence_version: int = 1
    edition_id: int = NOTHING
    link_id: int = NOTHING
    spare_evidence_id: int = NOTHING
    spare_link_id: int = NOTHING
    record_import_id: int = NOTHING
    spare_record_import_id: int = NOTHING
    api_record_import_id: int = NOTHING
    api_spare_record_import_id: int = NOTHING
    essential_import_id: int = NOTHING
    spare_essential_import_id: int = NOTHING
    api_essential_import_id: int = NOTHING
    api_spare_essential_import_id: int = NOTHING

    @property
    def task_key(self) -> str:
        """A task of this organisation: nobody keeps its dataset."""
        return f"vacancy:dataset:{self.dataset_id}"


def furnish(town: Town, organisation_id: int, word: str, *, above: str = "") -> Objects:
    """One of everything for an organisation, with `word` in every text; `above` in its own fields, if given."""
    with town.acting("cli:essai") as session:
        known = PersonForm(name=f"Titulaire {word}", email=f"{word}@a.invalid")
        person = record_person(session, organisation_id, known)
        sheet = record_dataset(session, organisation_id, _sheet(word, person.id))
        system = record_system(session, organisation_id, SystemForm(name=f"Système {word}", host_name=f"Texte {word}"))
        source = record_dataset(session, organisation_id, DatasetForm(title=f"Source {word}"))
        said = ActivityForm.model_validate(_activity(word, sheet.id, system.id, organisation_id))
        activity = record_activity(session, organisation_id, said, template=_template(word))
        breach, spare_breach = (
            record_breach(
                session, organisation_id,
                BreachForm(title=f"Violation {word}", natures=["availability"], known_at=now() - timedelta(hours=3)),
                now=now(),
            )
            for _time in range(2)
        )  # fmt: skip
        request, spare_request = (
            record_request(
                session, organisation_id,
                RequestForm(regime="gdpr", right="access", subject=f"Demande {word}",
                            requester_name=f"Demandeur {word}", received_on=town.info["today"]() - timedelta(days=3)),
            )
            for _time in range(2)
        )  # fmt: skip
        appointment = appoint(
            session, organisation_id,
            AppointmentForm(person_id=person.id, role=AppointmentRole.OWNER, subject_kind=AppointmentSubject.DATASET,
                            subject_id=sheet.id, since=town.info["today"]() - timedelta(days=30)),
        )  # fmt: skip
        mandate = appoint(
            session, organisation_id,
            AppointmentForm(person_id=person.id, role=AppointmentRole.DPO, subject_kind=AppointmentSubject.ORGANISATION,
                            subject_id=organisation_id, since=town.info["today"]()),
        )  # fmt: skip
        body = get_organisation(session, organisation_id)
        place = f"https://{above or word}.invalid"
        site = OrganisationForm(website=place, rip_url=f"{place}/rip")
        amend_organisation(session, organisation_id, site, expected=body.version)
        add_service(session, body, ServiceForm(name=f"Service {word}"))
    recorded_at = now().isoformat()
    with town.acting("cli:essai") as session:
        change = DatasetChange(description=f"Description {word}, corrigée")
        amended = amend_dataset(session, sheet.id, change, expected=1, reason=f"Motif {word}")
        version = amended.version
    with town.acting("cli:essai") as session:
        colleague, link = invite_account(
            session, organisation_id, PersonForm(name=f"Collègue {word}", email=f"collegue.{word}@a.invalid"),
            role=Role.READER, on=organisation_id,
        )  # fmt: skip
        use_link(session, link, PASSWORD, request_id="essai")
        open_session(session, colleague.id, address=f"{word}.invalid", browser=f"Navigateur {word}")
        _account, invitation = invite_account(
            session, organisation_id, PersonForm(name=f"Invité {word}", email=f"invite.{word}@a.invalid"),
            role=Role.READER, on=organisation_id,
        )  # fmt: skip
        grant_id = session.execute(
            select(col(RoleGrant.id)).where(col(RoleGrant.account_id) == colleague.id)
        ).scalar_one()
        signed = session.execute(
            select(col(SignedSession.id)).where(col(SignedSession.account_id) == colleague.id)
        ).scalar_one()
        day = town.info["today"]()
        form = TokenForm(name=f"Clé {word}", scope=TokenScope.WRITE, expires_on=day + timedelta(days=9))
        key, _secret = make_token(session, colleague.id, organisation_id, form, today=day)
        colleague_id, token_id = colleague.id, key.id
        deputy, opening = invite_account(
            session, organisation_id, PersonForm(name=f"Adjoint {word}", email=f"adjoint.{word}@a.invalid"),
            role=Role.STEWARD, on=organisation_id,
        )  # fmt: skip
        use_link(session, opening, PASSWORD, request_id="essai")
        question = ask_question(
            session, QuestionForm(subject_kind=QuestionSubject.DATASET, subject_id=sheet.id, text=f"Question {word} ?"),
            by=colleague_id, today=day,
        )  # fmt: skip
        arrangement = TaskArrangement(
            organisation_id=organisation_id, account_id=colleague_id, task_key=f"finding:dataset:{sheet.id}:{word}",
            kind=Arrangement.SNOOZE, until=day + timedelta(days=5), reason=f"Raison {word}",
        )  # fmt: skip
        successor = record_person(session, organisation_id, PersonForm(name=f"Suite {word}"))
        handed = HandOver(
            organisation_id=organisation_id, from_person_id=person.id, to_person_id=successor.id, since=day,
            reason=f"Départ {word}",
        )  # fmt: skip
        gone = record_person(session, organisation_id, PersonForm(name=f"Partie {word}"))
        erasure = Erasure(
            organisation_id=organisation_id, person_id=gone.id, ground="no-longer-necessary", reason=f"Demande {word}",
            choices={"words": [], "keep": [], "within": [organisation_id]},
        )  # fmt: skip
        session.add_all([arrangement, handed, erasure])
        session.flush()
        load_official(session)
        kept = retain(session, organisation_id, source.id, word, day=day)
        spare = retain(session, organisation_id, source.id, f"bis {word}", day=day, code="BIS")
        kept |= {f"spare_{name}": number for name, number in spare.items()}
        assessed = assess(session, organisation_id, activity.id, word, decider=colleague_id, day=day)
        desk = {
            "question_id": question.id,
            "arrangement_id": arrangement.id,
            "deputy_id": deputy.id,
            "successor_id": successor.id,
            "handover_id": handed.id,
            "erasure_id": erasure.id,
            "leaving_id": gone.id,
        }
    more = _work(town, organisation_id, word) | desk | assessed | kept
    more["bulk_id"], more["spare_bulk_id"] = (_bulk(town, organisation_id, word) for _time in range(2))
    more |= _record_imports(town, organisation_id, word) | _essential_imports(town, organisation_id, word)
    more["suggestion_id"] = suggest_names(town, sheet.id, word)
    more |= _proofs(town, organisation_id, sheet.id, word)
    more |= deviate(
        town, organisation_id, word, on=source.id, breached=sheet.id, asker=colleague_id, day=town.info["today"]()
    )
    more |= advance(town, organisation_id, word, asker=colleague_id, day=town.info["today"]())
    more |= choose(town, organisation_id, word, by=colleague_id, day=town.info["today"]())
    more["simulation_id"] = simulate_draft(town, organisation_id, word, on=[sheet.id])
    more["adopted_id"] = adopt_rule(
        town, f"YY-{organisation_id:03}", by=colleague_id, day=town.info["today"]()
    )  # fmt: skip
    more["view_id"] = save_own_view(town, organisation_id, colleague_id, word)
    return Objects(
        organisation_id, sheet.id, version, appointment.id, person.id, colleague_id, grant_id, signed, token_id,
        policy_id="OD-05", text_identifier=TEXT, article_number=ARTICLE, token=invitation,
        digest=static_url("theme.css").split("/")[2],
        mailbox=f"collegue.{word}@a.invalid", system_id=system.id, source_id=source.id, recorded_at=recorded_at,
        mandate_id=mandate.id, activity_id=activity.id, breach_id=breach.id, request_id=request.id,
        spare_breach_id=spare_breach.id, spare_request_id=spare_request.id, **more,
    )  # fmt: skip


def _template(word: str) -> ActivityTemplate:
    """A template as it was copied, before the product said otherwise."""
    said = get_activity_template("etat-civil").model_dump()
    return ActivityTemplate.model_validate({**said, "values": {"purpose": f"Texte {word}"}})


def _activity(word: str, dataset_id: int, system_id: int, organisation_id: int) -> dict[str, Any]:
    """An activity with one of each part, and the word in each text."""
    return {
        "name": f"Traitement {word}", "purpose": f"Finalité {word}", "lawful_basis": "consent",
        "data": [{"people_category": "children", "data_category": "identity", "precision": f"Détail {word}"}],
        "recipients": [{"name": f"Destinataire {word}"}],
        "transfers": [{"country": "US", "recipient": f"Hébergeur {word}"}],
        "rights": [{"right": "objection", "applies": True, "reason": f"Raison {word}"}],
        "datasets": [{"dataset_id": dataset_id}], "systems": [{"information_system_id": system_id}],
        "principals": [{"principal_id": organisation_id}],
    }  # fmt: skip


def _bulk(town: Town, organisation_id: int, word: str) -> int:
    """A bulk edit of an organisation's sheets, previewed."""
    form = BulkEditForm.model_validate(
        {"edits": [{"field": "quality_notes", "operation": "set", "value": f"Note {word}"}], "reason": f"Motif {word}"}
    )
    with town.acting("cli:essai") as session:
        return preview_bulk_edit(
            session, DatasetFilter(organisation_ids=frozenset({organisation_id})), form, writable={organisation_id},
            organisation_id=organisation_id, account_id=None,
        ).id  # fmt: skip


def _record_imports(town: Town, organisation_id: int, word: str) -> dict[str, int]:
    """Imports of a record of one activity, previewed: two for the pages, two for programs."""
    names = ("record_import_id", "spare_record_import_id", "api_record_import_id", "api_spare_record_import_id")
    found = {}
    with town.acting("cli:essai") as session:
        for name in names:
            read = ReadActivity("", 2, {"name": f"Traitement {word} {name}", "purpose": f"Finalité {word}"})
            found[name] = preview_record(
                session, ReadRecord(TABLE, [read]), organisation_id=organisation_id, writable={organisation_id},
                account_id=None, source_name=f"registre-{word}.csv",
            ).id  # fmt: skip
    return found


def _essential_imports(town: Town, organisation_id: int, word: str) -> dict[str, int]:
    """Imports of the essential data of a concession, previewed: two for the pages, two for programs."""
    names = (
        "essential_import_id",
        "spare_essential_import_id",
        "api_essential_import_id",
        "api_spare_essential_import_id",
    )
    found = {}
    with town.acting("cli:essai") as session:
        siren = get_organisation(session, organisation_id).siren
        for name in names:
            said = concession(id=name[:16], objet=f"Concession {word}", autoriteConcedante={"id": f"{siren}00018"})
            planned = plan_import(session, [said], {organisation_id})
            found[name] = keep_preview(
                session, ReadConcessions([said]), planned, account_id=None, source_name=f"decp-{word}.json"
            ).id  # fmt: skip
    return found


def _proofs(town: Town, organisation_id: int, dataset_id: int, word: str) -> dict[str, Any]:
    """Two pieces of evidence of an organisation: one about its sheet and itself, one about its sheet alone."""
    content = f"Preuve {word}".encode()
    file = ReceivedFile(town.home.files.keep(content), len(content), FileType.TEXT, f"{word}.txt")
    made = []
    with town.acting("cli:essai") as session:
        for number in range(2):
            form = EvidenceForm(
                subject_kind=ProofSubject.DATASET, subject_id=dataset_id, kind=EvidenceKind.CERTIFICATE,
                title=f"Certificat {word} {number}", proves=f"Prouve {word}", issued_by=f"Bureau {word}",
            )  # fmt: skip
            made.append(record_evidence(session, organisation_id, form, file).id)
        links = [find_links(session, [number])[0].id for number in made]
        contract = ContractForm(
            kind=ContractKind.DSP, object=f"Contrat {word}", reference=f"Référence {word}", notes=f"Remarque {word}",
            signed_on=date(2020, 1, 6), starts_on=date(2020, 2, 1),
            parties=[PartyForm(party_id=organisation_id, side=PartySide.HOLDER, gdpr_role=GdprRole.PROCESSOR)],
        )  # fmt: skip
        contract_id = record_contract(session, organisation_id, contract).id
        amendment = record_amendment(session, contract_id, AmendmentForm(number=1, object=f"Avenant {word}"))
        clause, stipulation = record_clause(
            session, contract_id, ClauseForm(kind="audit", label=f"Clause {word}", text=f"Texte {word}")
        )
        report = record_report(session, contract_id, ReportForm(year=2020, notes=f"Rapport {word}"))
        noted = StepForm(step="trial-export", done_on=date(2025, 3, 12), note=f"Essai {word}")
        step = note_step(session, contract_id, noted)
        record_clause(
            session,
            contract_id,
            ClauseForm(kind="penalties", terms={"euros_per_day": "100", "penalty_start": "due-day"}),
        )
        due = DeliveryForm(label=f"Livraison {word}", due_on=date(2026, 1, 5))
        delivery = record_delivery(session, contract_id, due)
        today = town.info["today"]()
        link, opened = make_operator_link(session, contract_id, DepotForm(party_id=organisation_id), today=today)
        came = DeliveredFile(
            sha256=file.sha256, size=file.size, name=f"{word}.csv", media_type=file.kind.media_type, type="CSV",
            open_standard=True, machine_readable=True, checks={},
        )  # fmt: skip
        asked = ReminderForm(comply_by=date(2030, 1, 5), message=f"Relance du titulaire {word}")
        reminder = record_reminder(
            session, delivery.id, asked, expected=delivery.version, today=today, mailed=False
        )  # fmt: skip
        receipt = receive(session, delivery.id, ReceiptForm(described=f"Remise {word}"), came, expected=None)
        return {
            "contract_report_id": report.id, "contract_step_id": step.id,
            "delivery_id": delivery.id, "delivery_version": delivery.version, "receipt_id": receipt.id,
            "depot_id": link.id, "depot": opened, "reminder_id": reminder.id,
            "amendment_id": amendment.id, "clause_id": clause.id, "stipulation_id": stipulation.id,
            "contract_id": contract_id, "party_id": find_parties(session, [contract_id])[contract_id][0].row.id,
            "entry_id": record_entry(
                session, organisation_id, WatchForm(title=f"Veille {word}", changes=f"Change {word}")
            ).id,
            **_governed(session, organisation_id, word),
            "measure_id": record_measure(session, organisation_id, ProtectiveMeasureForm(name=f"Mesure {word}")).id,
            "evidence_id": made[0], "edition_id": find_editions(session, made[0])[0][0].id, "link_id": links[0],
            "spare_evidence_id": made[1], "spare_link_id": links[1],
        }  # fmt: skip


def save_own_view(town: Town, organisation_id: int, account_id: int, word: str) -> int:
    """A list somebody named."""
    with town.acting("cli:essai") as session:
        return save_view(session, organisation_id, account_id, ViewForm(name=f"Vue {word}", query=f"q={word}")).id


def _sheet(word: str, person_id: int) -> DatasetForm:
    texts = (
        "description", "publisher_name", "creator_name", "rights", "provenance", "version_label",
        "publication_ground_reference", "anonymisation_proof", "acronym", "contact_service", "volume_note",
        "anonymisation_method", "retention_trigger", "quality_notes", "notes",
    )  # fmt: skip
    lists = ("keywords", "local_themes", "spatial", "conforms_to", "documentation", "applicable_legislation")
    place = f"https://{word}.invalid"
    return DatasetForm.model_validate(
        {
            "title": f"Jeu {word}", "identifier": f"urn:{word}", "uri": f"{place}/jeu", "contact_url": place,
            "landing_page": place, "contact_person_id": person_id,
            **dict.fromkeys(texts, f"Texte {word}"), **{name: [f"Texte {word}"] for name in lists},
            "services": [{"title": f"API {word}", "endpoint_url": f"{place}/api", "description": f"Texte {word}"}],
            "fields": [{"name": f"champ_{word}", "label": f"Champ {word}", "purpose": f"Texte {word}"}],
            "distributions": [
                {"title": f"Fichier {word}", "download_url": f"{place}/a.csv", "description": f"Texte {word}",
                 "rights": f"Texte {word}", "byte_size": 12},
            ],
        }
    )  # fmt: skip


def _columns(word: str) -> dict[str, Any]:
    """A table of one column that waits for somebody to say what it holds."""
    column = {
        "header": f"Nom {word}", "letter": "A", "key": "nom", "filled": 1, "samples": [word], "target": None,
        "suggestion": "title",
    }  # fmt: skip
    return {
        "sheet": "", "header_line": 1, "fingerprint": word, "mapping": "", "columns": [column], "asks": True,
        "gained": [], "lost": [],
    }  # fmt: skip


def _work(town: Town, organisation_id: int, word: str) -> dict[str, Any]:
    """What the registry works with for an organisation: keys, imports, jobs, issued documents."""
    files, day = town.home.files, town.info["today"]()
    with town.acting("cli:essai") as session:
        batches = []
        states = (ImportState.APPLIED, ImportState.PREVIEWED, ImportState.ASKING, ImportState.PREVIEWED)
        for state in states:
            batch = ImportBatch(
                organisation_id=organisation_id, source_name=f"{word}.ttl", source_format="turtle",
                source_sha256=files.keep(word.encode()), state=state,
                summary={"create": 1}, created_at=session.execute(select(func.now())).scalar_one(),
            )  # fmt: skip
            session.add(batch)
            session.flush()
            told = {
                "refusal": f"Refus {word}",
                "leftovers": [{"predicate": f"urn:{word}", "count": 1, "example": word}],
                **({"table": _columns(word)} if state is not ImportState.APPLIED else {}),
            }
            session.add(ImportAccount(organisation_id=organisation_id, batch_id=batch.id, content=told))
            session.add(
                ImportLine(
                    organisation_id=organisation_id, batch_id=batch.id, line_no=1, identifier=f"urn:{word}:2",
                    title=f"Ligne {word}", action=ImportAction.CREATE, changes={}, anomalies=[],
                    content={"sheet": {"title": f"Ligne {word}"}, "distributions": [], "contact": {}},
                )
            )  # fmt: skip
            batches.append(batch.id)
        run = JobRun(
            organisation_id=organisation_id, actor=f"cli:{word}", kind="exchange:import:apply", key=word,
            state=JobState.FAILED, step=f"Étape {word}", message=f"Message {word}", arguments={"word": word},
            result={"label": word},
        )  # fmt: skip
        session.add(run)
        twins = {part: files.keep(f"{part} {word}".encode()) for part in ("document", "canonical", "csv")}
        document = IssuedDocument(
            organisation_id=organisation_id, report_id="compliance", title=f"Rapport {word}",
            subject_kind="organisation", subject_id=organisation_id, as_of=day, known_on=day,
            law_of=day, seal_no=0, ledger_root="", template_sha256="", media_type="text/html",
            versions={}, issued_at=session.execute(select(func.now())).scalar_one(), issued_by=f"Service {word}",
            **{f"{part}_sha256": digest for part, digest in twins.items()}, state=DocumentState.DRAFT,
        )  # fmt: skip
        session.add(document)
        session.flush()
        author = session.execute(select(func.min(col(Account.id)))).scalar_one()
        noted = DocumentAnnotation(
            organisation_id=organisation_id, document_id=document.id, section="", text=f"Note {word}",
            author_id=author, written_as=Role.LEGAL, written_on=day,
        )  # fmt: skip
        session.add(noted)
        session.flush()
        return {
            "batch_id": batches[0], "previewed_id": batches[1], "asking_id": batches[2], "spare_id": batches[3],
            "run_id": run.id, "document_id": document.id, "annotation_id": noted.id,
        }  # fmt: skip


@dataclass(frozen=True)
class Call:
    """One request: its address and what it carries."""

    path: str
    form: Mapping[str, Any] | None = None
    json: Any = None
    content: str | None = None
    version: int | None = None
    file: bool = False
    key: str = ""
    """The key of the address itself, whoever asks: the token of a link."""


def _governed(session: Session, organisation_id: int, word: str) -> dict[str, int]:
    """A body of an organisation, a meeting that decided something, and the action that carries it out."""
    body = record_body(
        session, organisation_id,
        BodyForm(
            name=f"Instance {word}", scope=BodyScope.INTERNAL, kind=BodyKind.STEERING, purpose=f"Objet {word}",
            members=[MemberForm(member_id=organisation_id)],
        ),
    ).id  # fmt: skip
    meeting = MeetingForm(
        held_on=date(2026, 1, 15), agenda=f"Ordre {word}", decisions=[MeetingDecisionForm(text=f"Décision {word}")]
    )
    return {
        "body_id": body, "meeting_id": record_meeting(session, body, meeting).id,
        "action_id": record_action(session, organisation_id, ActionForm(title=f"Action {word}")).id,
        **_trained(session, organisation_id, word),
    }  # fmt: skip


def _trained(session: Session, organisation_id: int, word: str) -> dict[str, int]:
    """A course of an organisation with a session, another that has none, and a campaign about its sheets."""
    course, spare = (
        record_course(session, organisation_id, CourseForm(title=f"{title} {word}", audiences=["stewards"])).id
        for title in ("Formation", "Formation sans session")
    )
    held = record_training_session(session, course, SessionForm(held_on=date(2026, 1, 20)))
    form = CampaignForm(organisation_id=organisation_id, question=f"Juste, {word} ?", due_on=date(2031, 1, 20))
    campaign = open_campaign(session, form, today=date(2026, 1, 20)).id
    return {"course_id": course, "spare_course_id": spare, "training_id": held.id, "campaign_id": campaign}


def _form(**values: Any) -> Callable[[Objects], dict[str, Any]]:
    def filled(of: Objects) -> dict[str, Any]:
        return {name: value(of) if callable(value) else value for name, value in values.items()}

    return filled


SOMEONE_NEW = "nouvelle.personne@essai.invalid"
NEW_PASSWORD = "une autre phrase de passe longue"
REASON = "Saisie deux fois"

FORMS: dict[str, Callable[[Objects], dict[str, Any]]] = {
    **ASSESSMENT_FORMS,
    "POST /comptes": _form(
        name="Poste", email=SOMEONE_NEW, role="reader", organisation_id=lambda of: str(of.organisation_id)
    ),
    "POST /comptes/{account_id:int}/roles": _form(role="steward", organisation_id=lambda of: str(of.organisation_id)),
    "POST /bureau/passations/{person_id:int}": _form(
        parts=lambda of: [f"appointment:{of.appointment_id}"],
        person_id=lambda of: str(of.successor_id),
        since=lambda _of: (today() + timedelta(days=20)).isoformat(),
    ),
    "POST /bureau/suppleances": _form(
        organisation_id=lambda of: str(of.organisation_id),
        stand_in_id=lambda of: str(of.deputy_id),
        starts_on=lambda _of: (today() + UNTIL).isoformat(),
        ends_on=lambda _of: (today() + UNTIL).isoformat(),
    ),
    "POST /bureau/suppleances/{absence_id:int}/fin": _form(version="1"),
    "POST /bureau/questions/nouvelle": _form(
        subject_kind="dataset", subject_id=lambda of: str(of.dataset_id), text="D’où vient ce fichier ?"
    ),
    "POST /bureau/questions/{question_id:int}/repondre": _form(text="Du service."),
    "POST /bureau/taches/{task_key:str}/reporter": _form(
        until=lambda _of: (today() + timedelta(days=20)).isoformat(), reason="Le fichier arrive bientôt"
    ),
    "POST /bureau/taches/{task_key:str}/confier": _form(account_id=lambda of: str(of.deputy_id)),
    "POST /connexion": _form(email=lambda of: of.mailbox, password=PASSWORD),
    "POST /sous-traitants/{party_id:int}/clauses": _form(
        version=lambda of: str(of.terms_version), authorisation="general", notes="Clauses vues"
    ),
    "POST /conformite/ecarts/nouveau": _form(
        subject_kind="dataset",
        subject_id=lambda of: str(of.breaching_id),
        policy_id=lambda of: of.breached_id,
        reason=WHY,
        compensation=WHY,
        expires_on=lambda _of: (today() + UNTIL).isoformat(),
    ),
    "POST /conformite/ecarts/{deviation_id:int}/decider": _form(
        version=lambda of: str(of.deviation_version), answer="approved", decision_reason=WHY
    ),
    "POST /conformite/ecarts/{deviation_id:int}/retirer": _form(
        version=lambda of: str(of.deviation_version), reason=REASON
    ),
    "POST /jeux/{dataset_id:int}/etape": _form(version="1", move="collect"),
    "POST /visas/{stage_request_id:int}": _form(
        version=lambda of: str(of.endorsed_version), kind="legal", answer="given"
    ),
    "POST /visas/{stage_request_id:int}/retirer": _form(
        version=lambda of: str(of.stage_request_version), reason=REASON
    ),
    "POST /visas/delegations": _form(
        kind="legal",
        organisation_id=lambda of: str(of.organisation_id),
        delegate_id=lambda of: str(of.stand_in_id),
        starts_on=lambda _of: (today() + UNTIL).isoformat(),
        ends_on=lambda _of: (today() + UNTIL).isoformat(),
    ),
    "POST /visas/delegations/{delegation_id:int}/fin": _form(version="1", reason=REASON),
    "POST /visas/points/{refusal_point_id:int}": _form(version="1", state="answered", answer=WHY),
    "POST /publication/du-jeu/{dataset_id:int}": _form(version=lambda of: str(of.answers_version), ground=WHY),
    "POST /publication/du-jeu/{dataset_id:int}/secrets/{secret:str}": _form(
        version=lambda of: str(of.answers_version), answer="no", ground=WHY
    ),
    "POST /publication/du-jeu/{dataset_id:int}/decider": _form(
        version=lambda of: str(of.choices_version),
        outcome="open",
        reason=WHY,
        licence="odbl-1.0",
        decided_on=lambda _of: today().isoformat(),
    ),
    "POST /publication/du-jeu/{dataset_id:int}/reutilisation": _form(
        version=lambda of: str(of.choices_version), fee="false", in_directory="true"
    ),
    "POST /publication/du-jeu/{dataset_id:int}/petits-effectifs": _form(lines="one", fewer_than="11"),
    "POST /api/v1/datasets/{dataset_id:int}/small-counts": _form(lines="one", fewer_than="11"),
    "POST /publication/du-jeu/{dataset_id:int}/retirer": _form(version=lambda of: str(of.choices_version), reason=WHY),
    "POST /conformite/simulations": _form(law_of="2010-01-01"),
    "POST /conformite/simulations/{simulation_id:int}/adopter": _form(reason=WHY),
    "POST /conformite/{policy_id:str}/remettre-a-valider": _form(digest=lambda _of: digest_of("OD-05"), reason=WHY),
    "POST /conformite/{policy_id:str}/retirer": _form(reason=WHY),
    "POST /conformite/{policy_id:str}/valider": _form(
        digest=lambda _of: digest_of("OD-05"), validated_on=lambda _of: today().isoformat()
    ),
    "POST /conformite/simulations/verification": _form(draft=rule("XX-01", "Chaque système a un hébergeur")),
    "POST /droit/veille/nouvelle": _form(
        organisation_id=lambda of: str(of.organisation_id), title="Veille neuve", changes="Tout", status="spotted"
    ),
    "POST /droit/veille/{entry_id:int}/modifier": _form(
        version=lambda of: str(of.entry_version), title="Veille dite autrement", changes="Tout", status="studied"
    ),
    "POST /droit/veille/{entry_id:int}/annuler": _form(version=lambda of: str(of.entry_version), reason=REASON),
    "POST /mesures/nouvelle": _form(
        organisation_id=lambda of: str(of.organisation_id), name="Mesure neuve", state="planned"
    ),
    "POST /gouvernance/instances/nouvelle": _form(
        organisation_id=lambda of: str(of.organisation_id), name="Instance neuve", scope="internal", kind="steering"
    ),
    "POST /gouvernance/instances/{body_id:int}/modifier": _form(
        version=lambda of: str(of.body_version), name="Instance changée", scope="external", kind="network"
    ),
    "POST /gouvernance/instances/{body_id:int}/annuler": _form(version=lambda of: str(of.body_version), reason=REASON),
    "POST /gouvernance/instances/{body_id:int}/seances/nouvelle": _form(held_on="2026-02-03"),
    "POST /gouvernance/seances/{meeting_id:int}/modifier": _form(
        version=lambda of: str(of.meeting_version), held_on="2026-02-04"
    ),
    "POST /gouvernance/seances/{meeting_id:int}/annuler": _form(
        version=lambda of: str(of.meeting_version), reason=REASON
    ),
    "POST /gouvernance/actions/nouvelle": _form(
        organisation_id=lambda of: str(of.organisation_id), title="Action neuve", state="planned"
    ),
    "POST /gouvernance/actions/{action_id:int}/modifier": _form(
        version=lambda of: str(of.action_version), title="Action changée", state="under-way"
    ),
    "POST /gouvernance/actions/{action_id:int}/annuler": _form(
        version=lambda of: str(of.action_version), reason=REASON
    ),
    "POST /gouvernance/formations/nouvelle": _form(
        organisation_id=lambda of: str(of.organisation_id), title="Formation neuve", audiences="stewards"
    ),
    "POST /gouvernance/formations/{course_id:int}/modifier": _form(
        version="1", title="Formation changée", audiences="legal"
    ),
    "POST /gouvernance/formations/{course_id:int}/annuler": _form(
        version=lambda of: str(of.spare_course_version), reason=REASON
    ),
    "POST /gouvernance/formations/{course_id:int}/sessions/nouvelle": _form(held_on="2026-02-03", hours="2"),
    "POST /gouvernance/certifications/nouvelle": _form(
        organisation_id=lambda of: str(of.organisation_id), scope="every", question="Juste ?", due_on="2031-02-01"
    ),
    "POST /gouvernance/certifications/{campaign_id:int}/certifier": _form(
        sheet=lambda of: f"{of.dataset_id}:{of.dataset_version}"
    ),
    "POST /gouvernance/certifications/{campaign_id:int}/signaler": _form(
        sheet=lambda of: f"{of.dataset_id}:{of.dataset_version}", note="Le format a changé"
    ),
    "POST /gouvernance/certifications/{campaign_id:int}/clore": _form(version=lambda of: str(of.campaign_version)),
    "POST /gouvernance/certifications/{campaign_id:int}/rouvrir": _form(version=lambda of: str(of.campaign_version)),
    "POST /gouvernance/certifications/{campaign_id:int}/annuler": _form(
        version=lambda of: str(of.campaign_version), reason=REASON
    ),
    "POST /gouvernance/sessions/{training_id:int}/modifier": _form(version="1", held_on="2026-02-04"),
    "POST /gouvernance/sessions/{training_id:int}/annuler": _form(
        version=lambda of: str(of.training_version), reason=REASON
    ),
    "POST /mesures/{measure_id:int}/annuler": _form(version=lambda of: str(of.measure_version), reason=REASON),
    "POST /mesures/{measure_id:int}/modifier": _form(
        version=lambda of: str(of.measure_version), name="Mesure changée", state="under-way"
    ),
    "POST /traitements/{activity_id:int}/responsables-conjoints": _form(
        version=lambda of: str(of.arrangement_version), contact_point="Guichet commun"
    ),
    "POST /traitements/{activity_id:int}/sous-traitants": _form(
        version=lambda of: str(of.activity_version),
        **{"row-0-processor_id": lambda of: str(of.organisation_id), "row-0-task": "Paie"},
    ),
    "POST /contrats/nouveau": _form(
        organisation_id=lambda of: str(of.organisation_id), kind="agreement", object="Convention neuve"
    ),
    "POST /contrats/{contract_id:int}/avenants/nouveau": _form(number="7", object="Avenant neuf"),
    "POST /contrats/{contract_id:int}/avenants/projet": _form(object="Clauses de données", **{"wanted-a": "ownership"}),
    "POST /contrats/avenants/{amendment_id:int}/modifier": _form(
        version=lambda of: str(of.amendment_version), number="1", object="Avenant changé"
    ),
    "POST /contrats/avenants/{amendment_id:int}/annuler": _form(
        version=lambda of: str(of.amendment_version), reason=REASON
    ),
    "POST /contrats/{contract_id:int}/clauses/nouvelle": _form(kind="audit", article="art. 1"),
    "POST /contrats/clauses/{clause_id:int}": _form(version=lambda of: str(of.clause_version), performance="performed"),
    "POST /contrats/clauses/{clause_id:int}/acte": _form(
        act="ends", amendment_id=lambda of: str(of.amendment_id), article="art. 2"
    ),
    "POST /contrats/stipulations/{stipulation_id:int}/modifier": _form(
        version=lambda of: str(of.stipulation_version), act="adds", article="art. 3"
    ),
    "POST /contrats/stipulations/{stipulation_id:int}/annuler": _form(
        version=lambda of: str(of.stipulation_version), reason=REASON
    ),
    "POST /contrats/{contract_id:int}/echeances": _form(
        rank="1", step="trial-export", what="done", **{"day-1": "2025-03-13"}
    ),
    "POST /contrats/etapes/{contract_step_id:int}/annuler": _form(
        version=lambda of: str(of.contract_step_version), reason=REASON
    ),
    "POST /contrats/{contract_id:int}/rapports/nouveau": _form(year="2021"),
    "POST /contrats/rapports/{contract_report_id:int}/modifier": _form(
        version=lambda of: str(of.contract_report_version), year="2020", received_on="2021-05-20"
    ),
    "POST /contrats/rapports/{contract_report_id:int}/annuler": _form(
        version=lambda of: str(of.contract_report_version), reason=REASON
    ),
    "POST /contrats/{contract_id:int}/livraisons/nouvelle": _form(kind="data", label="Livraison neuve"),
    "POST /livraisons/{delivery_id:int}/modifier": _form(
        version=lambda of: str(of.delivery_version), kind="data", label="Livraison changée", due_on="2026-01-05"
    ),
    "POST /livraisons/{delivery_id:int}/relancer": _form(
        version=lambda of: str(of.delivery_version), message="La livraison n’est pas arrivée.", comply_by="2030-01-05"
    ),
    "POST /livraisons/relances/{reminder_id:int}/annuler": _form(
        version=lambda of: str(of.reminder_version), reason=REASON
    ),
    "POST /contrats/{contract_id:int}/liens-de-depot": _form(party_id=lambda of: str(of.organisation_id), days="30"),
    "POST /contrats/liens-de-depot/{depot_id:int}/renouveler": _form(version=lambda of: str(of.depot_version)),
    "POST /contrats/liens-de-depot/{depot_id:int}/revoquer": _form(version=lambda of: str(of.depot_version)),
    "POST /livraisons/{delivery_id:int}/recevoir": _form(version=lambda of: str(of.delivery_version)),
    "POST /livraisons/{delivery_id:int}/annuler": _form(version=lambda of: str(of.delivery_version), reason=REASON),
    "POST /livraisons/{delivery_id:int}/penalite": _form(
        version=lambda of: str(of.delivery_version), penalty="applied", penalty_reason=REASON
    ),
    "POST /livraisons/receptions/{receipt_id:int}/accepter": _form(
        version=lambda of: str(of.receipt_version), reason=REASON
    ),
    "POST /livraisons/receptions/{receipt_id:int}/refuser": _form(
        version=lambda of: str(of.receipt_version), reasons=REASON, reason=REASON
    ),
    "POST /livraisons/receptions/{receipt_id:int}/annuler": _form(
        version=lambda of: str(of.receipt_version), reason=REASON
    ),
    "POST /contrats/{contract_id:int}/annuler": _form(version=lambda of: str(of.contract_version), reason=REASON),
    "POST /contrats/{contract_id:int}/jeux": _form(
        version=lambda of: str(of.contract_version), dataset_id=lambda of: str(of.dataset_id)
    ),
    "POST /contrats/{contract_id:int}/modifier": _form(
        version=lambda of: str(of.contract_version), object="Objet changé"
    ),
    "POST /preuves/nouvelle": _form(
        organisation_id=lambda of: str(of.organisation_id), kind="audit", title="Audit neuf", same_content="true"
    ),
    "POST /api/v1/evidence": _form(
        organisation_id=lambda of: str(of.organisation_id), kind="audit", title="Audit neuf", same_content="true"
    ),
    "POST /preuves/{evidence_id:int}/relire": _form(),
    "POST /preuves/{evidence_id:int}/edition": _form(
        version=lambda of: str(of.evidence_version), same_content="true", issued_by="Bureau neuf"
    ),
    "POST /api/v1/evidence/{evidence_id:int}/editions": _form(same_content="true", issued_by="Bureau neuf"),
    "POST /preuves/{evidence_id:int}/modifier": _form(
        version=lambda of: str(of.evidence_version), title="Titre corrigé", kind="audit"
    ),
    "POST /preuves/{evidence_id:int}/annuler": _form(version=lambda of: str(of.evidence_version), reason=REASON),
    "POST /preuves/{evidence_id:int}/relier": _form(sheet=lambda of: f"/systemes/{of.system_id}"),
    "POST /preuves/relier": _form(
        evidence_id=lambda of: str(of.evidence_id), subject_kind="dataset", subject_id=lambda of: str(of.source_id)
    ),
    "POST /preuves/liens/{link_id:int}/retirer": _form(reason=REASON),
    "POST /documents/{document_id:int}/annotations": _form(section="", text="Une note neuve"),
    "POST /documents/{document_id:int}/annotations/{annotation_id:int}": _form(set_aside="true"),
    "POST /documents/{document_id:int}/decision": _form(version="1", answer="sent-back", reason=REASON),
    "POST /documents": _form(scope=lambda of: f"organisation:{of.organisation_id}"),
    "POST /imports/{batch_id:int}/colonnes": _form(c0="title"),
    "POST /api/v1/imports/files": _form(organisation_id=lambda of: str(of.organisation_id)),
    "POST /imports": _form(organisation_id=lambda of: str(of.organisation_id)),
    "POST /jeux/modifier-ensemble": _form(
        **{"champ": "licence", "operation-licence": "set", "licence": "odbl", "de-q": "jeu"}
    ),
    "POST /jeux/vues": _form(name="Vue neuve", query="q=eau"),
    "POST /jeux/vues/{view_id:int}/modifier": _form(name="Vue renommée"),
    "POST /jeux/{dataset_id:int}/champ/{name:str}": _form(version=lambda of: str(of.dataset_version), licence="odbl"),
    "POST /jeux/{dataset_id:int}/droit": _form(
        version=lambda of: str(of.dataset_version), reuser_warning="https://a.fr"
    ),
    "POST /jeux/nouveau": _form(organisation_id=lambda of: str(of.organisation_id), title="Bornes", nature="other"),
    "POST /jeux/{dataset_id:int}/annuler": _form(version=lambda of: str(of.dataset_version), reason=REASON),
    "POST /jeux/{dataset_id:int}/modifier": _form(
        version=lambda of: str(of.dataset_version), title="Titre changé encore"
    ),
    "POST /jeux/{dataset_id:int}/retablir": _form(
        version=lambda of: str(of.dataset_version), field="description", a=lambda of: of.recorded_at
    ),
    "POST /jeux/brouillons": _form(title="Bornes"),
    "POST /jeux/{dataset_id:int}/brouillon": _form(version=lambda of: str(of.dataset_version), title="Brouillon"),
    "POST /jeux/brouillons/{draft_id:int}/oublier": _form(),
    "POST /jeux/{dataset_id:int}/champs/modifier": _form(
        version=lambda of: str(of.dataset_version), **{"field-0-name": "identifiant", "field-0-type": "string"}
    ),
    "POST /jeux/{dataset_id:int}/inspection/revue": lambda of: {
        "version": str(of.dataset_version),
        f"decision-{of.suggestion_id}": "confirmed",
    },
    "POST /jeux/{dataset_id:int}/sources": _form(
        version=lambda of: str(of.dataset_version), source_id=lambda of: str(of.source_id), method="Somme"
    ),
    "POST /langue": _form(langue="en"),
    "POST /lien/{token:str}": _form(password=NEW_PASSWORD, again=NEW_PASSWORD),
    "POST /mon-compte/courriel": _form(rhythm="weekly"),
    "POST /mon-compte/cles": _form(name="Clé neuve", scope="read", expires_on="2027-01-15"),
    "POST /mon-compte/mot-de-passe": _form(current=PASSWORD, password=NEW_PASSWORD, again=NEW_PASSWORD),
    "POST /mot-de-passe-oublie": _form(email=lambda of: of.mailbox),
    "POST /organisations/mandats/{subject_kind:str}/{subject_id:int}": _form(
        role="steward", name="Chargé de la donnée", since="2026-11-01"
    ),
    "POST /personnes/{person_id:int}/effacer": _form(
        ground="no-longer-necessary", reason="Demande du 3 novembre", confirmed="true"
    ),
    "POST /conservation/du-jeu/{dataset_id:int}": _form(
        version=lambda of: str(of.dataset_version), rule_code="BIBLIO", known="to-come"
    ),
    "POST /conservation/du-jeu/{dataset_id:int}/gel": _form(
        reason="audit", explained="Contrôle en cours", held_by="La direction", started_on="2026-11-02"
    ),
    "POST /conservation/gels/{hold_id:int}/lever": _form(lifted_reason=REASON),
    "POST /conservation/bordereaux/nouveau": _form(
        organisation_id=lambda of: str(of.organisation_id),
        title="Fichiers échus",
        reason="Sans utilité",
        dataset_ids=lambda of: str(of.due_id),
    ),
    "POST /conservation/bordereaux/{slip_id:int}/retirer": _form(version="1", reason=REASON),
    "POST /conservation/regles/nouvelle": _form(code="NEUVE", label="Règle neuve", count="2", unit="year"),
    "POST /conservation/regles/{rule_id:int}/modifier": _form(
        version=lambda of: str(of.rule_version), code="ESSAI", label="Règle dite autrement", count="4", unit="year"
    ),
    "POST /conservation/regles/{rule_id:int}/retirer": _form(version=lambda of: str(of.rule_version), reason=REASON),
    "POST /conservation/regles/reprendre": _form(
        content="RuleId,RuleType,RuleValue,RuleDescription,RuleDuration,RuleMeasurement\nR1,AppraisalRule,Un,,1,YEAR",
        confirmed="true",
    ),
    "POST /violations/nouvelle": _form(
        organisation_id=lambda of: str(of.organisation_id),
        title="Clé perdue",
        natures="confidentiality",
        known_at=lambda _of: now().isoformat(),
    ),
    "POST /violations/{breach_id:int}/annuler": _form(version=lambda of: str(of.breach_version), reason=REASON),
    "POST /violations/{breach_id:int}/touche": _form(activity_id=lambda of: str(of.activity_id)),
    "POST /violations/{breach_id:int}/evenements": _form(happened_at=lambda _of: now().isoformat(), what="Clé trouvée"),
    "POST /violations/{breach_id:int}/modifier": _form(version=lambda of: str(of.breach_version), title="Clé volée"),
    "POST /violations/{breach_id:int}/notifier": _form(
        version=lambda of: str(of.breach_version), phase="initial", sent_at=lambda _of: now().isoformat()
    ),
    "POST /demandes/nouvelle": _form(
        organisation_id=lambda of: str(of.organisation_id),
        regime="cada",
        subject="Un contrat",
        received_on="2026-11-02",
    ),
    "POST /demandes/{request_id:int}/annuler": _form(version=lambda of: str(of.request_version), reason=REASON),
    "POST /demandes/{request_id:int}/modifier": _form(version=lambda of: str(of.request_version), subject="Le dossier"),
    "POST /demandes/{request_id:int}/prolonger": _form(
        version=lambda of: str(of.request_version),
        extended_on=lambda _of: today().isoformat(),
        extension_reasons="Dossier vaste",
    ),
    "POST /demandes/{request_id:int}/repondre": _form(
        version=lambda of: str(of.request_version), answered_on=lambda _of: today().isoformat(), outcome="granted"
    ),
    "POST /systemes/nouveau": _form(organisation_id=lambda of: str(of.organisation_id), name="Logiciel neuf"),
    "POST /systemes/{system_id:int}/annuler": _form(version=lambda of: str(of.system_version), reason=REASON),
    "POST /systemes/{system_id:int}/modifier": _form(
        version=lambda of: str(of.system_version), name="Logiciel renommé"
    ),
    "POST /traitements/imports": _form(organisation_id=lambda of: str(of.organisation_id)),
    "POST /api/v1/processing-activities/imports": _form(organisation_id=lambda of: str(of.organisation_id)),
    "POST /traitements/imports/{import_id:int}/appliquer": _form(take="1"),
    "POST /traitements/nouveau": _form(organisation_id=lambda of: str(of.organisation_id), name="Traitement neuf"),
    "POST /traitements/du-jeu/{dataset_id:int}": _form(removed=lambda of: str(of.activity_id)),
    "POST /traitements/{activity_id:int}/parties/{part:str}": _form(
        version=lambda of: str(of.activity_version),
        **{"row-0-right": "access", "row-0-applies": "false", "row-0-reason": "Loi 78-17, art. 48"},
    ),
    "POST /traitements/{activity_id:int}/modele": _form(version=lambda of: str(of.activity_version)),
    "POST /traitements/{activity_id:int}/annuler": _form(version=lambda of: str(of.activity_version), reason=REASON),
    "POST /traitements/{activity_id:int}/modifier": _form(
        version=lambda of: str(of.activity_version), name="Traitement renommé"
    ),
    "POST /organisations/{organisation_id:int}/modifier": _form(
        version=lambda of: str(of.organisation_version), staff_fte="60"
    ),
    "POST /organisations/{organisation_id:int}/services/nouveau": _form(name="Direction neuve", kind="service"),
}
BODIES: dict[str, Callable[[Objects], dict[str, Any]]] = {
    **ASSESSMENT_BODIES,
    "POST /api/v1/datasets": lambda of: {"organisation_id": of.organisation_id, "title": "Bornes"},
    "PATCH /api/v1/datasets/{dataset_id:int}": lambda _of: {"title": "Titre changé"},
    "POST /api/v1/datasets/{dataset_id:int}/suggestions/review": lambda of: {
        "decisions": [{"id": of.suggestion_id, "decision": "kept"}]
    },
    "POST /api/v1/questions": lambda of: (
        {"subject_kind": "dataset", "subject_id": of.dataset_id, "field": "licence", "text": "Laquelle ?"}
    ),
    "POST /api/v1/questions/{question_id:int}/messages": lambda _of: {"text": "Celle du marché."},
    "PUT /api/v1/datasets/{dataset_id:int}/retention": lambda _of: {"rule_code": "FACT", "known": "to-come"},
    "POST /api/v1/datasets/{dataset_id:int}/retention-holds": lambda _of: (
        {"reason": "audit", "explained": "Contrôle", "held_by": "La direction", "started_on": "2026-11-02"}
    ),
    "POST /api/v1/retention-holds/{hold_id:int}/lifting": lambda _of: {"lifted_reason": REASON},
    "POST /api/v1/retention-rules": lambda of: (
        {"organisation_id": of.organisation_id, "code": "NEUVE2", "label": "Règle neuve", "count": 2, "unit": "year"}
    ),
    "PUT /api/v1/retention-rules/{rule_id:int}": lambda _of: (
        {"code": "BIS", "label": "Règle dite autrement", "count": 4, "unit": "year"}
    ),
    "POST /api/v1/retention-rules/{rule_id:int}/withdrawal": lambda _of: {"reason": REASON},
    "POST /api/v1/disposal-slips": lambda of: {
        "organisation_id": of.organisation_id,
        "title": "Fichiers échus",
        "reason": "Sans utilité",
        "dataset_ids": [of.spare_due_id],
    },
    "POST /api/v1/disposal-slips/{slip_id:int}/withdrawal": lambda _of: {"reason": REASON},
    "POST /api/v1/accepted-deviations": lambda of: {
        "subject_kind": "dataset",
        "subject_id": of.breaching_id,
        "policy_id": of.breached_id,
        "reason": WHY,
        "compensation": WHY,
        "expires_on": (today() + UNTIL).isoformat(),
    },
    "POST /api/v1/accepted-deviations/{deviation_id:int}/decision": lambda _of: (
        {"answer": "approved", "decision_reason": WHY}
    ),
    "POST /api/v1/accepted-deviations/{deviation_id:int}/withdrawal": lambda _of: {"reason": REASON},
    "POST /api/v1/policies": lambda _of: {"draft": rule("XX-01", "Chaque système a un hébergeur"), "reason": WHY},
    "POST /api/v1/policies/{policy_id:str}/withdrawal": lambda _of: {"reason": WHY},
    "POST /api/v1/policies/{policy_id:str}/validation": lambda _of: {"digest": digest_of("OD-05")},
    "POST /api/v1/policies/{policy_id:str}/unvalidation": lambda _of: {"digest": digest_of("OD-05"), "reason": WHY},
    "POST /api/v1/simulations": lambda _of: {"law_of": "2010-01-01"},
    "POST /api/v1/simulations/check": lambda _of: {"draft": "id: OD-05"},
    "PUT /api/v1/datasets/{dataset_id:int}/publication/secrets/{secret:str}": lambda _of: (
        {"answer": "no", "ground": WHY}
    ),
    "POST /api/v1/datasets/{dataset_id:int}/publication/no-other-secret": lambda _of: {"ground": WHY},
    "POST /api/v1/datasets/{dataset_id:int}/publication/decisions": lambda _of: (
        {"outcome": "open", "reason": WHY, "licence": "odbl-1.0", "decided_on": today().isoformat()}
    ),
    "PUT /api/v1/datasets/{dataset_id:int}/publication/reuse": lambda _of: {"fee": False, "in_directory": True},
    "POST /api/v1/datasets/{dataset_id:int}/publication/takedown": lambda _of: {"reason": WHY},
    "POST /api/v1/datasets/{dataset_id:int}/stage-requests": lambda _of: {"move": "collect"},
    "POST /api/v1/stage-requests/{stage_request_id:int}/visas": lambda of: (
        {"kind": "legal", "answer": "given", "dataset_version": of.endorsed_version}
    ),
    "POST /api/v1/stage-requests/{stage_request_id:int}/withdrawal": lambda _of: {"reason": REASON},
    "POST /api/v1/visa-delegations": lambda of: {
        "kind": "legal",
        "organisation_id": of.organisation_id,
        "delegate_id": of.stand_in_id,
        "starts_on": (today() + 2 * UNTIL).isoformat(),
        "ends_on": (today() + 2 * UNTIL).isoformat(),
    },
    "POST /api/v1/visa-delegations/{delegation_id:int}/ending": lambda _of: {"reason": REASON},
    "POST /api/v1/refusal-points/{refusal_point_id:int}/answer": lambda _of: {"state": "answered", "answer": WHY},
    "POST /api/v1/watch-entries": lambda of: (
        {"organisation_id": of.organisation_id, "title": "Veille neuve", "changes": "Tout"}
    ),
    "PATCH /api/v1/watch-entries/{entry_id:int}": lambda _of: {"title": "Veille corrigée"},
    "POST /api/v1/watch-entries/{entry_id:int}/annulment": lambda _of: {"reason": REASON},
    "POST /api/v1/watch-entries/{entry_id:int}/restoration": lambda _of: {"reason": REASON},
    "POST /api/v1/governance-bodies": lambda of: {
        "organisation_id": of.organisation_id,
        "name": "Instance",
        "scope": "internal",
        "kind": "steering",
    },
    "PATCH /api/v1/governance-bodies/{body_id:int}": lambda _of: {"name": "Instance corrigée"},
    "POST /api/v1/governance-bodies/{body_id:int}/annulment": lambda _of: {"reason": REASON},
    "POST /api/v1/governance-bodies/{body_id:int}/restoration": lambda _of: {"reason": REASON},
    "POST /api/v1/governance-meetings": lambda of: {"body_id": of.body_id, "held_on": "2026-02-03"},
    "PATCH /api/v1/governance-meetings/{meeting_id:int}": lambda _of: {"agenda": "Ordre du jour corrigé"},
    "POST /api/v1/governance-meetings/{meeting_id:int}/annulment": lambda _of: {"reason": REASON},
    "POST /api/v1/governance-meetings/{meeting_id:int}/restoration": lambda _of: {"reason": REASON},
    "POST /api/v1/training-courses": lambda of: {
        "organisation_id": of.organisation_id,
        "title": "Formation neuve",
        "audiences": ["stewards"],
    },
    "PATCH /api/v1/training-courses/{course_id:int}": lambda _of: {"title": "Formation corrigée"},
    "POST /api/v1/training-courses/{course_id:int}/annulment": lambda _of: {"reason": REASON},
    "POST /api/v1/training-courses/{course_id:int}/restoration": lambda _of: {"reason": REASON},
    "POST /api/v1/training-sessions": lambda of: {"course_id": of.course_id, "held_on": "2026-02-03"},
    "PATCH /api/v1/training-sessions/{training_id:int}": lambda _of: {"headcount": 4},
    "POST /api/v1/training-sessions/{training_id:int}/annulment": lambda _of: {"reason": REASON},
    "POST /api/v1/training-sessions/{training_id:int}/restoration": lambda _of: {"reason": REASON},
    "POST /api/v1/certification-campaigns": lambda of: {
        "organisation_id": of.organisation_id,
        "question": "Juste ?",
        "due_on": "2031-02-01",
    },
    "PATCH /api/v1/certification-campaigns/{campaign_id:int}": lambda _of: {"closed": True},
    "POST /api/v1/certification-campaigns/{campaign_id:int}/annulment": lambda _of: {"reason": REASON},
    "POST /api/v1/certification-campaigns/{campaign_id:int}/restoration": lambda _of: {"reason": REASON},
    "POST /api/v1/certification-campaigns/{campaign_id:int}/certifications": lambda of: {
        "sheets": [{"dataset_id": of.dataset_id, "version": of.dataset_version}]
    },
    "POST /api/v1/certification-campaigns/{campaign_id:int}/reports": lambda of: {
        "sheets": [{"dataset_id": of.dataset_id, "version": of.dataset_version}],
        "note": "Le format a changé",
    },
    "POST /api/v1/governance-actions": lambda of: {"organisation_id": of.organisation_id, "title": "Action neuve"},
    "PATCH /api/v1/governance-actions/{action_id:int}": lambda _of: {"title": "Action corrigée"},
    "POST /api/v1/governance-actions/{action_id:int}/annulment": lambda _of: {"reason": REASON},
    "POST /api/v1/governance-actions/{action_id:int}/restoration": lambda _of: {"reason": REASON},
    "POST /api/v1/protective-measures": lambda of: {"organisation_id": of.organisation_id, "name": "Mesure neuve"},
    "PATCH /api/v1/protective-measures/{measure_id:int}": lambda _of: {"name": "Mesure corrigée"},
    "POST /api/v1/protective-measures/{measure_id:int}/annulment": lambda _of: {"reason": REASON},
    "POST /api/v1/protective-measures/{measure_id:int}/restoration": lambda _of: {"reason": REASON},
    "PATCH /api/v1/processing-activities/{activity_id:int}/arrangement": lambda _of: {"notes": "Accord relu"},
    "PATCH /api/v1/processors/{party_id:int}/terms": lambda _of: {"notes": "Clauses relues"},
    "POST /api/v1/processing-activities/{activity_id:int}/processors": lambda of: (
        {"processors": [{"processor_id": of.organisation_id, "task": "Hébergement"}]}
    ),
    "POST /api/v1/contracts": lambda of: (
        {"organisation_id": of.organisation_id, "kind": "agreement", "object": "Convention"}
    ),
    "PATCH /api/v1/contracts/{contract_id:int}": lambda _of: {"object": "Objet corrigé"},
    "POST /api/v1/contracts/{contract_id:int}/annulment": lambda _of: {"reason": REASON},
    "POST /api/v1/contracts/{contract_id:int}/restoration": lambda _of: {"reason": REASON},
    "POST /api/v1/contracts/{contract_id:int}/deliveries": lambda _of: {"label": "Livraison neuve"},
    "PATCH /api/v1/deliveries/{delivery_id:int}": lambda _of: {"label": "Livraison corrigée"},
    "POST /api/v1/deliveries/{delivery_id:int}/annulment": lambda _of: {"reason": REASON},
    "POST /api/v1/deliveries/{delivery_id:int}/restoration": lambda _of: {"reason": REASON},
    "POST /api/v1/deliveries/{delivery_id:int}/penalty": lambda _of: {"penalty": "remitted", "penalty_reason": REASON},
    "POST /api/v1/delivery-receipts/{receipt_id:int}/acceptance": lambda _of: {"reason": REASON},
    "POST /api/v1/delivery-receipts/{receipt_id:int}/refusal": lambda _of: {"reasons": REASON, "reason": REASON},
    "POST /api/v1/delivery-reminders/{reminder_id:int}/annulment": lambda _of: {"reason": REASON},
    "POST /api/v1/delivery-reminders/{reminder_id:int}/restoration": lambda _of: {"reason": REASON},
    "POST /api/v1/delivery-receipts/{receipt_id:int}/annulment": lambda _of: {"reason": REASON},
    "POST /api/v1/delivery-receipts/{receipt_id:int}/restoration": lambda _of: {"reason": REASON},
    "POST /api/v1/contracts/{contract_id:int}/amendments": lambda _of: {"number": 8, "object": "Avenant neuf"},
    "PATCH /api/v1/amendments/{amendment_id:int}": lambda _of: {"object": "Avenant corrigé"},
    "POST /api/v1/amendments/{amendment_id:int}/annulment": lambda _of: {"reason": REASON},
    "POST /api/v1/amendments/{amendment_id:int}/restoration": lambda _of: {"reason": REASON},
    "POST /api/v1/contracts/{contract_id:int}/clauses": lambda _of: {"kind": "audit", "article": "art. 1"},
    "PATCH /api/v1/clauses/{clause_id:int}": lambda _of: {"performance": "partly"},
    "POST /api/v1/clauses/{clause_id:int}/stipulations": lambda of: {"amendment_id": of.amendment_id, "act": "ends"},
    "PATCH /api/v1/stipulations/{stipulation_id:int}": lambda _of: {"article": "art. 2"},
    "POST /api/v1/stipulations/{stipulation_id:int}/annulment": lambda _of: {"reason": REASON},
    "POST /api/v1/stipulations/{stipulation_id:int}/restoration": lambda _of: {"reason": REASON},
    "POST /api/v1/contracts/{contract_id:int}/steps": lambda _of: {"step": "trial-export", "done_on": "2025-03-14"},
    "POST /api/v1/contract-steps/{contract_step_id:int}/annulment": lambda _of: {"reason": REASON},
    "POST /api/v1/contract-steps/{contract_step_id:int}/restoration": lambda _of: {"reason": REASON},
    "POST /api/v1/contracts/{contract_id:int}/reports": lambda _of: {"year": 2022},
    "PATCH /api/v1/contract-reports/{contract_report_id:int}": lambda _of: {"received_on": "2021-05-21"},
    "POST /api/v1/contract-reports/{contract_report_id:int}/annulment": lambda _of: {"reason": REASON},
    "POST /api/v1/contract-reports/{contract_report_id:int}/restoration": lambda _of: {"reason": REASON},
    "PATCH /api/v1/evidence/{evidence_id:int}": lambda _of: {"title": "Titre changé"},
    "POST /api/v1/evidence/{evidence_id:int}/links": lambda of: (
        {"subject_kind": "organisation", "subject_id": of.organisation_id}
    ),
    "POST /api/v1/evidence/{evidence_id:int}/annulment": lambda _of: {"reason": REASON},
    "POST /api/v1/evidence/{evidence_id:int}/restoration": lambda _of: {"reason": REASON},
    "POST /api/v1/evidence/links/{link_id:int}/withdrawal": lambda _of: {"reason": REASON},
    "POST /api/v1/systems": lambda of: {"organisation_id": of.organisation_id, "name": "Logiciel"},
    "PATCH /api/v1/systems/{system_id:int}": lambda _of: {"name": "Nom changé"},
    "POST /api/v1/systems/{system_id:int}/annulment": lambda _of: {"reason": REASON},
    "POST /api/v1/systems/{system_id:int}/restoration": lambda _of: {"reason": REASON},
    "POST /api/v1/processing-activities": lambda of: {"organisation_id": of.organisation_id, "name": "Traitement"},
    "POST /api/v1/breaches": lambda of: {
        "organisation_id": of.organisation_id,
        "title": "Poste volé",
        "natures": ["confidentiality"],
        "known_at": now().isoformat(),
    },
    "PATCH /api/v1/breaches/{breach_id:int}": lambda _of: {"title": "Poste retrouvé"},
    "POST /api/v1/breaches/{breach_id:int}/notifications": lambda _of: {
        "phase": "initial",
        "sent_at": now().isoformat(),
    },
    "POST /api/v1/breaches/{breach_id:int}/events": lambda _of: {"happened_at": now().isoformat(), "what": "Su"},
    "POST /api/v1/breaches/{breach_id:int}/touched": lambda of: {"activities": [of.activity_id]},
    "POST /api/v1/breaches/{breach_id:int}/annulment": lambda _of: {"reason": REASON},
    "POST /api/v1/breaches/{breach_id:int}/restoration": lambda _of: {"reason": REASON},
    "POST /api/v1/requests": lambda of: {
        "organisation_id": of.organisation_id,
        "regime": "cada",
        "subject": "Un rapport",
        "received_on": "2026-11-02",
    },
    "PATCH /api/v1/requests/{request_id:int}": lambda _of: {"subject": "Deux dossiers"},
    "POST /api/v1/requests/{request_id:int}/extension": lambda _of: {
        "extended_on": today().isoformat(),
        "extension_reasons": "Dossier vaste",
    },
    "POST /api/v1/requests/{request_id:int}/answer": lambda _of: {
        "answered_on": today().isoformat(),
        "outcome": "granted",
    },
    "POST /api/v1/requests/{request_id:int}/annulment": lambda _of: {"reason": REASON},
    "POST /api/v1/requests/{request_id:int}/restoration": lambda _of: {"reason": REASON},
    "PATCH /api/v1/processing-activities/{activity_id:int}": lambda _of: {"name": "Nom changé"},
    "POST /api/v1/processing-activities/{activity_id:int}/annulment": lambda _of: {"reason": REASON},
    "POST /api/v1/processing-activities/{activity_id:int}/restoration": lambda _of: {"reason": REASON},
    "POST /api/v1/templates/{template_id:str}/datasets": lambda of: {"organisation_id": of.organisation_id},
    "POST /api/v1/datasets/{dataset_id:int}/copies": lambda of: {"organisation_id": of.organisation_id},
    "POST /api/v1/processing-activities/imports/{import_id:int}/application": lambda _of: {"lines": [1]},
    **{
        f"POST /api/v1/contracts/essential-data/imports/{{essential_import_id:int}}/{done}": lambda _of: {}
        for done in ("application", "abandonment")
    },
    "POST /api/v1/processing-activities/imports/{import_id:int}/undoing": lambda _of: {},
    "POST /api/v1/processing-activities/imports/{import_id:int}/abandonment": lambda _of: {},
    "POST /api/v1/datasets/bulk": lambda of: {
        "dry_run": False,
        "items": [{"create": {"organisation_id": of.organisation_id, "title": "Bornes"}}],
    },
    "PATCH /api/v1/organisations/{organisation_id:int}": lambda _of: {"staff_fte": 61},
    "POST /api/v1/organisations/{organisation_id:int}/services": lambda _of: {"name": "Service par l’API"},
    "POST /api/v1/appointments": lambda of: {
        "subject_kind": "dataset",
        "subject_id": of.dataset_id,
        "role": "archivist",
        "since": "2026-11-01",
        "name": "Chargé des archives",
    },
    "POST /api/v1/appointments/{appointment_id:int}/end": lambda _of: {},
    "POST /api/v1/imports": lambda of: {
        "organisation_id": of.organisation_id,
        "address": "https://donnees.invalid/catalogue.ttl",
    },
    **{
        f"POST /api/v1/imports/{{batch_id:int}}/{done}": lambda _of: {}
        for done in ("application", "undoing", "reading", "abandonment")
    },
    "POST /api/v1/persons/{person_id:int}/erasure": lambda _of: {"ground": "no-longer-necessary", "reason": REASON},
    "POST /api/v1/documents/{document_id:int}/annotations": lambda _of: {"text": "Une note neuve"},
    "PATCH /api/v1/documents/{document_id:int}/annotations/{annotation_id:int}": lambda _of: {"set_aside": True},
    "POST /api/v1/documents/{document_id:int}/decision": lambda _of: {"answer": "sent-back", "reason": REASON},
    "POST /api/v1/documents": lambda of: {"scope": f"organisation:{of.organisation_id}"},
    "POST /api/v1/datasets/{dataset_id:int}/annulment": lambda _of: {"reason": REASON},
    "POST /api/v1/datasets/{dataset_id:int}/restoration": lambda _of: {"reason": REASON},
}
QUERIES = {
    "GET /conformite/{policy_id:str}/validation": f"?texte={digest_of('OD-05')}",
    "GET /conformite/constats": "?force=obligation&constat=to-complete",
    "GET /api/v1/search": "?q=jeu",
    "GET /api/v1/search/suggestions": "?q=jeu",
    "GET /api/v1/search/pieces": "?q=jeu",
    "GET /recherche": "?q=jeu",
    "GET /recherche/pieces": "?q=jeu",
    "GET /contrats/{contract_id:int}/pieces": "?q=jeu",
}
ON_DECIDED_DPIA = ("/annuler", "/consultation", "/faite", "/reviser", "/revisions/{number:int}")
ON_ASKING = {"/imports/{batch_id:int}/colonnes"}
ON_PREVIEWED = {
    "/imports/{batch_id:int}/appliquer", "/imports/{batch_id:int}/abandonner", "/imports/{batch_id:int}/a-corriger",
    "/api/v1/imports/{batch_id:int}/application",
}  # fmt: skip
ON_ADOPTED = ("{policy_id:str}/retirer", "{policy_id:str}/withdrawal", "{policy_id:str}/fichier")
"""What is asked about a rule that was adopted here, not about one of ours."""
_OF_CHOSEN = ("/decider", "/retirer", "/decisions", "/takedown", "/reuse", "/reutilisation")
_OF_MOVED = (
    "/etape", "/stage", "/stage-requests", "/no-other-secret", "/secrets/{secret:str}",
    "/publication/du-jeu/{dataset_id:int}",
)  # fmt: skip
SPARE_BY_API = ("course_id", "hold_id", "link_id", "rule_id", "slip_id")
ON_SPARE = {"/api/v1/imports/{batch_id:int}/abandonment"}
WITH_FILE = {
    f"POST {DEPOT}/deliveries/{{delivery_id:int}}/receipts",
    "POST /depot/{token:str}/livraisons/{delivery_id:int}",
    "POST /livraisons/{delivery_id:int}/recevoir", "POST /api/v1/deliveries/{delivery_id:int}/receipts",
    "POST /contrats/donnees-essentielles", "POST /api/v1/contracts/essential-data/imports",
    "POST /traitements/imports", "POST /api/v1/processing-activities/imports",
    "POST /imports", "POST /api/v1/imports/files", "POST /preuves/nouvelle", "POST /api/v1/evidence",
    "POST /preuves/{evidence_id:int}/edition", "POST /api/v1/evidence/{evidence_id:int}/editions",
    "POST /jeux/{dataset_id:int}/inspection", "POST /publication/du-jeu/{dataset_id:int}/petits-effectifs",
    "POST /api/v1/datasets/{dataset_id:int}/small-counts",
}  # fmt: skip
TO_ANNUL = {"/api/v1/appointments/{appointment_id:int}/end"}
ABOUT_SOMEONE_S = {
    "POST /documents", "POST /api/v1/documents", "POST /api/v1/appointments", "POST /api/v1/datasets/bulk",
    "POST /preuves/relier",
}  # fmt: skip


def _import_of(of: Objects, path: str, name: str) -> int:
    """One of the four imports of a kind: those that a route ends are no other's."""
    spare = "spare_" if path.endswith(("/abandonner", "/abandonment")) else ""
    number: int = getattr(of, f"{'api_' if path.startswith('/api/') else ''}{spare}{name}")
    return number


def _rule_of(of: Objects, path: str) -> str:
    return of.adopted_id if path.endswith(ON_ADOPTED) else of.policy_id


def call(method: str, path: str, of: Objects, *, subject: str = "dataset") -> Call:
    """A valid request to a route about what an organisation holds."""
    said = {
        "subject_kind": subject, "subject_id": of.dataset_id if subject == "dataset" else of.organisation_id,
        "part": "document", "name": "theme.css", "form": "csv", "step": "contexte", "number": 1, "position": 1,
        "import_id": _import_of(of, path, "record_import_id"),
        "essential_import_id": _import_of(of, path, "essential_import_id"), "policy_id": _rule_of(of, path),
        "secret": "l311-5-2d",
        **({"token": of.depot} if path.startswith("/depot/") else {}),
        **({"dataset_id": of.moved_id} if path.endswith(_OF_MOVED) else {}),
        **({"dataset_id": of.chosen_id} if path.endswith(_OF_CHOSEN) else {}),
        **({"course_id": of.spare_course_id} if path.endswith("/annuler") else {}),
        **{name: getattr(of, f"spare_{name}") for name in SPARE_BY_API if path.startswith("/api/")},
    }  # fmt: skip

    def fill(found: re.Match[str]) -> str:
        name = found[1]
        if name == "name" and "/champ/" in path:
            return "licence"
        if name == "person_id" and path.endswith(("/effacer", "/erasure")):
            return str(of.leaving_id)
        if name == "part" and path.startswith("/traitements/"):
            return "droits"
        if name == "bulk_id" and path.endswith("abandonner"):
            return str(of.spare_bulk_id)
        if name == "batch_id" and path in ON_PREVIEWED:
            return str(of.previewed_id)
        if name == "batch_id" and path in ON_ASKING:
            return str(of.asking_id)
        if name == "batch_id" and path in ON_SPARE:
            return str(of.spare_id)
        if name == "assessment_id" and path.endswith(ON_DECIDED_DPIA):
            return str(of.decided_dpia_id)
        if name == "assessment_id":
            state = "submitted" if path.endswith("/decision") else "draft"
            return str(getattr(of, f"{'api_' if path.startswith('/api/') else ''}{state}_dpia_id"))
        if name == "appointment_id" and path in TO_ANNUL:
            return str(of.mandate_id)
        return str(said.get(name) or getattr(of, name))

    route = f"{method} {path}"
    return Call(
        re.sub(r"\{(\w+):\w+\}", fill, path) + QUERIES.get(route, ""),
        form=FORMS[route](of) if route in FORMS else ({} if method != "GET" and not path.startswith("/api/") else None),
        json=BODIES[route](of) if route in BODIES else None,
        version=_version(path, of),
        file=route in WITH_FILE,
        key=of.depot if path.startswith(DEPOT) else "",
    )


def _version(path: str, of: Objects) -> int | None:
    """The version that an API call says it read."""
    if not path.startswith("/api/"):
        return None
    if path.endswith("/arrangement"):
        return of.arrangement_version
    if path.endswith("/dpia-need"):
        return of.screening_version
    if "{assessment_id:int}" in path:
        return of.submitted_dpia_version if path.endswith("/decision") else of.api_draft_dpia_version
    if path.endswith("/stage-requests"):
        return 1
    if "/publication/" in path:
        return of.choices_version if path.endswith(_OF_CHOSEN) else of.answers_version
    versions = {
        "stage_request_id": of.stage_request_version,
        "dataset_id": of.dataset_version, "system_id": of.system_version, "organisation_id": of.organisation_version,
        "appointment_id": 1, "batch_id": 1, "activity_id": of.activity_version,
        "breach_id": of.breach_version, "request_id": of.request_version,
        "evidence_id": of.evidence_version, "contract_id": of.contract_version, "party_id": of.terms_version,
        "amendment_id": of.amendment_version, "clause_id": of.clause_version,
        "stipulation_id": of.stipulation_version, "contract_report_id": of.contract_report_version,
        "delivery_id": of.delivery_version, "receipt_id": of.receipt_version, "reminder_id": of.reminder_version,
        "contract_step_id": of.contract_step_version,
        "document_id": 1, "deviation_id": of.deviation_version, "entry_id": of.entry_version,
        "measure_id": of.measure_version, "rule_id": of.spare_rule_version, "slip_id": 1, "delegation_id": 1,
        "refusal_point_id": 1,
        "body_id": of.body_version, "meeting_id": of.meeting_version, "action_id": of.action_version,
        "course_id": of.spare_course_version, "training_id": of.training_version,
        "campaign_id": of.campaign_version,
    }  # fmt: skip
    return next((version for name, version in versions.items() if name in path), None)


def owners_of(path: str, route: str) -> tuple[str, ...]:
    """Whose things a route can be asked about: everybody's, nobody's in particular, or none at all."""
    if any(f"{{{name}:str}}" in path for name in ("policy_id", "text_identifier", "digest", "token", "code")):
        return ("own", "none")
    if path.startswith(DEPOT):
        return ("own", "none")
    if "{form:str}" in path:
        return ("-",)
    filled = FORMS.get(route) or BODIES.get(route)
    named = filled(Objects(0)) if filled is not None else {}
    if (
        "{" in path
        or {"organisation_id", "subject_id", "body_id", "course_id"} & set(named)
        or route in ABOUT_SOMEONE_S
    ):
        return ("own", "other", "authority", "none")
    return ("-",)


ESSENTIAL = written(concession(autoriteConcedante={"id": "21620041000001"})).encode()
"""The essential data of a concession of the first commune."""
RECORD = "Nom du traitement;Finalité\nTraitement importé;Essayer\n".encode()
"""A record of processing of one activity."""
TURTLE = b"""@prefix dcat: <http://www.w3.org/ns/dcat#> . @prefix dct: <http://purl.org/dc/terms/> .
<urn:c> a dcat:Catalog ; dcat:dataset <urn:d> . <urn:d> a dcat:Dataset ; dct:title "Jeu importe" .
"""
