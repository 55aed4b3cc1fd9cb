"""What each text asks of a request, as pure functions of values: its delay, what silence means, where to turn next."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from registry.kernel.delays import Counted, Delay, count_delay
from registry.kernel.words import _, mark
from registry.processing.clocks.rules import Clock, clock_of_days
from registry.processing.clocks.vocabulary import ClockState
from registry.processing.requests.vocabulary import RequestOutcome, RequestRegime
from registry.web.templating import say_day


@dataclass(frozen=True)
class Regime:
    """What a text says of the requests under it. `delay` and `extended` are names of `policies/delays.yaml`.

    `refusal` is the article that asks for the grounds of a refusal and the remedies; `transfer` is what the text makes
    of a request passed on to who holds what is asked, `abuse` of one that is unfounded or abusive, each with its law.
    `since` is the day from which the text counts the delay: a request received before is not under it.
    """

    delay: str
    since: date
    since_says: str
    asked: str
    example: str
    told: str
    silence: str
    refusal: str
    remedies: str
    transfer: str
    abuse: str
    abuse_law: str
    transfer_law: str = ""
    extended: str | None = None


REGIMES: Mapping[RequestRegime, Regime] = {
    RequestRegime.GDPR: Regime(
        delay="gdpr-request",
        extended="gdpr-request-extended",
        since=date(2018, 5, 25),
        since_says=mark("Le RGPD s’applique depuis le 25 mai 2018 : vérifiez la date de réception."),
        asked=mark("Ses propres données : les voir, les corriger, les faire effacer, s’y opposer"),
        example=mark("« Quelles données avez-vous sur moi ? », « Effacez mon compte de la bibliothèque »"),
        told=mark(
            "Un mois, prolongeable de deux si la personne en est avertie dans le premier mois (RGPD art. 12 §3)."
        ),
        silence=mark("Passé le délai, c’est un manquement : la personne peut saisir la CNIL ou le juge."),
        refusal=mark("RGPD, art. 12 §4"),
        remedies=mark(
            "Vous pouvez introduire une réclamation auprès de la CNIL et former un recours devant le juge (RGPD "
            "art. 12 §4)."
        ),
        transfer=mark(
            "Transmettre la demande n’arrête pas le délai : le RGPD n’en fait pas une réponse. Répondez à la personne, "
            "au besoin que rien n’est détenu, et dites-lui à qui vous avez transmis."
        ),
        transfer_law=mark("RGPD, art. 12 §3"),
        abuse=mark(
            "Infondée ou excessive, elle reçoit quand même dans le mois un refus motivé, avec ses recours ; c’est à "
            "vous de démontrer qu’elle l’est."
        ),
        abuse_law=mark("RGPD, art. 12 §4 et §5"),
    ),
    RequestRegime.CADA: Regime(
        delay="cada-request",
        since=date(2016, 1, 1),
        since_says=mark(
            "L’article R311-13 compte ce délai depuis le 1er janvier 2016 : vérifiez la date de réception."
        ),
        asked=mark("Un document administratif : rapport, délibération, contrat, fichier, correspondance"),
        example=mark("« Je souhaite une copie du contrat de délégation de l’eau »"),
        told=mark("Un mois, puis le silence vaut refus (CRPA R*311-12 et R311-13)."),
        silence=mark("Passé le délai, le silence vaut refus : le demandeur peut saisir la CADA dans les deux mois."),
        refusal=mark("CRPA L311-14"),
        remedies=mark(
            "Vous pouvez saisir la Commission d’accès aux documents administratifs dans les deux mois qui suivent ce "
            "refus (CRPA R343-1) ; cette saisine est obligatoire avant tout recours devant le juge (CRPA L342-1)."
        ),
        transfer=mark("Si une autre administration détient le document ; l’intéressé en est avisé."),
        transfer_law=mark("CRPA L311-2"),
        abuse=mark(
            "L’administration n’est pas tenue de donner suite à une demande abusive, en particulier par le nombre ou "
            "la répétition : dites en quoi elle l’est."
        ),
        abuse_law=mark("CRPA L311-2"),
    ),
    RequestRegime.REUSE: Regime(
        delay="reuse-request",
        since=date(2016, 3, 19),
        since_says=mark("L’article R*322-4 s’applique depuis le 19 mars 2016 : vérifiez la date de réception."),
        asked=mark("Réutiliser des informations publiques : les rediffuser, en faire un service"),
        example=mark("« Pouvons-nous reprendre vos horaires dans notre application ? »"),
        told=mark("Un mois, puis le silence vaut rejet (CRPA R*322-4) ; la durée reste à valider."),
        silence=mark("Passé le délai, le silence vaut rejet : le demandeur peut saisir la CADA."),
        refusal=mark("CRPA L322-5"),
        remedies=mark(
            "Vous pouvez saisir la Commission d’accès aux documents administratifs de cette décision défavorable ; "
            "cette saisine est obligatoire avant tout recours devant le juge (CRPA L342-1)."
        ),
        transfer=mark("Si une autre administration détient ces informations ; avisez-en qui demande."),
        abuse=mark(
            "Les textes lus ne dispensent pas de répondre à une demande de réutilisation, même abusive : la décision "
            "défavorable est écrite et motivée."
        ),
        abuse_law=mark("CRPA L322-5"),
    ),
    RequestRegime.ADMINISTRATION: Regime(
        delay="administration-request",
        since=date(2016, 10, 9),
        since_says=mark(
            "L’article 1er de la loi pour une République numérique s’applique depuis le 9 octobre 2016 : vérifiez la "
            "date de réception."
        ),
        asked=mark("Une administration demande des documents pour sa mission de service public"),
        example=mark("Une commune demande à la communauté urbaine le plan de ses réseaux"),
        told=mark("Un mois (loi 2016-1321, art. 1er III, et CRPA R311-13)."),
        silence=mark("Passé le délai, le silence vaut refus : l’administration qui demande peut saisir la CADA."),
        refusal=mark("CRPA L311-14"),
        remedies=mark(
            "Vous pouvez saisir la Commission d’accès aux documents administratifs dans les deux mois qui suivent ce "
            "refus (CRPA R343-1 et L342-1 ; loi 2016-1321, art. 1er III)."
        ),
        transfer=mark("Si une autre administration détient le document ; avisez-en celle qui demande."),
        transfer_law=mark("CRPA L311-2"),
        abuse=mark(
            "La loi applique à ces demandes le titre Ier du livre III du CRPA, où L311-2 dispense de donner suite à "
            "une demande abusive : cette lecture reste à valider, répondez ou motivez le refus."
        ),
        abuse_law=mark("Loi 2016-1321, art. 1er III"),
    ),
}


def first_delay(regime: RequestRegime, received: date, delays: Mapping[str, Delay]) -> Counted:
    """The delay of a request as its text counts it, without any extension."""
    return count_delay(received, delays[REGIMES[regime].delay])


def is_extended(regime: RequestRegime, received: date, extended: date | None, delays: Mapping[str, Delay]) -> bool:
    """Whether an extension counts: its text knows one, and it was notified before the first delay was over.

    Law: GDPR art. 12 §3.
    """
    if extended is None or REGIMES[regime].extended is None:
        return False
    return received <= extended <= first_delay(regime, received, delays).last


def due_of(regime: RequestRegime, received: date, extended: date | None, delays: Mapping[str, Delay]) -> Counted:
    """The delay a request has to be answered in, its extension included where it counts."""
    longer = REGIMES[regime].extended
    if longer is not None and is_extended(regime, received, extended, delays):
        return count_delay(received, delays[longer])
    return first_delay(regime, received, delays)


def answer_of(request: Any) -> date | None:
    """The day a request was answered, if it was: passing it on is no answer under the GDPR, nor is leaving it.

    Law: GDPR art. 12 §3; CRPA L311-2 for what is asked of an administration that does not hold the document.
    """
    passed_on = request.regime == RequestRegime.GDPR and request.outcome == RequestOutcome.TRANSFERRED
    return None if passed_on or is_left(request) else request.answered_on


def is_answered(request: Any) -> bool:
    """Whether a request got its answer."""
    return answer_of(request) is not None


def is_left(request: Any) -> bool:
    """Whether a request was found abusive and left: it has no answer, and waits for none (CRPA L311-2)."""
    return bool(request.outcome == RequestOutcome.LEFT)


def is_waiting(request: Any) -> bool:
    """Whether a request still waits for its answer."""
    return not is_answered(request) and not is_left(request)


def clock_of(request: Any, today: date) -> Clock:
    """Where the delay of a request stands, as it was recorded; none is left to keep for one that need not be answered.

    Law: CRPA L311-2, last paragraph.
    """
    if is_left(request):
        return Clock(ClockState.NONE, request.due_on, request.due_on - request.answered_on)
    return clock_of_days(request.due_on, answer_of(request), today)


def cannot_extend(regime: RequestRegime) -> str:
    """Why the text of a request knows no extension, with its law; nothing where it knows one."""
    if REGIMES[regime].extended is not None:
        return ""
    said = _("Le texte de ce régime ne connaît pas de prolongation : répondez dans le délai.")
    return f"{said} {_(REGIMES[regime].told)}"


def wrong_request(values: Mapping[str, Any]) -> dict[str, str]:
    """What is wrong with a request as it was received: field → sentence."""
    wrong: dict[str, str] = {}
    regime, received = RequestRegime(values["regime"]), values["received_on"]
    if received < REGIMES[regime].since:
        wrong["received_on"] = _(REGIMES[regime].since_says)
    if regime is RequestRegime.GDPR and values.get("right") is None:
        wrong["right"] = _("Dites quel droit est exercé : c’est ce qui dit quoi répondre.")
    if regime is not RequestRegime.GDPR and values.get("right") is not None:
        wrong["right"] = _("Ce droit est du RGPD : changez de régime, ou laissez ce champ vide.")
    for name in ("identity_checked_on", "cada_opinion_on"):
        if values.get(name) is not None and values[name] < received:
            wrong[name] = _("Cette date précède la réception de la demande : vérifiez-la.")
    told, opinion = values.get("cada_followed_up_on"), values.get("cada_opinion_on")
    if told is not None and (opinion is None or told < opinion):
        wrong["cada_followed_up_on"] = _("La suite donnée à un avis vient après cet avis : vérifiez les deux dates.")
    if regime is RequestRegime.GDPR and (opinion is not None or told is not None):
        wrong["cada_opinion_on"] = _(
            "La CADA ne connaît pas des demandes du RGPD : changez de régime, ou videz ce champ."
        )
    return wrong


def wrong_extension(
    regime: RequestRegime, received: date, extended: date, *, already: date | None, answered: bool,
    reason: str | None = None,
) -> dict[str, str]:  # fmt: skip
    """What forbids to note an extension: field → sentence. One notified too late is noted, and extends nothing.

    One already noted is corrected for a `reason`, even once the answer left: its day may still change what was due.
    """
    if refused := cannot_extend(regime):
        return {"extended_on": refused}
    if already is not None and not reason:
        said = _(
            "Cette demande a déjà été prolongée le {day} : un délai ne l’est qu’une fois. Si ce jour est faux, "
            "corrigez-le en disant pourquoi."
        )
        return {"reason": said.format(day=say_day(already))}
    if already is None and reason:
        return {"reason": _("Ce motif est celui d’une correction, et aucune prolongation n’est notée : retirez-le.")}
    if already is None and answered:
        return {"extended_on": _("Cette demande a déjà sa réponse : il n’y a plus rien à prolonger.")}
    if extended < received:
        return {"extended_on": _("La prolongation serait notifiée avant la réception : vérifiez les deux dates.")}
    return {}


def wrong_answer(values: Mapping[str, Any], regime: RequestRegime, received: date) -> dict[str, str]:
    """What is wrong with an answer: field → sentence. A refusal, even in part, says why; so does what is left."""
    wrong: dict[str, str] = {}
    outcome = RequestOutcome(values["outcome"])
    if values["answered_on"] < received:
        wrong["answered_on"] = _("La réponse serait partie avant la réception : vérifiez les deux dates.")
    if outcome.needs_grounds and not values.get("refusal_grounds"):
        wrong["refusal_grounds"] = _("Un refus, même partiel, se motive : dites les raisons données.")
    if outcome is RequestOutcome.LEFT:
        wrong |= wrong_leaving(regime, values.get("unfounded_reasons"))
    if outcome is RequestOutcome.TRANSFERRED and not values.get("transferred_to"):
        wrong["transferred_to"] = _("Dites à quelle administration la demande a été transmise.")
    for name in DEPENDENT - fields_called_for(outcome, regime):
        if values.get(name):
            said = _("Ce champ ne vaut que pour {outcomes} : videz-le, ou changez la suite donnée.")
            wrong[name] = said.format(outcomes=say_outcomes(name, regime))
    return wrong


DEPENDENT = frozenset({"refusal_grounds", "unfounded_reasons", "transferred_to"})
"""The fields of an answer that only some outcomes call for."""


def fields_called_for(outcome: RequestOutcome | None, regime: RequestRegime) -> frozenset[str]:
    """Which `DEPENDENT` fields an outcome calls for: any other is refused, counts for nothing, and is not printed.

    Why a request is unfounded or abusive goes with leaving it; where its text asks for an answer all the same, with the
    refusal.
    Law: CRPA L311-2, last paragraph; GDPR art. 12 §5.
    """
    unfounded = RequestOutcome.LEFT if RequestOutcome.LEFT in outcomes_of(regime) else RequestOutcome.REFUSED
    called = {
        "refusal_grounds": outcome is not None and outcome.needs_grounds,
        "unfounded_reasons": outcome is unfounded,
        "transferred_to": outcome is RequestOutcome.TRANSFERRED,
    }
    return frozenset(name for name, is_called in called.items() if is_called)


def say_outcomes(name: str, regime: RequestRegime) -> str:
    """The outcomes that call for a field, in words."""
    calling = [f"« {one.label} »" for one in outcomes_of(regime) if name in fields_called_for(one, regime)]
    return _(" ou ").join(calling)


def outcomes_of(regime: RequestRegime) -> list[RequestOutcome]:
    """What may be answered under a text: only a request for a document may be left, where it is abusive."""
    return [one for one in RequestOutcome if one is not RequestOutcome.LEFT or regime is RequestRegime.CADA]


def wrong_leaving(regime: RequestRegime, reasons: str | None) -> dict[str, str]:
    """What forbids to leave an abusive request without an answer: field → sentence.

    Law: CRPA L311-2, last paragraph.
    """
    if RequestOutcome.LEFT not in outcomes_of(regime):
        return {"outcome": _("Sous ce régime, une demande abusive reçoit une réponse : choisissez une autre suite.")}
    if not reasons:
        return {
            "unfounded_reasons": _("Dites en quoi la demande est abusive : c’est ce qui dispense d’y donner suite.")
        }
    return {}


def silence_of(regime: RequestRegime, due: date, delays: Mapping[str, Delay]) -> tuple[str, date | None]:
    """What silence means once the delay is over, and until when the asker may turn to the CADA, where that is so."""
    if regime is RequestRegime.GDPR:
        return _(REGIMES[regime].silence), None
    refused = due + timedelta(days=1)
    return _(REGIMES[regime].silence), count_delay(refused, delays["cada-referral"]).last
