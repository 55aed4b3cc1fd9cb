"""Importing from a terminal, and the jobs a page asks for."""

import contextlib
import tempfile
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Any

from sqlalchemy.orm import Session

from registry.exchange.columns import ask_columns
from registry.exchange.comparing import absent_from, compare_catalogue
from registry.exchange.models import ImportState
from registry.exchange.outcome import outcome_of
from registry.exchange.queries import find_mappings, get_batch
from registry.exchange.reading import read_file
from registry.exchange.service import (
    Report,
    apply_import,
    forget_source,
    preview_import,
    receive_import,
    refuse_import,
    undo_import,
)
from registry.exchange.source import Source, open_source
from registry.exchange.tables.mappings import LEAST
from registry.exchange.views import ImportReport, report_of
from registry.exchange.vocabulary import ReadCatalogue
from registry.kernel.errors import Refusal, Unreadable
from registry.kernel.words import _
from registry.platform.database import Acting, transaction
from registry.platform.files import sha256_of
from registry.platform.garbage import sparing
from registry.platform.home import Home
from registry.platform.jobs import Job, JobFunction

READ, APPLY, UNDO, FORGET = (
    "exchange:import:read", "exchange:import:apply", "exchange:import:undo", "exchange:import:forget",
)  # fmt: skip


@sparing()
def import_file(
    home: Home,
    source: str,
    *,
    organisation_id: int,
    acting: Acting,
    info: Mapping[str, Any],
    declared_format: str | None = None,
    dry_run: bool = False,
    public: bool = False,
    overwrite_edits: bool = False,
    report: Report = lambda *_said: None,
) -> ImportReport:
    """Reads a file or an address, compares it, and applies it unless it is a dry run.

    Raises: Unreadable, TooLarge, NotFound.
    """
    with transaction(home.jobs, acting, **info) as session:
        mappings = find_mappings(session, organisation_id)
    with open_source(source, allowed_private=home.settings.private_hosts) as opened:
        read = read_file(
            opened.path,
            declared_format=declared_format or opened.media_type,
            name=opened.name,
            time_zone=info["time_zone"],
            origin=opened.origin,
            mappings=mappings,
        )
        refuse_unknown_columns(read)
        digest = sha256_of(opened.path)
        name = opened.name
    if dry_run:
        with transaction(home.jobs, acting, **info) as session:
            outcome = outcome_of(read)
            for _found in compare_catalogue(
                session, organisation_id, read, outcome, public=public, overwrite_edits=overwrite_edits
            ):
                pass
            absent = absent_from(session, organisation_id, name, read, outcome)
        return report_of(None, read, outcome, absent, dry_run=True)
    with transaction(home.jobs, acting, **info) as session:
        batch = receive_import(session, organisation_id, source_name=name, source_sha256=digest, public=public)
        batch_id = batch.id
    session_of = session_opener(home, acting.in_batch(batch_id), info)
    outcome, absent = preview_import(session_of, batch_id, read, overwrite_edits=overwrite_edits)
    apply_import(session_of, batch_id, report)
    return report_of(batch_id, read, outcome, absent, dry_run=False)


def refuse_unknown_columns(read: ReadCatalogue) -> None:
    """Stops where somebody has to say first what the columns of a table are.

    Raises: Unreadable, with what to do.
    """
    if read.table is None or not read.table.asks:
        return
    headers = [one.header for one in read.table.columns if one.header]
    unknown = [one.header for one in read.table.columns if one.header and one.target is None]
    if unknown:
        said = _("Les colonnes de ce tableau ne sont pas reconnues : {headers}. Importez-le une fois par la page "
                 "« Imports » pour dire ce que contient chacune : le registre s’en souviendra, ici aussi. Ou nommez-"
                 "les comme dans le SCDL, ou comme les champs de la fiche.")  # fmt: skip
    elif not any("title" in (one.target or "").split("+") for one in read.table.columns):
        said = _("Aucune colonne de ce tableau ne donne le titre des jeux : il n’a que {headers}. Ajoutez une colonne "
                 "« Titre ».")  # fmt: skip
    else:
        said = _("Ce tableau n’a que ces colonnes : {headers}. Il en faut au moins {least} pour être sûr de ce qu’il "
                 "est : ajoutez par exemple « Description », même vide. Ou importez-le une fois par la page "
                 "« Imports » : le registre s’en souviendra, ici aussi.")  # fmt: skip
    raise Unreadable(said.format(headers=", ".join((unknown or headers)[:20]), least=LEAST))


def session_opener(home: Home, acting: Acting, info: Mapping[str, Any]) -> Callable[[], Any]:
    """Opens one transaction at a time, in the name of whoever asked."""

    @contextlib.contextmanager
    def opened() -> Iterator[Session]:
        with transaction(home.jobs, acting, **info) as session:
            yield session

    return opened


def import_jobs(home: Home, info: Mapping[str, Any]) -> dict[str, JobFunction]:
    """What the worker does for a page: read a file, apply an import, undo it; and forget its file in the end."""

    def opener(job: Job) -> tuple[int, Callable[[], Any]]:
        batch_id = int(job.arguments["batch_id"])
        return batch_id, session_opener(home, Acting(job.actor, account_id=job.account_id, batch_id=batch_id), info)

    def forget(job: Job) -> dict[str, Any]:
        batch_id, session_of = opener(job)
        with session_of() as session:
            forget_source(session, batch_id, home.files)
        return _done(batch_id)

    def read(job: Job) -> dict[str, Any]:
        batch_id, session_of = opener(job)
        with sparing():
            _read_received(home, batch_id, session_of, job, info["time_zone"])
        return forget(job)

    def apply(job: Job) -> dict[str, Any]:
        batch_id, session_of = opener(job)
        with sparing():
            apply_import(session_of, batch_id, job.report, overwrite_edits=bool(job.arguments.get("overwrite_edits")))
        return forget(job)

    def undo(job: Job) -> dict[str, Any]:
        batch_id, session_of = opener(job)
        with sparing():
            undo_import(session_of, batch_id, job.report)
        return forget(job)

    return {READ: read, APPLY: apply, UNDO: undo, FORGET: forget}


def _done(batch_id: int) -> dict[str, Any]:
    return {"address": f"/imports/{batch_id}", "label": _("Voir l’import")}


def _read_received(home: Home, batch_id: int, session_of: Callable[[], Any], job: Job, time_zone: str) -> None:
    """Reads the file of an import and keeps its preview, or why it cannot be read; done once, it is done."""
    with session_of() as session:
        batch = get_batch(session, batch_id)
        if batch.state is not ImportState.READING:
            return
        digest, name, address = batch.source_sha256, batch.source_name, str(job.arguments.get("address", ""))
        mappings = find_mappings(session, batch.organisation_id)
    job.report(0, 2, _("Lecture du fichier"))
    try:
        with _received(home, address, digest, name) as source:
            read = read_file(
                source.path,
                declared_format=source.media_type,
                name=source.name,
                time_zone=time_zone,
                origin=source.origin,
                mappings=mappings,
            )
            found = sha256_of(source.path)
    except Refusal as refusal:
        with session_of() as session:
            refuse_import(session, get_batch(session, batch_id, lock=True), refusal.message)
        return
    job.report(1, 2, _("Comparaison avec le registre"))
    with session_of() as session:
        batch = get_batch(session, batch_id, lock=True)
        if batch.state is ImportState.READING:
            batch.source_sha256 = found
            if read.table is not None and read.table.asks:
                ask_columns(session, batch, read)
                return
    preview_import(session_of, batch_id, read)


@contextlib.contextmanager
def _received(home: Home, address: str, digest: str, name: str) -> Iterator[Source]:
    """The file of an import on disk: fetched from its address, or as it was sent."""
    if address:
        with open_source(address, allowed_private=home.settings.private_hosts) as source:
            yield source
        return
    with tempfile.TemporaryDirectory(prefix="beffroi-import-") as folder:
        path = Path(folder) / "source"
        path.write_bytes(home.files.read(digest))
        yield Source(path, name)
