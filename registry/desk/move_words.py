"""What a desk says of the moves of datasets: one to endorse, one that waits, one that waits too long, one refused."""

from datetime import date, timedelta

from registry.datasets.wording import field_label
from registry.kernel.delays import deadline
from registry.kernel.words import _
from registry.lifecycle.charts import load_chart
from registry.lifecycle.vocabulary import VisaKind
from registry.web.templating import say_day

Words = tuple[str, str, str, str, str]


def say_move(detail: str, dataset_id: int, *, late: bool) -> Words:
    """A move as a task; `detail` is where it stands, its number, which move, the visa it waits for and since when."""
    stands, number, code, *awaited = detail.split(":")
    move, address = load_chart().find(code), f"/visas/{number}"
    why = move.name() if move is not None else code
    if stands == "again":
        return (
            _("Redemander le passage refusé"),
            why,
            _("chaque point du refus a sa réponse : le passage peut se redemander"),
            _("Redemander"),
            f"/jeux/{dataset_id}/etape#{code}",
        )
    if stands == "refused":
        return (
            _("Lire le refus : votre passage est refusé"),
            why,
            _("le motif y est écrit"),
            _("Lire le refus"),
            address,
        )
    if late and awaited:
        why = _("{move} ; {late}").format(move=why, late=_say_late(*awaited))
    if stands in {"give", "stand-in"}:
        gain = _("quelqu’un attend votre visa pour que le jeu change d’étape")
        what = _("Viser ou refuser un passage") if stands == "give" else _("Viser ou refuser, par délégation")
        return what, why, gain, _("Viser ou refuser"), f"{address}#reponse"
    if stands == "handed":
        return (
            _("Un visa que vous avez confié"),
            why,
            _("quelqu’un le donne à votre place"),
            _("Voir la demande"),
            address,
        )
    if stands == "late":
        gain = _("le jeu attend qu’on le vise ou qu’on le refuse")
        return _("Un visa tarde : voir avec qui le donne"), why, gain, _("Voir la demande"), address
    return _("Vous avez demandé un passage"), why, _("il attend un visa"), _("Voir la demande"), address


def say_point(detail: str, policy: str) -> Words:
    """A point of a refusal as a task; `detail` is its number, its field, its policy and its words."""
    number, field, policy_id, words = detail.split(":", 3)
    about = field_label(field) if field else policy or policy_id or _("toute la fiche")
    what = _("Reprendre « {about} » : {words}").format(about=about, words=words)
    why = _("un point du refus de votre passage")
    gain = _("corrigé ou répondu, il ne retient plus le passage")
    return what, why, gain, _("Corriger ou répondre"), f"/visas/points/{number}"


def _say_late(kind: str, since: str) -> str:
    terms = load_chart().visas[VisaKind(kind)]
    began = deadline(date.fromisoformat(since), terms.delay) + timedelta(days=1)
    return _("{visa} en retard depuis le {day}").format(visa=terms.name(), day=say_day(began))
