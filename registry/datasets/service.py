"""Every change to a dataset: record, amend, annul. Each touches its subject, which is judged before
the transaction ends."""

import uuid
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from registry.datasets.forms import DatasetChange, DatasetForm, DistributionForm
from registry.datasets.models import Dataset, Distribution
from registry.datasets.queries import find_distributions_of, get_dataset
from registry.kernel.errors import Conflict, FieldError, Invalid, NotFound, Stale
from registry.kernel.identifiers import identifier_of
from registry.kernel.sort_keys import indexed_sort_key
from registry.kernel.words import _
from registry.ledger.service import say, touch
from registry.organisations.queries import get_known


def record_dataset(session: Session, organisation_id: int, form: DatasetForm) -> Dataset:
    """A new dataset of an organisation, with its distributions.

    Raises: Invalid when the contact is nobody the asker may see, or a distribution's identifier is given twice;
    Conflict when the organisation already has one of that identifier.
    """
    _check_contact(session, form)
    say(session, "datasets:sheet:record")
    made = Dataset(
        organisation_id=organisation_id,
        identifier=form.identifier or f"urn:uuid:{uuid.uuid4()}",
        title_sort=indexed_sort_key(form.title),
        **form.values(),
    )
    try:
        with session.begin_nested():
            session.add(made)
            session.flush()
    except IntegrityError as error:
        raise Conflict(
            _("Cette organisation a déjà un jeu de données d’identifiant « {identifier} ».").format(
                identifier=made.identifier
            )
        ) from error
    write_distributions(session, made, form.distributions or [], existing=[])
    session.flush()
    touch(session, "dataset", made.id)
    return made


def amend_dataset(
    session: Session, dataset_id: int, form: DatasetChange, *, expected: int, reason: str | None = None
) -> Dataset:
    """Changes the fields given on a sheet; distributions, where given, become exactly those.

    Of a distribution that stays, what is not given stays too.

    Raises: NotFound; Conflict when it is annulled; Stale when somebody changed it since version `expected`;
    Invalid when the contact is nobody the asker may see, or an identifier is given twice.
    """
    sheet = get_dataset(session, dataset_id, lock=True)
    if sheet.version != expected:
        raise Stale(_("Ce jeu de données a été modifié entre-temps."), sheet.version)
    if sheet.annulled:
        raise Conflict(_("Cette fiche est annulée : rétablissez-la avant de la modifier."))
    if "contact_person_id" in form.model_fields_set and form.contact_person_id != sheet.contact_person_id:
        _check_contact(session, form)
    say(session, "datasets:sheet:amend", reason)
    below = False
    if form.distributions is not None:
        existing = find_distributions_of(session, [sheet.id]).get(sheet.id, [])
        below = write_distributions(session, sheet, form.distributions, existing=existing, partly=True)
    change_sheet(sheet, form.given(), below=below)
    session.flush()
    session.refresh(sheet)
    touch(session, "dataset", sheet.id)
    return sheet


def _check_contact(session: Session, form: DatasetForm) -> None:
    """A foreign key sees every person: what the asker may not see is refused here, as what does not exist is."""
    if form.contact_person_id is None:
        return
    try:
        get_known(session, form.contact_person_id)
    except NotFound as refusal:
        raise Invalid(refusal.message, (FieldError("contact_person_id", refusal.message),)) from refusal


def change_sheet(sheet: Dataset, values: Mapping[str, Any], *, below: bool) -> None:
    """Sets the columns that differ: one version of the sheet, also where only what stands `below` it changed.

    The sheet's version is what `If-Match` compares: a change below it is a change of the sheet.
    """
    changed = _set_those_that_differ(sheet, values)
    if changed:
        sheet.title_sort = indexed_sort_key(sheet.title)
    elif below:
        sheet.version = sheet.version + 1


def _set_those_that_differ(row: Dataset | Distribution, values: Mapping[str, Any]) -> bool:
    """Sets the columns that differ; says whether any did."""
    differing = {name: value for name, value in values.items() if getattr(row, name) != value}
    for name, value in differing.items():
        setattr(row, name, value)
    return bool(differing)


def write_distributions(
    session: Session,
    sheet: Dataset,
    forms: Sequence[DistributionForm],
    *,
    existing: Iterable[Distribution],
    partly: bool = False,
    whole: bool = True,
) -> bool:
    """Makes the distributions of a sheet these; says whether any changed, for `change_sheet` to count it.

    With `partly`, a distribution that stays keeps the values its form does not give: a page shows but some. Without
    `whole`, those left out stay; else they are annulled.
    Raises: Invalid when an identifier is given twice.
    """
    known = {row.identifier: row for row in existing}
    named = _under_identifiers(forms)
    changed = False
    for identifier, form in named.items():
        values = form.model_dump(exclude={"identifier"})
        row = known.get(identifier)
        if row is None:
            session.add(
                Distribution(
                    organisation_id=sheet.organisation_id,
                    dataset_id=sheet.id,
                    identifier=identifier,
                    **values,
                )
            )
            changed = True
            continue
        if partly and not row.annulled:
            values = {name: value for name, value in values.items() if name in form.model_fields_set}
        changed |= _set_those_that_differ(row, {**values, "annulled": False})
    for identifier, row in known.items():
        if whole and identifier not in named:
            changed |= _set_those_that_differ(row, {"annulled": True})
    return changed


def _under_identifiers(forms: Sequence[DistributionForm]) -> dict[str, DistributionForm]:
    """Each distribution under its own identifier: the one given, else its address, else one made for it.

    Raises: Invalid when an identifier is given twice.
    """
    given = [form.identifier for form in forms]
    named: dict[str, DistributionForm] = {}
    for place, form in enumerate(forms):
        identifier = form.identifier or identifier_of(form.download_url or form.access_url or "")
        if form.identifier:
            if form.identifier in given[:place]:
                message = _("Une autre distribution porte déjà cet identifiant : donnez-en un à chacune.")
                raise Invalid(message, (FieldError(f"distributions.{place}.identifier", message),))
        elif identifier in named or identifier in given:
            # Two formats of one address are two distributions.
            identifier = f"urn:uuid:{uuid.uuid4()}"
        named[identifier] = form
    return named


def annul_dataset(session: Session, dataset_id: int, *, expected: int, reason: str) -> Dataset:
    """Sets a wrong entry aside, with a reason; nothing is deleted.

    Raises: Stale.
    """
    return _set_annulled(session, dataset_id, expected, reason, annulled=True)


def restore_dataset(session: Session, dataset_id: int, *, expected: int, reason: str) -> Dataset:
    """Brings an annulled sheet back.

    Raises: Stale.
    """
    return _set_annulled(session, dataset_id, expected, reason, annulled=False)


def _set_annulled(session: Session, dataset_id: int, expected: int, reason: str, *, annulled: bool) -> Dataset:
    sheet = get_dataset(session, dataset_id, lock=True)
    if sheet.version != expected:
        raise Stale(_("Ce jeu de données a été modifié entre-temps."), sheet.version)
    say(session, "datasets:sheet:annul" if annulled else "datasets:sheet:restore", reason)
    sheet.annulled = annulled
    session.flush()
    session.refresh(sheet)
    touch(session, "dataset", sheet.id)
    return sheet
