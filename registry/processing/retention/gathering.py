"""What a slip of disposal says in a document: its articles as they were prepared, what holds one since, the visa.

Law: Code du patrimoine L212-2, L212-3, R212-51.
"""

from collections import Counter
from collections.abc import Iterator, Sequence
from typing import Any

from sqlalchemy.orm import Session

from registry.datasets.vocabulary import FinalDisposition
from registry.kernel.errors import Invalid
from registry.kernel.issuing import Gathered, Moment, Subject
from registry.kernel.words import _
from registry.ledger.as_of import find_rows
from registry.organisations.holding import find_every, find_held, frame_of_sheets
from registry.processing.retention.models import DisposalArticle, DisposalSlip, RetentionHold
from registry.processing.retention.queries import get_slip
from registry.processing.retention.vocabulary import SlipState
from registry.web.templating import say_day

SUBJECT = "slip"


def get_keeper(session: Session, subject: Subject) -> int:
    """The organisation that keeps a slip: the body that asks to dispose of what it lists.

    Raises: NotFound; Invalid when the subject is no slip.
    """
    if subject.kind != SUBJECT:
        raise Invalid(_("Un bordereau d’élimination s’émet depuis sa page."))
    return get_slip(session, subject.number).organisation_id


def name_subject(session: Session, subject: Subject) -> str:
    """What a slip is called where its document is asked for.

    Raises: NotFound.
    """
    slip = get_slip(session, subject.number)
    return _("Bordereau {number} – {title}").format(number=slip.number, title=slip.title)


def gather(session: Session, subject: Subject, moment: Moment) -> Gathered:
    """A slip, as it stood.

    Raises: Invalid when it did not exist that day.
    """
    found = find_rows(session, DisposalSlip, until=moment.until, column="id", among=[subject.number])
    if not found:
        raise Invalid(_("Ce bordereau n’existait pas encore ce jour-là, ou il n’existe pas."))
    slip = found[0]
    articles = sorted(
        find_rows(session, DisposalArticle, until=moment.until, column="slip_id", among=[slip.id]),
        key=lambda row: row.position,
    )
    held = find_held(session, find_every(session, moment), slip.organisation_id)
    holds = [
        row
        for row in find_rows(
            session, RetentionHold, until=moment.until, column="dataset_id", among=[one.dataset_id for one in articles]
        )
        if row.lifted_on is None
    ]
    number = f"BE-{slip.year}-{slip.sequence:03d}"
    frame = frame_of_sheets(session, held, moment, f"{number} – {slip.title}")
    values = {
        **frame,
        "card": [*_card(slip, number, articles), *frame["card"]],
        "summary": [*_summary(articles)],
        "sheets": [_listed(articles), *_holding(articles, holds), _visa()],
    }
    return Gathered(SUBJECT, subject.number, f"{number} {slip.title}", slip.organisation_id, values)


def _card(slip: Any, number: str, articles: Sequence[Any]) -> Iterator[dict[str, Any]]:
    state = SlipState(slip.state)
    yield {"label": _("Bordereau"), "text": number}
    yield {"label": _("Objet"), "text": slip.title}
    yield {"label": _("Préparé le"), "text": say_day(slip.prepared_on)}
    yield {"label": _("État"), "text": state.label}
    yield {"label": _("Articles"), "text": str(len(articles))}


def _summary(articles: Sequence[Any]) -> Iterator[dict[str, Any]]:
    counts = Counter((FinalDisposition(one.fate), one.agreed) for one in articles)
    for fate in FinalDisposition:
        agreed, indicative = counts[fate, True], counts[fate, False]
        if agreed or indicative:
            yield {"label": fate.label, "first": agreed, "second": indicative}


def _listed(articles: Sequence[Any]) -> dict[str, Any]:
    headers = (
        _("Art."), _("Jeu et service"), _("Règle"), _("Dates extrêmes"), _("Volume"), _("Échu le"), _("Sort final"),
    )  # fmt: skip
    rows = [
        (
            str(one.position), f"{one.title} ({one.owner})",
            one.rule if one.agreed else _("{rule} (indicative, non validée)").format(rule=one.rule),
            _("{earliest} – {latest}").format(earliest=say_day(one.earliest), latest=say_day(one.latest)),
            one.volume, say_day(one.until), FinalDisposition(one.fate).label,
        )
        for one in articles
    ]  # fmt: skip
    reasons = list(dict.fromkeys(one.reason for one in articles))
    return {
        "id": "articles",
        "name": _("Articles proposés à l’élimination"),
        "lines": [{"label": _("Motif"), "text": "\n".join(reasons), "owed": True}],
        "grids": [{"caption": _("Articles"), "headers": headers, "rows": rows}],
    }


def _holding(articles: Sequence[Any], holds: Sequence[Any]) -> Iterator[dict[str, Any]]:
    titles = {one.dataset_id: f"{one.position} – {one.title}" for one in articles}
    if holds:
        lines = [
            {
                "label": titles[row.dataset_id],
                "text": _("{reason}, depuis le {day}").format(reason=row.reason.label, day=say_day(row.started_on)),
            }
            for row in sorted(holds, key=lambda row: row.id)
        ]
        yield {
            "id": "gels", "name": _("Gelés depuis : à ne pas éliminer"), "late": True,
            "standing": _("L’élimination de ces articles est suspendue"), "lines": lines,
        }  # fmt: skip


def _visa() -> dict[str, Any]:
    return {
        "id": "visa",
        "name": _("Visa des Archives départementales"),
        "standing": _("Aucune destruction avant ce visa"),
        "lines": [
            {"label": _("Décision"), "article": "R212-51", "owed": True},
            {"label": _("Référence"), "owed": True},
            {"label": _("Date"), "owed": True},
        ],
    }
