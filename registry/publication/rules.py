"""What answers conclude, which decisions stand, what leaves before publication: pure functions of values."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from functools import cache
from typing import Any

from registry.datasets.vocabulary import PersonalData, PublicationGround, PublicationRefusal
from registry.kernel.words import _, mark
from registry.platform.lists import load_list
from registry.publication.vocabulary import Conclusion, FieldFate, Outcome, SecretRank, SecretReply, SmallCountResult

PART = "l311-7"
"""The question that is no secret: whether the rest may be given without what is protected."""
BY_SECRET: Mapping[PublicationRefusal, SecretRank] = {
    PublicationRefusal.L311_5: SecretRank.ALL,
    PublicationRefusal.L311_6: SecretRank.PERSON,
}
"""The grounds of a refusal that need the very secret named, and the rank of those that may be."""
_REFUSALS: Mapping[Outcome, frozenset[PublicationRefusal]] = {
    # L311-6 leaves a document to the person concerned; a preparatory one (L311-2) is nobody's for its time.
    Outcome.NOT_COMMUNICABLE: frozenset(
        {PublicationRefusal.L311_2, PublicationRefusal.L311_5, PublicationRefusal.STATISTICAL_SECRECY}
    ),
    Outcome.RESTRICTED: frozenset(PublicationRefusal) - {PublicationRefusal.OTHER},
}
_ALLOWING: Mapping[Outcome, frozenset[Conclusion]] = {
    Outcome.OPEN: frozenset({Conclusion.TO_ALL}),
    Outcome.ONCE_TREATED: frozenset({Conclusion.TO_ALL, Conclusion.AFTER_REDACTION}),
}


@dataclass(frozen=True)
class Reply:
    """An answer about one secret; from the day after `until`, it stands in the way no more."""

    answer: SecretReply
    until: date | None = None


@dataclass(frozen=True)
class Communicability:
    """To whom a dataset may be given, on which secrets that rests, which questions are open, and until when it holds.

    `until` is the last day of what stands in the way, where every secret that does has one.
    """

    conclusion: Conclusion
    secrets: tuple[str, ...] = ()
    open_questions: tuple[str, ...] = ()
    until: date | None = None


@cache
def ranks() -> Mapping[str, SecretRank]:
    """The rank of every question, in the order of the list."""
    known = load_list("secrets")
    return {code: SecretRank(str(known.entries[code].facts["rank"])) for code in known}


def conclude(replies: Mapping[str, Reply], today: date) -> Communicability:
    """To whom a dataset may be given today, from the answers about its secrets.

    One secret of L311-5 that cannot be taken out settles it, whatever else is unknown; to give to all, every question
    must have been answered.
    Law: CRPA L311-5, L311-6, L311-7; Code du patrimoine L213-2.
    """
    secrets = [code for code, rank in ranks().items() if rank is not SecretRank.PART]
    standing = tuple(code for code in secrets if code in replies and _stands(replies[code], today))
    unknown = [code for code in secrets if code not in replies or replies[code].answer is SecretReply.UNKNOWN]
    part = replies[PART].answer if PART in replies else SecretReply.UNKNOWN
    if standing and part is SecretReply.UNKNOWN:
        unknown.append(PART)
    days = [replies[code].until for code in standing]
    until = max((day for day in days if day is not None), default=None) if None not in days else None
    return Communicability(
        _conclusion(standing, part, settled=not unknown), standing, tuple(unknown), None if unknown else until
    )


def _stands(reply: Reply, today: date) -> bool:
    return reply.answer is SecretReply.YES and (reply.until is None or reply.until >= today)


def _conclusion(standing: Iterable[str], part: SecretReply, *, settled: bool) -> Conclusion:
    held = {ranks()[code] for code in standing}
    if part is SecretReply.NO and SecretRank.ALL in held:
        return Conclusion.TO_NOBODY
    if not settled:
        return Conclusion.UNKNOWN
    if not held:
        return Conclusion.TO_ALL
    return Conclusion.AFTER_REDACTION if part is SecretReply.YES else Conclusion.TO_PERSON


def allows(outcome: Outcome, found: Communicability, text: str | None = None) -> bool:
    """Whether what is concluded of its secrets lets a dataset be decided so; a refusal rests on its own ground.

    `text` is the law or decree that has it published in spite of them.
    """
    if not outcome.opens or found.conclusion in _ALLOWING[outcome]:
        return True
    return outcome is Outcome.OPEN and text is not None and is_lifted(found)


def is_lifted(found: Communicability) -> bool:
    """Whether a text may lift the secrets of a dataset: those of persons alone, once every secret was answered about.

    Law: CRPA L312-1-2 al. 1; the registry takes no such text against L311-5 (defence, security, procedures).
    """
    return (
        bool(found.secrets)
        and all(ranks()[code] is SecretRank.PERSON for code in found.secrets)
        and set(found.open_questions) <= {PART}
    )


def is_homologated(licence: str) -> bool:
    """Whether a licence is of the lists of CRPA D323-2-1, for data or for software."""
    known = load_list("licences")
    return known.flag(licence, "homologated") or known.flag(licence, "homologated_software")


SAID_BY_LICENCE = ("fee", "database_right_claimed", "licence_restricts")
"""What a licence of the lists answers « no » to by itself.

Law: CRPA L323-2: the list is that of reuse free of charge, and its licences restrict nothing but what it admits.
"""


@dataclass(frozen=True)
class Opened:
    """What is known of what a decision would open: its personal data, what lets these go out, whether it is code.

    `own_licences` are the files and interfaces that have a licence of their own, by title; `small_counts` is what the
    last check of a file found; `to_take_out` are the fields that tell of people and may not go out as they are.
    """

    personal_data: PersonalData | None = None
    ground: PublicationGround | None = None
    software: bool | None = None
    own_licences: tuple[tuple[str, str], ...] = ()
    small_counts: SmallCountResult | None = None
    to_take_out: tuple[str, ...] = ()

    @property
    def names_people(self) -> bool:
        """Whether it is known to tell of people who may be recognised."""
        return self.personal_data not in {None, PersonalData.NONE, PersonalData.ANONYMISED}


def result_of_tables(tables: Sequence[Mapping[str, Any]]) -> SmallCountResult:
    """What a check says: that nothing was found is said only where there was something to look at, to the end."""
    if any(table["found"] for table in tables):
        return SmallCountResult.FOUND
    looked = [
        one["columns"] and one["is_whole"] and not one["is_cut"] and not one.get("unread")
        for one in tables if one["rows"]
    ]  # fmt: skip
    return SmallCountResult.NONE if all(looked) else SmallCountResult.INCOMPLETE


_LEFT: Mapping[SmallCountResult | None, str] = {
    SmallCountResult.FOUND: mark(
        "Une vérification de ce fichier a trouvé des groupes trop petits (CRPA, L312-1-2) : masquez-les ou "
        "regroupez-les et vérifiez le nouveau fichier, ou dites ici pourquoi il peut partir ainsi."
    ),
    SmallCountResult.INCOMPLETE: mark(
        "La dernière vérification des petits effectifs est incomplète : refaites-la sur le fichier entier, ou dites "
        "ici pourquoi il peut partir ainsi."
    ),
}
"""What a check leaves to be answered for before a file leaves."""


def wrong_decision(said: Mapping[str, Any], found: Communicability, opened: Opened) -> dict[str, str]:
    """What is wrong with a decision, by field: nothing where it may be taken."""
    outcome: Outcome = said["outcome"]
    return _wrong_opening(outcome, said, found, opened) if outcome.opens else _wrong_refusal(outcome, said, found)


def _wrong_opening(
    outcome: Outcome, said: Mapping[str, Any], found: Communicability, opened: Opened
) -> dict[str, str]:  # fmt: skip
    wrong = {}
    licence = said["licence"]
    text = said["disclosure_text"]
    if not allows(outcome, found, text):
        wrong["outcome"] = _why_not(found, outcome, text)
    elif outcome is Outcome.OPEN and opened.names_people and opened.ground is None:
        wrong["outcome"] = _(
            "La fiche dit que ce jeu contient des données personnelles, et rien qui permette de les mettre en ligne "
            "(CRPA, L312-1-2) : ouvrez-le après traitement, ou dites d’abord sur la fiche ce qui le permet (accord des "
            "personnes, texte, catégorie de l’article D312-1-3)."
        )
    elif outcome is Outcome.OPEN and opened.to_take_out:
        wrong["outcome"] = _(
            "Ces champs parlent de personnes, et rien n’établit qu’ils puissent être mis en ligne (CRPA, L312-1-2) : "
            "{fields}. Ouvrez ce jeu après traitement, ou dites d’abord sur la fiche ce qui le permet (accord des "
            "personnes, texte, catégorie de l’article D312-1-3), ou prouvez l’anonymisation."
        ).format(fields=", ".join(opened.to_take_out))
    if text is not None and not any(one.isdigit() for one in text):
        wrong["disclosure_text"] = _(
            "Donnez la référence de la loi ou du décret : son numéro, ou celui de l’article (CCP, L2196-2)."
        )
    if licence is None:
        wrong["licence"] = _("Choisissez la licence sous laquelle chacun pourra réutiliser ces données.")
    elif licence not in load_list("licences"):
        wrong["licence"] = _("Cette licence n’est pas dans la liste : choisissez-en une.")
    elif load_list("licences").flag(licence, "homologated_software") and not opened.software:
        wrong["licence"] = _(
            "« {licence} » est une licence de logiciel : elle ne convient qu’à un code source (CRPA, D323-2-1 II). "
            "Prenez la Licence Ouverte ou l’ODbL, ou dites d’abord, aux conditions de réutilisation, que c’en est un."
        ).format(licence=load_list("licences").label(licence))
    else:
        wrong |= _wrong_homologation(licence, said)
    if "licence" not in wrong and (sentence := _wrong_file(licence, opened)):
        wrong["licence"] = sentence
    if opened.small_counts in _LEFT and said["small_counts_reason"] is None:
        wrong["small_counts_reason"] = _(_LEFT[opened.small_counts])
    for name in ("refusal", "secret"):
        if said[name] is not None:
            wrong[name] = _("Une décision d’ouvrir n’a pas d’exception : laissez ce champ vide.")
    return wrong


def _wrong_file(licence: str, opened: Opened) -> str:
    """Which file or interface has a licence of its own that the law does not admit, judged as the decision's is.

    Law: CRPA D323-2-1: each file is offered under its own licence, and one is enough to depart from the list.
    """
    known = load_list("licences")
    for title, own in opened.own_licences:
        listed = known.flag(own, "homologated") or (known.flag(own, "homologated_software") and opened.software)
        if own != licence and not listed:
            return _(
                "« {file} » a sa propre licence, « {licence} », que la liste de l’article D323-2-1 du CRPA n’admet pas "
                "pour lui : changez-la d’abord sur la fiche, ou ôtez-la, et la licence du jeu s’y appliquera."
            ).format(file=title, licence=known.label(own))
    return ""


HOMOLOGATION = ("licence_reference", "homologated_on", "homologation_id")
"""What a decision says of the State's own decision, where its licence is not of the list."""


def _wrong_homologation(licence: str, said: Mapping[str, Any]) -> dict[str, str]:
    """What is missing of the State's decision about a licence of one's own, or what a listed one has no need of.

    Law: CRPA L323-2 al. 3, D323-2-2: homologated beforehand, by decision of the Prime Minister, for this data alone.
    """
    if is_homologated(licence):
        needless = _(
            "Cette licence est sur la liste de l’article D323-2-1 : elle n’a pas à être homologuée, effacez ceci."
        )
        return {name: needless for name in HOMOLOGATION if said[name] is not None}
    asks = {
        "licence_reference": _("Donnez le numéro de la décision du Premier ministre qui homologue cette licence."),
        "homologated_on": _("Donnez la date de la décision du Premier ministre qui homologue cette licence."),
        "homologation_id": _(
            "Choisissez la pièce : joignez d’abord au jeu, comme preuve « Arrêté ou décision », la décision du Premier "
            "ministre."
        ),
    }
    wrong = {name: asks[name] for name in HOMOLOGATION if said[name] is None}
    if wrong:
        wrong["licence"] = _(
            "« {licence} » n’est pas sur la liste de l’article D323-2-1 du CRPA, la seule où puisse se choisir la "
            "licence d’une réutilisation gratuite (L323-2) : prenez la Licence Ouverte ou l’ODbL, ou dites la décision "
            "du Premier ministre qui homologue cette licence pour ces données (D323-2-2) : date, numéro et pièce."
        ).format(licence=load_list("licences").label(licence))
    elif said["homologated_on"] > said["decided_on"]:
        wrong["homologated_on"] = _(
            "La licence doit être homologuée avant que l’on décide de l’employer (CRPA, L323-2) : vérifiez ces deux "
            "dates."
        )
    return wrong


def _why_not(found: Communicability, outcome: Outcome, text: str | None) -> str:
    known = load_list("secrets")
    if found.conclusion is Conclusion.UNKNOWN:
        names = ", ".join(known.label(code) for code in found.open_questions)
        return _("On ne sait pas encore à qui ce jeu est communicable. Répondez d’abord à : {questions}.").format(
            questions=names
        )
    names = ", ".join(f"{known.label(code)} ({known.words(code, 'article')})" for code in found.secrets)
    if outcome is Outcome.OPEN and text is not None:
        return _(
            "Aucun texte n’est admis ici contre un secret de L311-5 ({secrets}) : ouvrez ce jeu après occultation si "
            "le reste peut être donné, ou ne le publiez pas."
        ).format(secrets=names)
    if found.conclusion is Conclusion.AFTER_REDACTION:
        return _(
            "Ce jeu contient des mentions protégées ({secrets}) : ouvrez-le après occultation, ou dites plus bas la "
            "loi ou le décret qui permet de le publier malgré elles (CRPA, L312-1-2)."
        ).format(secrets=names)
    return _(
        "Ce jeu n’est pas communicable à tous ({secrets}), il ne peut donc pas être publié (CRPA, L312-1-2) : "
        "décidez un accès restreint, ou revoyez les réponses."
    ).format(secrets=names)


def _wrong_refusal(outcome: Outcome, said: Mapping[str, Any], found: Communicability) -> dict[str, str]:
    wrong = {}
    ground: PublicationRefusal | None = said["refusal"]
    secret: str | None = said["secret"]
    if ground is None:
        wrong["refusal"] = _("Dites l’exception de la loi qui permet de ne pas publier, avec son article.")
    elif ground not in _REFUSALS[outcome]:
        wrong["refusal"] = _wrong_ground(ground)
    rank = BY_SECRET.get(ground) if ground is not None else None
    if rank is not None and found.conclusion is Conclusion.AFTER_REDACTION and "refusal" not in wrong:
        wrong["outcome"] = _(
            "Les réponses disent que le reste peut être donné une fois ôté ce qui est protégé (CRPA, L311-7), et ce "
            "reste se publie (L312-1-2). Ouvrez ce jeu après traitement, ou revoyez la réponse à cette question."
        )
    if rank is not None and (secret is None or ranks().get(secret) is not rank):
        wrong["secret"] = _("Dites lequel des secrets de cet article est en cause.")
    elif rank is not None and secret not in found.secrets:
        wrong["secret"] = _(
            "Rien dans les réponses ne dit que ce secret est en cause : répondez d’abord « oui » à sa question."
        )
    elif rank is None and secret is not None:
        wrong["secret"] = _("Ce fondement ne repose sur aucun secret : laissez ce champ vide.")
    for name in ("licence", *HOMOLOGATION, "disclosure_text", "small_counts_reason"):
        if said[name] is not None:
            wrong[name] = _("Ce qui n’est pas publié n’en a pas besoin : laissez ce champ vide.")
    return wrong


def _wrong_ground(ground: PublicationRefusal) -> str:
    """Why a ground does not carry the refusal it is given for."""
    if ground is PublicationRefusal.OTHER:
        return _(
            "La loi ne connaît pas d’autre raison de refuser (CRPA, L312-1-1) : choisissez-en une, ou ouvrez le jeu."
        )
    if ground is PublicationRefusal.L311_6:
        return _(
            "« Non communicable », c’est à personne : cela se fonde sur L311-5, L311-2 ou le secret statistique. Ce "
            "que protège L311-6 se communique à la personne concernée : choisissez « Accès restreint »."
        )
    return _(
        "Ce fondement permet de ne pas publier, non de ne communiquer à personne : choisissez « Accès restreint », ou "
        "fondez « Non communicable » sur L311-5, L311-2 ou le secret statistique."
    )


@dataclass(frozen=True)
class FieldSeen:
    """What is known of a field: its category, and whether an inspection waits for somebody to look at it."""

    name: str
    category: str | None
    suspected: bool


@dataclass(frozen=True)
class Basis:
    """What lets a dataset that tells of people be published: `is_told` where its ground has its category or reference.

    `is_proved` is whether something proves that it is anonymous; `found` is what its secrets conclude.
    """

    personal: PersonalData | None
    ground: PublicationGround | None
    is_told: bool
    is_proved: bool
    found: Communicability


def fate_of(field: FieldSeen, basis: Basis) -> tuple[FieldFate, str]:
    """What becomes of a field once its dataset is published, and why where it does not just stay.

    What tells of people leaves, unless its anonymity is proved, they agreed, a text says otherwise, or a category of
    D312-1-3 lists it, once the secrets that protect persons are settled; that list opens nothing that L311-6 protects,
    nor health, beliefs or offences.
    Law: CRPA L311-6, L312-1-2, D312-1-3.
    """
    if field.suspected:
        return FieldFate.UNKNOWN, _("L’inspection d’un fichier y voit des données personnelles : confirmez ou écartez.")
    if field.category is None:
        if basis.personal is PersonalData.NONE:
            return FieldFate.STAYS, ""
        return FieldFate.UNKNOWN, _("Personne n’a dit si ce champ parle de quelqu’un.")
    known = load_list("personal_categories")
    if not known.flag(field.category, "personal"):
        return FieldFate.STAYS, ""
    if basis.personal is PersonalData.ANONYMISED:
        if basis.is_proved:
            return FieldFate.STAYS, ""
        return FieldFate.UNKNOWN, _(
            "Le jeu est dit anonymisé et rien ne le prouve : joignez la preuve d’anonymisation."
        )
    grave = any(known.flag(field.category, name) for name in ("special", "offences", "nir"))
    return _fate_on_ground(basis, grave=grave)


def basis_of(sheet: Any, found: Communicability, *, proved: bool) -> Basis:
    """What lets a dataset be published, from its sheet; `proved` where a piece proves that it is anonymous."""
    ground = PublicationGround(sheet.publication_ground) if sheet.publication_ground is not None else None
    personal = PersonalData(sheet.personal_data) if sheet.personal_data is not None else None
    listed = ground is PublicationGround.D312_1_3
    told = sheet.publishable_category if listed else sheet.publication_ground_reference
    proved = proved or sheet.anonymisation_proof is not None
    return Basis(personal, ground, told is not None, proved, found)


def to_take_out(fields: Iterable[Any], basis: Basis) -> tuple[str, ...]:
    """The described fields that tell of people and that nothing lets out as they are, whatever their sheet says."""
    known = load_list("personal_categories")
    told = [one for one in fields if not one.annulled and one.personal_category is not None]
    return tuple(
        one.name for one in told if known.flag(one.personal_category, "personal")
        and fate_of(FieldSeen(one.name, one.personal_category, suspected=False), basis)[0]
        in {FieldFate.LEAVES, FieldFate.UNKNOWN}
    )  # fmt: skip


def _fate_on_ground(basis: Basis, *, grave: bool) -> tuple[FieldFate, str]:
    listed = basis.ground is PublicationGround.D312_1_3
    if basis.ground is None:
        return FieldFate.LEAVES, _(
            "CRPA, L312-1-2 : rien ne permet de la publier sans rendre les personnes impossibles à identifier."
        )
    if grave and listed:
        return FieldFate.LEAVES, _(
            "CRPA, D312-1-3 : aucune catégorie n’ouvre la santé, les opinions ni les infractions."
        )
    if not basis.is_told:
        return FieldFate.UNKNOWN, (
            _("Dites sur la fiche laquelle des catégories de l’article D312-1-3 permet de la publier.") if listed
            else _("Donnez sur la fiche la référence du texte, ou de l’accord des personnes, qui permet de la publier.")
        )  # fmt: skip
    if any(ranks()[code] is SecretRank.PERSON for code in basis.found.open_questions):
        return FieldFate.UNKNOWN, _(
            "Répondez d’abord aux questions sur les secrets qui protègent les personnes (L311-6)."
        )
    if listed and any(ranks()[code] is SecretRank.PERSON for code in basis.found.secrets):
        return FieldFate.LEAVES, _("CRPA, L311-6 : un secret protège les personnes, et D312-1-3 ne le lève pas.")
    return FieldFate.MAY_STAY, ""
