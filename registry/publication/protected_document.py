"""The protected data that a body holds: which it lets be reused under conditions, and which it does not.

Law: regulation (EU) 2022/868, art. 3 §1, 5 §1 and 8 §2, applicable since 2023-09-24.
"""

from collections.abc import Mapping, Sequence
from typing import Any

from sqlalchemy.orm import Session

from registry.datasets.models import Dataset, Distribution
from registry.datasets.vocabulary import PersonalData, StatisticalSecrecy, ThirdPartyRights
from registry.kernel.issuing import Gathered, Moment, Subject
from registry.kernel.words import _, ngettext
from registry.ledger.as_of import find_rows
from registry.publication.document_sheets import Seen, find_seen, get_held, labels, list_sheet, make_document
from registry.publication.models import SecretAnswer
from registry.publication.vocabulary import SecretReply
from registry.web.templating import say_bytes, say_number

BUSINESS = "l311-6-business"
"""The secret that the regulation calls commercial confidentiality."""
_OF_PEOPLE = frozenset(PersonalData) - {PersonalData.NONE, PersonalData.ANONYMISED}


def gather(session: Session, subject: Subject, moment: Moment) -> Gathered:
    """The list of a body and of its services.

    Raises: NotFound; Invalid when the body was not in the register that day.
    """
    held = get_held(session, subject, moment)
    grounds = _grounds(session, find_seen(session, held, moment), moment)
    # What is published is given to all: whatever was written of it protects it no more.
    protected = [one for one, said in grounds.values() if said and not (one.online or one.elsewhere)]
    why = {number: ", ".join(said) for number, (_one, said) in grounds.items()}
    offered = {
        said: [one for one in protected if one.says("protected_reuse_offered") is said] for said in (True, False, None)
    }
    ids = [one.number for one in offered[True]]
    files, volumes = _files(session, ids, moment), _volumes(session, ids, moment)
    rows = [
        (one.row.title, why[one.number], _formats(files.get(one.number, ())), _size(files.get(one.number, ()),
         volumes.get(one.number)), _conditions(one), _procedure(one))
        for one in offered[True]
    ]  # fmt: skip
    headers = (_("Jeu de données"), _("Protégé par"), _("Formats"), _("Taille"), _("Conditions"), _("Demande"))
    judged = {one.number for said in (True, False) for one in offered[said]}
    recorded = {number: told for number, told in grounds.items() if number in judged}
    closed = [[(one.row.title, why[one.number]) for one in offered[said]] for said in (False, None)]
    return make_document(
        session, held, moment, _summary(recorded, offered[True]),
        [
            list_sheet("offertes", _("Réutilisables sous conditions"), headers, rows),
            list_sheet("fermees", _("Non offertes à la réutilisation"), headers[:2], closed[0]),
            list_sheet("inconnues", _("À juger : nul n’a dit si elles s’offrent"),
                       (headers[0], _("Ce qui est inscrit")), closed[1]),
        ],
        ngettext("{count} jeu à juger", "{count} jeux à juger", len(closed[1])).format(count=len(closed[1]))
        if closed[1] else "",
    )  # fmt: skip


def _grounds(session: Session, seen: Sequence[Seen], moment: Moment) -> dict[int, tuple[Seen, list[str]]]:
    """What protects each dataset, in the words of article 3 §1; nothing where nothing is known to."""
    ids = [one.number for one in seen]
    sheets = {row.id: row for row in find_rows(session, Dataset, until=moment.until, column="id", among=ids)}
    business = {
        row.dataset_id
        for row in find_rows(session, SecretAnswer, until=moment.until, column="dataset_id", among=ids)
        if row.secret == BUSINESS and row.answer == SecretReply.YES and (row.until is None or row.until >= moment.as_of)
    }
    return {one.number: (one, _why(sheets[one.number], business=one.number in business)) for one in seen}


def _why(sheet: Any, *, business: bool) -> list[str]:
    statistical = sheet.statistical_secrecy not in {None, StatisticalSecrecy.NONE}
    told = (
        (business, _("secret des affaires")),
        (statistical, _("secret statistique")),
        (sheet.third_party_rights is ThirdPartyRights.HELD, _("droits de tiers")),
        (sheet.personal_data in _OF_PEOPLE, _("données personnelles")),
    )
    return [words for protects, words in told if protects]


def _files(session: Session, ids: Sequence[int], moment: Moment) -> dict[int, list[Any]]:
    found: dict[int, list[Any]] = {}
    for row in find_rows(session, Distribution, until=moment.until, column="dataset_id", among=ids):
        if not row.annulled:
            found.setdefault(row.dataset_id, []).append(row)
    return found


def _volumes(session: Session, ids: Sequence[int], moment: Moment) -> dict[int, str]:
    """How big a dataset is said to be, for one whose files bear no size."""
    rows = find_rows(session, Dataset, until=moment.until, column="id", among=ids)
    return {
        row.id: row.volume_note or (_("{count} enregistrements").format(count=say_number(row.records_count))
                                    if row.records_count is not None else "")
        for row in rows
    }  # fmt: skip


def _formats(files: Sequence[Any]) -> str:
    return labels("file_types", sorted({one.format for one in files if one.format})) or _("À dire")


def _size(files: Sequence[Any], volume: str | None) -> str:
    total = sum(one.byte_size or 0 for one in files)
    return say_bytes(total) if total else volume or _("À dire")


def _conditions(one: Seen) -> str:
    # That no address gives the conditions does not say that there are none.
    return one.says("reuse_conditions_url") or _("À dire")


def _procedure(one: Seen) -> str:
    return {True: _("Procédure publique"), False: _("Procédure non publiée")}.get(
        one.says("reuse_procedure_public"), _("À dire")
    )


def _summary(grounds: Mapping[int, tuple[Seen, list[str]]], offered: Sequence[Seen]) -> list[tuple[str, int, int]]:
    open_to = {one.number for one in offered}
    by_ground: dict[str, list[int]] = {}
    for number, (_one, said) in grounds.items():
        for words in said:
            by_ground.setdefault(words, [0, 0])[number not in open_to] += 1
    return [(words.capitalize(), first, second) for words, (first, second) in sorted(by_ground.items())]
