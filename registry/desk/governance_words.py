"""The tasks that governance makes, in words: what, why, what it gains, the action and its address."""

from datetime import date

from registry.desk.queries import Task
from registry.kernel.words import _, ngettext
from registry.web.templating import say_day

Words = tuple[str, str, str, str, str]


def say_action(task: Task, *_known: object) -> Words:
    """An action of the plan whose day nears, or has passed."""
    what = _("Mener à bien l’action « {title} »").format(title=task.detail)
    return (
        what, _("vous tenez la fonction qui s’en charge"), _("le plan d’action avance"), _("Dire où elle en est"),
        f"/gouvernance/actions/{task.key.rpartition(':')[2]}/modifier",
    )  # fmt: skip


def say_training(task: Task, *_known: object) -> Words:
    """Training to follow: none is known, it no longer holds, or will not for long."""
    gain, address = _("vous répondez de données en sachant ce qu’elles demandent"), "/gouvernance/formations"
    if task.detail:
        day = say_day(date.fromisoformat(task.detail))
        what = _("Vous êtes attendu·e en formation le {day}").format(day=day)
        return what, _("la session compte une fois votre présence notée"), gain, _("Voir les formations"), address
    why = _("ce que vous avez appris ne vaut plus, ou plus pour longtemps") if task.due else _("aucune n’est connue")
    return _("Suivre une formation aux données"), why, gain, _("Voir les formations"), address


def say_correction(task: Task, *_known: object) -> Words:
    """A sheet that was said to be wrong: to mend, then to answer about anew in its campaign if that one still runs."""
    stands, campaign_id, note = task.detail.split(":", 2)
    if stands == "changed":
        return (
            _("Dire si la fiche est juste maintenant : {note}").format(note=note),
            _("elle a changé depuis qu’une campagne de certification l’a signalée"),
            _("certifiée, elle ne vous attend plus ; signalée de nouveau, elle reste à corriger"), _("Répondre"),
            f"/gouvernance/certifications/{campaign_id}?etat=wrong#fiches",
        )  # fmt: skip
    gain = (
        _("corrigée, elle attend une nouvelle réponse dans sa campagne") if stands == "open"
        else _("corrigée, ou certifiée telle quelle dans une campagne ouverte, elle ne vous attend plus")
    )  # fmt: skip
    return (
        _("Corriger la fiche : {note}").format(note=note), _("une campagne de certification l’a signalée"), gain,
        _("Corriger"), f"/jeux/{task.subject_id}/modifier",
    )  # fmt: skip


def say_campaign(task: Task, *_known: object) -> Words:
    """Sheets that a campaign asks about, and that nobody certified yet."""
    what = ngettext(
        "Certifier {count} fiche : « {question} »", "Certifier {count} fiches : « {question} »", task.number
    )
    return (
        what.format(count=task.number, question=task.detail), _("vous les tenez, ou personne n’y est en poste"),
        _("on sait que le registre dit juste"), _("Certifier"),
        f"/gouvernance/certifications/{task.key.rpartition(':')[2]}?etat=waiting#fiches",
    )  # fmt: skip
