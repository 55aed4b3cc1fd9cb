"""The public pages: the list of what is published, a dataset, a body; without account, cookie or script."""

import json
from typing import Any
from urllib.parse import urlencode

from litestar import Response
from litestar.handlers import HTTPRouteHandler
from litestar.status_codes import HTTP_404_NOT_FOUND, HTTP_410_GONE
from markupsafe import Markup

from registry.kernel.words import _
from registry.organisations.vocabulary import OrganisationKind
from registry.platform.lists import load_list
from registry.public.answering import absent, page
from registry.public.queries import (
    Sought,
    count_by_body,
    count_datasets,
    find_bodies,
    find_datasets,
    find_parts,
    find_themes,
    find_withdrawal,
    get_dataset,
    get_disclosure_text,
    get_published_on,
)
from registry.public.views import (
    PATH,
    AbsentPage,
    CatalogueList,
    CataloguePage,
    PublisherPage,
    body_address,
    body_of,
    card_of,
    contact_of,
    dataset_marks,
    facts_of,
    file_lines,
    publisher_of,
    schema_org,
    service_lines,
)
from registry.web.forms import read_number
from registry.web.templating import say_day
from registry.web.visits import EVERYBODY, Visit, route

A_PAGE = 20
_LONGEST, _LAST = 200, 2**31
"""Units: characters of what is looked for; a number that no page bears."""


@route("GET", "/catalogue", EVERYBODY, published=True)
def show_catalogue(visit: Visit) -> Response[Any]:
    """What is published, by title, narrowed by words, theme and body."""
    bodies, known = find_bodies(visit.session), load_list("themes").entries
    body = read_number(visit.query("organisation"))
    sought = Sought(
        words=visit.query("q")[:_LONGEST].replace("\0", ""),
        theme=visit.query("theme") if visit.query("theme") in known else "",
        organisation=body if body in bodies else None,
        high_value=visit.query("forte-valeur") == "true",
    )
    total, by_theme = count_datasets(visit.session, sought), dict(find_themes(visit.session, sought))
    by_body = count_by_body(visit.session, sought, bodies)
    if sought.theme:
        # What is asked stays offered, though nothing answers it.
        by_theme.setdefault(sought.theme, 0)
    last = max(1, -(-total // A_PAGE))
    number = min(max(1, read_number(visit.query("page")) or 1), last)
    rows = find_datasets(visit.session, sought, limit=A_PAGE, offset=(number - 1) * A_PAGE)
    kept = {
        "q": sought.words, "theme": sought.theme, "organisation": str(sought.organisation or ""),
        "forte-valeur": "true" if sought.high_value else "",
    }  # fmt: skip
    view = CatalogueList(
        cards=[card_of(row, bodies) for row in rows],
        total=total,
        words=sought.words,
        themes=[(code, f"{load_list('themes').label(code)} ({count})") for code, count in by_theme.items()],
        theme=sought.theme,
        bodies=[
            (str(number), f"{one['name']} ({by_body.get(number, 0)})")
            for number, one in bodies.items()
            if number in by_body or number == sought.organisation
        ],
        body=str(sought.organisation or ""),
        high_value=sought.high_value,
        narrowed=any(kept.values()),
        page=number,
        last_page=last,
        earlier=_address(kept, number - 1) if number > 1 else "",
        later=_address(kept, number + 1) if number < last else "",
    )
    return page(visit, "public/list.html", view)


def _address(kept: dict[str, str], number: int) -> str:
    said = {**{name: value for name, value in kept.items() if value}, **({"page": str(number)} if number > 1 else {})}
    return f"{PATH}?{urlencode(said)}" if said else PATH


@route("GET", "/catalogue/jeux/{dataset_id:int}", EVERYBODY, published=True)
def show_published_dataset(visit: Visit, dataset_id: int) -> Response[Any]:
    """A published dataset; 410 where it was one, 404 where it is none."""
    row = get_dataset(visit.session, dataset_id) if dataset_id < _LAST else None
    if row is None:
        return _absent(visit, dataset_id)
    bodies, parts = find_bodies(visit.session), find_parts(visit.session, [dataset_id])
    described = json.dumps(schema_org(row, parts, bodies, visit.premises.public_url), ensure_ascii=False)
    view = CataloguePage(
        title=row["title"],
        marks=dataset_marks(row),
        paragraphs=[one for one in (row["description"] or "").split("\n") if one.strip()],
        publisher=publisher_of(row, bodies),
        body=body_of(row, bodies),
        body_address=body_address(row["organisation_id"]),
        files=file_lines(parts.distributions.get(dataset_id, ()), row),
        services=service_lines(parts.services.get(dataset_id, ()), row),
        facts=facts_of(
            row,
            contact_of(row, bodies),
            get_published_on(visit.session, dataset_id),
            get_disclosure_text(visit.session, dataset_id),
        ),
        warning=row["reuser_warning"] or "",
        # A text of the sheet closes no element: neither « < » nor « & » is left in what stands between.
        described=Markup(described.replace("<", "\\u003c").replace("&", "\\u0026")),  # noqa: S704
    )
    return page(visit, "public/dataset.html", view)


def _absent(visit: Visit, dataset_id: int) -> Response[Any]:
    left = find_withdrawal(visit.session, dataset_id) if dataset_id < _LAST else None
    if left is not None:
        ground = left.ground.label if left.ground is not None else ""
        told = AbsentPage(
            _("Ce jeu de données n’est plus publié"),
            _("L’organisation qui le publiait l’a retiré. Son adresse ne servira à aucun autre."),
            [
                (label, value)
                for label, value in ((_("Retiré le"), say_day(left.withdrawn_on)), (_("Pourquoi"), ground))
                if value
            ],
        )
        return absent(visit.request, visit.shell(), told, HTTP_410_GONE)
    told = AbsentPage(
        _("Ce jeu de données n’est pas publié"),
        _("Aucun jeu de données n’est publié à cette adresse, ou il est en cours de révision. Vérifiez l’adresse."),
    )
    return absent(visit.request, visit.shell(), told, HTTP_404_NOT_FOUND)


def _above(kind: str) -> str:
    """What a body is to the one above it: a commune is a legal person of its own, and depends on nobody."""
    return _("Commune membre de") if kind == OrganisationKind.COMMUNE else _("Dépend de")


@route("GET", "/catalogue/organisations/{organisation_id:int}", EVERYBODY, published=True)
def show_publisher(visit: Visit, organisation_id: int) -> Response[Any]:
    """A body that publishes, with what it and its services publish."""
    bodies = find_bodies(visit.session)
    body = bodies.get(organisation_id)
    if body is None:
        told = AbsentPage(
            _("Cette organisation ne publie rien"),
            _("Aucune organisation ne publie de données à cette adresse. Vérifiez l’adresse."),
        )
        return absent(visit.request, visit.shell(), told, HTTP_404_NOT_FOUND)
    sought = Sought(organisation=organisation_id)
    total, rows = count_datasets(visit.session, sought), find_datasets(visit.session, sought, limit=A_PAGE)
    above = bodies.get(body["parent_id"] or 0)
    facts = [
        (_above(body["kind"]), above["name"] if above else ""),
        (_("SIREN"), body["siren"] or ""),
        (_("Site"), body["website"] or ""),
    ]
    view = PublisherPage(
        name=body["name"],
        facts=[(label, value) for label, value in facts if value],
        cards=[card_of(row, bodies) for row in rows],
        total=total,
        more_address=f"{PATH}?organisation={organisation_id}" if total > A_PAGE else "",
    )
    return page(visit, "public/publisher.html", view)


HANDLERS: tuple[HTTPRouteHandler, ...] = (show_catalogue, show_published_dataset, show_publisher)
