"""What stands below a sheet, written with it: its files, its interfaces, its fields, what it is made from.

Each kind has a row's own identity within the sheet; what a form leaves out is annulled, never deleted.
"""

import uuid
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from sqlalchemy.orm import Session

from registry.datasets.forms import (
    DataServiceForm,
    DatasetForm,
    DerivationForm,
    DistributionForm,
    FieldForm,
)
from registry.datasets.models import DataService, Dataset, DatasetField, Derivation, Distribution
from registry.datasets.queries import find_parts, find_upstream, get_dataset
from registry.kernel.errors import FieldError, Invalid, NotFound
from registry.kernel.identifiers import identifier_of
from registry.kernel.words import _
from registry.ledger.service import PASSED_ON, touch
from registry.platform.tables import set_those_that_differ

Part = Distribution | DataService | DatasetField | Derivation
Values = tuple[dict[str, Any], frozenset[str]]
"""The columns of a part, and the names of those that its form gave."""


def write_parts(session: Session, sheet: Dataset, form: DatasetForm) -> bool:
    """Makes each kind of part that a form gives exactly those; says whether any changed.

    Raises: Invalid when one is named twice, a dataset would be made from itself, or from one nobody may see.
    """
    changed = False
    if form.distributions is not None:
        existing = find_parts(session, Distribution, sheet.id)
        changed |= write_distributions(session, sheet, form.distributions, existing=existing, partly=True)
    if form.services is not None:
        named = _under_identifiers("services", form.services, [one.endpoint_url for one in form.services])
        changed |= _write(session, sheet, DataService, "identifier", named)
    if form.fields is not None:
        changed |= _write(session, sheet, DatasetField, "name", _under_names(form.fields))
    if form.derivations is not None:
        made = _write(session, sheet, Derivation, "source_id", _under_sources(session, sheet, form.derivations))
        if made:
            touch(session, PASSED_ON, sheet.id)
        changed |= made
    return changed


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
    named = _under_identifiers("distributions", forms, [one.download_url or one.access_url or "" for one in forms])
    return _write(session, sheet, Distribution, "identifier", named, existing=existing, partly=partly, whole=whole)


def _write(
    session: Session,
    sheet: Dataset,
    model: type[Part],
    key: str,
    named: Mapping[Any, Values],
    *,
    existing: Iterable[Part] | None = None,
    partly: bool = True,
    whole: bool = True,
) -> bool:
    rows = find_parts(session, model, sheet.id) if existing is None else existing
    known = {getattr(row, key): row for row in rows}
    changed = False
    for identity, (values, given) in named.items():
        row = known.get(identity)
        if row is None:
            session.add(model(organisation_id=sheet.organisation_id, dataset_id=sheet.id, **{key: identity}, **values))
            changed = True
            continue
        said = {name: value for name, value in values.items() if name in given or not partly or row.annulled}
        changed |= set_those_that_differ(row, **said, annulled=False)
    for identity, row in known.items():
        if whole and identity not in named:
            changed |= set_those_that_differ(row, annulled=True)
    return changed


def _under_identifiers(
    kind: str, forms: Sequence[DistributionForm | DataServiceForm], addresses: Sequence[str]
) -> dict[str, Values]:
    """Each part under its own identifier: the one given, else its address, else one made for it.

    Raises: Invalid when an identifier is given twice.
    """
    given = [form.identifier for form in forms]
    named: dict[str, Values] = {}
    for place, (form, address) in enumerate(zip(forms, addresses, strict=True)):
        identifier = form.identifier or identifier_of(address)
        if form.identifier:
            if form.identifier in given[:place]:
                message = _("Une autre distribution porte déjà cet identifiant : donnez-en un à chacune.")
                raise Invalid(message, (FieldError(f"{kind}.{place}.identifier", message),))
        elif identifier in named or identifier in given:
            # Two formats of one address are two distributions.
            identifier = f"urn:uuid:{uuid.uuid4()}"
        named[identifier] = (form.model_dump(exclude={"identifier"}), frozenset(form.model_fields_set))
    return named


def _under_names(forms: Sequence[FieldForm]) -> dict[str, Values]:
    named: dict[str, Values] = {}
    for place, form in enumerate(forms):
        if form.name in named:
            message = _("Le champ « {name} » est donné deux fois : gardez-en un.").format(name=form.name)
            raise Invalid(message, (FieldError(f"fields.{place}.name", message),))
        values = {**form.model_dump(exclude={"name"}), "position": place + 1}
        named[form.name] = (values, frozenset({*form.model_fields_set, "position"}))
    return named


def _under_sources(session: Session, sheet: Dataset, forms: Sequence[DerivationForm]) -> dict[int, Values]:
    """Each source once; none may itself be made from this dataset: what flows down does not come back up."""
    named: dict[int, Values] = {}
    for place, form in enumerate(forms):
        try:
            source = get_dataset(session, form.source_id)
        except NotFound as refusal:
            raise Invalid(
                refusal.message, (FieldError(f"derivations.{place}.source_id", refusal.message),)
            ) from refusal
        if source.id == sheet.id or sheet.id in {one.dataset_id for one in find_upstream(session, source.id)}:
            message = _("« {title} » est lui-même issu de ce jeu : un jeu ne peut venir de lui-même.").format(
                title=source.title
            )
            raise Invalid(message, (FieldError(f"derivations.{place}.source_id", message),))
        named[form.source_id] = (form.model_dump(exclude={"source_id"}), frozenset(form.model_fields_set))
    return named
