"""What is decided of publishing some of the demonstration's datasets: opened once redacted, or restricted."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import date
from functools import partial
from hashlib import sha256
from pathlib import Path
from typing import Any

import yaml
from pydantic import BaseModel, ConfigDict
from sqlalchemy.orm import Session

from registry.datasets.queries import get_dataset
from registry.inspection.vocabulary import CountedTable, LineKind, SmallGroups
from registry.kernel.permissions import Role
from registry.platform.lists import load_list
from registry.publication.forms import NoSecretForm, PublicationDecisionForm, SecretForm, SmallCountForm
from registry.publication.queries import get_dossier
from registry.publication.rules import PART
from registry.publication.service import answer_secret, decide, deny_the_rest, record_small_counts
from registry.publication.vocabulary import SecretReply

CONTENT = Path(__file__).with_name("publications.yaml")
LOOKED_AT = "Le service juridique a relu les champs et un échantillon : ni personne, ni réseau, ni entreprise en cause."
Step = tuple[date, str, Callable[[], None]]


class CheckSaid(BaseModel):
    """What was seen of groups of few people in a file: columns and counts, and no file."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    file_name: str
    lines: LineKind
    fewer_than: int
    rows: int
    columns: list[str]
    found: list[SmallGroups] = []


class PublicationSaid(BaseModel):
    """The secrets of a sheet with what tells them, whether they can be taken out, what is checked and decided."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    sheet: str
    day: date
    by: str
    as_role: Role
    secrets: Mapping[str, str]
    separable: str | None = None
    inseparable: str | None = None
    checks: list[CheckSaid] = []
    decision: Mapping[str, str]


def read_publications(on_days: Callable[[Any], Any]) -> list[PublicationSaid]:
    """What the file says, its days counted by the function given."""
    with CONTENT.open(encoding="utf-8") as source:
        return [PublicationSaid.model_validate(one) for one in on_days(yaml.load(source, Loader=yaml.CSafeLoader))]


def plan_publications(
    session: Session, said: Iterable[PublicationSaid], sheets: Mapping[str, int], accounts: Mapping[str, int]
) -> Iterable[Step]:
    """Each decision with the answers it rests on, on its day."""
    for one in said:
        yield one.day, one.by, partial(_publish, session, one, sheets, accounts)


def _publish(
    session: Session, said: PublicationSaid, sheets: Mapping[str, int], accounts: Mapping[str, int]
) -> None:  # fmt: skip
    number = sheets[said.sheet]
    acting: dict[str, Any] = {"by": accounts[said.by], "roles": [said.as_role], "today": said.day}

    def read() -> int:
        return get_dossier(session, number).version

    for secret, ground in said.secrets.items():
        form = SecretForm(answer=SecretReply.YES, ground=ground)
        answer_secret(session, number, secret, form, **acting, expected=read())
    deny_secrets(session, number, **acting)
    if said.secrets:
        part = SecretReply.YES if said.separable is not None else SecretReply.NO
        form = SecretForm(answer=part, ground=said.separable or said.inseparable)
        answer_secret(session, number, PART, form, **acting, expected=read())
    for one in said.checks:
        record_small_counts(
            session, number, SmallCountForm(
                lines=one.lines, fewer_than=one.fewer_than,
                counts="\n".join(one.columns) if one.lines is LineKind.TOTAL else None,
            ),
            [CountedTable("", one.rows, one.columns, one.found)], file_name=one.file_name,
            sha256=sha256(one.file_name.encode()).hexdigest(), by=accounts[said.by], today=said.day,
            expected=get_dataset(session, number).version,
        )  # fmt: skip
    decision = PublicationDecisionForm.model_validate({**said.decision, "decided_on": said.day})
    decide(session, number, decision, **acting, expected=read())


def deny_secrets(session: Session, number: int, *, by: int, roles: Sequence[Role], today: date) -> None:
    """Answers « no » about every secret left open: those that protect people one by one, where the sheet names some."""
    acting: dict[str, Any] = {"by": by, "roles": roles, "today": today}
    dossier = get_dossier(session, number)
    deny_the_rest(session, number, NoSecretForm(ground=LOOKED_AT), **acting, expected=dossier.version)
    for secret in load_list("secrets"):
        dossier = get_dossier(session, number)
        if secret != PART and secret not in dossier.answers:
            alone = SecretForm(answer=SecretReply.NO, ground=LOOKED_AT)
            answer_secret(session, number, secret, alone, **acting, expected=dossier.version)
