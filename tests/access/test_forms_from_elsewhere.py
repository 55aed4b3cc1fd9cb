"""No unsafe route of the real application is taken from another site, or without the form's own token."""

import pytest

from registry.contracts.depots.api import DEPOT
from registry.kernel.permissions import Role
from registry.web.csrf import csrf_token
from tests.access.conftest import Asker, rehearsing, send
from tests.access.scene import NOTHING, WITH_FILE, Objects, call, routes_of
from tests.conftest import Town

pytestmark = pytest.mark.database


def test_every_unsafe_route_refuses_what_does_not_come_from_its_own_form(town: Town) -> None:
    administrator = town.someone(Role.ADMINISTRATOR)
    key = town.home.secret("csrf")
    asked = {
        "without a token": (Asker(administrator.cookie, ""), {}),
        "with another session's token": (Asker(administrator.cookie, csrf_token(b"another session", key)), {}),
        "with the token of no session": (Asker(administrator.cookie, csrf_token(b"", key)), {}),
        "from another site": (Asker(administrator.cookie, administrator.csrf), {"Sec-Fetch-Site": "cross-site"}),
        "from a neighbour": (Asker(administrator.cookie, administrator.csrf), {"Sec-Fetch-Site": "same-site"}),
        "from another origin": (
            Asker(administrator.cookie, administrator.csrf),
            {"Origin": "https://ailleurs.invalid"},
        ),
        "by nobody": (Asker("", ""), {}),
    }
    about = Objects(town.authority_id)
    unsafe = [(method, path) for method, path in routes_of(town.client.app) if method != "GET"]
    assert len(unsafe) >= 30
    wrong = []
    with rehearsing(town) as rehearse:
        for how, (asker, headers) in asked.items():
            for method, path in unsafe:

                def ask(method: str, path: str, *, headers: dict[str, str], extra=headers, **more):  # type: ignore[no-untyped-def]
                    return rehearse(method, path, headers={**headers, **extra}, **more)

                status = send(ask, method, call(method, path, about), asker).status_code
                # A file is received only from somebody who may send one: nobody is turned away before the form.
                # A program without a key has no form either: it is told to show one.
                first = how == "by nobody" and (f"{method} {path}" in WITH_FILE or path.startswith("/api/"))
                # Without a link that opens something, no form is looked at either: tests of deposits hold theirs.
                closed = path.startswith("/depot/")
                first = first or path.startswith(DEPOT)
                if status != (404 if closed else 401 if first else 403):
                    wrong.append(f"{method} {path} {how}: {status}")
    assert not wrong, "\n".join(wrong)
    assert about.dataset_id == NOTHING


def test_a_form_that_outlives_its_session_gives_back_all_that_was_typed_and_is_sent_again(town: Town) -> None:
    steward, number = town.someone(Role.STEWARD), town.record("Bancs")
    path, typed = f"/jeux/{number}/modifier", {"version": "1", "title": "Bancs & tables", "keywords": "bois\nfer"}
    here = {"Sec-Fetch-Site": "same-origin"}
    signed_out = town.client.post(path, data={"_csrf": steward.csrf, **typed}, headers=here, follow_redirects=False)
    assert signed_out.status_code == 401
    for said in (
        "Rien n’est perdu",
        f'action="{path}"',
        'value="Bancs &amp; tables"',
        'value="bois\nfer"',
        "Reprendre",
    ):
        assert said in signed_out.text

    # Signed in again in another tab, the same browser sends the page as it stands: its token is still the old one.
    again = town.client.post(
        path,
        data={"_csrf": "", **typed},
        headers={**here, "Cookie": steward.cookie},
        follow_redirects=False,
    )
    assert again.status_code == 401
    assert "Envoyer de nouveau" in again.text
    assert f'name="_csrf" value="{steward.csrf}"' in again.text
    assert steward.post(path, typed, headers=here).status_code == 303
    assert "Bancs &amp; tables" in steward.get(f"/jeux/{number}").text


def test_what_another_site_sends_is_never_given_back(town: Town) -> None:
    steward, number = town.someone(Role.STEWARD), town.record("Bancs")
    said = town.client.post(
        f"/jeux/{number}/modifier",
        data={"_csrf": "", "version": "1", "title": "Piège"},
        headers={"Sec-Fetch-Site": "cross-site", "Cookie": steward.cookie},
        follow_redirects=False,
    )
    assert said.status_code == 403
    assert "Piège" not in said.text
