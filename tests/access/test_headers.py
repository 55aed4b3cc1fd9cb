"""Whatever the real application answers, every security header is there and nothing is cached.

The answer to a defect (500) is proved on the web room's own small application, in `tests/web/test_security.py`.
"""

import pytest

from registry.kernel.permissions import Role
from registry.web.security import CONTENT_POLICY
from tests.access.conftest import nobody, send, signed_in
from tests.access.scene import Call
from tests.conftest import Town

pytestmark = pytest.mark.database

ANSWERS = {
    "a page": ("GET", Call("/jeux"), 200),
    "the sign-in": ("GET", Call("/connexion"), 303),
    "the API": ("GET", Call("/api/v1/datasets"), 200),
    "its description": ("GET", Call("/api/v1/openapi.json"), 200),
    "a form taken": ("POST", Call("/langue", form={"langue": "en"}), 303),
    "a right that lacks": ("POST", Call("/comptes", form={}), 403),
    "no such page": ("GET", Call("/rien"), 404),
    "no such call": ("GET", Call("/api/v1/rien"), 404),
    "no such sheet": ("GET", Call("/jeux/987654321"), 404),
    "no such method": ("PUT", Call("/jeux"), 405),
    "a body too large": ("POST", Call("/jeux/nouveau", content="a" * (10 * 2**20 + 1)), 413),
    "a value that does not fit": ("POST", Call("/jeux/nouveau", form={}), 422),
    "a version not said": ("PATCH", Call("/api/v1/datasets/1", json={}), 428),
    "health": ("GET", Call("/health"), 200),
}
BY_NOBODY = {
    "a page": ("GET", Call("/jeux"), 303),
    "the API": ("GET", Call("/api/v1/datasets"), 401),
    "a form": ("POST", Call("/jeux/nouveau", form={}), 401),
    "the sign-in": ("GET", Call("/connexion"), 200),
    "a wrong password": ("POST", Call("/connexion", form={"email": "a@a.invalid", "password": "faux"}), 422),
}


def test_every_answer_of_the_real_application_carries_every_security_header(town: Town) -> None:
    steward = signed_in(town.someone(Role.STEWARD))
    asked = [(who, kind, *one) for who, table in ((steward, ANSWERS), (nobody(town), BY_NOBODY))
             for kind, one in table.items()]  # fmt: skip
    wrong = []
    for who, kind, method, wanted, status in asked:
        answer = send(town.client.request, method, wanted, who)
        said = answer.headers
        if answer.status_code != status:
            wrong.append(f"{kind}: {answer.status_code}, not {status}")
        if said.get_list("content-security-policy") != [CONTENT_POLICY]:
            wrong.append(f"{kind}: no content policy")
        expected = {
            "x-content-type-options": "nosniff", "x-frame-options": "DENY", "referrer-policy": "same-origin",
            "cross-origin-opener-policy": "same-origin", "cross-origin-resource-policy": "same-origin",
            "cache-control": "no-store",
        }  # fmt: skip
        wrong += [f"{kind}: {name} is {said.get(name)}" for name, value in expected.items() if said.get(name) != value]
        if len(said.get("x-request-id", "")) != 16 or "server" in said or "strict-transport-security" in said:
            wrong.append(f"{kind}: {dict(said)}")
        if set(said) & {"access-control-allow-origin", "x-powered-by"}:
            wrong.append(f"{kind}: open to other sites, or says what serves")
    assert not wrong, "\n".join(wrong)
