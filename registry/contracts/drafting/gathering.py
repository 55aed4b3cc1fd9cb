"""What the draft of an amendment says in a document: the contract and its parties, then an article for each clause.

Law: CCP L3131-2 to L3131-4, L3135-1.
"""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from sqlalchemy.orm import Session

from registry.contracts.clauses.citing import is_before_code, which_floor
from registry.contracts.clauses.kinds import fields_of, kinds
from registry.contracts.clauses.models import Amendment
from registry.contracts.clauses.queries import Written, find_written, get_amendment
from registry.contracts.clauses.views import name_instrument
from registry.contracts.drafting.texts import ClauseText, load_clause_texts
from registry.contracts.models import Contract, ContractParty
from registry.contracts.noting.reading import is_below
from registry.contracts.queries import get_contract
from registry.contracts.vocabulary import ClauseAct, ContractKind, GdprRole, PartySide
from registry.datasets.models import Dataset
from registry.kernel.errors import Invalid
from registry.kernel.issuing import Gathered, Moment, Subject
from registry.kernel.words import _
from registry.ledger.as_of import find_rows
from registry.organisations.holding import find_every
from registry.organisations.models import Organisation
from registry.organisations.queries import get_organisation, get_registry

SUBJECT = "amendment"


def get_keeper(session: Session, subject: Subject) -> int:
    """The organisation that keeps the draft of an amendment: the one whose contract it changes.

    Raises: NotFound; Invalid when the subject is no amendment.
    """
    if subject.kind != SUBJECT:
        raise Invalid(_("Un projet d’avenant s’émet depuis la page de l’avenant."))
    return get_amendment(session, subject.number).organisation_id


def name_subject(session: Session, subject: Subject) -> str:
    """What an amendment is called where its document is asked for.

    Raises: NotFound.
    """
    amendment = get_amendment(session, subject.number)
    contract = get_contract(session, amendment.contract_id)
    return f"{name_instrument(amendment)} – {contract.object}"


def gather_note(session: Session, subject: Subject, moment: Moment) -> Gathered:
    """The edition that is kept: the amendment with what is for whoever negotiates, and is never sent.

    Raises: as `gather`.
    """
    return gather(session, subject, moment, kept=True)


def gather(session: Session, subject: Subject, moment: Moment, *, kept: bool = False) -> Gathered:
    """An amendment that is not signed, as it stood; as it is sent to the other party, or as it is `kept`.

    Raises: Invalid when it did not exist that day, is signed, or says nothing of any clause.
    """
    found = find_rows(session, Amendment, until=moment.until, column="id", among=[subject.number])
    if not found:
        raise Invalid(_("Cet avenant n’existait pas encore ce jour-là, ou il n’existe pas."))
    amendment = found[0]
    if amendment.signed_on is not None:
        raise Invalid(_("Cet avenant est signé : un projet ne s’émet qu’avant la signature."))
    contract = find_rows(session, Contract, until=moment.until, column="id", among=[amendment.contract_id])[0]
    written = find_written(session, [contract], until=moment.until)[contract.id]
    said = [row for row in written.stipulations.values() if row.amendment_id == amendment.id]
    if not said:
        raise Invalid(_("Cet avenant ne dit encore rien d’aucune clause : relevez-en une d’abord."))
    registry, body = get_registry(session), get_organisation(session, contract.organisation_id)
    label = f"{name_instrument(amendment)} – {contract.object}"
    values = {
        "authority": {"name": registry.name, "siren": registry.siren},
        "body": {"name": body.name, "siren": body.siren},
        "scope": label,
        "as_of": moment.as_of,
        "known_on": moment.known_on,
        "demonstration": registry.demonstration,
        "kept": kept,
        "number": amendment.number,
        "object": amendment.object,
        "effective_on": amendment.effective_on,
        "contract": {
            "object": contract.object, "kind": ContractKind(contract.kind).label, "reference": contract.reference or "",
            **{name: getattr(contract, name) for name in ("consulted_on", "signed_on", "starts_on", "ends_on")},
        },
        "floor": which_floor(contract),
        "by_ordinance": is_before_code(contract),
        "parties": [*_parties(session, contract.id, moment)],
        "earlier": [
            {"name": name_instrument(one), "object": one.object, "signed_on": one.signed_on}
            for one in sorted(written.amendments.values(), key=lambda row: row.number)
            if one.signed_on is not None
        ],
        "articles": [*_articles(session, said, written, moment, kept=kept)],
    }  # fmt: skip
    return Gathered(SUBJECT, subject.number, label, contract.organisation_id, values)


def _parties(session: Session, contract_id: int, moment: Moment) -> Iterator[dict[str, str]]:
    rows = [
        row
        for row in find_rows(session, ContractParty, until=moment.until, column="contract_id", among=[contract_id])
        if not row.annulled
    ]
    asked = [row.party_id for row in rows]
    names = {
        one.id: one.name for one in find_rows(session, Organisation, until=moment.until, column="id", among=asked)
    }  # fmt: skip
    for row in sorted(rows, key=lambda one: one.id):
        yield {
            "name": names.get(row.party_id, ""),
            "side": PartySide(row.side).label,
            "role": GdprRole(row.gdpr_role).label if row.gdpr_role else "",
        }


def _articles(
    session: Session, said: Sequence[Any], written: Written, moment: Moment, *, kept: bool
) -> Iterator[dict[str, Any]]:  # fmt: skip
    about = {number for row in said for number in row.datasets}
    every = find_every(session, moment)
    # As the note on a contract does: whoever reads the contract reads these, and not those of other bodies.
    titles = {
        one.id: one.title
        for one in find_rows(session, Dataset, until=moment.until, column="id", among=about)
        if is_below(every, one, written.contract)
    }
    texts = load_clause_texts()
    # As they were recorded: where a clause stands is noted in its own line, and what is added later moves none.
    for row in sorted(said, key=lambda one: one.id):
        kind = written.clauses[row.clause_id].kind
        text = texts.get(kind)
        yield {
            "act": str(ClauseAct(row.act)),
            "title": written.clauses[row.clause_id].label or (text.title if text else kinds().label(kind)),
            "changed": _changed(row, written),
            "paragraphs": _paragraphs(kind, row, text, titles),
            **(_note(row, text) if kept else {}),
        }  # fmt: skip


def _note(row: Any, text: ClauseText | None) -> dict[str, Any]:
    """What whoever negotiates reads of an article, and the other party does not."""
    return {
        "grounds": [
            {
                "text": one.text, "article": one.article, "evidence": one.evidence.label,
                "since_2016": one.since_2016, "reading": one.reading,
            }
            for one in (text.grounds if text else ())
        ],
        "why": text.why if text else "",
        "without": text.without if text else "",
        "reasons": row.reasons or "",
    }  # fmt: skip


def _changed(row: Any, written: Written) -> str:
    """Where the clause stands that the amendment replaces or ends: the act that says it last, and its article."""
    if ClauseAct(row.act) is ClauseAct.ADDS:
        return ""
    earlier = [
        one
        for one in written.stipulations.values()
        if one.clause_id == row.clause_id and one.id != row.id
        if one.amendment_id is None or written.amendments[one.amendment_id].signed_on is not None
    ]
    if not earlier:
        return ""
    last = max(earlier, key=lambda one: (_number_of(one, written), one.id))
    act = name_instrument(written.amendments.get(last.amendment_id))
    return f"{act}, {last.article}" if last.article else act


def _number_of(row: Any, written: Written) -> int:
    return 0 if row.amendment_id is None else int(written.amendments[row.amendment_id].number)


def _paragraphs(kind: str, row: Any, text: ClauseText | None, titles: Mapping[int, str]) -> list[str]:
    """What somebody wrote for this clause, else the text proposed for its kind, filled with what is noted."""
    if row.text:
        return [one.strip() for one in row.text.split("\n") if one.strip()]
    if text is None or ClauseAct(row.act) is ClauseAct.ENDS:
        return []
    hidden = _("[à compléter : titre du jeu de données]")
    names = [titles.get(number) or hidden for number in row.datasets]
    datasets = " ; ".join(f"« {name} »" for name in names) if names else _("l’ensemble des données du contrat")
    terms = {one.name: one.say_within(row.terms[one.name]) for one in fields_of(kind) if one.name in row.terms}
    return text.filled(terms, datasets)
