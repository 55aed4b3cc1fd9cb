"""The high-value datasets of a body that are not offered as the Union asks, each with what it lacks.

Law: implementing regulation (EU) 2023/138, art. 3 §2 and §3, recital 2, applicable since 2024-06-09.
"""

from collections.abc import Mapping, Sequence

from sqlalchemy.orm import Session

from registry.datasets.vocabulary import PublicationRefusal
from registry.kernel.issuing import Gathered, Moment, Subject
from registry.kernel.words import _, mark
from registry.publication.document_sheets import Seen, find_seen, get_held, labels, list_sheet, make_document

ASKED: Mapping[str, tuple[bool, str]] = {
    "published_online": (True, mark("mis en ligne")),
    "api": (True, mark("offert par une API")),
    "api_documented": (True, mark("documentation de l’API")),
    "api_terms_published": (True, mark("conditions d’utilisation de l’API publiées")),
    "fee": (False, mark("gratuité")),
}
"""What the regulation asks of such a dataset: the fact, the value that answers it, and how it is called.

That its sheet cites the regulation is asked by the profile of metadata, which is no law: it is told apart.
"""


def gather(session: Session, subject: Subject, moment: Moment) -> Gathered:
    """The table of a body and of its services.

    Raises: NotFound; Invalid when the body was not in the register that day.
    """
    held = get_held(session, subject, moment)
    seen = find_seen(session, held, moment)
    valued = [one for one in seen if one.says("hvd_categories")]
    short = [one for one in valued if _short(one)]
    unsaid = [one for one in valued if not _short(one) and _unsaid(one)]
    whole = [one for one in valued if not _short(one) and not _unsaid(one)]
    doubtful = [one for one in seen if not one.was_told("hvd_categories")]
    headers = (
        _("Jeu de données"), _("Catégories"), _("Il manque"), _("Reste à dire"), _("Règlement cité sur la fiche"),
        _("Exception invoquée"),
    )  # fmt: skip
    answers = sum(len(_unsaid(one)) for one in valued)
    return make_document(
        session, held, moment, _summary(valued),
        [
            list_sheet("manque", _("Il manque au moins un des {count} points contrôlés").format(count=len(ASKED)),
                       headers, _rows(short), late=True),
            list_sheet("inconnu", _("À établir : une information manque"), headers, _rows(unsaid)),
            list_sheet("offert", _("Offerts sur les {count} points contrôlés").format(count=len(ASKED)), headers[:2],
                       _names(whole)),
            list_sheet("categorie", _("Catégorie à dire : on ignore s’ils sont de forte valeur"), headers[:1],
                       [(one.row.title,) for one in doubtful]),
        ],
        _("{answers} réponses sur les jeux de forte valeur, et la catégorie de {doubtful} jeux").format(
            answers=answers, doubtful=len(doubtful)
        ) if answers or doubtful else "",
    )  # fmt: skip


def _short(one: Seen) -> list[str]:
    """What the register knows to lack."""
    return [_(name) for fact, (wanted, name) in ASKED.items() if one.says(fact) is (not wanted)]


def _unsaid(one: Seen) -> list[str]:
    return [_(name) for fact, (_wanted, name) in ASKED.items() if one.says(fact) is None]


def _names(seen: Sequence[Seen]) -> list[tuple[str, str]]:
    return [(one.row.title, labels("hvd_categories", one.says("hvd_categories"))) for one in seen]


def _rows(seen: Sequence[Seen]) -> list[tuple[str, ...]]:
    return [
        (title, categories, ", ".join(_short(one)) or "–", ", ".join(_unsaid(one)) or "–", _cited(one), _exception(one))
        for one, (title, categories) in zip(seen, _names(seen), strict=True)
    ]


def _cited(one: Seen) -> str:
    return {True: _("oui"), False: _("non")}.get(one.says("hvd_law_cited"), _("à dire"))


def _exception(one: Seen) -> str:
    ground = one.says("refusal_ground")
    return PublicationRefusal(ground).label if ground else _("Aucune")


def _summary(valued: Sequence[Seen]) -> list[tuple[str, int, int]]:
    """How many meet each thing asked, and how many are known not to: what nobody said is neither."""
    counted = []
    for fact, (wanted, words) in ASKED.items() if valued else ():
        said, name = [one.says(fact) for one in valued], _(words)
        counted.append((name[:1].upper() + name[1:], said.count(wanted), said.count(not wanted)))
    return counted
