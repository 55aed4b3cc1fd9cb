"""Over the whole demonstration, each figure of the directors' page is the length of the list it opens."""

import re
from collections import Counter

import pytest
from sqlalchemy import func, select
from sqlmodel import col

from registry.accounts.service import sign_in
from registry.compliance.engine import Reading, engine_of
from registry.compliance.service import judge
from registry.compliance.vocabulary import Verdict
from registry.dashboard.models import MonthlyFigure
from registry.dashboard.queries import find_trends
from registry.dashboard.rules import MONTHS, Count, days_of, measures_of
from registry.dashboard.service import count_months
from registry.dashboard.vocabulary import Figure
from registry.kernel.permissions import Role
from registry.ledger.queries import end_of_day
from registry.platform.database import transaction
from registry.web.cookies import LOCAL_SESSION_COOKIE
from tests.conftest import TODAY
from tests.dashboard.figures import FIGURE, not_as_counted, opened_by
from tests.demonstration.conftest import ZONE, Visit
from tests.serving import Served, served

pytestmark = pytest.mark.database
ROLES = (Role.DIRECTOR, Role.DPO)


@pytest.fixture(scope="module")
def client(visit: Visit) -> Served:
    """The application in front of the demonstration, its months counted as a night does."""
    with visit.reading() as session:
        count_months(session)
    return served(visit.home)


def headers_of(visit: Visit, role: Role) -> dict[str, str]:
    """Who holds a role in the demonstration, signed in."""
    account = next(one for one in visit.loaded.accounts if one.role is role)
    with transaction(visit.home.app, None) as session:
        token = sign_in(session, account.email, account.password, address="127.0.0.1", browser=None)
    return {"Cookie": f"{LOCAL_SESSION_COOKIE}={token}"}


@pytest.mark.parametrize("role", ROLES)
def test_each_figure_opens_exactly_what_it_counts(visit: Visit, client: Served, role: Role) -> None:
    headers = headers_of(visit, role)
    page = client.get("/pilotage", headers=headers)
    assert page.status_code == 200
    opened = opened_by(page.text)
    assert not_as_counted(opened, lambda address: client.get(address, headers=headers).text) == {}
    assert len(opened) >= 5 + 9


def test_what_a_night_keeps_is_what_the_register_says_of_the_same_day(visit: Visit, client: Served) -> None:
    with visit.reading() as session:
        engine = engine_of(session)
        measures = measures_of(engine.catalogue, TODAY)
        kept = find_trends(session, None)
        for day in days_of(TODAY)[4::4]:
            said: dict[Figure, Count] = {figure: Count() for figure in Figure}
            reading = Reading(on=day, until=end_of_day(day, ZONE), law_of=day)
            read = Counter[tuple[str, Verdict]]()
            for kind, subject in engine.subjects.items():
                for judged in judge(session, kind, subject.everything(session, None, reading.until), reading):
                    read.update((one.policy.id, one.verdict) for one in judged.assessments)
            for (policy, verdict), times in read.items():
                for figure, measure in measures.items():
                    # Where what waits for a fact is told apart, it is not of the total.
                    told_apart = verdict is Verdict.TO_COMPLETE and not measure.waiting
                    if policy in measure.policies and verdict is not Verdict.NOT_APPLICABLE and not told_apart:
                        counted = times if verdict is measure.counted else 0
                        said[figure] = said[figure].plus(Count(counted, times))
            assert {one: kept[one].get(day, Count()) for one in Figure} == said, day


def test_the_demonstration_has_a_trend_over_all_the_months_shown(visit: Visit, client: Served) -> None:
    with visit.reading() as session:
        months = session.execute(
            select(func.count(col(MonthlyFigure.day).distinct())).where(col(MonthlyFigure.figure) == Figure.BREACHES)
        ).scalar_one()
    assert months == MONTHS + 1


def test_a_director_is_told_how_many_confided_matters_are_late_and_nothing_of_them(
    visit: Visit, client: Served
) -> None:
    page = client.get("/pilotage", headers=headers_of(visit, Role.DIRECTOR)).text
    assert "demandes manqués, qu’elles soient closes depuis ou non" in page
    assert "/violations" not in page
    assert "/demandes" not in page
    assert "demandes manqués" not in client.get("/pilotage", headers=headers_of(visit, Role.DPO)).text


@pytest.mark.parametrize(("kind", "registers"), [("breach", "violations"), ("request", "demandes")])
def test_matters_past_their_day_are_as_many_in_the_overview_their_register_the_desk_and_the_deadlines(
    visit: Visit, client: Served, kind: str, registers: str
) -> None:
    headers = headers_of(visit, Role.DPO)

    overview = client.get("/rgpd", headers=headers).text
    (said,) = re.findall(rf'href="/{registers}\?delai=overdue">(\d+)<', overview)
    late = client.get(f"/echeances?genre={kind}", headers=headers).text.replace("\xa0", " ")
    dated = re.search(r"En retard\s*:\s*(\d+) échéance", late)
    assert int(said) > 0
    assert dated is not None
    assert int(dated[1]) == int(said)
    desk = client.get(f"/bureau?liste=late&genre={kind}", headers=headers).text.replace("\xa0", " ")
    assert f"En retard ({said})" in desk


def test_elected_members_read_the_same_figures_in_other_words(visit: Visit, client: Served) -> None:
    headers = headers_of(visit, Role.DIRECTOR)
    ours, theirs = (client.get(f"/pilotage{more}", headers=headers).text for more in ("", "?version=elus"))
    assert FIGURE.findall(ours) == FIGURE.findall(theirs)
    assert len(FIGURE.findall(ours)) == 5
    assert "médiane" in ours
    assert "médiane" not in theirs
