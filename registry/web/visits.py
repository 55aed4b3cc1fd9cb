"""One request, from who is behind it to its answer: rights, one transaction, one answer.

A handler is a plain function of a `Visit` and of what stands in the address. What wraps it, in one thread
and one transaction: who acts (session cookie for people, bearer token for programs), the permission the
route declares, the CSRF token of every unsafe form, then the handler; the transaction is settled and
committed before the answer leaves, and rolled back if anything is refused: by an exception, or by an answer
whose status is an error, unless the handler says `visit.keep` (a failed sign-in is counted).
"""

import inspect
from collections.abc import Awaitable, Callable, Hashable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from operator import getitem
from typing import Any, TypeVar

from anyio import to_thread
from litestar import Request, Response, delete, get, patch, post, put
from litestar.enums import MediaType
from litestar.handlers import HTTPRouteHandler
from litestar.params import FromPath, RawBody
from litestar.serialization import encode_json
from litestar.status_codes import HTTP_200_OK, HTTP_303_SEE_OTHER, HTTP_400_BAD_REQUEST
from pydantic import BaseModel
from sqlalchemy.orm import Session

from registry.kernel.errors import Forbidden, Invalid, Refusal
from registry.kernel.permissions import Permission
from registry.kernel.words import _, use_translations
from registry.platform.answers import find_answer, keep_answer
from registry.platform.database import ActingSession, open_session, settle
from registry.platform.home import Home
from registry.web.addresses import in_header, link_to_next
from registry.web.calls import ApiCall, check_json, read_questions, read_version
from registry.web.cookies import LOCALE_COOKIE, bearer_of, session_token, visitor_token
from registry.web.csrf import browser_says_here, check_csrf, csrf_token
from registry.web.forms import Accepted, FormData, Rejected, parse_body, parse_form, read_form
from registry.web.keyed import keyed_request, replay
from registry.web.refusals import UNKNOWN_KEY, FormOutlived, SignInNeeded
from registry.web.shell import Entry, Navigation, Notice, Shell, navigation_of
from registry.web.templating import render
from registry.web.unchanged import tag_answer
from registry.web.uploads import ROOM_FOR_FIELDS, Receiving, Upload, receive_upload
from registry.web.visitors import Visitor, visitor_address
from registry.web.words import choose_locale, translations_for

_SAFE_METHODS = frozenset({"GET", "HEAD", "OPTIONS"})

EVERYBODY = None
"""The permission of a route open to all, signed in or not."""

Form = TypeVar("Form", bound=BaseModel)
Asked = TypeVar("Asked")
Handler = Callable[..., Response[Any]]


Enter = Callable[[Session, str, str], Visitor | None]
"""`enter(session, token, request_id)`: who holds a token; the transaction then acts as that account."""


Admits = Callable[[Session, Request[Any, Any, Any]], Refusal | None]
"""Why who has no account may not send a file, told before anything of it is read; nothing where they may."""

_Slow = TypeVar("_Slow")


@dataclass(frozen=True)
class Panel:
    """What a room shows on another room's sheet."""

    subject_kind: str
    permission: Permission
    template: str
    build: Callable[["Visit", int], object | None]


@dataclass(frozen=True)
class Premises:
    """What the assembled application hands to every visit."""

    home: Home
    info: Mapping[str, Any]
    enter_by_session: Enter
    enter_by_token: Enter
    authority: str
    demonstration: bool
    csrf_key: bytes
    navigation: Sequence[Entry]
    panels: Sequence[Panel] = field(default_factory=tuple)
    public_url: str = ""
    """How people's addresses of this registry begin, without a slash at the end."""


class Visit:
    """A request being answered."""

    def __init__(
        self,
        request: Request[Any, Any, Any],
        body: bytes,
        premises: Premises,
        session: ActingSession,
        request_id: str,
    ) -> None:
        self.request, self.body = request, body
        self.premises = premises
        self.session = session
        self.request_id = request_id
        self.visitor_or_none: Visitor | None = None
        self.secret = b""
        self.headers, self.cookies = dict[str, str](), list[Any]()
        self.upload: Upload | None = None
        self.about: ApiCall | None = request.route_handler.opt.get("about")
        self.keep = False
        """Whether what was written stays although the answer is a refusal: a failed attempt is counted."""
        self._known: dict[Hashable, Any] = {}
        self._permission: Permission | None = request.route_handler.opt["permission"]
        self.agrees: dict[str, bool] = {}
        """For each notice, whether it still holds: an address read again tells nothing that was undone since."""
        self.comes_back: Callable[[], object] | None = None
        """How somebody without account comes back as who acted, after something slow."""

    @property
    def visitor(self) -> Visitor:
        """Who is signed in.

        Raises: SignInNeeded.
        """
        if self.visitor_or_none is None:
            raise SignInNeeded(_("Connectez-vous pour continuer."))
        return self.visitor_or_none

    def apart(self, slow: Callable[[], _Slow]) -> _Slow:
        """Does something slow while no transaction is open, then comes back, if they still may, as who acted.

        What was read before is old: whoever writes afterwards looks again.
        """
        self.session.commit()
        try:
            return slow()
        finally:
            self._known.clear()
            _enter(self, self._permission)
            if self.comes_back is not None:
                self.comes_back()

    @property
    def actor(self) -> str:
        """Who acts, as the ledger names them."""
        visitor = self.visitor
        return f"account:{visitor.account_id}" + (f" token:{visitor.token_id}" if visitor.token_id else "")

    @property
    def address(self) -> str:
        """Where the visitor asks from, behind the proxies the settings name."""
        client = self.request.client
        return visitor_address(
            client.host if client is not None else "?",
            self.request.headers.get("x-forwarded-for", ""),
            self.premises.home.settings.trusted_proxies,
        )

    @property
    def today(self) -> date:
        """The civil day of the authority."""
        day: date = self.premises.info["today"]()
        return day

    @property
    def is_api(self) -> bool:
        """Whether a program asks, by the address."""
        return self.request.url.path.startswith("/api/")

    def query(self, name: str) -> str:
        """One value of the address's query, or nothing."""
        return str(self.request.query_params.get(name, ""))

    def query_all(self, name: str) -> list[str]:
        """Every value of a name in the address's query."""
        return [str(value) for value in self.request.query_params.getall(name, [])]

    def form_data(self) -> FormData:
        """The form's raw values."""
        if self.upload is not None:
            return self.upload.form
        return read_form(self.request.headers.get("content-type", ""), self.body)

    def form(self, of: type[Form]) -> Accepted[Form] | Rejected:
        """The typed form, or what was typed with its errors."""
        return parse_form(of, self.form_data(), today=self.today)

    def given(self, of: type[Form]) -> Form:
        """The typed body of an API call.

        Raises: WrongMediaType; Invalid, with one error a field.
        """
        check_json(self.request.headers.get("content-type", ""), self.body)
        return parse_body(of, self.body, today=self.today)

    def asked(self, of: type[Form]) -> Form:
        """What an API call's address asks, typed.

        Raises: Invalid, with one error a name.
        """
        params = self.request.query_params
        return read_questions(of, {str(name): [str(one) for one in params.getall(name)] for name in params})

    def expected_version(self) -> int:
        """The version that a change is based on.

        Raises: PreconditionNeeded when If-Match is missing (428); Invalid when it makes no sense.
        """
        return read_version(self.request.headers.get("if-match", ""))

    def shell(self) -> Shell:
        """What surrounds every page: authority, navigation, account, token, notices."""
        visitor = self.visitor_or_none
        return Shell(
            authority=self.premises.authority,
            demonstration=self.premises.demonstration,
            navigation=navigation_of(self.premises.navigation, self.request.url.path, visitor.may)
            if visitor is not None
            else Navigation(),
            signed_in=visitor is not None,
            may_search=visitor is not None and visitor.may(Permission.DATASETS_SHEET_READ),
            path=self.request.url.path,
            csrf=csrf_token(self.secret, self.premises.csrf_key) if self.secret else "",
            request_id=self.request_id,
            notices=self._notices(),
        )

    def _notices(self) -> tuple[Notice, ...]:
        name = self.query("fait")
        return (Notice("success", _(NOTICES[name])),) if name in NOTICES and self.agrees.get(name, True) else ()

    def page(self, template: str, view: object, *, status: int = HTTP_200_OK) -> Response[Any]:
        """A page for people."""
        return Response(
            render(template, view, self.shell()),
            media_type=MediaType.HTML,
            status_code=status,
            headers=self.headers,
            cookies=self.cookies,
        )

    def answer(self, body: Any, *, status: int = HTTP_200_OK, tagged: bool = True) -> Response[Any]:
        """A JSON answer for programs: a record with its version as ETag, a page with the address of the next one."""
        if tagged and (version := getattr(body, "version", None)) is not None:
            self.headers["ETag"] = f'"{version}"'
        if following := getattr(body, "next", None):
            self.headers["Link"] = link_to_next(self.request, following)
        return Response(body, media_type=MediaType.JSON, status_code=status, headers=self.headers)

    def go(self, address: str, *, done: str = "") -> Response[Any]:
        """Sends the browser on after a success; `done` names the notice shown there."""
        if done:
            path, mark_of, place = address.partition("#")
            address = f"{path}{'&' if '?' in path else '?'}fait={done}{mark_of}{place}"
        return Response(
            b"",
            media_type=MediaType.TEXT,
            status_code=HTTP_303_SEE_OTHER,
            headers={**self.headers, "Location": in_header(address)},
            cookies=self.cookies,
        )

    def once(self, key: Hashable, ask: Callable[[], Asked]) -> Asked:
        """What several panels of one page show, asked of the database once; for pages that only read."""
        if key not in self._known:
            self._known[key] = ask()
        known: Asked = self._known[key]
        return known

    def settle(self) -> None:
        """Judges what this visit changed now, so that the answer can show it."""
        settle(self.session)

    def panels_of(self, subject_kind: str, subject_id: int, *, but: Sequence[str] = ()) -> list[str]:
        """The other rooms' panels on a sheet, rendered, within the visitor's rights."""
        shell = self.shell()
        rendered = []
        for panel in self.premises.panels:
            if panel.subject_kind == subject_kind and panel.template not in but and self.visitor.may(panel.permission):
                view = panel.build(self, subject_id)
                if view is not None:
                    rendered.append(render(panel.template, view, shell))
        return rendered


NOTICES: dict[str, str] = {}
"""What a page says after a success, by the short name that stands in its address; rooms add theirs."""


def is_https(premises: Premises) -> bool:
    """Whether people reach this registry over https."""
    return premises.public_url.startswith("https://")


def _enter(visit: Visit, permission: Permission | None) -> None:
    """Finds out who acts and checks what the route asks for."""
    request = visit.request
    if request.route_handler.opt["own_key"]:
        # The room let it in before, and says itself who holds the key; no cookie says anything of who asks.
        return
    if bearer := bearer_of(request):
        if not visit.is_api and request.method not in _SAFE_METHODS:
            raise Forbidden(_("Une clé d’API n’agit que par l’API : ses adresses commencent par /api/."))
        visit.visitor_or_none = visit.premises.enter_by_token(visit.session, bearer, visit.request_id)
        if visit.visitor_or_none is None:
            raise SignInNeeded(_(UNKNOWN_KEY))
    else:
        token = session_token(request, https=is_https(visit.premises))
        if token:
            visit.visitor_or_none = visit.premises.enter_by_session(visit.session, token, visit.request_id)
            visit.secret = token.encode()
        if visit.visitor_or_none is None:
            visit.secret = visitor_token(request, https=is_https(visit.premises)).encode()
            if visit.is_api and not visit.secret and permission is not EVERYBODY:
                raise SignInNeeded(_("Donnez une clé d’API dans l’en-tête Authorization : Bearer, puis la clé."))
        if request.method not in _SAFE_METHODS:
            _check_form(visit, outlives=permission is not EVERYBODY)
    if permission is not EVERYBODY:
        visit.visitor.require(permission)


def _check_form(visit: Visit, *, outlives: bool) -> None:
    """Refuses a form that no page of ours showed to this very visitor.

    With `outlives`, one that only outlived its session is given back: the browser says that it was sent from here.
    """
    given = visit.request.headers.get("x-csrf-token", "")
    if not given and not visit.is_api:
        given = visit.form_data().first("_csrf")
    if not check_csrf(given, visit.secret, visit.premises.csrf_key, visit.request):
        if outlives and visit.upload is None and not visit.is_api and browser_says_here(visit.request):
            raise FormOutlived(
                _(
                    "Votre session s’est terminée pendant que vous écriviez. Rien n’est perdu : ce que vous avez saisi "
                    "est gardé sur cette page."
                ),
                visit.form_data().pairs(but="_csrf"),
            )
        raise Forbidden(
            _("Ce formulaire a expiré ou vient d’une autre page. Rechargez la page puis envoyez-le de nouveau.")
        )


def _answer(
    handler: Handler,
    permission: Permission | None,
    request: Request[Any, Any, Any],
    body: bytes,
    rest: dict[str, Any],
    upload: Upload | None = None,
) -> Response[Any]:
    premises: Premises = request.app.state.premises
    request_id = str(request.scope.get("state", {}).get("request_id", ""))
    if request.route_handler.opt["published"]:
        return _answer_to_all(handler, request, rest, request_id)
    locale = choose_locale(request.cookies.get(LOCALE_COOKIE), request.headers.get("accept-language"))
    with (
        use_translations(locale, translations_for(locale)),
        open_session(premises.home.app, None, **premises.info) as session,
    ):
        visit = Visit(request, body, premises, session, request_id)
        visit.upload = upload
        try:
            _enter(visit, permission)
            response = _answer_call(visit, handler, rest) if visit.about is not None else handler(visit, **rest)
            if response.status_code is not None and response.status_code >= HTTP_400_BAD_REQUEST and not visit.keep:
                # A page that shows a refusal keeps no half of what was asked, however the handler came to it.
                session.rollback()
            else:
                settle(session)
                session.commit()
        except BaseException:
            session.rollback()
            if visit.visitor_or_none is not None:
                # Who is refused a page keeps the navigation and the way out.
                request.scope["state"]["shell"] = visit.shell()
            raise
    return response


def _answer_to_all(
    handler: Handler, request: Request[Any, Any, Any], rest: dict[str, Any], request_id: str
) -> Response[Any]:
    """Answers by what the public reads: no cookie is looked at, nobody is signed in, nothing can be written."""
    premises: Premises = request.app.state.premises
    locale = choose_locale(None, request.headers.get("accept-language"))
    with use_translations(locale, translations_for(locale)), open_session(premises.home.public, None) as session:
        return handler(Visit(request, b"", premises, session, request_id), **rest)


def _answer_call(visit: Visit, handler: Handler, rest: dict[str, Any]) -> Response[Any]:
    """Answers an API call whose address asks only what it knows; under a key, what was done once is not done again."""
    if visit.about is not None:
        visit.asked(visit.about.asks)
    if visit.request.method == "GET":
        return tag_answer(handler(visit, **rest), visit.request.headers.get("if-none-match", ""))
    key = visit.request.headers.get("idempotency-key")
    if key is None or visit.request.method != "POST":
        return handler(visit, **rest)
    if visit.request.route_handler.opt["own_key"]:
        raise Invalid(_("Idempotency-Key n’est pas prise ici : relisez ce qui est reçu avant d’envoyer de nouveau."))
    visitor = visit.visitor
    asked = keyed_request(
        key, visit.request, visit.body, visit.upload,
        account_id=visitor.account_id, organisation_id=visitor.organisation_id,
    )  # fmt: skip
    known = find_answer(visit.session, asked)
    if known is not None:
        return replay(known)
    response = handler(visit, **rest)
    if response.status_code is not None and response.status_code < HTTP_400_BAD_REQUEST:
        settle(visit.session)
        body = encode_json(response.content)
        keep_answer(visit.session, asked, status=response.status_code, headers=dict(visit.headers), body=body)
    return response


def _wrap(
    handler: Handler, permission: Permission | None, admits: Admits | None, *, unsafe: bool
) -> Callable[..., Response[Any]]:
    """The function Litestar sees: the request (and the body's bytes), then what stands in the address."""
    said = inspect.signature(handler)
    rest = [
        parameter.replace(annotation=getitem(FromPath, parameter.annotation))
        for name, parameter in said.parameters.items()
        if name != "visit"
    ]
    first = [inspect.Parameter("request", inspect.Parameter.KEYWORD_ONLY, annotation=Request[Any, Any, Any])]
    if unsafe:
        first.append(inspect.Parameter("body", inspect.Parameter.KEYWORD_ONLY, annotation=RawBody))

    def answer(**given: Any) -> Response[Any]:
        request, body = given.pop("request"), given.pop("body", b"")
        if admits is not None:
            _admit_stranger(admits, request)
        return _answer(handler, permission, request, body, given)

    parameters = [*first, *(one.replace(kind=inspect.Parameter.KEYWORD_ONLY) for one in rest)]
    answer.__signature__ = inspect.Signature(  # type: ignore[attr-defined]
        parameters, return_annotation=said.return_annotation
    )
    answer.__annotations__ = {one.name: one.annotation for one in parameters} | {"return": said.return_annotation}
    answer.__name__, answer.__qualname__ = handler.__name__, handler.__qualname__
    answer.__module__, answer.__doc__ = handler.__module__, handler.__doc__
    return answer


def _wrap_upload(
    handler: Handler, permission: Permission | None, most: Receiving, admits: Admits | None
) -> Callable[..., Awaitable[Response[Any]]]:
    """The same for a form that brings a file: received on disk, and only from somebody who may send one."""

    async def answer(request: Request[Any, Any, Any]) -> Response[Any]:
        if admits is not None:
            await to_thread.run_sync(_admit_stranger, admits, request)
        if permission is not None:
            await to_thread.run_sync(_admit, permission, request)
        async with receive_upload(request, most) as upload:
            return await to_thread.run_sync(_answer, handler, permission, request, b"", {**request.path_params}, upload)

    answer.__name__, answer.__qualname__ = handler.__name__, handler.__qualname__
    answer.__module__, answer.__doc__ = handler.__module__, handler.__doc__
    return answer


def _admit(permission: Permission, request: Request[Any, Any, Any]) -> None:
    """Refuses a stranger before anything of what they send is read; the form's own token is checked later."""
    premises: Premises = request.app.state.premises
    bearer = bearer_of(request) if request.url.path.startswith("/api/") else ""
    token = session_token(request, https=is_https(premises))
    with open_session(premises.home.app, None, **premises.info) as session:
        if bearer:
            visitor = premises.enter_by_token(session, bearer, "")
        else:
            visitor = premises.enter_by_session(session, token, "") if token else None
        session.rollback()
    if visitor is None:
        raise SignInNeeded(_("Connectez-vous pour continuer."))
    visitor.require(permission)


def _admit_stranger(admits: Admits, request: Request[Any, Any, Any]) -> None:
    """The same for who has no account: what the room says of them stays, a failed attempt among it."""
    premises: Premises = request.app.state.premises
    with open_session(premises.home.app, None, **premises.info) as session:
        refusal = admits(session, request)
        session.commit()
    if refusal is not None:
        raise refusal


_METHODS = {"GET": get, "POST": post, "PUT": put, "PATCH": patch, "DELETE": delete}


def route(
    method: str,
    path: str,
    permission: Permission | None,
    *,
    takes: type[BaseModel] | None = None,
    media_type: str | None = None,
    upload: Receiving | None = None,
    about: ApiCall | None = None,
    published: bool = False,
    admits: Admits | None = None,
    own_key: bool = False,
) -> Callable[[Handler], HTTPRouteHandler]:
    """Declares a route with the permission it asks for; `takes` is the shape of an API call's body, `about` the rest.

    One that is `published` reads as the public does, whoever asks. With `upload`, the form brings a file within what
    that says, which `visit.upload` holds until the answer; one open to all says first whom it `admits`. With `own_key`,
    the key in `Authorization: Bearer` is no account's: the room admits it, and says who holds it.
    """
    if own_key and admits is None:
        raise ValueError(f"{path}: a key of its own is admitted by whoever gave it")

    def declare(handler: Handler) -> HTTPRouteHandler:
        options: dict[str, Any] = {
            "permission": permission, "takes": takes, "guarded": True, "about": about, "upload": upload is not None,
            "published": published, "own_key": own_key,
            "gives": inspect.signature(handler).return_annotation,
        }  # fmt: skip
        wrapped: Callable[..., Any] = _wrap(handler, permission, admits, unsafe=method != "GET")
        more: dict[str, Any] = {"sync_to_thread": True}
        if upload is not None:
            if permission is None and admits is None:
                raise ValueError(f"{path}: a file is received only from somebody who may send it")
            wrapped = _wrap_upload(handler, permission, upload, admits)
            more = {"request_max_body_size": upload.limit + ROOM_FOR_FIELDS}
        declared: HTTPRouteHandler = _METHODS[method](
            path,
            status_code=HTTP_200_OK,
            media_type=media_type or (MediaType.JSON if path.startswith("/api/") else MediaType.HTML),
            include_in_schema=False,
            name=f"{handler.__module__.removeprefix('registry.')}.{handler.__name__}",
            opt=options,
            **more,
        )(wrapped)
        return declared

    return declare


__all__ = [
    "EVERYBODY", "NOTICES", "Accepted", "FormData", "FormOutlived", "Panel", "Premises", "Rejected", "SignInNeeded",
    "Visit", "route",
]  # fmt: skip
