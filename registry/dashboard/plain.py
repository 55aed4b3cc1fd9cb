"""The words of the directors' page for elected members: nothing that only people of the trade understand."""

from collections.abc import Mapping
from datetime import date

from registry.compliance.catalogue import Catalogue
from registry.compliance.policy import Policy
from registry.dashboard.rules import Count, Risk
from registry.dashboard.vocabulary import Figure
from registry.datasets.vocabulary import Stage
from registry.desk.vocabulary import DeadlineKind
from registry.kernel.permissions import Role
from registry.kernel.words import _, mark, ngettext
from registry.web.templating import say_number

LABELS: Mapping[Figure, str] = {
    Figure.KEPT: mark("Fichiers de données dont quelqu’un s’occupe"),
    Figure.FOUNDED: mark("Usages de données personnelles que la loi permet, raison écrite"),
    Figure.PUBLISHED: mark("Informations que nous devons rendre publiques, et qui le sont"),
    Figure.BREACHES: mark("Points où nous ne suivons pas encore la loi"),
    Figure.LATE: mark("Dates limites que nous avons laissé passer"),
}
DEFINITIONS: Mapping[Figure, str] = {
    Figure.KEPT: mark(
        "Un fichier compte quand deux personnes en répondent aujourd’hui : celle qui en décide et celle qui le tient à "
        "jour. C’est un bon usage, pas une obligation."
    ),
    Figure.FOUNDED: mark(
        "Chaque fois que nous nous servons d’informations sur des personnes, la loi veut une raison, par exemple une "
        "mission de service public. Un usage compte quand cette raison est écrite et expliquée."
    ),
    Figure.PUBLISHED: mark(
        "La loi nous fait mettre certaines informations en ligne : adresses de la commune, subventions versées, "
        "horaires de bus… Sont comptées celles qui y sont. Celles dont nous ne savons pas encore si la loi les vise "
        "sont dites à part."
    ),
    Figure.BREACHES: mark(
        "Chaque fois qu’un fichier ou un service ne respecte pas une obligation : un même fichier peut compter "
        "plusieurs fois. Ce que nous ne savons pas encore n’est pas compté."
    ),
    Figure.LATE: mark(
        "Parmi ces points, ceux pour lesquels la loi fixait une date, et cette date est passée. Les fuites de données "
        "et les demandes reçues n’y sont que pour qui peut les lire. Les dates à tenir disent autre chose : ce qui "
        "reste à faire, que la loi en fixe le jour ou non."
    ),
}
STAGES: Mapping[Stage, str] = {
    Stage.IDENTIFIED: mark("Repéré, à décrire"),
    Stage.COLLECTED: mark("Rassemblé"),
    Stage.QUALIFIED: mark("Contenu vérifié"),
    Stage.DOCUMENTED: mark("Décrit en entier"),
    Stage.CLEARED: mark("Accord donné"),
    Stage.PUBLISHED: mark("Rendu public"),
    Stage.UNDER_REVISION: mark("En correction"),
    Stage.ARCHIVED: mark("Aux archives"),
    Stage.DISPOSED: mark("Supprimé"),
    Stage.WITHDRAWN: mark("Retiré du public"),
}
_TASKS: Mapping[DeadlineKind, str] = {
    DeadlineKind.REVIEW: mark("Revoir les risques pour les personnes"),
    DeadlineKind.MEASURE: mark("Mettre en place une protection prévue"),
    DeadlineKind.CONTRACT: mark("Un contrat prend fin"),
    DeadlineKind.DELIVERY: mark("Recevoir des données qu’un exploitant nous doit"),
    DeadlineKind.MILESTONE: mark("Faire ce qu’un contrat demande avant sa fin"),
    DeadlineKind.EVIDENCE: mark("Un justificatif n’est plus valable"),
    DeadlineKind.DEVIATION: mark("Un délai que nous nous étions donné prend fin"),
    DeadlineKind.MOVE: mark("Donner un accord, ou le refuser"),
    DeadlineKind.HOLD: mark("Décider si des fichiers restent bloqués"),
    DeadlineKind.ACTION: mark("Finir une action décidée"),
    DeadlineKind.CERTIFICATION: mark("Vérifier que des fichiers sont bien décrits"),
}
ROLES: Mapping[Role, str] = {
    Role.STEWARD: mark("qui tient les données à jour"),
    Role.LEGAL: mark("le service juridique"),
    Role.DPO: mark("qui protège les données personnelles"),
    Role.ADMINISTRATOR: mark("qui administre le registre"),
    Role.ARCHIVIST: mark("les archives"),
    Role.DIRECTOR: mark("la direction"),
    Role.AUDITOR: mark("l’audit"),
    Role.READER: mark("les services"),
}
_SPELLED = (
    ("La CNIL", mark("L’autorité nationale qui protège les données")),
    ("la CNIL", mark("l’autorité nationale qui protège les données")),
    ("la CADA", mark("la commission d’accès aux documents administratifs")),
    ("du DPO", mark("du délégué à la protection des données")),
    ("le RGPD", mark("le règlement européen sur les données personnelles")),
)
"""What a sentence of the law calls by its letters."""


def asked_of(policy: Policy, catalogue: Catalogue, today: date) -> str:
    """What a policy asks, as somebody who is not of the trade is told it."""
    bound = next((version for one, version in catalogue.in_force(policy.subject, today) if one is policy), None)
    said = (bound.in_plain_words() if bound is not None else "") or policy.name()
    for letters, words in _SPELLED:
        said = said.replace(letters, _(words))
    return said.rstrip(".")


def risk_in_words(risk: Risk, asked: str) -> str:
    """A risk in a sentence: how often, and what is not so."""
    return ngettext(
        "{count} fois, ceci n’est pas respecté : « {asked} ».", "{count} fois, ceci n’est pas respecté : « {asked} ».",
        risk.number,
    ).format(count=say_number(risk.number), asked=asked)  # fmt: skip


def whom_to_ask(policy: Policy) -> str:
    """Who answers for it, by their roles."""
    return _("Qui peut en parler : {roles}.").format(roles=", ".join(_(ROLES[one]) for one in policy.owed_by))


def task_in_words(kind: DeadlineKind, asked: str) -> str:
    """What is to be done by a day."""
    if kind is DeadlineKind.FINDING:
        return _("Dernier jour pour que ceci soit respecté : « {asked} »").format(asked=asked)
    return _(_TASKS[kind])


def matters_in_words(count: Count) -> str:
    """How often a delay was missed in matters that elected members do not read."""
    return ngettext(
        "{count} fois, nous avons dépassé le délai de la loi pour signaler une fuite de données ou répondre à une "
        "demande, que la réponse soit partie depuis ou non.",
        "{count} fois, nous avons dépassé le délai de la loi pour signaler une fuite de données ou répondre à une "
        "demande, que la réponse soit partie depuis ou non.",
        count.number,
    ).format(count=say_number(count.number))
