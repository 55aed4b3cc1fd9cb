"""Every change to what is watched of the law: nothing is deleted, what does not concern us is set aside."""

from collections.abc import Sequence

from sqlalchemy.orm import Session

from registry.kernel.errors import Conflict, FieldError, Invalid, Stale
from registry.kernel.words import _, mark
from registry.ledger.service import say
from registry.legal.forms import WatchChange, WatchForm
from registry.legal.law import law_of
from registry.legal.models import WatchEntry
from registry.legal.rules import KnownText, find_unread, read_citations
from registry.legal.vocabulary import WatchStatus
from registry.legal.watch_queries import ANNUL, get_entry
from registry.platform.tables import set_those_that_differ

ANNULLED = mark("Cette veille est annulée : rétablissez-la avant de la modifier.")


def record_entry(session: Session, organisation_id: int, form: WatchForm) -> WatchEntry:
    """A change of law to watch, for an organisation.

    Raises: Invalid, with one error a field.
    """
    _check(session, form, cited=True)
    say(session, "legal:watch:record")
    made = WatchEntry(organisation_id=organisation_id, **form.model_dump())
    session.add(made)
    session.flush()
    session.refresh(made)
    return made


def amend_entry(session: Session, entry_id: int, form: WatchForm | WatchChange, *, expected: int) -> WatchEntry:
    """Changes the fields given of a watched change; the page gives them all. Which version proposed it stays.

    Raises: NotFound; Stale; Conflict when it is annulled; Invalid, with one error a field.
    """
    entry = _as_read(session, entry_id, expected)
    if entry.annulled:
        raise Conflict(_(ANNULLED))
    given = form.model_dump(include=form.model_fields_set, exclude={"version_identifier"})
    # What was recorded before a check was made stays as it is until somebody types it again.
    known = {name: getattr(entry, name) for name in WatchForm.model_fields}
    after = WatchForm.model_construct(**known).model_copy(update=given)
    # What was cited before must not keep a watch from being closed: only what is cited anew is judged.
    cited = (after.text_identifier, after.articles) != (entry.text_identifier, entry.articles)
    _check(session, after, cited=cited)
    say(session, "legal:watch:amend")
    set_those_that_differ(entry, **given)
    session.flush()
    session.refresh(entry)
    return entry


def set_entry_aside(session: Session, entry_id: int, *, expected: int, reason: str, annulled: bool) -> WatchEntry:
    """Annuls a watch recorded by mistake, or brings it back, with a reason; nothing is deleted.

    Raises: NotFound; Stale.
    """
    entry = _as_read(session, entry_id, expected)
    say(session, ANNUL if annulled else "legal:watch:restore", reason)
    entry.annulled = annulled
    session.flush()
    session.refresh(entry)
    return entry


def _as_read(session: Session, entry_id: int, expected: int) -> WatchEntry:
    entry = get_entry(session, entry_id, lock=True)
    if entry.version != expected:
        raise Stale(_("Cette veille a été modifiée entre-temps."), entry.version)
    return entry


def _check(session: Session, form: WatchForm, *, cited: bool) -> None:
    wrong = _misread(form, law_of(session).texts) if cited else {}
    if form.status is WatchStatus.SET_ASIDE and form.note is None:
        wrong["note"] = _("Dites en quelques mots pourquoi cette veille est écartée.")
    if wrong:
        raise Invalid(
            _("Cette veille ne peut être enregistrée ainsi."),
            tuple(FieldError(path, message) for path, message in wrong.items()),
        )


def _misread(form: WatchForm, texts: Sequence[KnownText]) -> dict[str, str]:
    """What cannot be read of the text and of the articles, by field."""
    chosen = next((one for one in texts if one.identifier == form.text_identifier), None)
    wrong: dict[str, str] = {}
    if form.text_identifier is not None and chosen is None:
        wrong["text_identifier"] = _("Ce texte n’est pas de ceux que citent les règles : choisissez-le dans la liste.")
    if form.articles is not None and form.text_identifier is None:
        wrong["text_identifier"] = _("Dites de quel texte sont ces articles.")
    if form.articles is not None and chosen is not None:
        unread = find_unread(chosen.title, form.articles, texts)
        if unread or not read_citations(chosen.title, form.articles, texts):
            wrong["articles"] = _(
                "« {words} » ne se lit pas comme un article de ce texte. Séparez les articles par un point-virgule : "
                "« L311-1 ; R*311-12 » pour un code, « art. 6 ; art. 8 » pour tout autre texte."
            ).format(words=(unread or [form.articles])[0])
    return wrong
