"""A dataset that moves along, as browsers and programs move it."""

from collections.abc import Iterable
from typing import Any

from httpx import Response
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError

from registry.datasets.vocabulary import Stage
from registry.kernel.permissions import Role
from registry.platform.database import Acting, open_session, transaction
from registry.processing.forms import ActivityForm
from registry.processing.service import record_activity
from registry.publication.forms import NoSecretForm, PublicationDecisionForm, SecretForm
from registry.publication.queries import get_dossier
from registry.publication.service import answer_secret, decide, deny_the_rest
from registry.publication.vocabulary import Outcome, SecretReply
from tests.conftest import Someone, Town

READY: dict[str, Any] = {
    "personal_data": "none", "origin": "produced", "access_rights": "public", "licence": "etalab-2.0",
    "nature": "other", "documentation": ["https://exemple.invalid/notice"],
    "description": "Ce que contient ce jeu, à quoi il sert, et ses limites.",
    "distributions": [{"access_url": "https://exemple.invalid/a.csv", "format": "CSV"}],
}  # fmt: skip
"""A sheet that nothing stops."""

PERSONAL = {**READY, "personal_data": "personal", "publication_ground": "law", "final_disposition": "keep"}
"""A sheet that nothing stops but what is not told of its lawful basis."""

# The statements that forge a move by hand.
REQUEST = (
    "INSERT INTO stage_request (organisation_id, dataset_id, move, from_stage, to_stage, asked_by, asked_as, asked_on,"
    " state, version) VALUES (:body, :sheet, :move, :before, :after, :by, :as_role, current_date, 'waiting', 1)"
)
VERDICT = (
    "INSERT INTO gate_verdict (organisation_id, dataset_id, dataset_version, to_stage, passed, found)"
    " SELECT organisation_id, id, version, :after, true, '[]' FROM dataset WHERE id = :sheet"
)
VISA = (
    "INSERT INTO stage_visa (organisation_id, request_id, kind, answer, dataset_version, given_by, given_as, given_on,"
    " by_keeper, facts_digest, version) SELECT d.organisation_id, r.id, :kind, 'given', d.version, :by, :as_role,"
    " current_date, false, '', 1 FROM stage_request r JOIN dataset d ON d.id = r.dataset_id WHERE d.id = :sheet"
)
ADVANCE = "SELECT advance_stage(max(id), current_date) FROM stage_request WHERE dataset_id = :sheet"
VERDICT_OF = (
    "INSERT INTO gate_verdict (organisation_id, dataset_id, dataset_version, to_stage, passed, found)"
    " SELECT organisation_id, id, {version}, 'published', true, '[]' FROM dataset WHERE id = {sheet}"
)
FORGED = VERDICT_OF.format(version="version", sheet=":sheet")


def ask(
    who: Someone, sheet: int, move: str, reason: str = "", version: int | None = None, **more: str
) -> Response:  # fmt: skip
    """Sends the form that asks for a move, as a browser does from the sheet as it stands."""
    said = {"move": move, "version": str(version or version_of(who, sheet))}
    said |= {"confirmed": "true"} if move == "withdraw" else {}
    return who.post(f"/jeux/{sheet}/etape", said | ({"reason": reason} if reason else {}) | more)


def answer(who: Someone, request: int, kind: str, given: str = "given", **more: str) -> Response:
    """Sends the form that gives a visa or refuses it."""
    version = more.pop("version", None) or str(version_read(who, request))
    return who.post(f"/visas/{request}", {"kind": kind, "answer": given, "version": version, **more})


def points_of(who: Someone, sheet: int) -> list[dict[str, Any]]:
    """The points of the last request on a dataset, as programs read them."""
    found: list[dict[str, Any]] = who.api("GET", f"/api/v1/datasets/{sheet}/stage").json()["requests"][0]["points"]
    return found


def close(who: Someone, point: dict[str, Any], state: str = "answered", words: str = "La fiche est juste.") -> Response:
    """Sends the form that says what became of a point."""
    return who.post(f"/visas/points/{point['id']}", {"state": state, "answer": words, "version": str(point["version"])})


def version_of(who: Someone, sheet: int) -> int:
    """The version of a sheet, as programs read it."""
    number: int = who.api("GET", f"/api/v1/datasets/{sheet}").json()["version"]
    return number


def version_read(who: Someone, request: int) -> int:
    """The version of the sheet that the page of a request shows."""
    page = who.get(f"/visas/{request}").text
    return int(page.partition('name="version" value="')[2].partition('"')[0] or 0)


def stage_of(town: Town, sheet: int) -> str:
    """Where a dataset stands."""
    with town.acting() as session:
        found: str = session.execute(text("SELECT stage FROM dataset WHERE id = :id"), {"id": sheet}).scalar_one()
    return found


def last_request(town: Town, sheet: int) -> int:
    """The number of the last request on a dataset."""
    query = text("SELECT max(id) FROM stage_request WHERE dataset_id = :id")
    with town.acting() as session:
        found: int = session.execute(query, {"id": sheet}).scalar_one()
    return found


def place(town: Town, sheet: int, stage: Stage | str) -> None:
    """Puts a dataset at a stage, as the owner of the tables alone can."""
    with town.as_owner() as session:
        session.execute(text("UPDATE dataset SET stage = :stage WHERE id = :id"), {"stage": str(stage), "id": sheet})


def serve(town: Town, sheet: int, basis: str | None = "public-task") -> int:
    """Has an activity of the record concern a dataset, with or without a lawful basis."""
    form = ActivityForm.model_validate(
        {
            "name": "Instruction des demandes", "status": "active", "purpose": "Instruire les demandes",
            "lawful_basis": basis, "datasets": [{"dataset_id": sheet}],
        }
    )  # fmt: skip
    with town.acting() as session:
        return record_activity(session, town.authority_id, form).id


def decide_to_open(town: Town, sheet: int) -> None:
    """Has somebody answer that a dataset holds no secret, and decide to open it."""
    legal = town.someone(Role.LEGAL).account_id
    acting: dict[str, Any] = {"by": legal, "roles": [Role.LEGAL], "today": town.info["today"]()}
    with town.acting() as session:
        denial = NoSecretForm(ground="Ni personne ni réseau sensible.")
        deny_the_rest(session, sheet, denial, **acting, expected=get_dossier(session, sheet).version)
        for secret in get_dossier(session, sheet).concluded(acting["today"]).open_questions:
            # What protects persons is answered one by one where the sheet tells of people.
            alone = SecretForm(answer=SecretReply.NO, ground=denial.ground)
            answer_secret(session, sheet, secret, alone, **acting, expected=get_dossier(session, sheet).version)
        form = PublicationDecisionForm(
            outcome=Outcome.OPEN, reason="Communicable à tous et utile.", decided_on=acting["today"],
            licence="etalab-2.0",
        )  # fmt: skip
        decide(session, sheet, form, **acting, expected=get_dossier(session, sheet).version)


def people(town: Town, roles: Iterable[Role]) -> list[Someone]:
    """Somebody of each role on the authority."""
    return [town.someone(role) for role in roles]


def acting_as(town: Town, who: Someone) -> Acting:
    """Somebody with every right on the authority, as the web tells the database."""
    mine = frozenset({town.authority_id})
    return Acting(f"account:{who.account_id}", who.account_id, reads=mine, knows=mine, writes=mine)


def sql(town: Town, who: Someone, *statements: str, **values: object) -> str:
    """Runs statements in one transaction of the web's own role, as somebody; what the database said, or nothing."""
    with open_session(town.home.app, acting_as(town, who), **town.info) as session:
        try:
            for one in statements:
                session.execute(text(one), {name: value for name, value in values.items() if f":{name}" in one})
            session.commit()
        except DBAPIError as refused:
            session.rollback()
            return f"{refused.orig.sqlstate} {refused.orig}"  # type: ignore[union-attr]
    return ""


def attempt(town: Town, who: Someone, statements: Iterable[str], **values: object) -> str:
    """The same; the code of the first refusal, or nothing."""
    return sql(town, who, *statements, **values).partition(" ")[0]


def forge(town: Town, who: Someone, sheet: int) -> str:
    """Calls the function with a verdict that nobody judged, written in the same transaction; how it is refused."""
    return attempt(town, who, (VERDICT, ADVANCE), sheet=sheet, after="published")


def waiting_in_sql(town: Town, who: Someone, sheet: int, move: str, before: str, after: str) -> str:
    """Writes a request by hand, as the web's own role."""
    return sql(
        town, who, REQUEST, body=town.authority_id, sheet=sheet, move=move, before=before, after=after,
        by=who.account_id, as_role="steward",
    )  # fmt: skip


def seen_by_the_public(town: Town, sheet: int) -> bool:
    """Whether the role of the public reads a dataset."""
    with transaction(town.home.public, None) as session:
        found = session.execute(text("SELECT count(*) FROM dataset WHERE id = :id"), {"id": sheet}).scalar_one()
    return bool(found)


def keep(town: Town, sheet: int, who: Someone) -> None:
    """Has somebody keep a dataset, from yesterday on."""
    with town.as_owner() as session:
        session.execute(
            text(
                "INSERT INTO appointment (organisation_id, person_id, role, subject_kind, subject_id, during,"
                " published, annulled, version) SELECT :body, person_id, 'steward', 'dataset', :sheet,"
                " daterange(current_date - 1, NULL), false, false, 1 FROM account WHERE id = :account"
            ),
            {"body": town.authority_id, "sheet": sheet, "account": who.account_id},
        )


def plain(page: str) -> str:
    """A page whose narrow and unbreakable spaces are spaces."""
    return page.replace("\u202f", " ").replace("\xa0", " ")


def amend(who: Someone, sheet: int, values: dict[str, object]) -> None:
    """Changes a sheet through the API."""
    given = who.api(
        "PATCH", f"/api/v1/datasets/{sheet}", json=values, headers={"If-Match": f'"{version_of(who, sheet)}"'}
    )  # fmt: skip
    assert given.status_code == 200, given.text


def system_of(town: Town, sheet: int) -> None:
    """Has a dataset live in an information system."""
    steward = town.someone(Role.STEWARD)
    made = steward.api("POST", "/api/v1/systems", json={"organisation_id": town.authority_id, "name": "SI"})
    assert made.status_code == 201, made.text
    amend(steward, sheet, {"information_system_id": made.json()["id"]})
