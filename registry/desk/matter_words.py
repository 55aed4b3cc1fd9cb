"""The tasks that matters of personal data make, in words: what, why, what it gains, the action and its address."""

from registry.desk.queries import Task
from registry.kernel.words import _, ngettext
from registry.processing.requests.vocabulary import RequestRegime

Words = tuple[str, str, str, str, str]


def say_breach(task: Task, *_known: object) -> Words:
    """A breach to notify."""
    what = _("Notifier la violation à la CNIL") if task.detail else _("Évaluer le risque et notifier la violation")
    return (
        what, _("RGPD art. 33 §1 : 72 heures depuis qu’elle est connue"),
        _("arrête l’horloge des 72 heures"), _("Voir la violation"), f"/violations/{task.subject_id}",
    )  # fmt: skip


def say_request(task: Task, *_known: object) -> Words:
    """A request to answer."""
    return (
        _("Répondre à la demande"), RequestRegime(task.detail).label, _("arrête le délai de la demande"),
        _("Voir la demande"), f"/demandes/{task.subject_id}",
    )  # fmt: skip


def say_dpia(task: Task, *_known: object) -> Words:
    """An impact assessment to begin, or to spare for a reason."""
    return (
        _("AIPD requise : engager l’analyse d’impact, ou dire pourquoi elle est écartée"),
        _("RGPD art. 35 §1 : avant que le traitement commence"), _("lève un manquement qui bloque"),
        _("Voir pourquoi"), f"/traitements/{task.subject_id}#aipd",
    )  # fmt: skip


def say_assessment(task: Task, *_known: object) -> Words:
    """An impact assessment that was submitted, to validate, refuse or give back in the name of the controller."""
    why = (
        _("RGPD art. 35 §1 et §2 : l’avis de la délégation à la protection des données est donné")
        if task.detail
        else _("RGPD art. 35 §1 et §2 : l’avis de la délégation à la protection des données manque encore")
    )
    return (
        _("Décider de l’analyse d’impact : la valider, la refuser ou la rendre à compléter"), why,
        _("le traitement ne commence pas sans cette décision"), _("Lire et décider"),
        f"/aipd/{task.subject_id}/decision",
    )  # fmt: skip


def say_erasure(task: Task, *_known: object) -> Words:
    """Somebody whose requests are closed for long, or who was replaced on the only one."""
    address = f"/personnes/{task.detail}/effacer"
    if task.subject_kind == "organisation":
        return (
            _("Effacer une personne dont plus aucune demande ne porte le nom"),
            _("RGPD art. 5 §1 e : rien ne justifie plus de garder ce nom"),
            _("le registre ne garde plus ce nom"), _("Voir ce qui serait effacé"), address,
        )  # fmt: skip
    what = ngettext(
        "Effacer qui a fait cette demande, si rien ne demande de garder son nom",
        "Effacer qui a fait ces {count} demandes, si rien ne demande de garder son nom", task.number,
    )  # fmt: skip
    return (
        what.format(count=task.number), _("RGPD art. 5 §1 e : la durée de conservation des demandes closes est passée"),
        _("le registre ne garde plus ce nom, et la demande reste"), _("Voir ce qui serait effacé"),
        address,
    )  # fmt: skip
