"""What is known and decided of a publication, in words: for panels, pages and programs."""

from collections.abc import Mapping, Sequence
from typing import Any

from registry.compliance.catalogue import PRESENT
from registry.compliance.engine import engine_of
from registry.compliance.evaluation import Assessment, assess
from registry.compliance.vocabulary import SubjectKind, UnknownHalf, Verdict
from registry.datasets.detection.queries import find_suggestions
from registry.datasets.models import Dataset, DatasetField
from registry.datasets.queries import find_parts
from registry.datasets.vocabulary import (
    FieldEvidence,
    PublicationDecision,
    PublicationGround,
    PublicationRefusal,
    StatisticalSecrecy,
    SuggestionState,
)
from registry.documents.queries import find_evidence_on
from registry.documents.vocabulary import EvidenceKind, ProofSubject
from registry.kernel.permissions import Permission
from registry.kernel.words import _, mark
from registry.lifecycle.showing import known_now
from registry.organisations.queries import get_organisation
from registry.platform.lists import load_list
from registry.publication.checking import SHAPES, in_a_line, result_of
from registry.publication.forms import LABELS
from registry.publication.models import PublicationChoice, SmallCountCheck
from registry.publication.queries import (
    Dossier,
    find_checks,
    find_homologations,
    find_own_licences,
    find_standing_check,
    find_to_take_out,
    get_dossier,
)
from registry.publication.reusing import reuse_lines
from registry.publication.rules import (
    BY_SECRET,
    HOMOLOGATION,
    PART,
    Basis,
    Communicability,
    FieldSeen,
    allows,
    basis_of,
    fate_of,
    is_homologated,
    ranks,
)
from registry.publication.service import ONLINE
from registry.publication.views import (
    ChoiceView,
    ConclusionView,
    DecisionPage,
    DutyLine,
    FieldLine,
    PublicationPage,
    PublicationPanel,
    QuestionLine,
    QuestionPage,
    RedactionPage,
)
from registry.publication.vocabulary import Conclusion, DecisionState, Duty, FieldFate, Outcome, SecretReply
from registry.web.held import is_held
from registry.web.templating import say_day
from registry.web.visits import Visit

READ, RECORD = Permission.DATASETS_SHEET_READ, Permission.DATASETS_LAW_RECORD
ISSUE = Permission.REPORTING_DOCUMENT_ISSUE
_SHAPES: Mapping[Any, str] = {
    Conclusion.TO_ALL: "compliant", Conclusion.AFTER_REDACTION: "to-complete", Conclusion.TO_PERSON: "non-compliant",
    Conclusion.TO_NOBODY: "non-compliant", Conclusion.UNKNOWN: "to-complete",
    SecretReply.YES: "non-compliant", SecretReply.NO: "compliant", SecretReply.UNKNOWN: "to-complete",
    FieldFate.LEAVES: "non-compliant", FieldFate.MAY_STAY: "compliant", FieldFate.STAYS: "compliant",
    FieldFate.UNKNOWN: "to-complete",
    Duty.APPLIES: "compliant", Duty.NOT: "not-applicable", Duty.UNKNOWN: "to-complete",
    Duty.ABOVE: "to-complete",
}  # fmt: skip
DUTIES = {
    "OD-18": mark("Catégorie de forte valeur (règlement européen)"),
    "OD-17": mark("Thème INSPIRE (données géographiques et environnementales)"),
    "OD-14": mark("Subventions versées"),
    "OD-15": mark("Base adresse locale"),
    "OD-16": mark("Données de mobilité"),
}
"""What obliges to publish besides the general duty, by the policy whose condition tells to which datasets."""
_GENERAL, _SUBJECT = "OD-01", "organisation.subject_to_online_publication"
_TO_PUBLISH = frozenset({str(PublicationDecision.PUBLISH), str(PublicationDecision.PUBLISH_ONCE_TREATED)})


def dossier_of(visit: Visit, dataset_id: int) -> Dossier:
    """What was answered and decided of a dataset, asked once a page."""
    return visit.once(("publication", dataset_id), lambda: get_dossier(visit.session, dataset_id))


def secrets_in_words(codes: Sequence[str]) -> list[str]:
    """Secrets by their names and articles."""
    known = load_list("secrets")
    return [f"{known.label(code)} ({known.words(code, 'article')})" for code in codes]


def conclusion_view(found: Communicability) -> ConclusionView:
    """What is concluded, in words."""
    return ConclusionView(
        _SHAPES[found.conclusion], found.conclusion.label, secrets_in_words(found.secrets),
        say_day(found.until) if found.until is not None else "", len(found.open_questions),
    )  # fmt: skip


def choice_view(
    choice: PublicationChoice, sheet: Dataset, found: Communicability, check: SmallCountCheck | None = None,
    pieces: Mapping[int, str] | None = None,
) -> ChoiceView:  # fmt: skip
    """A decision in words, with why it holds no more where what is known now contradicts it.

    `pieces` are the decisions attached to the dataset, where the piece is to be named.
    """
    piece, day = "", choice.homologated_on
    if choice.homologation_id is not None and pieces is not None:
        piece = pieces.get(choice.homologation_id, _("retirée du jeu, ou annulée, depuis"))
    licences, holds = load_list("licences"), choice.state is DecisionState.CURRENT
    licence = licences.label(choice.licence) if choice.licence is not None else ""
    if choice.licence is not None and is_homologated(choice.licence):
        licence = _("{licence} (liste de D323-2-1)").format(licence=licence)
    homologation = choice.licence_reference or "", say_day(day) if day is not None else "", piece
    told = [
        (_("Décidée"), _("{day}, {role}").format(day=say_day(choice.decided_on), role=choice.decided_as.label)),
        (_("Motif"), choice.reason),
        (_("Exception de la loi"), choice.refusal.label if choice.refusal is not None else ""),
        (_("Secret en cause"), ", ".join(secrets_in_words([choice.secret])) if choice.secret is not None else ""),
        (_("Licence"), licence),
        *zip((_(LABELS[name]) for name in HOMOLOGATION), homologation, strict=True),
        (_("Texte qui permet de publier malgré le secret"), choice.disclosure_text or ""),
        (_("Petits effectifs"), in_a_line(check) if check is not None else ""),
        (_("Pourquoi le fichier part malgré elle"), choice.small_counts_reason or ""),
        (choice.state.label, say_day(choice.ended_on) if choice.ended_on is not None else ""),
        (_("Motif du retrait"), choice.ended_reason or ""),
    ]
    overtaken = _overtaken(choice, sheet, found) if holds else ""
    shape = "to-complete" if overtaken else "compliant" if choice.outcome.opens else "not-applicable"
    return ChoiceView(
        choice.outcome.label, shape if holds else "not-applicable", [line for line in told if line[1]],
        choice.outcome.opens, overtaken,
    )  # fmt: skip


def _overtaken(choice: PublicationChoice, sheet: Dataset, found: Communicability) -> str:
    if not allows(choice.outcome, found, choice.disclosure_text):
        return _("Les réponses sur les secrets ont changé depuis : cette décision ne vaut plus, décidez de nouveau.")
    if choice.outcome.opens and choice.licence != sheet.licence:
        return _("La licence de la fiche a changé depuis : cette décision ne vaut plus, décidez de nouveau.")
    return ""


def publication_panel(visit: Visit, dataset_id: int) -> PublicationPanel | None:
    """What is known and decided of the publication of a dataset; nothing on an annulled sheet."""
    # The page of the sheet read it already.
    sheet = visit.session.get(Dataset, dataset_id)
    if sheet is None or sheet.annulled:
        return None
    some = is_held(visit, "publication", "dataset", dataset_id) or is_held(visit, "choices", "dataset", dataset_id)
    dossier = dossier_of(visit, dataset_id) if some else Dossier({}, ())
    own = any(is_held(visit, f"licence of a {part}", "dataset", dataset_id) for part in ("file", "service"))
    found = dossier.concluded(visit.today)
    return PublicationPanel(
        dataset_id, conclusion_view(found),
        choice_view(dossier.current, sheet, found) if dossier.current is not None else None,
        other_licences(visit, sheet) if own else (), visit.visitor.may(RECORD, sheet.organisation_id),
        visit.visitor.may(ISSUE, sheet.organisation_id),
    )  # fmt: skip


def other_licences(visit: Visit, sheet: Dataset) -> list[str]:
    """The files and interfaces of a dataset that are under another licence than its own, each in a sentence."""
    licences = load_list("licences")
    whole = licences.label(sheet.licence) if sheet.licence is not None else _("aucune")
    return [
        _("« {file} » est sous « {licence} », et non sous la licence du jeu ({whole}).").format(
            file=title, licence=licences.label(own), whole=whole
        )
        + ("" if is_homologated(own) else _(" Cette licence n’est pas sur la liste de l’article D323-2-1 (OD-05)."))
        for title, own in find_own_licences(visit.session, sheet.id)
        if own != sheet.licence
    ]


def publication_page(visit: Visit, sheet: Dataset, ground: str = "", error: str = "") -> PublicationPage:
    """All that is known and decided; `ground` was typed to deny what was left unanswered."""
    dossier = dossier_of(visit, sheet.id)
    found = dossier.concluded(visit.today)
    questions = [question_line(dossier, code) for code in load_list("secrets")]
    checks = {one.id: one for one in find_checks(visit.session, sheet.id)}
    cited = any(one.homologation_id is not None for one in dossier.choices)
    pieces = {one.id: one.title for one, _edition in find_homologations(visit.session, sheet.id)} if cited else {}
    current, may = dossier.current, visit.visitor.may(RECORD, sheet.organisation_id) and not sheet.annulled
    return PublicationPage(
        id=sheet.id, version=dossier.version, title=sheet.title, organisation_id=sheet.organisation_id,
        organisation=get_organisation(visit.session, sheet.organisation_id).name, annulled=sheet.annulled,
        conclusion=conclusion_view(found), questions=questions,
        following=next(iter(found.open_questions), ""),
        unanswered=sum(code != PART and code not in dossier.answers for code in load_list("secrets")),
        choice=(
            choice_view(current, sheet, found, checks.get(current.check_id or 0), pieces)
            if current is not None else None
        ),
        past=[
            choice_view(one, sheet, found, checks.get(one.check_id or 0), pieces)
            for one in dossier.choices if one is not current
        ],
        duties=duty_lines(visit, sheet), reuse=reuse_lines(sheet, dossier.reuse), may_record=may,
        may_take_down=may and (sheet.stage in ONLINE or (current is not None and current.outcome.opens)),
        ground=ground, errors={"ground": error} if error else {},
        labels={name: _(word) for name, word in LABELS.items()},
    )  # fmt: skip


def question_line(dossier: Dossier, code: str) -> QuestionLine:
    """The question of a secret with its answer, or with none."""
    known, answer = load_list("secrets"), dossier.answers.get(code)
    said = ""
    if answer is not None:
        said = _("{article}, {day}, {role}").format(
            article=answer.article, day=say_day(answer.answered_on), role=answer.answered_as.label
        )
        if answer.until is not None:
            said = _("{said} ; dernier jour : {day}").format(said=said, day=say_day(answer.until))
    good = {SecretReply.YES: SecretReply.NO, SecretReply.NO: SecretReply.YES}
    reply = answer.answer if answer is not None else SecretReply.UNKNOWN
    return QuestionLine(
        code, known.label(code), known.words(code, "article"), known.words(code, "asks"),
        answer.answer.label if answer is not None else _("Sans réponse"),
        _SHAPES[good.get(reply, reply) if code == PART else reply], (answer.ground or "") if answer is not None else "",
        said,
    )  # fmt: skip


def question_page(
    visit: Visit, sheet: Dataset, code: str, values: Mapping[str, Any] | None = None, errors: Mapping[str, str] = {}
) -> QuestionPage:
    """The form of one question, as it was answered or typed."""
    known, dossier = load_list("secrets"), dossier_of(visit, sheet.id)
    answer, codes = dossier.answers.get(code), list(known)
    stored = {name: getattr(answer, name, None) for name in ("answer", "ground", "until")}
    return QuestionPage(
        id=sheet.id, version=dossier.version, title=sheet.title, code=code, question=known.label(code),
        asks=known.words(code, "asks"), article=f"CRPA, {known.words(code, 'article')}", is_secret=code != PART,
        place=codes.index(code) + 1, total=len(codes), replies=[(str(one), one.label) for one in SecretReply],
        values=stored if values is None else values, errors=errors,
        labels={name: _(label) for name, label in LABELS.items()},
    )  # fmt: skip


def decision_page(
    visit: Visit, sheet: Dataset, values: Mapping[str, Any] | None = None, errors: Mapping[str, str] = {}
) -> DecisionPage:
    """The form of a decision: as typed, else as the decision that holds, dated today."""
    dossier = dossier_of(visit, sheet.id)
    current = dossier.current
    names = ("outcome", "refusal", "secret", "licence", *HOMOLOGATION, "disclosure_text")
    stored = {name: getattr(current, name, None) for name in names}
    stored |= {"licence": stored["licence"] or sheet.licence, "decided_on": visit.today, "reason": ""}
    if current is not None and not current.outcome.opens:
        stored["licence"] = None
    known, licences = load_list("secrets"), load_list("licences")
    check = find_standing_check(visit.session, sheet.id)
    listed = sorted(licences, key=lambda code: not is_homologated(code))
    return DecisionPage(
        id=sheet.id, version=dossier.version, title=sheet.title,
        conclusion=conclusion_view(dossier.concluded(visit.today)),
        outcomes=[(str(one), one.label) for one in Outcome],
        small_counts=in_a_line(check) if check is not None else "",
        small_shape=SHAPES[result_of(check)] if check is not None else "",
        refusals=[(str(one), one.label) for one in PublicationRefusal if one is not PublicationRefusal.OTHER],
        secrets=[
            (code, f"{known.label(code)} ({known.words(code, 'article')})")
            for code, rank in ranks().items() if rank in BY_SECRET.values()
        ],
        licences=[
            (code, licences.label(code) if is_homologated(code)
             else _("{licence} (à homologuer)").format(licence=licences.label(code)))
            for code in listed
        ],
        pieces=[(one.id, one.title) for one, _edition in find_homologations(visit.session, sheet.id)],
        to_take_out=find_to_take_out(visit.session, sheet, dossier.concluded(visit.today)),
        others=other_licences(visit, sheet), values=stored if values is None else values, errors=errors,
        labels={name: _(label) for name, label in LABELS.items()},
    )  # fmt: skip


def duty_lines(visit: Visit, sheet: Dataset) -> list[DutyLine]:
    """What obliges to publish a dataset: the general duty by threshold, then each text of its own.

    Whether a text bears on it is the condition of its policy, asked of the same facts.
    """
    if sheet.annulled:
        return []
    facts = known_now(visit, sheet)
    catalogue = engine_of(visit.session).catalogue
    said = assess(catalogue, SubjectKind.DATASET, facts, today=visit.today, law_of=visit.today)
    by_policy = {one.policy.id: one for one in said}
    lines = []
    if (general := by_policy.get(_GENERAL)) is not None:
        subject = facts.get(_SUBJECT)
        # The article is about bases kept up to date and data of interest: only a decision tells that this one is such.
        decided = facts.get("dataset.publication_decision")
        above = Duty.APPLIES if decided in _TO_PUBLISH else Duty.ABOVE
        duty = Duty.UNKNOWN if subject is None else above if subject else Duty.NOT
        missing = [] if subject is not None else [catalogue.facts[_SUBJECT].title()]
        lines.append(_duty_line(_("Seuils de la publication en ligne (agents, habitants)"), duty, general, missing))
    for number, title in DUTIES.items():
        if (one := by_policy.get(number)) is not None:
            unknown = one.verdict is Verdict.TO_COMPLETE and one.unknown_half is UnknownHalf.WHEN
            missing = [catalogue.facts[name.removesuffix(PRESENT)].title() for name in one.missing] if unknown else []
            duty = Duty.UNKNOWN if unknown else Duty.NOT if one.verdict is Verdict.NOT_APPLICABLE else Duty.APPLIES
            lines.append(_duty_line(_(title), duty, one, missing))
    return lines


def _duty_line(title: str, duty: Duty, one: Assessment, missing: list[str]) -> DutyLine:
    return DutyLine(
        title, _SHAPES[duty], duty.label, f"{one.version.text}, {one.version.article}", one.version.address,
        say_day(one.version.effective_from) if duty is Duty.APPLIES else "", missing,
    )  # fmt: skip


def redaction_page(visit: Visit, sheet: Dataset) -> RedactionPage:
    """Which fields leave before publication, on which ground."""
    waiting = {
        one.field_name
        for one in find_suggestions(visit.session, sheet.id)
        if one.state in {SuggestionState.WAITING, SuggestionState.KEPT}
    }
    fields = [one for one in find_parts(visit.session, DatasetField, sheet.id) if not one.annulled]
    known, listed = [field.name for field in fields], load_list("publishable_categories")
    proving = {EvidenceKind.ANONYMISATION_PROOF, EvidenceKind.REDACTION}
    proofs = find_evidence_on(visit.session, ProofSubject.DATASET, sheet.id)
    found = dossier_of(visit, sheet.id).concluded(visit.today)
    proved = any(one.kind is EvidenceKind.ANONYMISATION_PROOF for one, _edition, _link in proofs)
    basis = basis_of(sheet, found, proved=proved)
    rows = [_field_line(sheet, field, basis, suspected=field.name in waiting) for field in fields]
    rows += [_suspected_line(name, basis) for name in sorted(waiting.difference(known))]
    return RedactionPage(
        id=sheet.id, title=sheet.title, organisation_id=sheet.organisation_id,
        organisation=get_organisation(visit.session, sheet.organisation_id).name,
        personal_data=sheet.personal_data.label if sheet.personal_data is not None else "",
        ground=_say_ground(sheet), rows=rows,
        leaving=sum(row.fate == FieldFate.LEAVES.label for row in rows),
        unknown=sum(row.fate == FieldFate.UNKNOWN.label for row in rows),
        conclusion=conclusion_view(found),
        proofs=[(one.title, f"/preuves/{one.id}") for one, _edition, _link in proofs if one.kind in proving],
        categories=[(listed.words(code, "article"), listed.label(code)) for code in listed],
        small_counts=_small_counts(sheet), may_record=visit.visitor.may(RECORD, sheet.organisation_id),
    )  # fmt: skip


def _small_counts(sheet: Dataset) -> str:
    if sheet.statistical_secrecy is None:
        return _("On ne sait pas si le secret statistique est en cause : dites-le sur la fiche.")
    if sheet.statistical_secrecy is StatisticalSecrecy.NONE:
        return ""
    return _("{secrecy} : vérifiez qu’aucun total ne porte sur trop peu de personnes ou d’entreprises.").format(
        secrecy=sheet.statistical_secrecy.label
    )


def _field_line(sheet: Dataset, field: DatasetField, basis: Basis, *, suspected: bool) -> FieldLine:
    known = load_list("personal_categories")
    unsure = suspected or field.evidence is FieldEvidence.DETECTED
    fate, why = fate_of(FieldSeen(field.name, field.personal_category, unsure), basis)
    category = known.label(field.personal_category) if field.personal_category is not None else ""
    ground = _say_ground(sheet) if fate is FieldFate.MAY_STAY else why
    return FieldLine(field.name, field.label or "", category, _SHAPES[fate], fate.label, ground)


def _suspected_line(name: str, basis: Basis) -> FieldLine:
    fate, why = fate_of(FieldSeen(name, None, suspected=True), basis)
    return FieldLine(name, "", "", _SHAPES[fate], fate.label, why)


def _say_ground(sheet: Dataset) -> str:
    """What lets a dataset that tells of people be published, with its category or its reference."""
    if sheet.publication_ground is None:
        return ""
    said = [sheet.publication_ground.label]
    if sheet.publishable_category is not None and sheet.publication_ground is PublicationGround.D312_1_3:
        listed = load_list("publishable_categories")
        said.append(
            f"{listed.words(sheet.publishable_category, 'article')}, {listed.label(sheet.publishable_category)}"
        )
    if sheet.publication_ground_reference is not None:
        said.append(sheet.publication_ground_reference)
    return _(" : ").join(said)
