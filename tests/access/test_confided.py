"""A breach and a request hold a secret word: of one body, only who answers for the law ever meets it."""

import re
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from httpx import Response
from sqlalchemy import text

from registry.accounts.queries import enter_by_session
from registry.documents.forms import EvidenceForm
from registry.documents.service import ReceivedFile, record_evidence
from registry.documents.vocabulary import FileType
from registry.kernel.permissions import Role
from registry.platform.database import open_session
from registry.platform.tables import Table
from registry.processing.breaches.forms import BreachEventForm, BreachForm, TouchedForm
from registry.processing.breaches.service import note_event, record_breach, say_what_was_touched
from registry.processing.requests.forms import AnswerForm, RequestForm
from registry.processing.requests.service import answer_request, record_request
from registry.web.visits import Premises
from tests.access.conftest import Furnished, rehearsing, send, signed_in
from tests.access.scene import Call, call, routes_of
from tests.access.test_separation import OPEN, all_doors_open

pytestmark = pytest.mark.database

WORD = "pervenche"


@pytest.fixture
def confided(furnished: Furnished) -> Furnished:
    """The commune's breach and request, with the word in every text of theirs; one is late."""
    town, now = furnished.town, datetime.now(UTC)
    day = town.info["today"]()
    with town.acting() as session:
        said = BreachForm(
            title=WORD, natures=["confidentiality"], known_at=now - timedelta(hours=90), facts=WORD, consequences=WORD,
            measures=WORD, people_described=WORD, risk="high", informed_how=WORD,
        )  # fmt: skip
        breach = record_breach(session, town.commune_id, said, now=now)
        note_event(session, breach.id, BreachEventForm(happened_at=now - timedelta(hours=1), what=WORD), now=now)
        asked = RequestForm(
            regime="gdpr", right="access", subject=WORD, detail=WORD, received_on=day - timedelta(days=60),
            requester_name=f"Personne {WORD}", requester_email=f"{WORD}@essai.invalid", identity_note=WORD,
        )  # fmt: skip
        request = record_request(session, town.commune_id, asked)
        refusal = AnswerForm(answered_on=day, outcome="refused", refusal_grounds=WORD, answer_note=WORD)
        answer_request(session, request.id, refusal, expected=request.version)
        for kind, number in (("breach", breach.id), ("request", request.id)):
            proof = EvidenceForm(kind="letter", title=WORD, subject_kind=kind, subject_id=number, proves=WORD)
            content = f"{kind} {WORD}".encode()
            file = ReceivedFile(town.home.files.keep(content), len(content), FileType.TEXT, f"{WORD}.txt")
            record_evidence(session, town.commune_id, proof, file)
        about = furnished.objects["commune"]
        touched = TouchedForm(datasets=[about.dataset_id], activities=[about.activity_id])
        say_what_was_touched(session, breach.id, touched, expected=breach.version)
        furnished.objects["commune"] = replace(about, breach_id=breach.id, request_id=request.id)
    return furnished


def look(
    furnished: Furnished,
    role: Role,
    change: Callable[[Premises], Premises] = lambda premises: premises,
    among: Callable[[str], object] = lambda _path: True,
) -> dict[str, Response]:
    """Every address about the commune, or those among them, as one role on it reads it."""
    about = furnished.objects["commune"]
    asker = signed_in(furnished.town.someone(role, about.organisation_id))
    paths = {
        call(method, path, about).path for method, path in routes_of(furnished.town.client.app)
        if method == "GET" and path not in OPEN
    }  # fmt: skip
    paths |= {"/violations?annules=true", "/demandes?delai=late", f"/personnes?q={WORD}", f"/recherche?q={WORD}",
              "/conformite/RGPD-19?constat=non-compliant", "/bureau?liste=late"}  # fmt: skip
    with rehearsing(furnished.town, change) as ask:
        return {path: send(ask, "GET", Call(path), asker) for path in sorted(filter(among, paths))}


def met(seen: dict[str, Response]) -> list[str]:
    """Where the word is shown, but for what was typed in the address itself."""
    return [path for path, answer in seen.items() if WORD in answer.text.casefold() and WORD not in path]


@pytest.mark.slow
def test_who_does_not_answer_for_the_law_meets_no_word_of_a_breach_nor_of_a_request(confided: Furnished) -> None:
    own = look(confided, Role.DPO, among=re.compile("/(violations|demandes|breaches|requests|personnes)").search)
    assert len(met(own)) >= 8, "The word must be there to be found: else this test proves nothing."

    for role in (Role.STEWARD, Role.DIRECTOR, Role.AUDITOR):
        seen = look(confided, role)
        assert not met(seen), role
        assert not [path for path, answer in seen.items() if answer.status_code >= 500]


def test_the_database_alone_keeps_them_to_few(confided: Furnished) -> None:
    seen = look(confided, Role.STEWARD, lambda premises: all_doors_open(premises, confided.town))

    assert not met(seen)


def test_no_table_gives_a_word_of_them_to_who_reads_the_rest(confided: Furnished) -> None:
    town = confided.town
    found = {}
    for role in (Role.READER, Role.DPO):
        with open_session(town.home.app, None) as session:
            token = town.someone(role, town.commune_id).session_token
            assert enter_by_session(session, token, "essai") is not None
            found[role] = {
                table.name
                for table in Table.metadata.tables.values()
                if session.execute(text("SELECT has_table_privilege(:name, 'SELECT')"), {"name": table.name}).scalar()
                and WORD in str(session.execute(table.select()).all()).casefold()
            }
    assert not found[Role.READER]
    few = {"breach", "breach_event", "received_request", "person_identity", "evidence", "evidence_link", "stored_file"}
    assert few | {"ledger_text"} <= found[Role.DPO]
