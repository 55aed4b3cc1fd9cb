"""Somebody named in every place the registry has, and a search for any trace of them."""

import base64
import secrets
import zipfile
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import timedelta
from io import BytesIO
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import func, select, text

from registry.accounts.forms import TokenForm
from registry.accounts.service import invite_account, make_token, open_session, stop_account, use_link
from registry.accounts.vocabulary import TokenScope
from registry.datasets.bulk.forms import BulkEditForm
from registry.datasets.bulk.service import preview_bulk_edit
from registry.datasets.forms import DatasetChange, DatasetForm
from registry.datasets.listing.narrowing import DatasetFilter
from registry.datasets.listing.saved_views import ViewForm, save_view
from registry.datasets.service import amend_dataset, record_dataset
from registry.datasets.systems.forms import SystemForm
from registry.datasets.systems.service import record_system
from registry.desk.forms import QuestionForm
from registry.desk.question_service import ask_question
from registry.desk.vocabulary import QuestionSubject
from registry.exchange.models import ImportAccount, ImportAction, ImportBatch, ImportLine, ImportState
from registry.kernel.permissions import Role
from registry.organisations.forms import AppointmentForm, PersonForm
from registry.organisations.service import appoint, end_appointment
from registry.organisations.vocabulary import AppointmentRole, AppointmentSubject
from registry.platform.home import Home
from registry.platform.jobs import work_once
from registry.platform.models import JobRun, JobState, KeptAnswer
from registry.reporting.models import IssuedDocument
from registry.rooms import job_functions
from registry.search.following import rebuild
from tests.conftest import PASSWORD, Town

NAME, EMAIL, PHONE = "Mirabelle Quetsche", "m.quetsche@prunier.invalid", "06 98 76 54 32"
PARTS = ("mirabelle", "quetsche", EMAIL, "m.quetsche", PHONE, "0698765432", "698765432")
"""What must stand nowhere: the name, each of its words, the address, the number however it is written."""
OTHER = "Mirabelle-Reine Quetsche"
"""Somebody else, whose name holds hers."""


@dataclass
class Named:
    """Who is named everywhere, and where some of it is."""

    town: Town
    person_id: int
    account_id: int
    dataset_id: int
    system_id: int

    def work(self) -> None:
        """Does the jobs that wait."""
        work_once(self.town.home.urls.jobs, self.town.home.jobs, job_functions(self.town.home, self.town.info))


@pytest.fixture
def named(town: Town) -> Named:
    """Somebody who had an account and a post, and whom sheets, questions, imports and works name; all of it is over."""
    made = record_everywhere(town)
    settle_everything(town, made)
    rebuild(town.home)
    return made


def record_everywhere(town: Town) -> Named:
    """Names somebody in every kind of place."""
    today, on = town.info["today"](), town.authority_id
    with town.acting() as session:
        account, link = invite_account(
            session, on, PersonForm(name=NAME, email=EMAIL, phone=PHONE), role=Role.STEWARD, on=on
        )
        use_link(session, link, PASSWORD, request_id="essai")
        open_session(session, account.id, address="203.0.113.7", browser=f"Navigateur de {NAME}")
        session.execute(
            text("SELECT note_sign_in_failure(sha256(CAST(:mail AS bytea)), sha256('x'))"), {"mail": EMAIL.encode()}
        )
        form = TokenForm(name=f"Clé de {NAME}", scope=TokenScope.WRITE, expires_on=today + timedelta(days=5))
        make_token(session, account.id, on, form, today=today)
        sheet = record_dataset(
            session, on,
            DatasetForm.model_validate({
                "title": f"Arbres suivis par {NAME}", "description": f"Demander à M.\u00a0Quetsche ({PHONE}).",
                "contact_person_id": account.person_id, "notes": f"Écrire à {EMAIL.upper()}",
                "creator_name": "QUETSCHE MIRABELLE",
                "distributions": [{"title": f"Relevé de {NAME}", "download_url": "https://a.invalid/a.csv"}],
            }),
        )  # fmt: skip
        post = appoint(
            session, on,
            AppointmentForm(person_id=account.person_id, role=AppointmentRole.OWNER, since=today - timedelta(days=90),
                            subject_kind=AppointmentSubject.DATASET, subject_id=sheet.id),
            reason=f"Nommée : {NAME}",
        )  # fmt: skip
        system = record_system(session, on, SystemForm(name=f"Tableur de {NAME}", backup_note=f"Voir {NAME}"))
        ask_question(
            session, QuestionForm(subject_kind=QuestionSubject.DATASET, subject_id=sheet.id, text=f"{NAME} le sait ?"),
            by=account.id, today=today,
        )  # fmt: skip
        end_appointment(session, post.id, on=today)
        stop_account(session, account.id)
        number, sheet_id, system_id, person_id = account.id, sheet.id, system.id, account.person_id
    with town.acting() as session:
        change = DatasetChange(description=f"Repris de {NAME} par le service.", notes=f"mirabelle quetsche, {PHONE}")
        amend_dataset(session, sheet_id, change, expected=1, reason=f"À la demande de {NAME}")
    return Named(town, person_id, number, sheet_id, system_id)


def settle_everything(town: Town, made: Named) -> None:
    """What the registry works with: an import that is over, a bulk edit, a view, a draft, an answer, a job."""
    on = town.authority_id
    with town.acting() as session:
        batch = ImportBatch(
            organisation_id=on, source_name=f"export-{NAME}.csv", source_format="table", source_sha256="0" * 64,
            state=ImportState.APPLIED, summary={"create": 1},
            created_at=session.execute(select(func.now())).scalar_one(),
        )  # fmt: skip
        session.add(batch)
        session.flush()
        session.add(ImportAccount(organisation_id=on, batch_id=batch.id, content={"refusal": f"Ligne de {NAME}"}))
        session.add(
            ImportLine(
                organisation_id=on, batch_id=batch.id, line_no=1, identifier="a", title=f"Jeu de {NAME}",
                action=ImportAction.CREATE, content={"cells": ["Jeu", NAME.upper()]},
                changes={"title": [None, f"Jeu de {NAME}"]}, anomalies=[{"code": "a", "words": f"« {NAME} » ?"}],
            )
        )  # fmt: skip
        save_view(session, on, made.account_id, ViewForm(name=f"Vue de {NAME}", query="q=quetsche"))
        preview_bulk_edit(
            session, DatasetFilter(organisation_ids=frozenset({on})),
            BulkEditForm.model_validate(
                {"edits": [{"field": "quality_notes", "operation": "set", "value": f"Vu par {NAME}"}],
                 "reason": f"Relu par {NAME}"}
            ),
            writable={on}, organisation_id=on, account_id=made.account_id,
        )  # fmt: skip
        session.add(
            KeptAnswer(
                organisation_id=on, account_id=made.account_id + 1, key="essai", digest="0", status=201, headers={},
                body=f'{{"title":"Arbres suivis par {NAME}"}}'.encode(),
            )
        )  # fmt: skip
        session.add(
            JobRun(
                organisation_id=on, actor=f"account:{made.account_id}", kind="essai", key=secrets.token_hex(4),
                state=JobState.FAILED, message=f"La ligne de {NAME} est refusée.", result={"label": NAME},
            )
        )  # fmt: skip
        session.execute(
            text(
                "INSERT INTO sheet_draft (account_id, revision, title, typed, saved_at) VALUES"
                " (:account, 1, :title, jsonb_build_array(jsonb_build_array('notes', CAST(:title AS text))), now())"
            ),
            {"account": made.account_id, "title": f"Brouillon de {NAME}"},
        )


def issue_naming(town: Town, words: str) -> int:
    """A document already issued, whose facts say some words; its number."""
    with town.acting() as session:
        twins = {part: town.home.files.keep(f"{part} {words}".encode()) for part in ("document", "canonical", "csv")}
        day = town.info["today"]()
        document = IssuedDocument(
            organisation_id=town.authority_id, report_id="compliance", title="Rapport", subject_kind="organisation",
            subject_id=town.authority_id, as_of=day, known_on=day, law_of=day, seal_no=0, ledger_root="",
            template_sha256="", media_type="text/html", versions={}, issued_by="Service",
            issued_at=session.execute(select(func.now())).scalar_one(),
            **{f"{part}_sha256": digest for part, digest in twins.items()},
        )  # fmt: skip
        session.add(document)
        session.flush()
        return document.id


def spellings(words: Iterable[str]) -> set[bytes]:
    """Each word as it may stand in bytes, in lower case: in UTF-8, in hexadecimal, in base64 at each of its places."""
    found: set[bytes] = set()
    for word in words:
        for form in {word, word.lower(), word.upper(), word.title()}:
            plain = form.encode()
            found |= {plain.lower(), plain.hex().encode()}
            for lead in range(3):
                coded = base64.b64encode(b"\0" * lead + plain)
                # The letters at both ends depend on what stands beside.
                found.add(coded[-(-lead * 8 // 6) + (1 if lead else 0) : len(coded) - 4].lower())
    return {one for one in found if len(one) >= 6}


def traces_in_tables(home: Home, words: Iterable[str]) -> list[str]:
    """The columns of the whole database, of every schema, in which one of these words stands."""
    looked = spellings(words)
    found = []
    with home.owner.connect() as connection:
        tables = connection.execute(
            text(
                "SELECT format('%I.%I', table_schema, table_name) FROM information_schema.tables"
                " WHERE table_type = 'BASE TABLE' AND table_schema NOT IN ('information_schema', 'pg_catalog')"
            )
        ).scalars()
        for table in [*tables, "pg_catalog.pg_stats"]:
            for row in connection.execute(text(f"SELECT to_jsonb(t) FROM {table} t")).scalars():
                found += [f"{table}.{name}: {value}" for name, value in row.items() if _holds(str(value), looked)]
    return found


def _holds(value: str, looked: set[bytes]) -> bool:
    content = value.lower().encode()
    return any(one in content for one in looked)


def traces_in_files(root: Path, words: Iterable[str], *, but: Iterable[str] = ()) -> list[str]:
    """The files below a folder in which one of these words stands, archives opened; `but` names files by their end."""
    looked, left = spellings(words), tuple(but)
    return [
        str(path)
        for path in root.rglob("*")
        if path.is_file() and not str(path).endswith(left or ("\0",))
        if any(_in_bytes(content, looked) for content in _contents(path.read_bytes()))
    ]


def _in_bytes(content: bytes, looked: set[bytes]) -> bool:
    lowered = content.lower()
    return any(one in lowered for one in looked)


def _contents(content: bytes) -> Iterator[bytes]:
    yield content
    if content[:2] == b"PK":
        with zipfile.ZipFile(BytesIO(content)) as archive:
            yield from (archive.read(part) for part in archive.infolist())


def form_of(page: str, **more: Any) -> dict[str, Any]:
    """What the page of an erasure sends where nothing is unticked."""
    passages = [one.split('"')[0] for one in page.split('name="passages"')[1:] for one in [one.split('value="')[1]]]
    words = [one.split('value="')[1].split('"')[0] for one in page.split('type="hidden" name="mots"')[1:]]
    return {
        "shown": passages, "passages": passages, "mots": words, "ground": "no-longer-necessary",
        "reason": "Demande reçue le 3 novembre", "confirmed": "true", **more,
    }  # fmt: skip
