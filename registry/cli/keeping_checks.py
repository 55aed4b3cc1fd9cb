"""What a backup is checked for: its bytes, its rows, the ledger, the stored files, one document made again."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import click
from sqlalchemy import text
from sqlalchemy.orm import Session

from registry.kernel.errors import Refusal, Unavailable, Unreadable
from registry.kernel.words import _, mark, ngettext
from registry.ledger.queries import get_head
from registry.ledger.verification import Anchor, verify_ledger
from registry.platform.backup import Contents, Description, count_rows, find_registered
from registry.platform.backup_archive import Keys, Manifest, find_defects, keys_beside, read_keys, read_manifest
from registry.platform.backup_restoring import restored_aside
from registry.platform.database import Acting, transaction
from registry.platform.home import Home
from registry.platform.schema import code_revision, current_revision
from registry.reporting.discovery import get_report
from registry.reporting.models import IssuedDocument
from registry.reporting.queries import find_documents
from registry.reporting.rendering import renderer_versions
from registry.reporting.service import render_again
from registry.web.shell import product_version

CONTENTS = Contents(
    registers=(
        ("stored_file", "sha256"),
        ("issued_document", "document_sha256"),
        ("issued_document", "canonical_sha256"),
        ("issued_document", "csv_sha256"),
    ),
    # An argon2 hash lets one guess at a password, a person's key tells whose a digest is: both go with the keys.
    key_tables=("public.credential_secret", "public.person_key"),
)
_SHOWN = 20
_LABELS = {
    "archive": mark("Archive"),
    "keys": mark("Clés"),
    "restore": mark("Restauration"),
    "tables": mark("Tables"),
    "ledger": mark("Registre des écritures"),
    "files": mark("Fichiers"),
    "document": mark("Document rendu à nouveau"),
}


@dataclass(frozen=True)
class Check:
    """One thing that was checked: whether it holds (None: it could not be), in a sentence and in figures."""

    name: str
    holds: bool | None
    sentence: str
    figures: dict[str, Any] = field(default_factory=dict)
    defects: tuple[str, ...] = ()

    def as_json(self) -> dict[str, Any]:
        """The check as JSON holds it."""
        return {
            "check": self.name,
            "holds": self.holds,
            "sentence": self.sentence,
            **self.figures,
            "defects": list(self.defects),
        }

    def show(self) -> None:
        """Prints the check and what it found."""
        sign = {True: "✓", False: "✗", None: "–"}[self.holds]
        click.echo(f"{sign} {_(_LABELS[self.name])} : {self.sentence}")
        for defect in self.defects[:_SHOWN]:
            click.echo(f"    {defect}")


def describe_registry(session: Session) -> Description:
    """What a backup says of the registry it holds; asked in SQL, since the schema may be an older one.

    Raises: Unavailable when none is opened.
    """
    registry = session.execute(text("SELECT siren, name FROM registry WHERE id = 1")).one_or_none()
    if registry is None:
        raise Unavailable(_("Aucun registre n’est ouvert dans cette base : il n’y a rien à sauvegarder."))
    head = get_head(session)
    said = {"siren": registry.siren, "name": registry.name}
    return Description(product_version(), said, head.seal_no, head.root)


def check_backup(archive: Path, keys_place: Path | None) -> list[Check]:
    """Checks a backup by restoring it on a server of its own."""
    try:
        manifest = read_manifest(archive)
        defects = find_defects(archive, manifest)
    except Unreadable as refusal:
        return [Check("archive", False, refusal.message)]
    keys, about_keys = _check_keys(archive, keys_place, manifest)
    found = [check_parts(manifest, defects), about_keys]
    if defects:
        return found
    try:
        with restored_aside(archive, manifest, keys) as home:
            found += check_restored(home, manifest, with_keys=keys is not None)
    except Refusal as refusal:
        found.append(Check("restore", False, refusal.message))
    return found


def check_parts(manifest: Manifest, defects: list[str]) -> Check:
    """The bytes of an archive against its manifest."""
    figures = {"parts": len(manifest.parts), "bytes": manifest.size}
    if defects:
        said = ngettext("{count} défaut.", "{count} défauts.", len(defects)).format(count=len(defects))
        return Check("archive", False, said, figures, tuple(defects))
    said = _("{parts} parties, {size} Mio, chacune conforme à son empreinte.").format(
        parts=len(manifest.parts), size=round(manifest.size / 2**20, 1)
    )
    return Check("archive", True, said, figures)


def _check_keys(archive: Path, given: Path | None, manifest: Manifest) -> tuple[Keys | None, Check]:
    place = given or keys_beside(archive)
    if given is None and not place.exists():
        return None, Check("keys", None, _("elles ne sont pas à côté de l’archive : non vérifiées (--keys)."))
    try:
        keys = read_keys(place, manifest)
    except Unreadable as refusal:
        return None, Check("keys", False, refusal.message)
    return keys, Check("keys", True, _("celles de cette archive."), {"secrets": sorted(keys.secrets)})


def check_restored(home: Home, manifest: Manifest, *, with_keys: bool) -> Iterator[Check]:
    """Checks a restored registry against what its backup said."""
    yield _check_tables(home, manifest, with_keys=with_keys)
    with transaction(home.owner, Acting("machine")) as session:
        yield _check_ledger(session, manifest)
        yield _check_files(session, manifest)
    yield _check_document(home)


def _check_tables(home: Home, manifest: Manifest, *, with_keys: bool) -> Check:
    with home.owner.connect() as connection:
        counted = count_rows(connection)
    apart = frozenset() if with_keys else frozenset(manifest.key_tables)
    defects = tuple(
        _("{table} : {found} lignes restaurées, {expected} sauvegardées.").format(
            table=table, found=counted.get(table, 0), expected=expected
        )
        for table, expected in manifest.tables.items()
        if table not in apart and counted.get(table, 0) != expected
    )
    rows = sum(counted.values())
    said = _("{tables} tables, {rows} lignes restaurées.").format(tables=len(counted), rows=rows)
    return Check("tables", not defects, said, {"tables": len(counted), "rows": rows}, defects)


def _check_ledger(session: Session, manifest: Manifest) -> Check:
    anchors = (Anchor(manifest.seal_no, manifest.root),) if manifest.seal_no else ()
    found = verify_ledger(session, anchors)
    said = _("{entries} écritures, {sealed} scellées, {unsealed} en attente ; sceau n° {anchor} retrouvé.").format(
        entries=found.entries, sealed=found.sealed, unsealed=found.unsealed, anchor=manifest.seal_no
    )
    if not found.holds:
        said = _("{count} défauts sur {entries} écritures.").format(count=len(found.defects), entries=found.entries)
    figures = {"entries": found.entries, "sealed": found.sealed, "unsealed": found.unsealed, "root": found.root}
    return Check("ledger", found.holds, said, figures, tuple(found.defects))


def _check_files(session: Session, manifest: Manifest) -> Check:
    registered = find_registered(session, CONTENTS)
    missing = sorted(registered - manifest.stored.keys())
    said = _("{kept} fichiers dans l’archive ; {registered} inscrits aux registres, {missing} absents.").format(
        kept=len(manifest.stored), registered=len(registered), missing=len(missing)
    )
    figures = {"kept": len(manifest.stored), "registered": len(registered), "missing": len(missing)}
    defects = tuple(_("Fichier {digest}… absent.").format(digest=digest[:12]) for digest in missing)
    return Check("files", not missing, said, figures, defects)


def _check_document(home: Home) -> Check:
    with home.owner.connect() as connection:
        revision = current_revision(connection)
    if revision != code_revision():
        return Check("document", None, _("le schéma est celui d’une autre version : aucun n’est rendu à nouveau."))
    with transaction(home.owner, Acting("machine")) as session:
        documents = find_documents(session, limit=1)
        session.expunge_all()
    if not documents:
        return Check("document", None, _("aucun document émis."))
    return _render(home, documents[0])


def _render(home: Home, document: IssuedDocument) -> Check:
    figures = {"document": document.id, "sha256": document.document_sha256}
    try:
        versions = renderer_versions(get_report(document.report_id), home=home.settings.root)
        others = sorted(name for name in versions if versions[name] != document.versions.get(name))
        if others:
            said = _("n° {number} émis avec d’autres versions ({names}) : non comparé.")
            return Check("document", None, said.format(number=document.id, names=", ".join(others)), figures)
        made = render_again(home, document)
    except Refusal as refusal:
        return Check("document", None, refusal.message, figures)
    same = made.sha256 == document.document_sha256
    said = (
        _("n° {number}, {size} octets identiques.") if same else _("n° {number} : ses octets diffèrent de l’original.")
    )
    return Check("document", same, said.format(number=document.id, size=len(made.data)), figures)
