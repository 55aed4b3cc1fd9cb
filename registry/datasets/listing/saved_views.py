"""The lists that people named: found, made, changed, taken away and brought back."""

from collections.abc import Iterable, Sequence
from typing import Annotated

from pydantic import BaseModel, ConfigDict, StringConstraints
from sqlalchemy import select, update
from sqlalchemy.orm import Session
from sqlmodel import col

from registry.datasets.addresses import PATH, SHOWING, VIEW
from registry.datasets.listing.selecting import SELECTING, read_query
from registry.datasets.listing.views import ViewLine
from registry.datasets.models import SavedView
from registry.kernel.errors import NotFound
from registry.kernel.sort_keys import indexed_sort_key
from registry.kernel.words import _
from registry.web.typed import Clean

MOST_VIEWS = 200


class ViewForm(BaseModel):
    """What a view is called, who finds it, and whether it comes first."""

    model_config = ConfigDict(extra="forbid")

    name: Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=120), Clean]
    query: Annotated[str, StringConstraints(max_length=8000), Clean] = ""
    is_shared: bool = False
    is_default: bool = False


def find_views(session: Session) -> Sequence[SavedView]:
    """The asker's views and those shared with them, by name."""
    query = select(SavedView).where(~col(SavedView.annulled)).order_by(col(SavedView.name_sort), col(SavedView.id))
    return session.execute(query.limit(MOST_VIEWS)).scalars().all()


def find_default_view(session: Session, account_id: int, views: Sequence[SavedView]) -> SavedView | None:
    """The view that an account meets first, if it chose one: among those found, or beyond where there are too many."""
    own = next((one for one in views if one.account_id == account_id and one.is_default), None)
    if own is not None or len(views) < MOST_VIEWS:
        return own
    query = select(SavedView).where(
        col(SavedView.account_id) == account_id, col(SavedView.is_default), ~col(SavedView.annulled)
    )
    return session.execute(query.limit(1)).scalar_one_or_none()


def get_own_view(session: Session, view_id: int, account_id: int) -> SavedView:
    """One view of an account, taken away or not.

    Raises: NotFound.
    """
    found = session.get(SavedView, view_id, with_for_update=True)
    if found is None or found.account_id != account_id:
        raise NotFound(_("Cette vue n’existe pas, ou n’est pas la vôtre."))
    return found


def save_view(session: Session, organisation_id: int, account_id: int, form: ViewForm) -> SavedView:
    """A list under a name; of its address, only what selects and how it is shown is kept."""
    made = SavedView(
        organisation_id=organisation_id,
        account_id=account_id,
        name=form.name,
        name_sort=indexed_sort_key(form.name),
        query=_kept(form.query),
        is_shared=form.is_shared,
    )
    session.add(made)
    session.flush()
    _make_default(session, made, is_default=form.is_default)
    return made


def amend_view(session: Session, view: SavedView, form: ViewForm) -> None:
    """Another name, another way of sharing; another list where one is given."""
    view.name, view.name_sort, view.is_shared = form.name, indexed_sort_key(form.name), form.is_shared
    if form.query:
        view.query = _kept(form.query)
    _make_default(session, view, is_default=form.is_default)


def set_view_aside(session: Session, view: SavedView, *, annulled: bool) -> None:
    """Takes a view away, or brings it back: as it was, but no longer the one met first."""
    view.annulled, view.is_default = annulled, False
    session.flush()


def _make_default(session: Session, view: SavedView, *, is_default: bool) -> None:
    if is_default:
        others = update(SavedView).where(col(SavedView.account_id) == view.account_id, col(SavedView.is_default))
        session.execute(others.values(is_default=False))
    view.is_default = is_default
    session.flush()


def _kept(query: str) -> str:
    """Of an address, what names the sheets and how they are shown, as it was written."""
    known = {name for name in read_query(query) if name in SELECTING or name in SHOWING}
    return "&".join(part for part in query.split("&") if part.partition("=")[0] in known)


def view_lines(views: Iterable[SavedView], account_id: int) -> list[ViewLine]:
    """Each view with its address."""
    return [
        ViewLine(
            one.id,
            one.name,
            f"{PATH}?{one.query}&{VIEW}={one.id}" if one.query else f"{PATH}?{VIEW}={one.id}",
            one.is_shared,
            one.is_default,
            one.account_id == account_id,
            one.annulled,
        )
        for one in views
    ]
