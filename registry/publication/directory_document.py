"""The directory of public information of a body: its main documents, each with what the law asks to say of it.

Law: CRPA L322-6 (kept at hand, published anew each year) and R322-7 (its headings; online where there is a website).
"""

from collections.abc import Sequence
from typing import Any

from sqlalchemy.orm import Session

from registry.datasets.models import Dataset, Distribution
from registry.kernel.issuing import Gathered, Moment, Subject
from registry.kernel.words import _
from registry.ledger.as_of import find_rows
from registry.organisations.holding import Held
from registry.publication.document_sheets import Seen, find_seen, get_held, labels, line, list_sheet, make_document
from registry.web.templating import say_day


def gather(session: Session, subject: Subject, moment: Moment) -> Gathered:
    """The directory of a body and of its services.

    Raises: NotFound; Invalid when the body was not in the register that day.
    """
    held = get_held(session, subject, moment)
    seen = find_seen(session, held, moment)
    entered = [one for one in seen if one.says("in_directory") is True]
    unsaid = [one for one in seen if one.says("in_directory") is None]
    elsewhere = [one for one in unsaid if one.elsewhere and not one.online]
    places = _places(session, [one.number for one in elsewhere], moment)
    ids = [one.number for one in entered]
    sheets = {row.id: row for row in find_rows(session, Dataset, until=moment.until, column="id", among=ids)}
    rows = [_row(one, sheets[one.number]) for one in entered]
    headers = (
        _("Titre exact"), _("Objet"), _("Première publication"), _("Conditions de réutilisation"), _("Mises à jour")
    )  # fmt: skip
    return make_document(
        session, held, moment, _summary(headers, rows),
        [
            _kept(held),
            list_sheet("documents", _("Les documents inscrits"), headers, rows),
            list_sheet("a-inscrire", _("En ligne, sans que l’on ait dit s’ils y figurent"), headers[:1],
                       [(one.row.title,) for one in unsaid if one.online]),
            list_sheet("ailleurs", _("Déclarés en ligne ailleurs, sans que l’on ait dit s’ils y figurent"),
                       (headers[0], _("Adresse")), [(one.row.title, places.get(one.number, "")) for one in elsewhere]),
        ],
    )  # fmt: skip


def _places(session: Session, ids: Sequence[int], moment: Moment) -> dict[int, str]:
    """Where each of these datasets is said to be online."""
    found: dict[int, str] = {}
    for row in find_rows(session, Distribution, until=moment.until, column="dataset_id", among=ids):
        if not row.annulled and (place := row.access_url or row.download_url):
            found.setdefault(row.dataset_id, place)
    return found


def _kept(held: Held) -> dict[str, Any]:
    """Where the directory is kept, and when it was last published."""
    body = held.asked
    day = body.rip_updated_on
    lines = [
        line(_("Adresse du répertoire en ligne"), body.rip_url or "", "R322-7", owed=bool(body.website)),
        line(_("Publié pour la dernière fois le"), say_day(day) if day else "", "L322-6", owed=True),
    ]
    return {"id": "tenue", "name": _("Où il est tenu"), "lines": lines}


def _row(one: Seen, sheet: Any) -> tuple[str, ...]:
    missing = _("À dire")
    return (
        sheet.title,
        sheet.description or missing,
        say_day(sheet.issued) if sheet.issued else missing,
        _terms(one, sheet) or missing,
        _updates(sheet) or missing,
    )


def _terms(one: Seen, sheet: Any) -> str:
    """On which terms it may be reused: its licence, then what is asked for it."""
    fee, calculation = one.says("fee"), one.says("fee_calculation_url")
    said = [labels("licences", [sheet.licence])] if sheet.licence else []
    if fee is True:
        said.append(_("redevance, calcul : {place}").format(place=calculation or _("à dire")))
    elif fee is False:
        said.append(_("gratuit"))
    return ", ".join(said)


def _updates(sheet: Any) -> str:
    said = [say_day(sheet.modified)] if sheet.modified else []
    return ", ".join([*said, *([labels("frequencies", [sheet.frequency])] if sheet.frequency else [])])


def _summary(headers: Sequence[str], rows: Sequence[Sequence[str]]) -> list[tuple[str, int, int]]:
    """How many entries say each heading, and how many do not yet."""
    if not rows:
        return []
    missing = _("À dire")
    said = [sum(row[place] != missing for row in rows) for place in range(len(headers))]
    return [(name, count, len(rows) - count) for name, count in zip(headers, said, strict=True)]
