"""Every change to an information system. Each touches the system and the datasets that live in it."""

from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from registry.datasets.models import InformationSystem
from registry.datasets.queries import get_system
from registry.datasets.systems.forms import SystemChange, SystemForm
from registry.kernel.errors import Conflict, Stale
from registry.kernel.sort_keys import indexed_sort_key
from registry.kernel.words import _
from registry.ledger.service import say, touch


def record_system(session: Session, organisation_id: int, form: SystemForm) -> InformationSystem:
    """A new information system of an organisation.

    Raises: Conflict when the organisation already has one of that name.
    """
    say(session, "datasets:system:record")
    made = InformationSystem(
        organisation_id=organisation_id, name_sort=indexed_sort_key(form.name), **form.model_dump()
    )
    try:
        with session.begin_nested():
            session.add(made)
            session.flush()
    except IntegrityError as error:
        raise _taken(form.name) from error
    touch(session, "system", made.id)
    return made


def amend_system(
    session: Session, system_id: int, form: SystemChange, *, expected: int, reason: str | None = None
) -> InformationSystem:
    """Changes the fields given on a system.

    Raises: NotFound; Conflict when it is annulled, or its new name is taken; Stale when somebody changed it since
    version `expected`.
    """
    system = get_system(session, system_id, lock=True)
    if system.version != expected:
        raise Stale(_("Ce système d’information a été modifié entre-temps."), system.version)
    if system.annulled:
        raise Conflict(_("Ce système est annulé : rétablissez-le avant de le modifier."))
    say(session, "datasets:system:amend", reason)
    try:
        with session.begin_nested():
            for name, value in form.model_dump(include=form.model_fields_set).items():
                if getattr(system, name) != value:
                    setattr(system, name, value)
            system.name_sort = indexed_sort_key(system.name)
            session.flush()
    except IntegrityError as error:
        raise _taken(form.name) from error
    session.refresh(system)
    touch(session, "system", system.id)
    return system


def set_system_aside(
    session: Session, system_id: int, *, expected: int, reason: str, annulled: bool
) -> InformationSystem:
    """Annuls a system recorded by mistake, or brings it back, with a reason; nothing is deleted.

    Raises: NotFound; Stale.
    """
    system = get_system(session, system_id, lock=True)
    if system.version != expected:
        raise Stale(_("Ce système d’information a été modifié entre-temps."), system.version)
    say(session, "datasets:system:annul" if annulled else "datasets:system:restore", reason)
    system.annulled = annulled
    session.flush()
    session.refresh(system)
    touch(session, "system", system.id)
    return system


def _taken(name: str) -> Conflict:
    return Conflict(_("Cette organisation a déjà un système nommé « {name} ».").format(name=name))
