"""Every change to a dataset: record, amend, annul. Each touches its subject, which is judged before
the transaction ends."""

import uuid
from collections.abc import Mapping
from typing import Any

from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session, object_session

from registry.datasets.forms import PERIOD_REVERSED, DatasetChange, DatasetForm
from registry.datasets.models import Dataset
from registry.datasets.parts import write_parts
from registry.datasets.queries import get_dataset, get_system
from registry.datasets.vocabulary import OWED_NATURES, Nature, Stage
from registry.kernel.errors import Conflict, FieldError, Invalid, NotFound, Stale
from registry.kernel.sort_keys import indexed_sort_key
from registry.kernel.words import _, mark
from registry.ledger.service import OWED, PASSED_ON, PEOPLE, PERSONAL, say, touch
from registry.organisations.queries import find_appointing, get_known
from registry.organisations.vocabulary import AppointmentSubject
from registry.platform.tables import set_those_that_differ

ANNULLED = mark("Cette fiche est annulée : rétablissez-la avant de la modifier.")


def record_dataset(session: Session, organisation_id: int, form: DatasetForm) -> Dataset:
    """A new dataset of an organisation, with what stands below its sheet.

    Raises: Invalid when the contact is nobody the asker may see, or a distribution's identifier is given twice;
    Conflict when the organisation already has one of that identifier.
    """
    _check_contact(session, form)
    _check_system(session, form)
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
    write_parts(session, made, form)
    session.flush()
    touch(session, "dataset", made.id)
    touch_owed(session, organisation_id, made.nature)
    return made


def touch_owed(session: Session, organisation_id: int, *natures: Nature | str | None) -> None:
    """Has the body judged again for what it owes whatever it records, where one of these natures is such."""
    if OWED_NATURES.intersection(natures):
        touch(session, OWED, organisation_id)


def require_live(sheet: Dataset) -> None:
    """Raises: Conflict when a sheet is annulled: nothing of it changes then."""
    if sheet.annulled:
        raise Conflict(_(ANNULLED))


def amend_dataset(
    session: Session, dataset_id: int, form: DatasetChange, *, expected: int, reason: str | None = None
) -> Dataset:
    """Changes the fields given on a sheet; distributions and other parts, where given, become exactly those.

    Of a distribution that stays, what is not given stays too.

    Raises: NotFound; Conflict when it is annulled; Stale when somebody changed it since version `expected`;
    Invalid when the contact is nobody the asker may see, an identifier is given twice, or the period would be reversed.
    """
    sheet = get_dataset(session, dataset_id, lock=True)
    if sheet.version != expected:
        raise Stale(_("Ce jeu de données a été modifié entre-temps."), sheet.version)
    require_live(sheet)
    if "contact_person_id" in form.model_fields_set and form.contact_person_id != sheet.contact_person_id:
        _check_contact(session, form)
    if "information_system_id" in form.model_fields_set and form.information_system_id != sheet.information_system_id:
        _check_system(session, form)
    _check_period(sheet, form)
    say(session, "datasets:sheet:amend", reason)
    change_sheet(sheet, form.given(), below=write_parts(session, sheet, form))
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


def _check_system(session: Session, form: DatasetForm) -> None:
    if form.information_system_id is None:
        return
    try:
        get_system(session, form.information_system_id)
    except NotFound as refusal:
        raise Invalid(refusal.message, (FieldError("information_system_id", refusal.message),)) from refusal


def _check_period(sheet: Dataset, form: DatasetChange) -> None:
    """One end of the period given alone is held against the other, which the sheet has."""
    given = form.given()
    start, end = (given.get(name, getattr(sheet, name)) for name in ("temporal_start", "temporal_end"))
    if start and end and end < start:
        field = "temporal_end" if "temporal_end" in given else "temporal_start"
        raise Invalid(_(PERIOD_REVERSED), (FieldError(field, _(PERIOD_REVERSED)),))


def change_sheet(sheet: Dataset, values: Mapping[str, Any], *, below: bool) -> None:
    """Sets the columns that differ: one version of the sheet, also where only what stands `below` it changed.

    The sheet's version is what `If-Match` compares: a change below it is a change of the sheet.
    """
    before, origin, session = sheet.nature, sheet.origin, object_session(sheet)
    personal = sheet.personal_data
    changed = set_those_that_differ(sheet, **values)
    if sheet.nature != before and session is not None:
        touch_owed(session, sheet.organisation_id, before, sheet.nature)
    if sheet.origin != origin and session is not None:
        touch(session, PASSED_ON, sheet.id)
    if sheet.personal_data != personal and session is not None:
        touch(session, PERSONAL, sheet.id)
    if changed:
        sheet.title_sort = indexed_sort_key(sheet.title)
    elif below:
        sheet.version = sheet.version + 1


def annul_dataset(session: Session, dataset_id: int, *, expected: int, reason: str) -> Dataset:
    """Sets a wrong entry aside, with a reason; nothing is deleted.

    Raises: Stale; Conflict while it is published: what is online is withdrawn first.
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
    if annulled and sheet.stage is Stage.PUBLISHED:
        raise Conflict(_("Ce jeu est publié : retirez-le de la publication avant d’annuler sa fiche."))
    say(session, "datasets:sheet:annul" if annulled else "datasets:sheet:restore", reason)
    sheet.annulled = annulled
    session.flush()
    session.refresh(sheet)
    touch(session, "dataset", sheet.id)
    touch(session, PASSED_ON, sheet.id)
    touch(session, PERSONAL, sheet.id)
    touch_owed(session, sheet.organisation_id, sheet.nature)
    for number in find_appointing(session, AppointmentSubject.DATASET, sheet.id):
        # Nobody leaves a sheet that was set aside: the bodies of who keep it are judged for their people.
        touch(session, PEOPLE, number)
    return sheet
