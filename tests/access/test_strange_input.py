"""Whatever is sent, the answer is a sentence with a number: no trace, no SQL, nothing half kept."""

import io
import json
from collections.abc import Callable, Iterator
from itertools import cycle
from urllib.parse import urlencode

import pytest

from registry.kernel.permissions import Role
from tests.access.conftest import rehearsing, send, signed_in
from tests.access.scene import FORMS, Call, Objects, call, routes_of
from tests.conftest import Town

pytestmark = pytest.mark.database

NEVER_SAID = ("Traceback", "SELECT ", "psycopg", "sqlalchemy", "sqlalche.me", "/registry/", "pydantic.dev", "line ")
LONG = "a" * 10_000
TEXTS = {
    "emoji": "Bornes 🚲⚡️ 👩‍🚒",
    "bidi": "Bornes \u202emoc.live\u202c",
    "combining": "e\u0301" * 200,
    "markup": "<script>alert(1)</script> & \"'",
    "template": "{{ 7 * 7 }} ${7*7} %s",
    "quote": "'; DROP TABLE dataset; --",
    "long": LONG,
    "NUL": "Bornes\x00",
    "lone surrogate": "Bornes \ud800",
    "separators": "Bornes\u2028\u2029\x85",
}
KEPT = {"emoji", "bidi", "combining", "markup", "template", "quote", "separators"}
BODIES = (
    (b"\xff\xfe", "application/json"),
    (b"[" * 100_000, "application/json"),
    (b"a=%ED%A0%80", "application/x-www-form-urlencoded"),
    (b"--x", "multipart/form-data; boundary=x"),
    (b"x", "multipart/form-data"),
)
NUMBERS = ("²", "9" * 18, "9" * 30, "9" * 5000, "-1", "1e3", "0x10", "١", "1%00", "NaN", "")


@pytest.mark.parametrize("kind", TEXTS)
def test_a_text_is_kept_whole_or_refused_with_a_sentence_by_the_api(town: Town, kind: str) -> None:
    steward = town.someone(Role.STEWARD)
    body = json.dumps({"organisation_id": town.authority_id, "title": TEXTS[kind], "description": TEXTS[kind]})
    answer = steward.api("POST", "/api/v1/datasets", content=body, headers={"Content-Type": "application/json"})

    assert answer.status_code == (201 if kind in KEPT else 422), answer.text
    if kind in KEPT:
        place = answer.headers["location"]
        assert steward.api("GET", place).json()["description"] == TEXTS[kind].strip()
        sheet = steward.get(f"/jeux/{answer.json()['id']}")
        assert sheet.status_code == 200
        assert "<script>alert" not in sheet.text
        assert steward.get(f"/jeux/{answer.json()['id']}/historique").status_code == 200
    else:
        assert answer.json()["errors"][0]["message"].endswith(".")
        assert not [said for said in NEVER_SAID if said in answer.text]


@pytest.mark.parametrize("kind", TEXTS)
def test_a_text_is_kept_whole_or_refused_with_a_sentence_by_the_page(town: Town, kind: str) -> None:
    steward = town.someone(Role.STEWARD)
    typed = TEXTS[kind].encode("utf-8", "surrogatepass")
    form = {"_csrf": steward.csrf, "organisation_id": str(town.authority_id), "title": typed}
    answer = send(town.client.request, "POST", Call("/jeux/nouveau", content=urlencode(form)), signed_in(steward))

    assert answer.status_code == (303 if kind in KEPT else 422), answer.text
    if kind in KEPT:
        number = answer.headers["location"].split("/")[2].partition("?")[0]
        assert steward.api("GET", f"/api/v1/datasets/{number}").json()["title"] == TEXTS[kind].strip()
        assert steward.get("/jeux").status_code == 200


REFUSED_OR_KEPT = ("NUL", "long", "bidi", "lone surrogate")


def _answered_by_forms(town: Town, chosen: Callable[[], Iterator[str]]) -> None:
    """Sends a strange text in each field of each form, of the kinds chosen for it."""
    asker = signed_in(town.someone(Role.ADMINISTRATOR))
    about = Objects(town.authority_id)
    number = town.record()
    wrong = []
    with rehearsing(town) as ask:
        for route, filled in FORMS.items():
            method, path = route.split(" ", 1)
            wanted = call(method, path, Objects(town.authority_id, dataset_id=number))
            for name in filled(about):
                for kind in chosen():
                    text = TEXTS[kind].encode("utf-8", "surrogatepass")
                    form = urlencode({**(wanted.form or {}), "_csrf": asker.csrf, name: text})
                    answer = send(ask, method, Call(wanted.path, content=form), asker)
                    if answer.status_code >= 500 or any(said in answer.text for said in NEVER_SAID[:6]):
                        wrong.append(f"{route} with {kind} as {name}: {answer.status_code}")
    assert not wrong, "\n".join(wrong)


def test_every_field_of_every_form_answers_a_strange_text_without_a_defect(town: Town) -> None:
    """One kind of text for each field, by turns."""
    kinds = cycle(REFUSED_OR_KEPT)
    _answered_by_forms(town, lambda: iter([next(kinds)]))


@pytest.mark.slow
def test_every_form_answers_every_strange_text_without_a_defect(town: Town) -> None:
    _answered_by_forms(town, lambda: iter(REFUSED_OR_KEPT))


def test_every_address_answers_every_strange_number_without_a_defect(town: Town) -> None:
    asker = signed_in(town.someone(Role.ADMINISTRATOR))
    about = Objects(town.authority_id, dataset_id=town.record())
    wrong = []
    asked = [
        "/jeux?organisation={}", "/jeux?apres={}", "/jeux?q={}", "/api/v1/datasets?limit={}",
        "/api/v1/datasets?cursor={}", "/conformite/{}", "/conformite/OD-05?constat={}", "/documents?scope={}",
        "/jeux/{}", "/api/v1/datasets/{}", "/organisations/{}", "/imports/{}", "/documents/{}/document", "/travaux/{}",
        "/lien/{}", "/jeux/nouveau?organisation={}", "/rien/{}", "/connexion?suite={}", "/statique/{}/theme.css",
    ]  # fmt: skip
    cursors = ("W10", "WyJhIiwgSW5maW5pdHld", "WyJhXHUwMDAwIiwgMV0", "e30", "_", "WyJhIiwgMWUzMDBd", "%ff")
    with rehearsing(town) as ask:
        for address in asked:
            for said in (*NUMBERS, *cursors, "%00", "%ED%A0%80", "a%0d%0aSet-Cookie:%20b=c", "%E2%82%AC", "🚲"):
                answer = send(ask, "GET", Call(address.format(said)), asker)
                if answer.status_code >= 500 or (
                    "set-cookie" in answer.headers and "b=c" in answer.headers["set-cookie"]
                ):
                    wrong.append(f"{address.format(said)[:80]}: {answer.status_code}")
        for method, path in routes_of(town.client.app):
            if method != "GET":
                for content, kind in BODIES:
                    headers = {"Content-Type": kind, "X-CSRF-Token": asker.csrf, "Cookie": asker.cookie,
                               "If-Match": '"1"'}  # fmt: skip
                    if path.startswith("/api/"):
                        headers["Authorization"] = f"Bearer {asker.key}"
                    wanted = call(method, path, about)
                    answer = ask(method, wanted.path, content=content, headers=headers, follow_redirects=False)
                    if answer.status_code >= 500:
                        wrong.append(f"{method} {path} with {content[:12]!r}: {answer.status_code}")
    assert not wrong, "\n".join(wrong)


@pytest.mark.parametrize(
    ("method", "path", "status"),
    [("GET", "/jeux/987654321", 404), ("GET", "/jeux/" + "9" * 30, 422), ("GET", "/rien", 404),
     ("DELETE", "/jeux", 405), ("POST", "/jeux/nouveau", 422), ("GET", "/api/v1/datasets/987654321", 404),
     ("GET", "/api/v1/datasets?limit=x", 422)],
)  # fmt: skip
def test_an_error_of_the_real_application_says_a_number_and_no_trace(
    town: Town, journal: io.StringIO, method: str, path: str, status: int
) -> None:
    asker = signed_in(town.someone(Role.ADMINISTRATOR))
    wanted = Call(path, form={} if method == "POST" else None)
    answer = send(town.client.request, method, wanted, asker)

    number = answer.headers["x-request-id"]
    assert answer.status_code == status
    assert not [said for said in NEVER_SAID if said in answer.text]
    assert "content-security-policy" in answer.headers
    assert number in answer.text or method == "POST", "A form shown again says what to correct, no number."
    lines = [json.loads(line) for line in journal.getvalue().splitlines()]
    assert [line["status"] for line in lines if line.get("request_id") == number and line["event"] == "request"] == [
        status
    ]


def test_newlines_in_what_is_asked_do_not_forge_a_line_of_the_log(town: Town, journal: io.StringIO) -> None:
    forged = '%0A{"event":"request","status":200,"forged":1}'
    town.client.get(f"/jeux/{forged}", headers={"User-Agent": "x\ty", "Cookie": "beffroi=\x0c"})
    town.client.get("/connexion", params={"suite": '\n{"forged":1}'})

    lines = [json.loads(line) for line in journal.getvalue().splitlines()]
    assert len([line for line in lines if line["event"] == "request"]) == 2
    assert not [line for line in lines if "forged" in line]


def test_a_day_in_an_address_is_a_day_and_no_number(town: Town) -> None:
    reader = town.someone(Role.READER)

    for said in ("0", "1764028800", "2026-13-01", "20261124"):
        assert reader.api("GET", f"/api/v1/appointments?on={said}").status_code == 422, said
    assert reader.api("GET", "/api/v1/appointments?on=2026-11-24").status_code == 200


def test_each_address_says_every_method_it_answers(town: Town) -> None:
    told = {
        path: set(town.client.request("OPTIONS", path).headers["allow"].split(", "))
        for path in ("/api/v1/datasets/1", "/api/v1/imports/1/undoing", "/api/v1/documents/1/csv")
    }

    assert told == {
        "/api/v1/datasets/1": {"GET", "HEAD", "OPTIONS", "PATCH"},
        "/api/v1/imports/1/undoing": {"OPTIONS", "POST"},
        "/api/v1/documents/1/csv": {"GET", "HEAD", "OPTIONS"},
    }
