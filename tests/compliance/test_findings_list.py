"""The list of findings: facets count what they would list, each role has its list ready, and pages miss nothing."""

import re
from collections import Counter
from datetime import timedelta
from html import unescape

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import text

from registry.compliance.daily import evaluate_everything
from registry.compliance.deviations.forms import DeviationForm
from registry.compliance.deviations.service import ask_deviation
from registry.compliance.listing import routes
from registry.compliance.listing.counting import count_alike
from registry.compliance.listing.queries import Place, find_listed, rank_of
from registry.compliance.listing.rules import Cell, Facet, count_cells
from registry.compliance.queries import Found, find_findings
from registry.compliance.vocabulary import Force, Holding, Severity, Verdict
from registry.kernel.permissions import Role
from registry.rooms import assemble_engine
from tests.conftest import TODAY, Someone, Town

LIST = "/conformite/constats"
PUBLISHED = {
    "access_rights": "public",
    "nature": "other",
    "distributions": [{"access_url": "https://exemple.invalid/a.csv"}],
    "licence": "cc-by-nc-4.0",
}
CATALOGUE = assemble_engine().catalogue
POLICIES = {policy.id: policy for policy in CATALOGUE.policies}


def total_of(page: str) -> int:
    """How many findings a page says it lists."""
    said = re.search(r'role="status">([\d\s\u202f\u00a0]+) constat', page)
    assert said is not None, page
    return int(re.sub(r"\D", "", said.group(1)))


def facet_of(page: str, name: str) -> dict[str, int]:
    """The values of a facet with the number that each shows."""
    boxes = re.findall(rf'name="{name}" value="([^"]*)"[^>]*>\s*<label[^>]*>[^<]*\((\d+)\)</label>', page)
    return {unescape(value): int(number) for value, number in boxes}


def ready_of(page: str) -> dict[str, tuple[int, str]]:
    """The ready lists: how many each says, and its address."""
    nav = page.partition('class="page-tabs"')[2].partition("</nav>")[0]
    links = re.findall(r'href="([^"]*)"[^>]*>([^<]*) \((\d+)\)<', nav)
    return {unescape(words): (int(number), unescape(address)) for address, words, number in links}


def rows_of(someone: Someone, address: str) -> list[tuple[str, str]]:
    """Every row of a list, page after page: whose sheet, and how it is drawn."""
    rows: list[tuple[str, str]] = []
    while address:
        page = someone.get(address).text
        body = page.partition("<tbody>")[2].partition("</tbody>")[0]
        rows += re.findall(r'<th scope="row"><a href="([^"]*)".*?verdict-([a-z-]+)', body, re.DOTALL)
        following = re.search(rf'href="({LIST}[^"]*)" rel="next"', page)
        address = unescape(following.group(1)) if following else ""
    return rows


@pytest.mark.database
def test_each_value_of_a_facet_lists_as_many_findings_as_it_says(town: Town) -> None:
    town.record(**PUBLISHED)
    town.record("Autre", on=town.commune_id, **{**PUBLISHED, "licence": "etalab-2.0"})
    reader = town.someone(Role.LEGAL)
    first = f"{LIST}?constat=non-compliant&constat=to-complete"
    page = reader.get(first).text

    for name in (Facet.FORCE, Facet.SEVERITY, Facet.PACK, Facet.ROLE, Facet.ORGANISATION):
        values = facet_of(page, name)
        assert len(values) > 1, name
        for value, number in values.items():
            assert total_of(reader.get(f"{first}&{name}={value}").text) == number, (name, value)
    verdicts = facet_of(page, Facet.VERDICT)
    assert total_of(page) == verdicts["non-compliant"] + verdicts["to-complete"]
    assert verdicts["compliant"] > 0, "A value left out says what choosing it would add."
    with town.acting() as session:
        read = Counter(one.verdict for one in find_findings(session, town.info["today"]()))
    assert {Verdict(value): number for value, number in verdicts.items()} == dict(read)


@pytest.mark.database
def test_the_gravest_come_first_and_pages_show_each_finding_once(town: Town, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(routes, "SHOWN", 7)
    for number in range(2):
        town.record(f"Jeu {number}", **PUBLISHED)
    reader = town.someone(Role.LEGAL)

    rows = rows_of(reader, f"{LIST}?genre=dataset&force=obligation")

    assert len(rows) == total_of(reader.get(f"{LIST}?genre=dataset&force=obligation").text) > 14
    shapes = [shape for _sheet, shape in rows]
    assert shapes == sorted(shapes, key=["non-compliant", "to-complete", "compliant", "not-applicable"].index)


@pytest.mark.database
def test_a_page_goes_on_from_where_the_list_stood_though_its_last_finding_turned_or_is_gone(town: Town) -> None:
    town.record("Jeu", **PUBLISHED)

    def listed(chosen: dict[Facet, frozenset[str]], after: Place | None) -> list[Found]:
        with town.acting() as session:
            (tally,) = count_cells(count_alike(session, TODAY), CATALOGUE, chosen)
            found, _more = find_listed(session, TODAY, chosen, tally.listed, CATALOGUE, after=after, limit=1000)
            return found

    everything = listed({}, None)
    weights = [(one.verdict, POLICIES[one.policy_id].force, POLICIES[one.policy_id].severity) for one in everything]
    places: list[Place] = [
        (*weight, one.organisation_id, one.policy_id, one.id) for weight, one in zip(weights, everything, strict=True)
    ]
    ordered = sorted(places, key=lambda one: (rank_of(*one[:3]), *one[3:]))
    assert places == ordered, "The gravest breach of what binds comes first; of those, body by body and rule by rule."
    for place, last in enumerate(places):
        after = listed({}, last)
        assert [one.id for one in after] == [one.id for one in everything[place + 1 :]]
    chosen = {Facet.VERDICT: frozenset({Verdict.TO_COMPLETE})}
    turned = listed(chosen, (Verdict.NON_COMPLIANT, Force.OBLIGATION, Severity.BLOCKING, 1, "A", 5))
    assert [one.id for one in turned] == [one.id for one in everything if one.verdict is Verdict.TO_COMPLETE]
    for odd in (
        "rien",
        "non-compliant",
        "a.b.c.d.e.f",
        ".5",
        "compliant.obligation.minor.1.OD-01.-1",
        "compliant.obligation.minor.-1.OD-01.1",
        "compliant.obligation.minor.1.OD-01." + "9" * 30,
    ):
        assert town.someone(Role.LEGAL).get(f"{LIST}?apres={odd}").status_code == 200, odd


@pytest.mark.database
def test_a_page_is_filled_and_goes_on_though_findings_went_since_they_were_counted(town: Town) -> None:
    """Counted, then listed: what is withdrawn in between must not end the list before its end."""
    for number in range(3):
        town.record(f"Jeu {number}", **PUBLISHED)
    with town.acting() as session:
        (tally,) = count_cells(count_alike(session, TODAY), CATALOGUE, {})
        everything, _more = find_listed(session, TODAY, {}, tally.listed, CATALOGUE, after=None, limit=1000)
    gone = [one.id for one in everything[:12]]
    with town.as_owner() as session:
        session.execute(
            text(
                "UPDATE finding SET until = now(), until_xid = pg_current_xact_id()::text::bigint WHERE id = ANY(:gone)"
            ),
            {"gone": gone},
        )

    with town.acting() as session:
        page, more = find_listed(session, TODAY, {}, tally.listed, CATALOGUE, after=None, limit=10)
        rest, ends = find_listed(session, TODAY, {}, tally.listed, CATALOGUE, after=None, limit=len(everything) - 12)

    assert [one.id for one in page] == [one.id for one in everything[12:22]]
    assert more
    assert [one.id for one in rest] == [one.id for one in everything[12:]]
    assert not ends, "Nothing follows the last one."


@pytest.mark.database
def test_each_role_has_its_list_ready_with_its_number(town: Town) -> None:
    town.record(**PUBLISHED)
    town.record("Autre", on=town.commune_id, **PUBLISHED)
    offered = {
        Role.STEWARD: "Les miens",
        Role.LEGAL: f"À revoir : {Role.LEGAL.label}",
        Role.DPO: f"À revoir : {Role.DPO.label}",
        Role.DIRECTOR: "Vos services",
    }
    for role, words in offered.items():
        someone = town.someone(role, town.commune_id)
        ready = ready_of(someone.get(LIST).text)
        assert set(ready) & set(offered.values()) == {words}
        for number, address in ready.values():
            assert total_of(someone.get(address).text) == number, (role, address)
        number, address = ready[words]
        assert number > 0
        assert (
            'aria-current="page"' in someone.get(address).text.partition('class="page-tabs"')[2].partition("</nav>")[0]
        )
    above = town.someone(Role.STEWARD)
    mine, whole = ready_of(above.get(LIST).text)["Les miens"][0], total_of(above.get(LIST).text)
    assert 0 < mine < whole


@pytest.mark.database
def test_bodies_chosen_by_a_word_are_sent_back_as_that_word_and_fold_once_they_are_many(
    town: Town, monkeypatch: pytest.MonkeyPatch
) -> None:
    town.record(**PUBLISHED)
    steward = town.someone(Role.STEWARD)
    number, address = ready_of(steward.get(LIST).text)["Les miens"]

    def facet(page: str) -> tuple[str, list[str]]:
        """The facet of bodies as it opens, and what it has ticked."""
        head, _mid, rest = page.partition('<input class="form-check-input" type="checkbox" name="organisation"')
        ticked = re.findall(r'name="organisation" value="([^"]*)"[^>]* checked', _mid + rest)
        return head[head.rindex("<details") :].partition("</summary>")[0], ticked

    few = facet(steward.get(address).text)
    monkeypatch.setattr(routes, "MOST_UNFOLDED", 1)
    many = facet(steward.get(address).text)

    assert number > 0
    assert few[0].startswith("<details open>")
    assert few[1] == many[1] == ["miennes"]
    assert many[0].startswith("<details>")
    assert re.search(r"Organisation.*?\d+ organisations choisies", many[0])


@pytest.mark.database
def test_a_deviation_narrows_the_list_and_hides_nothing_from_it(town: Town) -> None:
    sheet, steward = town.record(**PUBLISHED), town.someone(Role.STEWARD)
    before = total_of(steward.get(f"{LIST}?constat=non-compliant").text)
    today = town.info["today"]()
    with town.acting() as session:
        (found,) = find_findings(session, today, policy_id="OD-05")
        by = steward.account_id
        form = DeviationForm(
            reason="Le producteur refuse encore une licence ouverte.", compensation="Un accord est en cours avec lui.",
            expires_on=today + timedelta(days=30),
        )  # fmt: skip
        ask_deviation(session, found, form, by=by, as_role=Role.STEWARD, today=today)

    page = steward.get(f"{LIST}?ecart=asked").text

    assert total_of(page) == 1
    assert f'href="/jeux/{sheet}"' in page
    assert facet_of(page, Facet.HELD)["asked"] == 1
    assert total_of(steward.get(f"{LIST}?constat=non-compliant").text) == before


@pytest.mark.database
def test_what_is_no_choice_is_refused_and_what_lists_nothing_says_so(town: Town) -> None:
    reader = town.someone(Role.READER)
    assert "Rien n’est encore jugé" not in reader.get(f"{LIST}?ecart=expired").text
    assert "Aucun constat pour ce choix" in reader.get(f"{LIST}?ecart=expired").text
    for wrong in ("constat=rien", "force=dure", "domaine=inconnu", "regle=ZZ-99", "organisation=miennes", "role=maire"):
        answer = reader.get(f"{LIST}?{wrong}")
        assert answer.status_code == 404, wrong
        assert "partez de la page des constats" in answer.text or "vous ne tenez ce rôle" in answer.text
    other = town.someone(Role.READER, town.commune_id)
    town.record("Secret de l’autorité", **PUBLISHED)
    assert "Secret" not in other.get(f"{LIST}?constat=non-compliant").text


cells = st.lists(
    st.builds(
        Cell,
        policy_id=st.sampled_from([one.id for one in CATALOGUE.policies]),
        organisation_id=st.integers(1, 3),
        verdict=st.sampled_from(Verdict),
        held=st.sampled_from(Holding),
        number=st.integers(1, 5),
    ),
    max_size=30,
)
choices = st.fixed_dictionaries(
    {},
    optional={
        Facet.VERDICT: st.frozensets(st.sampled_from(Verdict), min_size=1),
        Facet.FORCE: st.frozensets(st.sampled_from(Force), min_size=1),
        Facet.SEVERITY: st.frozensets(st.sampled_from(Severity), min_size=1),
        Facet.ORGANISATION: st.frozensets(st.sampled_from(["1", "2", "3"]), min_size=1),
        Facet.ROLE: st.frozensets(st.sampled_from(Role), min_size=1),
    },
)


@given(cells, choices)
def test_a_value_is_counted_as_if_it_alone_were_chosen_of_its_facet(
    found: list[Cell], chosen: dict[Facet, frozenset[str]]
) -> None:
    (tally,) = count_cells(found, CATALOGUE, chosen)

    def listed(asked: dict[Facet, frozenset[str]]) -> int:
        return sum(
            one.number
            for one in found
            if POLICIES[one.policy_id].force in asked.get(Facet.FORCE, set(Force))
            and POLICIES[one.policy_id].severity in asked.get(Facet.SEVERITY, set(Severity))
            and set(POLICIES[one.policy_id].owed_by) & asked.get(Facet.ROLE, set(Role))
            and one.verdict in asked.get(Facet.VERDICT, set(Verdict))
            and str(one.organisation_id) in asked.get(Facet.ORGANISATION, {"1", "2", "3"})
        )

    assert tally.total == listed(chosen)
    for facet in (Facet.VERDICT, Facet.FORCE, Facet.SEVERITY, Facet.ORGANISATION, Facet.ROLE):
        for value in {*tally.by_value[facet], *chosen.get(facet, ())}:
            assert tally.by_value[facet][value] == listed({**chosen, facet: frozenset({value})}), (facet, value)


def test_every_policy_is_in_a_pack_that_has_a_title() -> None:
    named: dict[str, str] = {
        pack: CATALOGUE.pack_title(pack) for pack in {CATALOGUE.pack_of(one.id) for one in CATALOGUE.policies}
    }
    assert named.keys() == CATALOGUE.packs.keys()
    assert all(title != pack for pack, title in named.items())


def test_a_finding_whose_rule_left_the_catalogue_keeps_its_number_until_it_is_judged_again(town: Town):
    number = town.record(**PUBLISHED)
    with town.as_owner() as session:
        session.execute(text("UPDATE finding SET policy_id = 'OD-99' WHERE policy_id = 'OD-05'"))
    reader = town.someone(Role.LEGAL)

    page, row = reader.get(LIST), ""
    while not row and page.status_code == 200:
        row = next((one for one in page.text.split("<tr>") if "OD-99" in one), "")
        following = re.search(rf'href="({LIST}[^"]*)" rel="next"', page.text)
        if following is None:
            break
        page = reader.get(unescape(following.group(1)))

    assert page.status_code == 200
    assert f'href="/jeux/{number}"' in row
    assert "Règle retirée du catalogue" in row
    assert "Non conforme" in row
    assert "/conformite/OD-99" not in row
    assert reader.api("GET", f"/api/v1/findings?subject_kind=dataset&subject_id={number}").status_code == 200
    evaluate_everything(town.home.jobs, town.info, today=town.info["today"]())
    assert "OD-99" not in reader.get(LIST).text


def test_the_list_and_the_desk_say_that_they_do_not_count_the_same_thing(town: Town) -> None:
    steward = town.someone(Role.STEWARD)
    town.record()

    findings, desk = steward.get(f"{LIST}?constat=to-complete").text, steward.get("/bureau").text

    tasks = re.search(r"À faire \((\d+)\)", desk)
    assert tasks is not None
    assert int(tasks.group(1)) < total_of(findings), "one gesture settles several findings"
    assert "Un constat par règle et par fiche" in findings
    assert "compte des gestes" in findings
    assert "le nombre de tâches n’est donc pas celui des constats" in desk
