"""The number of another record, wherever one is given: one that is none, or is not ours, is refused in a sentence."""

from collections.abc import Callable, Iterator
from itertools import count
from typing import Any

import pytest
from litestar.routes import HTTPRoute
from pydantic import BaseModel

from registry.kernel.permissions import Role
from tests.access.conftest import Furnished, rehearsing, send, signed_in
from tests.access.scene import BODIES, FORMS, Call, call

pytestmark = pytest.mark.database

NOBODYS = (987654321, 2**63 - 1, 2**63, 2**80, 0, -1)
LISTED = {"datasets": "dataset_id", "systems": "information_system_id", "principals": "principal_id"}
"""Parts of a record that name others: each row needs that number alone."""


def given(takes: type[BaseModel]) -> Iterator[tuple[str, Any]]:
    """Each number of another record that a body may give, with what is sent for it."""
    for name in takes.model_fields:
        for number in NOBODYS:
            if name.endswith("_id") and name not in {"organisation_id", "policy_id"}:
                yield name, number
            elif name in LISTED:
                yield name, [{LISTED[name]: number}]


def told(answer: Any) -> str:
    """What is wrong with an answer to a number that is nobody's; nothing where it is a refusal in a sentence."""
    if answer.status_code >= 500:
        return f"{answer.status_code}"
    if answer.status_code == 422:
        problem = answer.json()
        said = [*(one.get("message", "") for one in problem.get("errors", [])), problem.get("detail", "")]
        return "" if any(one.strip() for one in said) else f"422 without a word: {problem}"
    return "" if answer.status_code in {400, 401, 403, 404, 409, 412, 428} else f"taken: {answer.status_code}"


def test_the_api_refuses_the_number_of_no_record_in_a_sentence(furnished: Furnished) -> None:
    town, about = furnished.town, furnished.objects["commune"]
    asker = signed_in(town.someone(Role.ADMINISTRATOR))
    wrong, tried = [], 0
    with rehearsing(town) as ask:
        for route in town.client.app.routes:
            for handler in route.route_handlers if isinstance(route, HTTPRoute) else ():
                takes = handler.opt.get("takes")
                if takes is None or not route.path.startswith("/api/"):
                    continue
                for method in sorted(handler.http_methods - {"OPTIONS", "HEAD", "GET"}):
                    base = BODIES.get(f"{method} {route.path}", lambda _of: {})(about)
                    for name, number in given(takes):
                        wanted = call(method, route.path, about)
                        body = Call(wanted.path, json={**base, name: number}, version=wanted.version)
                        tried += 1
                        if said := told(send(ask, method, body, asker)):
                            wrong.append(f"{method} {route.path} {name}={number}: {said}")
    assert tried > 100
    assert not wrong, "\n".join(wrong)


OTHERS = ("in_charge_id", "processor_id", "contact_person_id", "information_system_id", "person_id", "activity_id")
"""What some forms take without our filling it in."""


def _refused_by_pages(furnished: Furnished, chosen: Callable[[int], tuple[int, ...]]) -> int:
    """Sends each form with each number of another record it may give, in the ways chosen for the nth; how many."""
    town, about = furnished.town, furnished.objects["commune"]
    asker = signed_in(town.someone(Role.ADMINISTRATOR))
    wrong, nth, tried = [], count(), 0
    with rehearsing(town) as ask:
        for route, filled in FORMS.items():
            method, path = route.split(" ", 1)
            wanted = call(method, path, about)
            own = sorted(one for one in filled(about) if one.endswith("_id"))
            for name in dict.fromkeys((*own, *OTHERS)):
                for number in chosen(next(nth)):
                    form = {**(wanted.form or {}), name: str(number)}
                    answer = send(ask, method, Call(wanted.path, form=form), asker)
                    tried += 1
                    if answer.status_code >= 500:
                        wrong.append(f"{route} {name}={number}: {answer.status_code}")
    assert not wrong, "\n".join(wrong)
    return tried


def test_pages_refuse_the_number_of_no_record_without_a_defect(furnished: Furnished) -> None:
    """Each form and each name, with one of the numbers in turn."""
    assert _refused_by_pages(furnished, lambda nth: (NOBODYS[nth % len(NOBODYS)],)) > len(FORMS) * len(OTHERS)


@pytest.mark.slow
def test_pages_refuse_each_number_of_no_record_without_a_defect(furnished: Furnished) -> None:
    assert _refused_by_pages(furnished, lambda _nth: NOBODYS) > len(FORMS) * len(OTHERS) * len(NOBODYS)
