"""What keeps a published dataset from the public: one set, that says of each what the law says of it alone."""

from datetime import date, timedelta
from itertools import product
from random import Random
from typing import Any

import pytest
from sqlalchemy import text
from sqlalchemy.orm import Session

from registry.kernel.permissions import Role
from registry.platform.clock import today
from registry.platform.database import transaction
from tests.conftest import Town
from tests.public.conftest import publish

pytestmark = pytest.mark.database

PERSONAL = (None, "none", "anonymised", "personal")
ACTIVITIES = (None, "founded", "unfounded", "ended", "annulled", "link-annulled")
VISAS = (None, "given", "refused", "legal", "before", "unmade")
SECRETS = (None, "no", "yes", "past", "last-day", "part-alone", "security")
TREATED = (None, "current", "replaced", "open", "no-part", "text")
SAMPLE = 300


def why(personal: str | None, activity: str | None, visa: str | None, secret: str | None, treated: str | None) -> str:
    """What keeps a dataset back, told of it alone."""
    if secret in {"yes", "last-day"} and treated not in {"current", "text"}:
        return "secret"
    if secret == "security" and treated != "current":
        return "secret"
    if personal in {"none", "anonymised"}:
        return ""
    if activity != "founded":
        return "basis"
    return "" if visa == "given" else "visa"


class Writing:
    """Writes by hand what the cases say, as the owner of the tables alone can."""

    def __init__(self, session: Session, body: int, account: int) -> None:
        self.session, self.body, self.account = session, body, account

    def insert(self, table: str, **values: Any) -> int:
        """A row of a table that hangs from an organisation; its number."""
        told = {"organisation_id": self.body, "version": 1, **values}
        names = ", ".join(told)
        query = f"INSERT INTO {table} ({names}) VALUES ({', '.join(f':{name}' for name in told)}) RETURNING id"
        return int(self.session.execute(text(query), told).scalar_one())

    def request(self, sheet: int, day: date, state: str = "made") -> int:
        """A request to publish."""
        return self.insert(
            "stage_request", dataset_id=sheet, move="publish", from_stage="cleared", to_stage="published",
            asked_by=self.account, asked_as="steward", asked_on=day, state=state, ended_on=day,
        )  # fmt: skip

    def withdrawal(self, sheet: int, day: date, ground: str | None) -> None:
        """A withdrawal, made."""
        request = self.insert(
            "stage_request", dataset_id=sheet, move="withdraw", from_stage="published", to_stage="withdrawn",
            asked_by=self.account, asked_as="steward", asked_on=day, state="made", ended_on=day,
            reason="L’agent Lefebvre s’y reconnaît.", public_ground=ground,
        )  # fmt: skip
        passed = {"dataset_id": sheet, "dataset_version": 1, "to_stage": "withdrawn"}
        verdict = self.session.scalar(
            text(
                "INSERT INTO gate_verdict (organisation_id, dataset_id, dataset_version, to_stage, passed, found)"
                " VALUES (:body, :sheet, 1, 'withdrawn', true, '{}') RETURNING id"
            ),
            {"body": self.body, "sheet": sheet},
        )
        self.insert(
            "stage_passage", request_id=request, verdict_id=verdict, from_stage="published", passed_on=day, **passed
        )
        self.session.execute(text("UPDATE dataset SET stage = 'withdrawn' WHERE id = :id"), {"id": sheet})

    def case(self, number: int, day: date, case: tuple[str | None, ...]) -> int:
        """A published dataset of which this is told; its number."""
        personal, activity, visa, secret, treated = case
        sheet = self.insert(
            "dataset", identifier=f"cas-{number}", title=f"Cas {number}", title_sort=f"cas {number}", stage="published",
            personal_data=personal, nature="other", annulled=False,
        )  # fmt: skip
        if activity:
            kept = self.insert(
                "processing_activity", reference=f"T-{number}", role="controller", name=f"Traitement {number}",
                name_sort=f"traitement {number}",
                status="ended" if activity == "ended" else "active", annulled=activity == "annulled",
                lawful_basis=None if activity == "unfounded" else "public-task",
            )  # fmt: skip
            self.insert(
                "activity_dataset", activity_id=kept, dataset_id=sheet, position=1,
                annulled=activity == "link-annulled",
            )  # fmt: skip
        if visa:
            request = self.request(sheet, day, "refused" if visa == "unmade" else "made")
            self.insert(
                "stage_visa", request_id=request, kind="legal" if visa == "legal" else "dpo",
                answer="refused" if visa == "refused" else "given", reason="Non." if visa == "refused" else None,
                dataset_version=1, given_by=self.account, given_as="dpo", given_on=day, by_keeper=False,
                facts_digest="",
            )  # fmt: skip
            if visa == "before":
                self.request(sheet, day)
        if secret:
            until = {"past": day - timedelta(days=1), "last-day": day}.get(secret)
            if secret != "part-alone":
                code = "l311-5-2d" if secret == "security" else "l311-6-business"
                self.answer(sheet, code, "no" if secret == "no" else "yes", until, day)
            self.answer(sheet, "l311-7", "no" if treated == "no-part" else "yes", None, day)
        if treated:
            ended = day if treated == "replaced" else None
            self.insert(
                "publication_choice", dataset_id=sheet,
                outcome="open" if treated in {"open", "text"} else "once-treated",
                disclosure_text="Article L1 d’un code" if treated == "text" else None,
                reason="Sans les tarifs.", decided_on=day, conclusion="to-all", decided_by=self.account,
                decided_as="legal", recorded_on=day, state="replaced" if ended else "current", ended_on=ended,
            )  # fmt: skip
        return sheet

    def answer(self, sheet: int, secret: str, answer: str, until: date | None, day: date) -> None:
        """What is answered about a secret."""
        self.insert(
            "secret_answer", dataset_id=sheet, secret=secret, answer=answer, ground="Dit ici.", until=until,
            article="CRPA L311-6", answered_by=self.account, answered_as="legal", answered_on=day,
        )  # fmt: skip


def test_the_set_says_of_each_dataset_what_is_said_of_it_alone(town: Town) -> None:
    day = today(town.info["time_zone"])
    every = list(product(PERSONAL, ACTIVITIES, VISAS, SECRETS, TREATED))
    cases = Random(7).sample(every, SAMPLE)  # noqa: S311
    account = town.someone(Role.LEGAL).account_id
    with town.as_owner() as session:
        writing = Writing(session, town.authority_id, account)
        sheets = {writing.case(number, day, case): case for number, case in enumerate(cases)}
    expected = {sheet: why(*case) for sheet, case in sheets.items()}
    assert {*expected.values()} == {"", "secret", "basis", "visa"}
    with town.as_owner() as session:
        told = {row.dataset_id: row.why for row in session.execute(text("SELECT dataset_id, why FROM kept_back"))}
        alone = {one: session.scalar(text("SELECT why_kept_back(:id)"), {"id": one}) or "" for one in sheets}
    assert {sheet: told.get(sheet, "") for sheet in sheets} == alone == expected
    with transaction(town.home.public, None) as session:
        seen = set(session.execute(text("SELECT id FROM dataset")).scalars())
    assert seen & set(sheets) == {sheet for sheet, said in expected.items() if not said}


def test_a_secret_ends_with_the_day_of_the_authority_and_not_of_the_database(town: Town) -> None:
    with town.as_owner() as session:
        for zone in ("Pacific/Kiritimati", "Pacific/Pago_Pago"):
            session.execute(text("UPDATE registry SET time_zone = :zone"), {"zone": zone})
            assert session.scalar(text("SELECT authority_day()")) == today(zone)
        session.rollback()


def test_the_public_is_told_a_withdrawal_by_its_day_and_its_ground_alone_and_only_where_both_are_true(
    town: Town,
) -> None:
    """The day and the ground of the last withdrawal, never the words written within."""
    first, last = date(2026, 10, 12), date(2026, 10, 20)
    account, names = town.someone(Role.LEGAL).account_id, ("left", "unsaid", "again", "annulled", "treated", "secret")
    sheets = {name: town.record(name) for name in names}
    with town.as_owner() as session:
        writing = Writing(session, town.authority_id, account)
        for name, sheet in sheets.items():
            if name in {"treated", "secret"}:
                writing.answer(sheet, "l311-6-privacy", "yes", None, first)
            if name == "treated":
                writing.answer(sheet, "l311-7", "yes", None, first)
                writing.insert(
                    "publication_choice", dataset_id=sheet, outcome="once-treated", reason="Sans les noms.",
                    decided_on=first, conclusion="to-all", decided_by=account, decided_as="legal", recorded_on=first,
                    state="taken-down", ended_on=last,
                )  # fmt: skip
            publish(session, sheet, on=first)
            writing.withdrawal(sheet, last, None if name == "unsaid" else "error")
        publish(session, sheets["again"], "archived", on=last)
        session.execute(text("UPDATE dataset SET annulled = true WHERE id = :id"), {"id": sheets["annulled"]})
        writing.answer(sheets["left"], "l311-6-privacy", "yes", None, last)  # Seen since: it had been read before.
    told = {}
    with transaction(town.home.public, None) as session:
        for name, sheet in sheets.items():
            row = session.execute(text("SELECT * FROM withdrawal_of(:id)"), {"id": sheet}).one_or_none()
            told[name] = None if row is None else tuple(row)
    assert told == {
        "left": (last, "error"), "unsaid": (last, None), "again": (None, None), "annulled": (None, None),
        "treated": (last, "error"), "secret": None,
    }  # fmt: skip
