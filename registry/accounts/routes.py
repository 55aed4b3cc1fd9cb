"""The pages of accounts: sign in and out, lost password, one's own account, and who has access."""

from typing import Any

import structlog
from litestar import Response
from litestar.background_tasks import BackgroundTask
from litestar.datastructures import Cookie
from litestar.handlers import HTTPRouteHandler
from litestar.status_codes import (
    HTTP_404_NOT_FOUND,
    HTTP_422_UNPROCESSABLE_ENTITY,
    HTTP_429_TOO_MANY_REQUESTS,
)

from registry.accounts.digests import choose_digest, find_rhythm
from registry.accounts.forms import (
    DigestForm,
    GrantForm,
    InvitationForm,
    OwnPasswordForm,
    PasswordForm,
    ResetRequestForm,
    SignInForm,
    TokenForm,
)
from registry.accounts.models import Account
from registry.accounts.queries import (
    find_accounts,
    find_address,
    find_grants,
    find_sessions,
    find_tokens,
    get_account,
    get_grant,
    read_link,
)
from registry.accounts.rules import SESSION_LASTS
from registry.accounts.service import (
    TooManyAttempts,
    ask_reset,
    change_password,
    end_role,
    grant_role,
    invite_account,
    make_token,
    refuse_beyond,
    refuse_oneself,
    renew_account_link,
    restart_account,
    revoke_session,
    revoke_token,
    sign_in,
    stop_account,
    use_link,
)
from registry.accounts.views import AccountsPage, LinkPage, OwnPage, ResetPage, SecretPage, SignInPage, session_view
from registry.accounts.vocabulary import AGENDA, AccountState, DigestRhythm, LinkPurpose, TokenScope
from registry.kernel.errors import Invalid, Refusal, Unavailable
from registry.kernel.permissions import Permission, Role
from registry.kernel.words import _, current_locale, mark
from registry.organisations.forms import PersonForm
from registry.organisations.queries import find_known, find_organisations
from registry.platform.clock import now
from registry.platform.mail import Mailer
from registry.web.addresses import within_site
from registry.web.cookies import LOCAL_SESSION_COOKIE, SESSION_COOKIE
from registry.web.strangers import recognise_next_time
from registry.web.visits import EVERYBODY, NOTICES, Rejected, Visit, route

log = structlog.get_logger(__name__)
SELF, MANAGE, SEE = (
    Permission.ACCOUNTS_SELF_MANAGE,
    Permission.ACCOUNTS_ACCOUNT_MANAGE,
    Permission.ACCOUNTS_ACCOUNT_READ,
)

NOTICES.update(
    {
        "deconnecte": mark("Vous êtes déconnecté·e."),
        "mot-de-passe": mark("Le mot de passe est changé. Les autres sessions sont fermées."),
        "compte-ouvert": mark("Votre mot de passe est enregistré : connectez-vous."),
        "lien-demande": mark("Si un compte porte cette adresse, un lien vient d’y être envoyé ; il vaut deux heures."),
        "session-fermee": mark("La session est fermée."),
        "courriel": mark("Votre choix est enregistré."),
        "cle-revoquee": mark("La clé est révoquée."),
        "role-donne": mark("Le rôle est donné."),
        "role-donne-invite": mark(
            "Le rôle est donné. Le lien d’invitation déjà remis à cette personne ne vaut plus : envoyez-lui-en un "
            "autre par « Nouveau lien »."
        ),
        "role-termine": mark("Le rôle a pris fin."),
        "compte-arrete": mark("Le compte est arrêté ; ce qu’il a écrit reste au registre."),
    }
)


def _is_https(visit: Visit) -> bool:
    return visit.premises.home.settings.public_url.startswith("https://")


def _session_cookie(visit: Visit, token: str, seconds: int) -> Cookie:
    """Over https, `__Host-` binds the cookie to this very host; over plain http not every browser would take it."""
    secure = _is_https(visit) or visit.request.url.scheme == "https"
    return Cookie(
        key=SESSION_COOKIE if secure else LOCAL_SESSION_COOKIE,
        value=token,
        max_age=seconds,
        path="/",
        secure=secure,
        httponly=True,
        samesite="lax",
    )


def _sign_in_page(
    visit: Visit, following: str, *, email: str = "", error: str = "", status: int = 200
) -> Response[Any]:
    return _with_visitor_cookie(visit, SignInPage(email, following, error), "accounts/sign_in.html", status)


@route("GET", "/connexion", EVERYBODY)
def show_sign_in(visit: Visit) -> Response[Any]:
    """The form to sign in."""
    following = within_site(visit.query("suite") or "/")
    if visit.visitor_or_none is not None:
        return visit.go(following)
    return _sign_in_page(visit, following)


@route("POST", "/connexion", EVERYBODY)
def open_session(visit: Visit) -> Response[Any]:
    """Signs in: a new session each time; what failed is not told apart, and is noted."""
    read = visit.form(SignInForm)
    if isinstance(read, Rejected):
        message = _("Donnez votre adresse électronique et votre mot de passe.")
        return _sign_in_page(
            visit,
            "/",
            email=str(read.values.get("email", "")),
            error=message,
            status=HTTP_422_UNPROCESSABLE_ENTITY,
        )
    form = read.form
    following = within_site(form.next)
    try:
        token = sign_in(
            visit.session, form.email, form.password,
            address=visit.address, browser=visit.request.headers.get("user-agent"),
        )  # fmt: skip
    except TooManyAttempts as refusal:
        visit.headers["Retry-After"] = str(refusal.wait)
        return _sign_in_page(
            visit, following, email=form.email, error=refusal.message, status=HTTP_429_TOO_MANY_REQUESTS
        )
    except Invalid as refusal:
        visit.keep = True
        return _sign_in_page(
            visit, following, email=form.email, error=refusal.message, status=HTTP_422_UNPROCESSABLE_ENTITY
        )
    before = visit.visitor_or_none
    if before is not None and before.session_id is not None:
        # Who signs in again leaves: the session this browser held is dead on the server too.
        revoke_session(visit.session, before.session_id, before.account_id)
    visit.cookies.append(_session_cookie(visit, token, int(SESSION_LASTS.total_seconds())))
    return visit.go(following)


@route("POST", "/deconnexion", SELF)
def close_session(visit: Visit) -> Response[Any]:
    """Signs out: the session ends on the server, not only in the browser."""
    if visit.visitor.session_id is not None:
        revoke_session(visit.session, visit.visitor.session_id, visit.visitor.account_id)
    for name in (SESSION_COOKIE, LOCAL_SESSION_COOKIE):
        visit.cookies.append(
            Cookie(
                key=name,
                value="",
                max_age=0,
                path="/",
                secure=name == SESSION_COOKIE,
                httponly=True,
                samesite="lax",
            )
        )
    return visit.go("/connexion", done="deconnecte")


@route("GET", "/mot-de-passe-oublie", EVERYBODY)
def show_reset(visit: Visit) -> Response[Any]:
    """The form to ask for a new password."""
    return _with_visitor_cookie(visit, ResetPage(""), "accounts/reset.html")


def _with_visitor_cookie(visit: Visit, view: object, template: str, status: int = 200) -> Response[Any]:
    recognise_next_time(visit)
    return visit.page(template, view, status=status)


@route("POST", "/mot-de-passe-oublie", EVERYBODY)
def request_reset(visit: Visit) -> Response[Any]:
    """Sends a single-use link. The answer is the same whether an account bears the address or not."""
    read = visit.form(ResetRequestForm)
    if isinstance(read, Rejected):
        message = _("Donnez l’adresse électronique de votre compte.")
        return _with_visitor_cookie(visit, ResetPage(message), "accounts/reset.html", HTTP_422_UNPROCESSABLE_ENTITY)
    answer = visit.go("/connexion", done="lien-demande")
    mailer = Mailer.of(visit.premises.home.settings)
    # Without mail, an administrator makes the link.
    asked = ask_reset(visit.session, read.form.email) if mailer.is_set else None
    if asked is not None:
        address, token = asked
        # Sent once the answer has left: neither its delay nor its failure tells that the account exists.
        answer.background = BackgroundTask(_send_link, mailer, address, token)
    return answer


def _send_link(mailer: Mailer, email: str, token: str) -> None:
    """Mails a link; who asked for it is told nothing, the log is."""
    try:
        mailer.send_link(email, token, purpose=LinkPurpose.RESET)
    except Unavailable as refusal:
        log.warning("reset link not sent", reason=refusal.message)


@route("GET", "/lien/{token:str}", EVERYBODY)
def show_link(visit: Visit, token: str) -> Response[Any]:
    """What a single-use link opens: the form of a password. Opening the page does not use it up."""
    found = read_link(visit.session, token)
    if found is None:
        return visit.page("accounts/link.html", LinkPage("", False, {}), status=HTTP_404_NOT_FOUND)
    page = LinkPage(token, found.purpose == LinkPurpose.INVITATION, {})
    return _with_visitor_cookie(visit, page, "accounts/link.html")


@route("POST", "/lien/{token:str}", EVERYBODY)
def follow_link(visit: Visit, token: str) -> Response[Any]:
    """Sets the password a link allows, once."""
    read = visit.form(PasswordForm)
    found = read_link(visit.session, token)
    errors: dict[str, str] = {}
    if isinstance(read, Rejected):
        errors = dict(read.errors)
    elif read.form.password != read.form.again:
        errors = {"again": _("Les deux saisies diffèrent.")}
    else:
        try:
            use_link(visit.session, token, read.form.password, request_id=visit.request_id)
        except Invalid as refusal:
            # The answer is an error: the link is not used up.
            errors = {"password": refusal.message}
        else:
            return visit.go("/connexion", done="compte-ouvert")
    page = LinkPage(token, found is not None and found.purpose == LinkPurpose.INVITATION, errors)
    return visit.page("accounts/link.html", page, status=HTTP_422_UNPROCESSABLE_ENTITY)


def _own_page(visit: Visit, errors: dict[str, str], status: int = 200) -> Response[Any]:
    visitor, scope = visit.visitor, visit.query("portee")
    # Who holds no role any more reads nothing, not even their own name.
    known = find_known(visit.session, visitor.person_id)
    page = OwnPage(
        name=(known.name if known else "") or "",
        email=(known.email if known else "") or "",
        roles=[(grant.role.label, grant.organisation_name) for grant in find_grants(visit.session, visitor.account_id)],
        sessions=[session_view(one) for one in find_sessions(visit.session, visitor.account_id, now())],
        current_session=visitor.session_id or 0,
        tokens=find_tokens(visit.session, visitor.account_id, visit.today),
        scopes=[(str(scope), scope.label) for scope in TokenScope],
        scope=scope if scope in set(TokenScope) else str(TokenScope.READ),
        rhythms=[(str(one), one.label) for one in DigestRhythm],
        rhythm=str(find_rhythm(visit.session, visitor.account_id)),
        is_mailed=Mailer.of(visit.premises.home.settings).is_set,
        errors=errors,
    )
    return visit.page("accounts/own.html", page, status=status)


@route("GET", "/mon-compte", SELF)
def show_own(visit: Visit) -> Response[Any]:
    """One's own account: password, sessions, API keys."""
    return _own_page(visit, {})


@route("POST", "/mon-compte/mot-de-passe", SELF)
def change_own_password(visit: Visit) -> Response[Any]:
    """Changes one's own password."""
    read = visit.form(OwnPasswordForm)
    if isinstance(read, Rejected):
        return _own_page(visit, dict(read.errors), HTTP_422_UNPROCESSABLE_ENTITY)
    if read.form.password != read.form.again:
        return _own_page(visit, {"again": _("Les deux saisies diffèrent.")}, HTTP_422_UNPROCESSABLE_ENTITY)
    try:
        change_password(
            visit.session, visit.visitor.account_id, read.form.current, read.form.password,
            but=visit.visitor.session_id,
        )  # fmt: skip
    except Invalid as refusal:
        # The attempt is counted; nothing else was written.
        visit.keep = True
        errors = refusal.by_field
        return _own_page(visit, errors, HTTP_422_UNPROCESSABLE_ENTITY)
    return visit.go("/mon-compte", done="mot-de-passe")


@route("POST", "/mon-compte/courriel", SELF)
def choose_own_digest(visit: Visit) -> Response[Any]:
    """How often one is mailed what one owes, in the language of the page one chooses it on."""
    read = visit.form(DigestForm)
    if isinstance(read, Rejected):
        return _own_page(visit, dict(read.errors), HTTP_422_UNPROCESSABLE_ENTITY)
    choose_digest(visit.session, visit.visitor.account_id, read.form.rhythm, current_locale(), today=visit.today)
    return visit.go("/mon-compte", done="courriel")


@route("POST", "/mon-compte/sessions/{session_id:int}/fermer", SELF)
def close_other(visit: Visit, session_id: int) -> Response[Any]:
    """Ends one of one's own sessions."""
    revoke_session(visit.session, session_id, visit.visitor.account_id)
    return visit.go("/mon-compte", done="session-fermee")


@route("POST", "/mon-compte/cles", SELF)
def create_token(visit: Visit) -> Response[Any]:
    """Makes an API key and shows its secret once."""
    read = visit.form(TokenForm)
    if isinstance(read, Rejected):
        return _own_page(visit, dict(read.errors), HTTP_422_UNPROCESSABLE_ENTITY)
    try:
        made, secret = make_token(
            visit.session,
            visit.visitor.account_id,
            visit.visitor.organisation_id,
            read.form,
            today=visit.today,
        )
    except Invalid as refusal:
        return _own_page(visit, refusal.by_field, HTTP_422_UNPROCESSABLE_ENTITY)
    if made.scope is TokenScope.CALENDAR:
        use = _(
            "Donnez cette adresse à votre agenda (« s’abonner à un calendrier »). Elle montre les échéances qui vous "
            "reviennent ; sans « ?de=miennes », toutes celles que vous lisez. Qui la connaît lit ce calendrier, et "
            "rien d’autre : si elle circule, révoquez-la sur « Mon compte »."
        )
        address = visit.premises.public_url + AGENDA.format(token=secret)
        title = _("Adresse d’agenda « {name} »").format(name=made.name)
        return visit.page("accounts/secret.html", SecretPage(title, address, "/mon-compte", use))
    return visit.page(
        "accounts/secret.html",
        SecretPage(_("Clé d’API « {name} »").format(name=made.name), secret, "/mon-compte"),
    )


@route("POST", "/mon-compte/cles/{token_id:int}/revoquer", SELF)
def end_token(visit: Visit, token_id: int) -> Response[Any]:
    """Ends one of one's own API keys."""
    revoke_token(visit.session, token_id, visit.visitor.account_id)
    return visit.go("/mon-compte", done="cle-revoquee")


def _accounts_page(visit: Visit, errors: dict[str, str], values: dict[str, str], status: int = 200) -> Response[Any]:
    reach = visit.visitor.reach(MANAGE)
    page = AccountsPage(
        accounts=find_accounts(visit.session, visit.visitor.reach(SEE)),
        may_manage=bool(reach),
        manageable=reach,
        own=visit.visitor.account_id,
        organisations=[(str(body.id), body.name) for body in find_organisations(visit.session) if body.id in reach],
        roles=[(str(role), role.label) for role in Role],
        values=values,
        errors=errors,
    )
    return visit.page("accounts/accounts.html", page, status=status)


@route("GET", "/comptes", SEE)
def show_accounts(visit: Visit) -> Response[Any]:
    """Who has access, with which roles."""
    return _accounts_page(visit, {}, {})


@route("POST", "/comptes", MANAGE)
def invite(visit: Visit) -> Response[Any]:
    """Invites somebody; the link is mailed, or shown where no mail is set."""
    read = visit.form(InvitationForm)
    if isinstance(read, Rejected):
        values = {name: str(value) for name, value in read.values.items()}
        return _accounts_page(visit, dict(read.errors), values, HTTP_422_UNPROCESSABLE_ENTITY)
    form = read.form
    visit.visitor.require(MANAGE, form.organisation_id)
    try:
        account, token = invite_account(
            visit.session, form.organisation_id, PersonForm(name=form.name, email=form.email),
            role=form.role, on=form.organisation_id,
        )  # fmt: skip
    except Refusal as refusal:
        values = {"name": form.name, "email": form.email}
        return _accounts_page(visit, {"email": refusal.message}, values, HTTP_422_UNPROCESSABLE_ENTITY)
    return _show_link(visit, account.id, token, LinkPurpose.INVITATION)


def _show_link(visit: Visit, account_id: int, token: str, purpose: LinkPurpose) -> Response[Any]:
    email = find_address(visit.session, account_id) or ""
    mailer = Mailer.of(visit.premises.home.settings)
    if mailer.is_set:
        mailer.send_link(email, token, purpose=purpose)
        return visit.go("/comptes", done="lien-envoye")
    title = _("Lien à transmettre à {email}").format(email=email)
    return visit.page("accounts/secret.html", SecretPage(title, mailer.link(token), "/comptes"))


NOTICES["lien-envoye"] = mark("Le lien est envoyé par courrier électronique.")


def _administered(visit: Visit, account_id: int) -> Account:
    """An account whose every role the visitor administers; held, so that a role given meanwhile waits or is seen."""
    visit.visitor.require(MANAGE, get_account(visit.session, account_id).organisation_id)
    account = get_account(visit.session, account_id, lock=True)
    refuse_beyond(visit.session, account_id, visit.visitor.reach(MANAGE))
    return account


@route("POST", "/comptes/{account_id:int}/lien", MANAGE)
def renew_link(visit: Visit, account_id: int) -> Response[Any]:
    """A new link for somebody who lost theirs, or their password."""
    account = _administered(visit, account_id)
    purpose = LinkPurpose.INVITATION if account.state == "invited" else LinkPurpose.RESET
    return _show_link(visit, account_id, renew_account_link(visit.session, account, purpose), purpose)


@route("POST", "/comptes/{account_id:int}/roles", MANAGE)
def give_role(visit: Visit, account_id: int) -> Response[Any]:
    """Gives a role on an organisation one administers."""
    read = visit.form(GrantForm)
    if isinstance(read, Rejected):
        return _accounts_page(visit, dict(read.errors), {}, HTTP_422_UNPROCESSABLE_ENTITY)
    visit.visitor.require(MANAGE, read.form.organisation_id)
    account = get_account(visit.session, account_id)
    visit.visitor.require(MANAGE, account.organisation_id)
    grant_role(visit.session, account_id, role=read.form.role, on=read.form.organisation_id)
    invited = account.state is AccountState.INVITED
    return visit.go("/comptes", done="role-donne-invite" if invited else "role-donne")


@route("POST", "/comptes/roles/{grant_id:int}/terminer", MANAGE)
def take_role(visit: Visit, grant_id: int) -> Response[Any]:
    """Ends a role on an organisation one administers."""
    visit.visitor.require(MANAGE, get_grant(visit.session, grant_id).organisation_id)
    end_role(visit.session, grant_id)
    return visit.go("/comptes", done="role-termine")


@route("POST", "/comptes/{account_id:int}/arreter", MANAGE)
def stop(visit: Visit, account_id: int) -> Response[Any]:
    """Stops somebody's account."""
    refuse_oneself(visit.visitor.account_id, account_id)
    _administered(visit, account_id)
    stop_account(visit.session, account_id)
    return visit.go("/comptes", done="compte-arrete")


@route("POST", "/comptes/{account_id:int}/rouvrir", MANAGE)
def restart(visit: Visit, account_id: int) -> Response[Any]:
    """Invites a stopped account back, with the roles it still holds."""
    _administered(visit, account_id)
    return _show_link(visit, account_id, restart_account(visit.session, account_id), LinkPurpose.INVITATION)


HANDLERS: tuple[HTTPRouteHandler, ...] = (
    show_sign_in, open_session, close_session, show_reset, request_reset, show_link, follow_link, show_own,
    change_own_password, choose_own_digest, close_other, create_token, end_token, show_accounts, invite, renew_link,
    give_role, take_role, stop, restart,
)  # fmt: skip
