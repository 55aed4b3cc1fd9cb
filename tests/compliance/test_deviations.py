"""Accepted deviations: who asks, who decides, what they never hide, and how they end."""

import re
from dataclasses import replace
from datetime import date, timedelta
from html import unescape
from typing import Any

import pytest
from httpx import Response
from sqlalchemy import text
from sqlalchemy.exc import IntegrityError

from registry.compliance.deviations import routes
from registry.compliance.deviations.forms import DeviationForm
from registry.compliance.deviations.models import AcceptedDeviation
from registry.compliance.deviations.service import ask_deviation
from registry.compliance.queries import find_findings
from registry.compliance.vocabulary import SubjectKind
from registry.datasets.forms import DatasetChange
from registry.datasets.service import amend_dataset, annul_dataset
from registry.kernel.permissions import Role
from registry.platform.database import Acting, open_session
from tests.conftest import Someone, Town

pytestmark = pytest.mark.database

PUBLISHED = {
    "access_rights": "public", "nature": "other", "licence": "cc-by-nc-4.0",
    "distributions": [{"access_url": "https://exemple.invalid/a.csv"}],
}  # fmt: skip
REASON = "Le concessionnaire n’a pas encore accepté la licence ouverte."
MEANWHILE = "Le fichier est donné à qui le demande, sous les conditions écrites."


def ask(who: Someone, sheet: int, until: date, **more: str) -> Response:
    """Sends the form that asks for a deviation on the licence of a sheet, as a browser does."""
    said = {
        "subject_kind": "dataset", "subject_id": str(sheet), "policy_id": "OD-05", "period": "", "reason": REASON,
        "compensation": MEANWHILE, "expires_on": until.isoformat(), **more,
    }  # fmt: skip
    return who.post("/conformite/ecarts/nouveau", said)


def decide(who: Someone, number: int, answer: str = "approved", version: int = 1, **more: str) -> Response:
    """Sends the form that answers."""
    said = {"version": str(version), "answer": answer, "decision_reason": "Le marché est lancé.", **more}
    return who.post(f"/conformite/ecarts/{number}/decider", said)


def number_of(answer: Response) -> int:
    """The number of the deviation that was just asked for."""
    assert answer.status_code == 303, answer.text
    return int(answer.headers["location"].rpartition("/")[2].partition("?")[0])


def state_of(who: Someone, number: int) -> dict[str, Any]:
    """A deviation as programs read it."""
    body: dict[str, Any] = who.api("GET", f"/api/v1/accepted-deviations/{number}").json()
    return body


def finding_of(who: Someone, sheet: int) -> dict[str, Any]:
    """What the rule of licences says of a sheet, as programs read it."""
    found = who.api("GET", f"/api/v1/findings?subject_kind=dataset&subject_id={sheet}&policy_id=OD-05").json()
    body: dict[str, Any] = found["findings"][0]
    return body


def later(town: Town, days: int) -> date:
    """A day to come, as the registry counts them."""
    return town.info["today"]() + timedelta(days=days)  # type: ignore[no-any-return]


def test_a_deviation_is_approved_by_somebody_else_and_the_breach_stays_counted(town: Town):
    sheet, steward, director = town.record(**PUBLISHED), town.someone(Role.STEWARD), town.someone(Role.DIRECTOR)
    until = later(town, 200)
    before = steward.get("/conformite/constats?force=obligation&constat=non-compliant").text
    address = f"/conformite/ecarts/nouveau?genre=dataset&amp;fiche={sheet}&amp;regle=OD-05"
    assert address in steward.get(f"/jeux/{sheet}").text

    number = number_of(ask(steward, sheet, until))

    waiting = director.get("/conformite/ecarts").text
    assert f'href="/conformite/ecarts/{number}#decision"' in waiting
    assert "c’est à quelqu’un d’autre d’en décider" in steward.get(f"/conformite/ecarts/{number}").text
    assert "Écart demandé, à décider" in steward.get(f"/jeux/{sheet}").text
    assert decide(director, number).status_code == 303
    panel = steward.get(f"/jeux/{sheet}").text.partition('id="conformite"')[2]
    assert "Écart assumé jusqu’au" in panel
    assert "Le droit ne permet pas d’y déroger\u00a0: le manquement reste compté." in panel
    assert address not in panel
    for page in ("/conformite/OD-05", "/conformite/constats?force=obligation&constat=non-compliant"):
        assert f'href="/conformite/ecarts/{number}"' in steward.get(page).text
    after = steward.get("/conformite/constats?force=obligation&constat=non-compliant").text
    counted = [page.partition('role="status">')[2].partition("<")[0] for page in (before, after)]
    assert counted[0] == counted[1]
    found = finding_of(steward, sheet)
    assert found["verdict"] == "non-compliant"
    assert found["deviation"] == {"id": number, "state": "approved", "expires_on": until.isoformat()}
    kept = state_of(steward, number)
    assert (kept["asked_as"], kept["decided_as"], kept["decision_reason"]) == (
        "steward", "director", "Le marché est lancé.",
    )  # fmt: skip


def test_nobody_decides_what_they_asked_for_whatever_their_roles(town: Town):
    sheet, lawyer = town.record(**PUBLISHED), town.someone(Role.LEGAL)
    number = number_of(ask(lawyer, sheet, later(town, 30)))

    assert decide(lawyer, number).status_code == 403
    said = {"answer": "approved", "decision_reason": "C’est bien ainsi."}
    refused = lawyer.api(
        "POST", f"/api/v1/accepted-deviations/{number}/decision", json=said, headers={"If-Match": '"1"'}
    )

    assert refused.status_code == 403
    assert state_of(lawyer, number)["state"] == "asked"
    with pytest.raises(Exception, match="someone_else"), town.acting() as session:
        session.execute(
            text(
                "UPDATE accepted_deviation SET state = 'approved', decided_by = asked_by, decided_as = 'legal',"
                " decided_on = asked_on WHERE id = :id"
            ),
            {"id": number},
        )


def test_who_only_reads_neither_asks_nor_decides_and_a_neighbour_sees_nothing(town: Town):
    sheet, until = town.record(**PUBLISHED), later(town, 30)
    number = number_of(ask(town.someone(Role.STEWARD), sheet, until))

    assert ask(town.someone(Role.READER), sheet, until).status_code == 403
    assert ask(town.someone(Role.DIRECTOR), sheet, until).status_code == 403
    assert decide(town.someone(Role.STEWARD), number).status_code == 403
    neighbour = town.someone(Role.LEGAL, town.other_commune_id)
    assert neighbour.get(f"/conformite/ecarts/{number}").status_code == 404
    assert decide(neighbour, number).status_code == 404
    assert neighbour.api("GET", "/api/v1/accepted-deviations").json()["deviations"] == []


def test_what_cannot_be_kept_is_said_and_what_was_typed_is_given_back(town: Town):
    sheet, steward = town.record(**PUBLISHED), town.someone(Role.STEWARD)
    wrong = {
        "a day past": {"expires_on": "2020-01-01"}, "too far": {"expires_on": later(town, 500).isoformat()},
        "no day": {"expires_on": "bientôt"}, "no reason": {"reason": "Non."}, "nothing instead": {"compensation": ""},
    }  # fmt: skip

    for name, more in wrong.items():
        answer = ask(steward, sheet, later(town, 30), **more)
        assert answer.status_code == 422, name
        assert MEANWHILE in answer.text or name == "nothing instead"
    today = ask(steward, sheet, later(town, 0))
    assert today.status_code == 422
    assert "Ce jour n’est pas à venir" in today.text
    assert "est passée" not in today.text
    assert "12 mois au plus" in ask(steward, sheet, later(town, 500)).text
    assert ask(steward, sheet, later(town, 30), policy_id="OD-99").status_code == 404
    assert ask(steward, 987_654, later(town, 30)).status_code == 404
    assert steward.get("/conformite/ecarts/nouveau").status_code == 404


def test_one_deviation_waits_at_a_time_and_two_decisions_do_not_cross(town: Town):
    sheet, steward = town.record(**PUBLISHED), town.someone(Role.STEWARD)
    number = number_of(ask(steward, sheet, later(town, 30)))

    again = ask(steward, sheet, later(town, 40))
    offered = steward.get(f"/conformite/ecarts/nouveau?genre=dataset&fiche={sheet}&regle=OD-05")

    assert offered.status_code == 303
    assert offered.headers["location"].startswith(f"/conformite/ecarts/{number}?fait=")
    assert again.status_code == 409
    assert REASON in again.text
    assert decide(town.someone(Role.DIRECTOR), number, "refused").status_code == 303
    late = decide(town.someone(Role.LEGAL), number)
    assert late.status_code == 409
    assert "a changé pendant que vous le lisiez" in late.text
    assert state_of(steward, number)["state"] == "refused"
    assert ask(steward, sheet, later(town, 40)).status_code == 303, "What was refused may be asked for anew."


def test_who_approves_may_shorten_it_and_a_new_one_takes_over_from_the_last(town: Town):
    sheet, steward, director = town.record(**PUBLISHED), town.someone(Role.STEWARD), town.someone(Role.DIRECTOR)
    first = number_of(ask(steward, sheet, later(town, 200)))
    assert decide(director, first, expires_on=later(town, 500).isoformat()).status_code == 422
    assert decide(director, first, expires_on=later(town, 20).isoformat()).status_code == 303
    assert state_of(steward, first)["expires_on"] == later(town, 20).isoformat()

    second = number_of(ask(steward, sheet, later(town, 300)))

    shown = steward.get(f"/conformite/ecarts/{first}").text
    assert f'href="/conformite/ecarts/{second}"' in shown, "The one that waits, rather than a form it would refuse."
    assert "/conformite/ecarts/nouveau" not in shown
    assert finding_of(steward, sheet)["deviation"]["id"] == first, "What holds is told before what is asked for."
    assert decide(director, second).status_code == 303
    assert state_of(steward, first)["state"] == "replaced"
    assert finding_of(steward, sheet)["deviation"]["id"] == second


def test_it_is_withdrawn_with_a_reason_and_nothing_is_erased(town: Town):
    sheet, steward, director = town.record(**PUBLISHED), town.someone(Role.STEWARD), town.someone(Role.DIRECTOR)
    number = number_of(ask(steward, sheet, later(town, 200)))
    assert decide(director, number).status_code == 303
    place = f"/conformite/ecarts/{number}/retirer"
    assert "Mettre fin à l’écart" in director.get(place).text

    assert director.post(place, {"version": "2", "reason": ""}).status_code == 422
    assert director.post(place, {"version": "1", "reason": "Le marché est rompu."}).status_code == 412
    assert director.post(place, {"version": "2", "reason": "Le marché est rompu."}).status_code == 303

    page = steward.get(f"/conformite/ecarts/{number}").text
    assert "L’écart a pris fin." in director.get(f"/conformite/ecarts/{number}?fait=ecart-fini").text
    assert "Le marché est rompu." in page
    assert "Écart levé" in page
    assert "nouveau?genre=dataset" in page
    assert finding_of(steward, sheet)["deviation"] is None
    assert director.get(place).status_code == 409


def test_a_request_that_is_withdrawn_is_not_said_to_have_been_accepted(town: Town):
    sheet, steward = town.record(**PUBLISHED), town.someone(Role.STEWARD)
    number = number_of(ask(steward, sheet, later(town, 200)))
    place = f"/conformite/ecarts/{number}/retirer"
    asked = steward.get(place).text
    assert "la demande reste dans la liste" in asked
    assert "de nouveau à corriger" not in asked

    answer = steward.post(place, {"version": "1", "reason": "Le fichier sera corrigé ce mois-ci."})

    said = steward.get(answer.headers["location"]).text
    assert "La demande est retirée. Elle reste dans la liste, avec son motif." in said
    assert "Demande retirée" in said
    assert "L’écart a pris fin" not in said


def test_a_finding_that_waits_for_a_fact_keeps_its_deviation_until_it_is_settled(town: Town):
    steward, director = town.someone(Role.STEWARD), town.someone(Role.DIRECTOR)
    back, mended = (town.record(f"Jeu {number}", **PUBLISHED) for number in range(2))
    numbers = [number_of(ask(steward, sheet, later(town, 90))) for sheet in (back, mended)]
    for number in numbers:
        assert decide(director, number).status_code == 303

    with town.acting() as session:
        for sheet in (back, mended):
            amend_dataset(session, sheet, DatasetChange(licence=None), expected=1)

    assert [finding_of(steward, sheet)["verdict"] for sheet in (back, mended)] == ["to-complete", "to-complete"]
    assert [state_of(steward, number)["state"] for number in numbers] == ["approved", "approved"]
    with town.acting() as session:
        amend_dataset(session, back, DatasetChange(licence="cc-by-nc-4.0"), expected=2)
        amend_dataset(session, mended, DatasetChange(licence="etalab-2.0"), expected=2)
    assert [state_of(steward, number)["state"] for number in numbers] == ["approved", "unneeded"]
    assert "Écart assumé jusqu’au" in steward.get(f"/jeux/{back}").text
    page = steward.get(f"/conformite/ecarts/{numbers[1]}").text
    assert "Plus nécessaire\u00a0: la règle est respectée, ou ne porte plus sur cette fiche" in page


def test_a_breach_that_is_mended_ends_its_deviation_by_itself(town: Town):
    steward, director = town.someone(Role.STEWARD), town.someone(Role.DIRECTOR)
    mended, gone = (town.record(f"Jeu {number}", **PUBLISHED) for number in range(2))
    first, second = (number_of(ask(steward, sheet, later(town, 90))) for sheet in (mended, gone))
    assert decide(director, first).status_code == 303

    with town.acting() as session:
        amend_dataset(session, mended, DatasetChange(licence="etalab-2.0"), expected=1)
        annul_dataset(session, gone, reason="Saisi deux fois", expected=1)

    assert [state_of(steward, number)["state"] for number in (first, second)] == ["unneeded", "unneeded"]
    assert "Plus nécessaire" in steward.get(f"/conformite/ecarts/{first}").text
    assert steward.get("/conformite/ecarts").status_code == 200
    late = ask(steward, mended, later(town, 90))
    assert late.status_code == 409
    assert "il n’y a pas d’écart à demander" in late.text


def test_past_its_day_it_holds_no_more(town: Town):
    sheet, steward = town.record(**PUBLISHED), town.someone(Role.STEWARD)
    number = number_of(ask(steward, sheet, later(town, 10)))
    assert decide(town.someone(Role.DIRECTOR), number).status_code == 303
    with town.as_owner() as session:
        session.execute(
            text(
                "UPDATE accepted_deviation"
                " SET asked_on = asked_on - 40, decided_on = decided_on - 40, expires_on = expires_on - 20"
            )
        )

    assert f"/conformite/ecarts/{number}" not in steward.get("/bureau").text, "The breach itself is the task again."
    assert "Écart expiré le" in steward.get(f"/jeux/{sheet}").text
    kept = state_of(steward, number)
    assert (kept["state"], kept["expired"]) == ("approved", True)
    listed = steward.get("/conformite/ecarts?etat=expired").text
    assert f'href="/conformite/ecarts/{number}"' in listed
    assert f'href="/conformite/ecarts/{number}"' not in steward.get("/conformite/ecarts?etat=approved").text


def test_what_waited_past_its_day_is_refused_from_the_page_and_approved_for_a_day_to_come(town: Town):
    sheet, steward, director = town.record(**PUBLISHED), town.someone(Role.STEWARD), town.someone(Role.DIRECTOR)
    number, past = number_of(ask(steward, sheet, later(town, 10))), later(town, -6)
    with town.as_owner() as session:
        session.execute(text("UPDATE accepted_deviation SET asked_on = asked_on - 40, expires_on = expires_on - 16"))

    assert f'value="{past.isoformat()}"' not in director.get(f"/conformite/ecarts/{number}").text
    for given in ({}, {"expires_on": past.isoformat()}):
        late = decide(director, number, version=2, **given)
        assert late.status_code == 422
        assert "donnez un jour à venir" in late.text
    assert decide(director, number, "refused", version=2, expires_on=past.isoformat()).status_code == 303
    assert state_of(steward, number)["state"] == "refused"


def test_a_deviation_may_bear_on_every_kind_of_subject_and_only_two_at_once_are_said_to_be(town: Town):
    sheet, lawyer = town.record(**PUBLISHED), town.someone(Role.LEGAL)
    said = DeviationForm(reason=REASON, compensation=MEANWHILE, expires_on=later(town, 9))
    with town.acting() as session:
        (found,) = find_findings(
            session, later(town, 0), kind=SubjectKind.DATASET, subject_id=sheet, policy_id="OD-05"
        )  # fmt: skip
        for kind in SubjectKind:
            made = ask_deviation(
                session, replace(found, subject_kind=kind), said, by=lawyer.account_id, as_role=Role.LEGAL,
                today=later(town, 0),
            )  # fmt: skip
            assert made.subject_kind is kind
    with pytest.raises(IntegrityError, match="asked_by"), town.acting() as session:
        ask_deviation(
            session, replace(found, subject_id=sheet + 1), said, by=987_654, as_role=Role.LEGAL, today=later(town, 0)
        )


def test_a_deviation_whose_rule_is_gone_is_still_shown_by_its_number(town: Town):
    sheet, steward = town.record(**PUBLISHED), town.someone(Role.STEWARD)
    number = number_of(ask(steward, sheet, later(town, 10)))
    with town.as_owner() as session:
        session.execute(text("UPDATE accepted_deviation SET policy_id = 'OD-99'"))

    page = steward.get(f"/conformite/ecarts/{number}")
    assert page.status_code == 200
    assert "cette règle n’est plus au catalogue" in page.text
    assert MEANWHILE in page.text
    listed = steward.get("/conformite/ecarts").text
    assert f'href="/conformite/ecarts/{number}"' in listed
    assert "Règle retirée du catalogue" in listed
    assert 'href="/conformite/OD-99"' not in page.text + listed
    with town.as_owner() as session:
        session.execute(text("UPDATE accepted_deviation SET state = 'unneeded', ended_on = asked_on"))
    ended = steward.get(f"/conformite/ecarts/{number}").text
    assert "Plus nécessaire\u00a0: la règle n’est plus au catalogue" in ended
    assert "respectée" not in ended


def test_a_practice_is_departed_from_without_a_breach_of_law(town: Town):
    sheet, steward = town.record(), town.someone(Role.STEWARD)

    page = steward.get(f"/conformite/ecarts/nouveau?genre=dataset&fiche={sheet}&regle=ACC-01").text

    assert "Ce n’est pas une obligation\u00a0: s’en écarter se dit, et le constat reste compté." in page
    number = number_of(ask(steward, sheet, later(town, 10), policy_id="ACC-01"))
    director = town.someone(Role.DIRECTOR)
    deciding, desk = director.get(f"/conformite/ecarts/{number}").text, director.get("/bureau?genre=deviation").text
    assert "le constat reste compté" in desk
    assert decide(director, number).status_code == 303
    ending = steward.get("/bureau?genre=deviation").text
    assert "ensuite, la règle n’est toujours pas suivie" in ending
    with town.as_owner() as session:
        session.execute(text("UPDATE accepted_deviation SET asked_on = asked_on - 40, expires_on = expires_on - 20"))
    expired = steward.get(f"/conformite/ecarts/{number}").text
    withdrawing = director.get(f"/conformite/ecarts/{number}/retirer").text
    assert "Expiré\u00a0: la règle n’est toujours pas suivie" in expired
    for said in (page, deciding, expired, withdrawing):
        assert "manquement" not in said.partition("<main")[2]
    for said in (desk, ending):
        assert "le manquement" not in said


def test_the_desk_tells_who_decides_then_who_asked_and_the_breach_sinks_below_the_rest(town: Town):
    sheet, steward, director = town.record(**PUBLISHED), town.someone(Role.STEWARD), town.someone(Role.DIRECTOR)
    number = number_of(ask(steward, sheet, later(town, 20)))
    narrowed = "/bureau?genre=deviation"

    assert "Décider d’un écart demandé" in director.get(narrowed).text
    assert "Décider d’un écart demandé" not in steward.get(narrowed).text
    assert "Vous avez demandé un écart" in steward.get(f"{narrowed}&liste=waiting").text
    before = steward.api("GET", "/api/v1/tasks?kind=finding").json()["tasks"]
    assert decide(director, number).status_code == 303

    assert "Décider d’un écart demandé" not in director.get(narrowed).text
    assert "corriger, ou le redemander" in steward.get(narrowed).text, "It ends within thirty days."
    after = steward.api("GET", "/api/v1/tasks?kind=finding").json()["tasks"]
    assert len(before) == len(after), "A breach that is gone on with stays a task."
    place = next(rank for rank, task in enumerate(after) if task["key"] == f"finding:dataset:{sheet}:OD-05")
    assert place == len(after) - 1
    assert "écart assumé jusqu’au" in steward.get("/bureau?genre=finding").text


def test_what_is_said_of_a_confided_matter_is_as_confided_in_the_ledger_too(town: Town):
    steward, lawyer = town.someone(Role.STEWARD), town.someone(Role.LEGAL)
    with town.acting() as session:
        made = AcceptedDeviation(
            organisation_id=town.authority_id, subject_kind=SubjectKind.REQUEST, subject_id=1, policy_id="RGPD-20",
            reason=REASON, compensation=MEANWHILE, asked_by=lawyer.account_id, asked_as=Role.LEGAL,
            asked_on=later(town, 0), expires_on=later(town, 9),
        )  # fmt: skip
        session.add(made)
        session.flush()
        number = made.id
    known = text("SELECT count(*) FROM ledger_entry WHERE table_name = 'accepted_deviation' AND row_id = :id")

    for who, seen in ((steward, 0), (lawyer, 1)):
        assert len(who.api("GET", "/api/v1/accepted-deviations").json()["deviations"]) == seen
        with open_session(
            town.home.app, Acting("cli:essai", who.account_id, reads=frozenset({town.authority_id})), **town.info
        ) as session:
            assert session.execute(known, {"id": number}).scalar_one() == seen


def test_the_list_is_read_page_by_page_and_leaves_nobody_out(town: Town, monkeypatch: pytest.MonkeyPatch):
    steward, director = town.someone(Role.STEWARD), town.someone(Role.DIRECTOR)
    sheets = [town.record(f"Arbres {number}", **PUBLISHED) for number in range(6)]
    # Two of a day: their numbers tell them apart.
    days = (30, 20, 30, 10, 40, 50)
    numbers = [number_of(ask(steward, sheet, later(town, day))) for sheet, day in zip(sheets, days, strict=True)]
    decide(director, numbers[1])
    decide(director, numbers[3], answer="refused")
    decide(director, numbers[4], answer="refused")
    monkeypatch.setattr(routes, "SHOWN", 2)

    for narrowing in ("", "?organisation=" + str(town.authority_id)):
        seen: list[int] = []
        address: str | None = f"/conformite/ecarts{narrowing}"
        while address is not None:
            page = steward.get(address).text
            seen += map(int, re.findall(r'scope="row"><a href="/conformite/ecarts/(\d+)"', page))
            found = re.search(r'href="([^"]+)" rel="next"', page)
            address = unescape(found[1]) if found else None
            assert len(seen) <= len(numbers)
        assert seen == [numbers[2], numbers[0], numbers[5], numbers[1], numbers[4], numbers[3]]
    assert steward.get("/conformite/ecarts?apres=x").status_code == 422
