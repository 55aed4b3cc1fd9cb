"""The evidence of the demonstration: small files made on the spot, what each proves, and until when it holds."""

from collections.abc import Callable, Iterable
from datetime import date, timedelta
from functools import partial
from pathlib import Path
from typing import Any, Protocol

import yaml
from pydantic import BaseModel, ConfigDict
from sqlalchemy import select
from sqlalchemy.orm import Session
from sqlmodel import col

from registry.contracts.clauses.queries import find_amendments
from registry.contracts.queries import get_contract
from registry.documents.forms import EditionForm, EvidenceForm
from registry.documents.models import Evidence
from registry.documents.service import ReceivedFile, record_evidence, renew_evidence
from registry.documents.vocabulary import SEARCHED, EvidenceKind, FileType, ProofSubject
from registry.platform.home import Home
from registry.processing.assessments.models import ImpactAssessment
from registry.processing.breaches.models import Breach
from registry.processing.models import ProcessingActivity
from registry.processing.requests.models import ReceivedRequest

CONTENT = Path(__file__).with_name("evidence.yaml")
Step = tuple[date, str, Callable[[], None]]
_TITLES: dict[ProofSubject, tuple[Any, Any]] = {
    ProofSubject.ACTIVITY: (ProcessingActivity, ProcessingActivity.name),
    ProofSubject.DPIA: (ImpactAssessment, ImpactAssessment.title),
    ProofSubject.BREACH: (Breach, Breach.title),
    ProofSubject.REQUEST: (ReceivedRequest, ReceivedRequest.subject),
}
"""The records that are known by what they are called; the others bear a key."""


class _Said(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class Renewal(_Said):
    """A later edition of a document.

    Units: `lasts` in days from its day, its last day included.
    """

    day: date
    by: str
    lasts: int | None = None
    edition: dict[str, Any] = {}


class EvidenceSaid(Renewal):
    """A document kept on a day, and the record it proves something of, by its key or by what it is called.

    `amendment` is its number, of a contract; `text` the lines it bears; a scan bears none, as an image does not.
    """

    kind: EvidenceKind
    title: str
    of: ProofSubject
    record: str
    body: str | None = None
    amendment: int | None = None
    proves: str | None = None
    text: list[str] = []
    is_scan: bool = False
    renewals: list[Renewal] = []


class Played(Protocol):
    """What the demonstration being played knows: its session, its files, and the row each of its keys stands for."""

    session: Session
    home: Home
    bodies: dict[str, int]
    systems: dict[str, int]
    sheets: dict[str, int]
    contracts: dict[str, int]


def read_evidence(on_days: Callable[[Any], Any]) -> list[EvidenceSaid]:
    """What the file says, its days counted by the function given."""
    with CONTENT.open(encoding="utf-8") as source:
        said = on_days(yaml.load(source, Loader=yaml.CSafeLoader))
    return [EvidenceSaid.model_validate(one) for one in said["evidence"]]


def plan_evidence(played: Played, said: Iterable[EvidenceSaid]) -> Iterable[Step]:
    """Every document with its editions, each on its day."""
    for one in said:
        held: list[int] = []
        yield one.day, one.by, partial(_record, played, one, held)
        for renewal in one.renewals:
            yield renewal.day, renewal.by, partial(_renew, played, one, held, renewal)


def _record(played: Played, said: EvidenceSaid, held: list[int]) -> None:
    number, keeper = _subject(played, said)
    form = EvidenceForm.model_validate(
        {"subject_kind": said.of, "subject_id": number, "kind": said.kind, "title": said.title, "proves": said.proves,
         **_edition(said)}
    )  # fmt: skip
    made = record_evidence(played.session, keeper, form, _file(played.home, said, said.day))
    held.append(made.id)


def _renew(played: Played, said: EvidenceSaid, held: list[int], renewal: Renewal) -> None:
    evidence = played.session.get_one(Evidence, held[0])
    file = _file(played.home, said, renewal.day)
    form = EditionForm.model_validate(_edition(renewal))
    renew_evidence(played.session, evidence.id, form, file, expected=evidence.version)


def _edition(said: Renewal) -> dict[str, Any]:
    return {"expires_on": said.day + timedelta(days=said.lasts) if said.lasts is not None else None, **said.edition}


def _subject(played: Played, said: EvidenceSaid) -> tuple[int, int]:
    """The number of the record a document is about, and the body that keeps the document."""
    if said.of in _TITLES:
        model, title = _TITLES[said.of]
        query = select(model).where(col(title) == said.record)
        if said.body is not None:
            query = query.where(col(model.organisation_id) == played.bodies[said.body])
        found = played.session.execute(query).scalars().one()
        return found.id, found.organisation_id
    if said.of in SEARCHED:
        contract = get_contract(played.session, played.contracts[said.record])
        acts = {one.number: one.id for one in find_amendments(played.session, contract.id)}
        return acts[said.amendment] if said.amendment is not None else contract.id, contract.organisation_id
    number = {
        ProofSubject.DATASET: played.sheets, ProofSubject.SYSTEM: played.systems,
        ProofSubject.ORGANISATION: played.bodies,
    }[said.of][said.record]  # fmt: skip
    return number, played.bodies[said.body or "authority"]


def _file(home: Home, said: EvidenceSaid, day: date) -> ReceivedFile:
    lines = [said.title, said.proves or "", *said.text, f"Pièce de démonstration du {day:%d/%m/%Y}, sans valeur."]
    content = _one_page([] if said.is_scan else lines)
    return ReceivedFile(home.files.keep(content), len(content), FileType.PDF, "piece.pdf")


def _one_page(lines: Iterable[str]) -> bytes:
    """A PDF of one page that bears these lines, in a font every reader has; without lines, a grey sheet."""
    lines = list(lines)
    shown = " ".join(f"({_escaped(line)}) Tj 0 -24 Td" for line in lines if line)
    drawn = f"BT /F1 12 Tf 60 760 Td {shown} ET".encode("cp1252", "replace") if lines else _SHEET
    parts = [
        b"<< /Type /Catalog /Pages 2 0 R /Lang (fr) >>",
        b"<< /Type /Pages /Kids [3 0 R] /Count 1 >>",
        b"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 595 842] /Contents 4 0 R /Resources 6 0 R >>",
        b"<< /Length %d >>\nstream\n%s\nendstream" % (len(drawn), drawn),
        b"<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica /Encoding /WinAnsiEncoding >>",
        b"<< /Font << /F1 5 0 R >> >>",
    ]
    made, places = b"%PDF-1.4\n", list[int]()
    for number, part in enumerate(parts, 1):
        places.append(len(made))
        made += b"%d 0 obj\n%s\nendobj\n" % (number, part)
    table = b"".join(b"%010d 00000 n \n" % place for place in places)
    end = b"trailer << /Size %d /Root 1 0 R >>\nstartxref\n%d\n%%%%EOF\n" % (len(parts) + 1, len(made))
    return made + b"xref\n0 %d\n0000000000 65535 f \n%s" % (len(parts) + 1, table) + end


_SHEET = b"0.85 g 60 80 475 680 re f"
"""A page as a machine that photographs paper gives it: something drawn, and no word."""


def _escaped(line: str) -> str:
    return line.replace("\\", r"\\").replace("(", r"\(").replace(")", r"\)")
