"""Every route, every role, every owner: the answers stand in `matrix.csv`, read and agreed cell by cell.

Each role is held on one commune; `two_roles` administers that one and only reads the other. The rows ask about
something of that commune (`own`), of another commune (`other`), of the authority above (`authority`), and about what
does not exist (`none`); `-` is a route about nothing in particular. Each request is valid in itself and undone after
its answer. `in` sends to the sign-in.

`BEFFROI_WRITE_MATRIX=1 pytest tests/access/test_matrix.py` writes the table anew: read each cell that changed.
"""

import csv
import os
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path

import pytest
from httpx import Response

from registry.accounts.forms import TokenForm
from registry.accounts.service import grant_role, make_token
from registry.accounts.vocabulary import TokenScope
from registry.kernel.permissions import Role
from tests.access.conftest import Asker, Furnished, nobody, rehearsing, send, signed_in
from tests.access.scene import call, owners_of, routes_of
from tests.conftest import Town

pytestmark = pytest.mark.database

TABLE = Path(__file__).with_name("matrix.csv")
HELD_BY = {"own": "commune", "other": "other", "authority": "authority", "none": "none"}
AS_KEYS = ("reading_key", "administrator_key")
VISITORS = ("nobody", *(str(role) for role in Role), "steward_above", "two_roles", *AS_KEYS)
BESIDE = {"/health", "/metrics", "/statique/{digest:str}/{name:str}"}
"""What is answered without a visit: asked of the ordinary application."""


def _askers(town: Town) -> dict[str, Asker]:
    askers = {"nobody": nobody(town)}
    for role in Role:
        askers[str(role)] = signed_in(town.someone(role, town.commune_id))
    askers["steward_above"] = signed_in(town.someone(Role.STEWARD))
    both = town.someone(Role.READER, town.other_commune_id)
    askers["two_roles"] = signed_in(both)
    steward = town.someone(Role.STEWARD, town.commune_id)
    with town.acting() as session:
        grant_role(session, both.account_id, role=Role.ADMINISTRATOR, on=town.commune_id)
        day = town.info["today"]()
        form = TokenForm(name="lecture", scope=TokenScope.READ, expires_on=day + timedelta(days=9))
        _kept, secret = make_token(session, steward.account_id, town.commune_id, form, today=day)
    askers["reading_key"] = Asker("", "", secret)
    askers["administrator_key"] = Asker("", "", town.someone(Role.ADMINISTRATOR, town.commune_id).api_token)
    return askers


def _said(answer: Response) -> str:
    if answer.status_code == 303 and answer.headers["location"].startswith("/connexion?suite="):
        return "in"
    return str(answer.status_code)


def _rows(town: Town) -> list[tuple[str, str, str, str, str]]:
    """Each row: method, path, route as it is named in the table, subject of an appointment, owner."""
    rows = []
    for method, path in sorted(routes_of(town.client.app), key=lambda one: (one[1], one[0])):
        route = f"{method} {path}"
        subjects = ("dataset", "organisation") if "{subject_kind:str}" in path else ("",)
        for subject in subjects:
            named = route.replace("{subject_kind:str}", subject)
            rows += [(method, path, named, subject, owner) for owner in owners_of(path, route)]
    return rows


def _answers(furnished: Furnished) -> dict[tuple[str, str], dict[str, str]]:
    town = furnished.town
    askers = _askers(town)

    found: dict[tuple[str, str], dict[str, str]] = {}
    with rehearsing(town) as rehearse:
        for method, path, named, subject, owner in _rows(town):
            ask: Callable[..., Response] = town.client.request if path in BESIDE else rehearse
            about = furnished.objects[HELD_BY.get(owner, "commune")]
            wanted = call(method, path, about, subject=subject or "dataset")
            found[named, owner] = {
                name: _said(send(ask, method, wanted, askers[name], key_everywhere=name in AS_KEYS))
                for name in VISITORS
            }
    return found


def _read() -> dict[tuple[str, str], dict[str, str]]:
    with TABLE.open(encoding="utf-8", newline="") as source:
        return {(row.pop("route"), row.pop("about")): row for row in csv.DictReader(source)}


def _write(found: dict[tuple[str, str], dict[str, str]]) -> None:
    with TABLE.open("w", encoding="utf-8", newline="") as target:
        writer = csv.writer(target, lineterminator="\n")
        writer.writerow(["route", "about", *VISITORS])
        writer.writerows([route, owner, *cells.values()] for (route, owner), cells in found.items())


def test_no_route_is_missing_from_the_table(town: Town) -> None:
    listed, real = set(_read()), {(named, owner) for _method, _path, named, _subject, owner in _rows(town)}

    assert not real - listed, "Routes nobody decided upon: write their answers in the table."
    assert not listed - real, "Routes of the table that are gone."


@pytest.mark.slow
def test_every_route_answers_every_role_about_every_owner_as_the_table_says(furnished: Furnished) -> None:
    found = _answers(furnished)
    if os.environ.get("BEFFROI_WRITE_MATRIX"):
        _write(found)
    expected = _read()

    assert set(found) == set(expected)
    wrong = [
        f"{route} about {owner} as {name}: {found[route, owner][name]}, not {cell}"
        for (route, owner), cells in expected.items()
        for name, cell in cells.items()
        if found[route, owner][name] != cell
    ]
    assert not wrong, "\n".join(wrong)
    assert not [cell for cells in expected.values() for cell in cells.values() if not cell]
