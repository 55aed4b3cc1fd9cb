"""Importing from a terminal, and the jobs a page asks for."""

import contextlib
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Any

from sqlalchemy.orm import Session

from registry.exchange.rdf_reading import read_rdf_file
from registry.exchange.service import (
    ImportReport,
    apply_import,
    compare_catalogue,
    preview_import,
    report_of,
    undo_import,
)
from registry.exchange.source import open_source
from registry.kernel.words import _
from registry.platform.database import Acting, transaction
from registry.platform.files import sha256_of
from registry.platform.home import Home
from registry.platform.jobs import Job, JobFunction

APPLY, UNDO = "exchange:import:apply", "exchange:import:undo"


def import_file(
    home: Home,
    source: str,
    *,
    organisation_id: int,
    acting: Acting,
    info: Mapping[str, Any],
    declared_format: str | None = None,
    dry_run: bool = False,
    report: Callable[[int, int, str], None] = lambda done, total, step: None,
) -> ImportReport:
    """Reads a file or an address, compares it, and applies it unless it is a dry run.

    Raises: Unreadable, TooLarge, NotFound.
    """
    with open_source(source, allowed_private=home.settings.private_hosts) as opened:
        read = read_rdf_file(
            opened.path, declared_format=declared_format, name=opened.name, time_zone=info["time_zone"]
        )
        digest = sha256_of(opened.path)
        name = opened.name
    if dry_run:
        with transaction(home.jobs, acting, **info) as session:
            compared = compare_catalogue(session, organisation_id, read)
        return report_of(None, read, compared, dry_run=True)
    with transaction(home.jobs, acting, **info) as session:
        batch, compared = preview_import(
            session, organisation_id, read, source_name=name, source_sha256=digest
        )
        batch_id = batch.id
    apply_import(session_opener(home, acting.in_batch(batch_id), info), batch_id, report)
    return report_of(batch_id, read, compared, dry_run=False)


def session_opener(home: Home, acting: Acting, info: Mapping[str, Any]) -> Callable[[], Any]:
    """Opens one transaction at a time, in the name of whoever asked."""

    @contextlib.contextmanager
    def opened() -> Iterator[Session]:
        with transaction(home.jobs, acting, **info) as session:
            yield session

    return opened


def import_jobs(home: Home, info: Mapping[str, Any]) -> dict[str, JobFunction]:
    """What the worker does for a page: apply an import, undo it."""

    def acting_of(job: Job) -> Acting:
        return Acting(job.actor, account_id=job.account_id, batch_id=int(job.arguments["batch_id"]))

    def apply(job: Job) -> dict[str, Any]:
        batch_id = int(job.arguments["batch_id"])
        apply_import(session_opener(home, acting_of(job), info), batch_id, job.report)
        return {"address": f"/imports/{batch_id}", "label": _("Voir l’import")}

    def undo(job: Job) -> dict[str, Any]:
        batch_id = int(job.arguments["batch_id"])
        kept = undo_import(session_opener(home, acting_of(job), info), batch_id, job.report)
        return {"address": f"/imports/{batch_id}", "label": _("Voir l’import"), "kept": kept}

    return {APPLY: apply, UNDO: undo}


def read_upload(path: Path, name: str, info: Mapping[str, Any]) -> Any:
    """The catalogue an uploaded file holds.

    Raises: Unreadable, TooLarge.
    """
    return read_rdf_file(path, name=name, time_zone=info["time_zone"])
