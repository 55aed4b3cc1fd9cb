"""The pages of erasures: finding somebody, what erasing them would do, confirming, the receipt."""

from collections.abc import Collection, Mapping, Sequence
from typing import Any

from litestar import Response
from litestar.handlers import HTTPRouteHandler
from litestar.status_codes import HTTP_422_UNPROCESSABLE_ENTITY

from registry.erasures.forms import ErasureForm
from registry.erasures.jobs import ERASE_JOB
from registry.erasures.keeping import KeptEvidence, find_backups, find_kept_evidence, find_naming_documents
from registry.erasures.models import Erasure
from registry.erasures.queries import (
    Namesake,
    Passage,
    alike_within,
    find_erasure_of,
    find_erasures,
    find_obstacles,
    find_old_texts,
    find_open_requests,
    find_passages,
    find_people,
    find_references,
    get_erasure,
    is_erased,
    look_for,
)
from registry.erasures.rules import Identity, Sought
from registry.erasures.views import (
    OPEN_WHY,
    UNREAD_WHY,
    AlikeView,
    ErasePage,
    ErasureLine,
    PassageView,
    PeoplePage,
    PersonLine,
    ReceiptPage,
    StaysView,
    WordView,
    address_of,
    counts_in_words,
    facts_of,
    passage_view,
    references_in_words,
    say_evidence,
    say_field,
    say_open_request,
    say_place,
    say_unread_evidence,
    stays_in_words,
)
from registry.erasures.visiting import ERASE, READ, ask, person_for, start
from registry.erasures.vocabulary import EXCEPTIONS, GROUNDS, ErasureState
from registry.kernel.errors import Conflict
from registry.kernel.permissions import Permission
from registry.kernel.sort_keys import sort_key
from registry.kernel.words import _, mark
from registry.organisations.models import Person
from registry.organisations.queries import find_names_of
from registry.platform.jobs import find_run
from registry.platform.lists import load_list
from registry.platform.models import JobRun, JobState
from registry.web.forms import Rejected, parse_values, read_number
from registry.web.saving import Unsaved, save
from registry.web.templating import say_day
from registry.web.visits import NOTICES, Visit, route

NOTICES["effacement-demande"] = mark("L’effacement est demandé : cette page en donne le reçu dès qu’il est fait.")
_MOST_ALIKE = 20
"""Others of the same name that the page shows; the receipt names those left all the same."""
_FIELDS = ("ground", "reason", "exception", "backups_until")


@route("GET", "/personnes", READ)
def show_people(visit: Visit) -> Response[Any]:
    """The persons one may erase, found by their name or address, and the register of erasures."""
    reach, words = visit.visitor.reach(ERASE), visit.query("q").strip()[:200]
    people = find_people(visit.session, reach, sort_key(words)) if reach else []
    done = find_erasures(visit.session, visit.visitor.reach(READ))
    names = find_names_of(visit.session, {one.organisation_id for one in done})
    page = PeoplePage(
        words,
        [PersonLine(one.id, one.name or "", one.email or "", one.organisation, one.has_account) for one in people],
        [
            ErasureLine(
                one.id,
                names.get(one.organisation_id, ""),
                load_list(GROUNDS).label(one.ground),
                one.asked_at,
                one.state,
            )
            for one in done
        ],
        bool(reach),
    )
    return visit.page("erasures/people.html", page)


def _words_asked(identity_words: Sequence[str], given: Sequence[str]) -> list[int]:
    numbers = [read_number(one) for one in given]
    return sorted({one for one in numbers if one is not None and 0 <= one < len(identity_words)})


def _page(
    visit: Visit, person: Person, words: Sequence[int], values: Mapping[str, str], keep: Sequence[str],
    errors: Mapping[str, str], status: int = 200, also: Collection[str] = (), *, searched: bool = True,
) -> Response[Any]:  # fmt: skip
    """The page; the files of documents and of evidence are read where `searched`, which may take a while."""
    within = visit.visitor.reach(ERASE)
    identity, sought, namesakes = look_for(visit.session, person, words)
    alike = _alike_views(visit, namesakes, within, also)
    passages = find_passages(visit.session, sought, within)
    evidence = KeptEvidence()
    if searched:
        evidence = find_kept_evidence(visit.session, visit.premises.home.files, person.id, sought, within)
    stays = [*_stays(visit, sought, within, searched=searched), *_evidence_views(evidence)]
    backups = find_backups(visit.premises.home.settings.root)
    page = ErasePage(
        person_id=person.id, identity=identity,
        organisation=find_names_of(visit.session, [person.organisation_id]).get(person.organisation_id, ""),
        obstacles=find_obstacles(visit.session, person, sought, within, visit.today),
        words=[WordView(place, word, place in words) for place, word in enumerate(identity.words)],
        passages=_passage_views(passages, keep), old_texts=len(find_old_texts(visit.session, sought, within)),
        references=references_in_words(find_references(visit.session, [person.id]).get(person.id, ())),
        open_requests=_open_views(visit, person.id, within),
        namesakes=[one for one in namesakes if one.person_id not in {other.person_id for other in alike}], alike=alike,
        stays=[
            *stays, *_unread_views(evidence),
            *(_backup_view(one.name, say_day(one.made_at.date())) for one in backups),
        ],
        searched=searched, needs_ground=bool(stays), has_backups=bool(backups),
        may_manage=visit.visitor.may(Permission.ACCOUNTS_ACCOUNT_MANAGE),
        grounds=load_list(GROUNDS).choices(), exceptions=load_list(EXCEPTIONS).choices(), values=values, errors=errors,
    )  # fmt: skip
    return visit.page("erasures/erase.html", page, status=status)


def _alike_views(
    visit: Visit, namesakes: Sequence[Namesake], within: Collection[int], chosen: Collection[str]
) -> list[AlikeView]:
    """Who else bears exactly the same name or address, with what refers to them: the same person, perhaps."""
    alike = alike_within(visit.session, namesakes, within)
    owners = {one.person_id: one.organisation_id for one in namesakes}
    names = find_names_of(visit.session, {owners[number] for number in alike}) if alike else {}
    shown = list(alike.items())[:_MOST_ALIKE]
    references = find_references(visit.session, [number for number, _value in shown]) if shown else {}
    return [
        AlikeView(
            number, value, names.get(owners[number], ""), references_in_words(references.get(number, ())),
            str(number) in chosen,
        )
        for number, value in shown
    ]  # fmt: skip


def _open_views(visit: Visit, person_id: int, within: Collection[int]) -> list[StaysView]:
    """The requests of the person that wait for an answer: nothing will say any more whom to send it to."""
    return [
        StaysView(say_open_request(number), f"/demandes/{number}", _(OPEN_WHY))
        for number in find_open_requests(visit.session, person_id, within)
    ]


def _passage_views(passages: Sequence[Passage], keep: Sequence[str]) -> list[PassageView]:
    return [passage_view(one, say_field(one.table, one.column), chosen=one.code not in keep) for one in passages]


def _stays(visit: Visit, sought: Sought, within: Collection[int], *, searched: bool) -> list[StaysView]:
    """The documents and the fields that would go on naming the person."""
    files = visit.premises.home.files
    documents = find_naming_documents(visit.session, files, sought, within) if searched else []
    found = [
        StaysView(
            _("Document n° {number}, émis le {day}").format(number=one.id, day=say_day(one.issued_at.date())),
            "/documents", _("Un document émis ne change plus : son empreinte est au registre."),
        )
        for one in documents
    ]  # fmt: skip
    found += [
        StaysView(
            f"{say_place(one.table)} n° {one.row}, {say_field(one.table, one.column)}", address_of(one.table, one.row),
            _(
                "Ce champ n’est pas fait pour nommer quelqu’un : corrigez-le à la main. Le registre des écritures en "
                "garde les versions d’avant."
            ),
        )
        for one in find_passages(visit.session, sought, within, fixed=True)
    ]  # fmt: skip
    return found


def _evidence_views(kept: KeptEvidence) -> list[StaysView]:
    """The evidence that would go on naming the person."""
    why = _("Un fichier déposé comme preuve ne change plus : ce qu’il prouve en dépend.")
    return [StaysView(say_evidence(one), f"/preuves/{one}", why) for one in kept.naming]


def _unread_views(kept: KeptEvidence) -> list[StaysView]:
    return [StaysView(say_unread_evidence(one), f"/preuves/{one}", _(UNREAD_WHY)) for one in kept.unread]


def _backup_view(name: str, day: str) -> StaysView:
    return StaysView(
        _("Sauvegarde {name}, faite le {day}").format(name=name, day=day), "",
        _("Gardée pour remettre le registre en marche : la restaurer refait l’effacement."),
    )  # fmt: skip


@route("GET", "/personnes/{person_id:int}/effacer", ERASE)
def show_erase(visit: Visit, person_id: int) -> Response[Any]:
    """What erasing somebody would do, within the visitor's rights; nothing is changed yet."""
    person = person_for(visit, person_id)
    done = find_erasure_of(visit.session, person.id)
    if done is not None and done.state is not ErasureState.ASKED:
        return visit.go(f"/personnes/effacements/{done.id}")
    identity = Identity() if is_erased(visit.session, person.id) else look_for(visit.session, person, ())[0]
    words = _words_asked(identity.words, visit.query_all("mots"))
    return _page(visit, person, words, {}, (), {}, searched=visit.query("fichiers") == "oui")


@route("POST", "/personnes/{person_id:int}/effacer", ERASE)
def confirm(visit: Visit, person_id: int) -> Response[Any]:
    """Erases somebody: a job does it, and the receipt follows."""
    person = person_for(visit, person_id)
    data = visit.form_data()
    values = {name: data.first(name) for name in _FIELDS} | {"confirmed": data.first("confirmed")}
    identity, _sought, _namesakes = look_for(visit.session, person, ())
    words = _words_asked(identity.words, data.all("mots"))
    shown, chosen = data.all("shown"), set(data.all("passages"))
    keep = [one for one in shown if one not in chosen]
    also = [one for one in data.all("also") if read_number(one) is not None]
    given = {name: values[name].strip() or None for name in _FIELDS}
    read = parse_values(
        ErasureForm, {**given, "words": words, "keep": keep, "also": [int(one) for one in also]}, today=visit.today
    )
    errors = dict(read.errors) if isinstance(read, Rejected) else {}
    if "_" in errors:
        # The only thing asked of several fields at once: what stays needs a ground.
        errors["exception"] = errors.pop("_")
    if values["confirmed"] != "true":
        errors["confirmed"] = _("Cochez la case une fois que vous avez lu ce qui sera effacé : cela ne se défait pas.")
    if errors or isinstance(read, Rejected):
        return _page(visit, person, words, values, keep, errors, HTTP_422_UNPROCESSABLE_ENTITY, also)

    def write(form: ErasureForm) -> Erasure:
        # What one refuses undoes what was asked of the others, and the page is shown as it was.
        with visit.session.begin_nested():
            return ask(visit, person_id, form, shown=shown)[0]

    asked = save(read, write)
    if isinstance(asked, Unsaved):
        return _page(visit, person, words, values, keep, asked.errors, asked.status, also)
    return visit.go(f"/personnes/effacements/{asked.id}", done="effacement-demande")


@route("GET", "/personnes/effacements/{erasure_id:int}", READ)
def show_receipt(visit: Visit, erasure_id: int) -> Response[Any]:
    """The receipt of an erasure: what was erased, what is kept and on which ground."""
    erasure = get_erasure(visit.session, erasure_id)
    visit.visitor.require(READ, erasure.organisation_id)
    run = find_run(visit.session, ERASE_JOB, str(erasure.id))
    over = erasure.state is ErasureState.CLEANED
    failed = not over and (run is None or run.state is JobState.FAILED)
    visit.agrees["effacement-demande"] = not over
    page = ReceiptPage(
        erasure.id, find_names_of(visit.session, [erasure.organisation_id]).get(erasure.organisation_id, ""),
        erasure.person_id, erasure.state, facts_of(erasure), counts_in_words(erasure.counts),
        stays_in_words(erasure.kept),
        "" if over or failed or run is None else f"/travaux/{run.id}",
        failed and visit.visitor.may(ERASE, erasure.organisation_id),
        _failure(run) if failed else "",
    )  # fmt: skip
    return visit.page("erasures/receipt.html", page)


def _failure(run: JobRun | None) -> str:
    said = run.message if run is not None else None
    return said or _("Le nettoyage de la base et de l’index reste à faire.")


@route("POST", "/personnes/effacements/{erasure_id:int}/relancer", ERASE)
def restart(visit: Visit, erasure_id: int) -> Response[Any]:
    """Has an erasure that was cut short go on: it takes up where it stopped."""
    erasure = get_erasure(visit.session, erasure_id)
    visit.visitor.require(ERASE, erasure.organisation_id)
    if erasure.state is ErasureState.CLEANED:
        raise Conflict(_("Cet effacement est fait et nettoyé : il n’y a rien à relancer."))
    start(visit, erasure)
    return visit.go(f"/personnes/effacements/{erasure.id}", done="effacement-demande")


HANDLERS: tuple[HTTPRouteHandler, ...] = (show_people, show_erase, confirm, show_receipt, restart)
