"""The coverage of a contract: each kind of clause by each dataset, and the figure that counts what is there."""

import re
from datetime import date, timedelta
from types import SimpleNamespace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from registry.contracts.clauses.coverage import WHOLE, Coverage, coverage_of
from registry.contracts.clauses.kinds import Asked, expected_of, kinds, scope_is_dataset
from registry.contracts.clauses.lacking import count_lacking, find_lacking, say_counts, say_lack
from registry.contracts.clauses.queries import Written
from registry.contracts.clauses.rules import Instrument, Stipulation
from registry.contracts.vocabulary import AmendmentProgress, ClauseAct, ClausePerformance, ClauseState
from registry.kernel.permissions import Role
from registry.web.templating import say_day
from tests.conftest import Someone, Town
from tests.contracts.conftest import Run
from tests.contracts.test_clause_pages import a_contract, add, amend, kept
from tests.contracts.test_coverage import dataset_of

SIGNED, DAY = date(2021, 1, 1), date(2024, 6, 1)
DATASETS = [1, 2, 3]
CONCESSION = Asked(concession=True)
KINDS = ["supply", "quality", "audit", "reuse-ban", "anonymisation"]


def written(*said: dict[str, Any]) -> Written:
    """A contract signed in 2021 with an amendment of 2023 and one that is asked for, and what they say."""
    contract = SimpleNamespace(
        id=1, signed_on=SIGNED, starts_on=SIGNED, ends_on=date(2030, 1, 1), tacit_renewal=None, renewed_until=None
    )
    amendments = {
        1: SimpleNamespace(id=1, number=1, signed_on=date(2023, 1, 1), effective_on=None, progress=None),
        2: SimpleNamespace(id=2, number=2, signed_on=None, effective_on=None, progress=AmendmentProgress.ASKED),
    }
    clauses, rows, plain = {}, {}, []
    for number, one in enumerate(said, 1):
        clause = one.get("clause", number)
        clauses.setdefault(
            clause,
            SimpleNamespace(
                id=clause, kind=one["kind"], performance=one.get("performance"), performance_on=SIGNED, label=None
            ),
        )
        act = amendments.get(one.get("amendment", 0))
        rows[number] = SimpleNamespace(
            id=number, clause_id=clause, amendment_id=act.id if act else None, act=one.get("act", ClauseAct.ADDS),
            datasets=one.get("datasets", []), article=None,
        )  # fmt: skip
        instrument = Instrument(act.number, act.signed_on) if act else Instrument(0, SIGNED, SIGNED)
        plain.append(
            Stipulation(
                number,
                clause,
                clauses[clause].kind,
                instrument,
                rows[number].act,
                frozenset(rows[number].datasets),
                effective_on=one.get("effective_on"),
                told=one.get("told", True),
            )
        )
    return Written(contract, amendments, clauses, rows, plain)


def covered(*said: dict[str, Any], asked: Asked = CONCESSION, day: date = DAY) -> Coverage:
    return coverage_of(written(*said), asked, DATASETS, day, signed_by=day)


def cell(coverage: Coverage, kind: str, column: int | None) -> Any:
    return next(line.cells[column] for line in coverage.lines if line.kind == kind)


SAID = st.lists(
    st.fixed_dictionaries({
        "kind": st.sampled_from(KINDS),
        "datasets": st.lists(st.sampled_from(DATASETS), unique=True),
        "amendment": st.integers(0, 2),
    }),
    max_size=8,
)  # fmt: skip


@given(SAID, st.booleans())
def test_what_the_matrix_lacks_is_what_the_contract_page_and_the_rules_say_is_missing(
    said: list[dict[str, Any]], agreement: bool
) -> None:
    asked = Asked(concession=True, agreement=agreement)
    coverage = covered(*said, asked=asked)
    spans = [one for one in written(*said).spans(signed_by=DAY) if one.holds(DAY)]
    expected = {
        (kind, column)
        for kind in expected_of(asked)
        for column in (DATASETS if scope_is_dataset(kind) else [WHOLE])
        if not any(
            one.stipulation.kind == kind and (column is WHOLE or column in (one.stipulation.datasets or DATASETS))
            for one in spans
        )
    }
    assert set(coverage.missing()) == expected
    lacking = find_lacking(coverage)
    told = [(one.kind, column) for one in lacking for column in one.columns]
    assert (set(told), len(told)) == (expected, len(expected)), "Each is told once, and none beside."
    counts = count_lacking(lacking)
    assert counts.absent + counts.to_come + counts.bare == coverage.tally.missing
    for one in lacking:
        held = {column for kind, column in expected if kind == one.kind}
        assert one.partial == (len(held) < (len(DATASETS) if scope_is_dataset(one.kind) else 1))


def test_what_is_signed_for_later_or_is_there_in_part_is_not_called_absent() -> None:
    coverage = covered(
        {"kind": "supply", "datasets": [1, 2]},
        {"kind": "quality", "effective_on": date(2025, 1, 1)},
        {"kind": "open-format", "told": False},
        {"kind": "penalties", "amendment": 2},
    )
    lacking = {one.kind: one for one in find_lacking(coverage)}

    def say(kind: str, *, was_read: bool = True) -> str:
        return say_lack(lacking[kind], lambda number: f"Jeu {number}", was_read=was_read)

    assert say("supply") == "Partielle (manque : Jeu 3)"
    assert say("supply", was_read=False) == "Partielle (à chercher : Jeu 3)"
    assert say("quality") == "Signée, applicable à partir du 1er janvier 2025 (pour : Jeu 1, Jeu 2, Jeu 3)"
    assert say("open-format").startswith("À compléter (pour")
    assert say("penalties").startswith("Demandée (pour")
    assert (say("audit"), say("audit", was_read=False)) == ("Absente", "À chercher")
    counts = count_lacking(lacking.values())
    assert (counts.to_come, counts.bare) == (3, 3)
    words = say_counts(counts, was_read=True)
    assert words == f"{counts.absent} clauses absentes, 3 signées pour plus tard, 3 à compléter"


@given(SAID)
def test_the_figure_is_the_count_of_the_list_behind_it(said: list[dict[str, Any]]) -> None:
    coverage = covered(*said)
    whole = coverage.tally
    assert whole.missing == len(coverage.missing())
    assert whole.due == sum(len(DATASETS) if scope_is_dataset(kind) else 1 for kind in expected_of(CONCESSION))
    by_column = [coverage.tally_of(one) for one in coverage.columns]
    assert (sum(one.due for one in by_column), sum(one.present for one in by_column)) == (whole.due, whole.present)
    by_line = [one.tally for one in coverage.lines]
    assert (sum(one.due for one in by_line), sum(one.present for one in by_line)) == (whole.due, whole.present)
    assert coverage.narrowed().missing() == coverage.missing()


def test_a_clause_of_the_whole_contract_answers_for_each_dataset_and_one_of_a_dataset_only_for_it() -> None:
    everywhere = covered({"kind": "supply"})
    assert [cell(everywhere, "supply", one).present for one in DATASETS] == [True] * 3
    one_only = covered({"kind": "supply", "datasets": [2]})
    assert [cell(one_only, "supply", one).present for one in DATASETS] == [False, True, False]
    assert cell(one_only, "supply", WHOLE).said_by is None


def test_each_cell_says_where_its_own_dataset_stands() -> None:
    changed = covered(
        {"kind": "quality", "datasets": [1, 2], "performance": ClausePerformance.BREACHED},
        {"kind": "quality", "datasets": [1], "clause": 1, "amendment": 1, "act": ClauseAct.REPLACES},
        {"kind": "quality", "datasets": [3], "amendment": 2},
    )
    cells = [cell(changed, "quality", one) for one in DATASETS]
    assert [one.state for one in cells] == [ClauseState.BREACHED, ClauseState.ENDED, ClauseState.ASKED]
    assert [one.said_by for one in cells] == [2, 1, 3]
    assert [one.missing for one in cells] == [False, True, True]


def test_a_clause_saved_empty_is_to_be_completed_and_counts_as_missing_until_something_is_noted_of_it() -> None:
    empty = covered({"kind": "supply", "told": False})
    one = cell(empty, "supply", 2)
    assert (one.state, one.present, one.missing) == (ClauseState.TO_COMPLETE, False, True)
    assert count_lacking(find_lacking(empty)).bare == len(DATASETS)
    assert empty.tally == covered().tally, "It weighs as much as if nobody had noted it."
    seen = covered({"kind": "supply", "told": False, "performance": ClausePerformance.PERFORMED})
    assert not cell(seen, "supply", 2).present, "Seen kept, it still says nothing."

    beside = covered({"kind": "supply", "told": False}, {"kind": "supply", "datasets": [2]})
    assert [cell(beside, "supply", one).present for one in DATASETS] == [False, True, False]
    assert cell(beside, "supply", 2).state is ClauseState.IN_FORCE

    (found,) = (one for one in find_lacking(empty) if one.kind == "supply")
    assert (found.datasets, found.clause) == ((1, 2, 3), 1)


def test_a_hundred_percent_is_only_ever_all() -> None:
    every = [{"kind": kind} for kind in expected_of(CONCESSION)]
    assert covered(*every).tally.percent == 100
    almost = covered(*every[1:], {"kind": every[0]["kind"], "datasets": [1, 2]})
    assert (almost.tally.missing, almost.tally.percent) == (1, round(100 * (almost.tally.due - 1) / almost.tally.due))
    assert covered(asked=Asked()).tally.percent is None


def test_a_kind_that_the_list_no_longer_has_keeps_its_line() -> None:
    odd = covered({"kind": "gone-kind", "datasets": [1]})
    assert "gone-kind" not in kinds()
    assert cell(odd, "gone-kind", 1).present
    assert not cell(odd, "gone-kind", 1).due


def tied(who: Someone, town: Town, place: str, *titles: str) -> list[int]:
    """Ties new datasets to a contract."""
    numbers = [dataset_of(town, town.authority_id, title) for title in titles]
    path = place.replace("/contrats/", "/api/v1/contracts/")
    version = who.api("GET", path).json()["version"]
    answer = who.api("PATCH", path, json={"datasets": numbers}, headers={"If-Match": f'"{version}"'})
    assert answer.status_code == 200, answer.text
    return numbers


def text_of(who: Someone, address: str) -> str:
    """A page, its spaces all alike."""
    return who.get(address).text.replace("\N{NO-BREAK SPACE}", " ")


@pytest.mark.database
def test_the_pages_say_of_a_clause_saved_empty_what_is_to_be_noted_and_green_comes_with_it(town: Town) -> None:
    jurist = town.someone(Role.LEGAL)
    place = a_contract(jurist, town)
    kept(add(jurist, place, "audit"))

    page = text_of(jurist, f"{place}/couverture")
    said = jurist.api("GET", f"/api/v1{place.replace('contrats', 'contracts')}/coverage").json()
    (audit,) = (one for one in said["cells"] if one["kind"] == "audit")
    assert (audit["state"], audit["present"], said["coverage"]["present"]) == ("to-complete", False, 0)
    assert re.search(r"\d+ clauses absentes, 1 à compléter\.", page)
    assert "verdict-compliant" not in page
    clause = audit["clauses"][0]
    lacks = "L’essentiel n’y est pas relevé : notez « Périodicité »."
    assert lacks in text_of(jurist, f"{place}/clauses")
    assert lacks in text_of(jurist, f"/contrats/clauses/{clause}")
    assert f'{place}/clauses/nouvelle?genre=audit"' not in jurist.get(f"{place}/clauses").text, "Not to be noted twice."

    row = jurist.api("GET", f"/api/v1/stipulations/{audit['stipulation_id']}")
    answer = jurist.api(
        "PATCH", f"/api/v1/stipulations/{audit['stipulation_id']}", json={"terms": {"frequency": "ANNUAL"}},
        headers={"If-Match": f'"{row.json()["version"]}"'},
    )  # fmt: skip
    assert answer.status_code == 200, answer.text
    after = jurist.api("GET", f"/api/v1{place.replace('contrats', 'contracts')}/coverage").json()
    assert after["coverage"]["present"] == 1
    assert ", 1 à compléter." not in text_of(jurist, f"{place}/couverture")


@pytest.mark.database
def test_the_page_says_what_is_missing_which_act_says_the_rest_and_its_figure_is_the_programs(town: Town) -> None:
    jurist = town.someone(Role.LEGAL)
    place = a_contract(jurist, town)
    network, _meters = tied(jurist, town, place, "Réseau d’eau", "Compteurs")
    amendment = amend(jurist, place, 1, signed_on="2023-11-06")
    kept(add(jurist, place, "supply", article="art. 12", datasets=str(network)))
    kept(add(jurist, place, "audit", article="art. 3", amendment_id=str(amendment), **{"terms-frequency": "ANNUAL"}))

    page = text_of(jurist, f"{place}/couverture")
    said = jurist.api("GET", f"/api/v1{place.replace('contrats', 'contracts')}/coverage").json()

    figure = said["coverage"]
    assert f"{figure['present']} sur {figure['due']} ({figure['percent']} %)" in page
    assert figure["present"] == 2
    assert "Contrat, art. 12" in page
    assert "Avenant n° 1, art. 3" in page
    assert page.count('class="lacking"') == figure["due"] - figure["present"]
    assert [one["present"] for one in said["cells"] if one["kind"] == "supply" and one["present"]] == [True]
    only = jurist.get(f"{place}/couverture?manque=oui").text
    assert "Contrôle des données" not in only
    assert only.count('class="lacking"') == page.count('class="lacking"')
    before = jurist.get(f"{place}/couverture?le=2023-01-01").text
    assert "Avenant n° 1, art. 3" not in before, "What was not signed yet is not awaited."
    assert "n’est pas une date possible" in jurist.get(f"{place}/couverture?le=hier").text


@pytest.mark.database
def test_of_a_contract_nobody_read_nothing_is_said_to_be_missing(town: Town) -> None:
    jurist = town.someone(Role.LEGAL)
    place = a_contract(jurist, town, clauses_read_on="")
    page = text_of(jurist, f"{place}/couverture")
    assert "À chercher" in page
    assert 'class="lacking"' not in page
    assert "Personne n’a encore dit avoir relu le contrat" in page


@pytest.mark.database
def test_the_file_says_each_cell_and_computes_nothing(town: Town) -> None:
    jurist = town.someone(Role.LEGAL)
    place = a_contract(jurist, town)
    tied(jurist, town, place, "=1+1")
    answer = jurist.get(f"{place}/couverture/fichier")
    said = jurist.api("GET", f"/api/v1{place.replace('contrats', 'contracts')}/coverage").json()
    lines = answer.content.decode("utf-8-sig").splitlines()
    assert len(lines) == 1 + len(said["cells"])
    assert '"\'=1+1"' in answer.text


@pytest.mark.database
def test_the_list_says_of_each_contract_its_figure_what_lacks_most_and_when_to_ask(town: Town) -> None:
    jurist = town.someone(Role.LEGAL)
    place = a_contract(jurist, town)
    tied(jurist, town, place, "Réseau d’eau", "Compteurs")
    page = text_of(jurist, "/contrats/couverture")
    assert "Fourniture des données (2 jeux), Format et standard ouverts (2 jeux)" in page
    assert "Fin le 31 décembre 2032" in page
    amend(jurist, place, 1, progress="negotiated")
    assert "Avenant n° 1 : En négociation" in text_of(jurist, "/contrats/couverture")
    figure = jurist.api("GET", f"/api/v1{place.replace('contrats', 'contracts')}/coverage").json()["coverage"]
    assert f"{figure['present']} sur {figure['due']}" in page


@pytest.mark.database
def test_outside_its_days_the_list_the_file_and_the_api_say_of_a_contract_what_its_page_says(town: Town) -> None:
    jurist, starts = town.someone(Role.LEGAL), town.info["today"]() + timedelta(days=60)
    place = a_contract(jurist, town, starts_on=starts.isoformat(), signed_on="2026-01-05")
    tied(jurist, town, place, "Réseau d’eau")
    said = f"Le contrat ne s’applique pas ce jour-là : il commence le {say_day(starts)}."

    assert said in text_of(jurist, f"{place}/couverture")
    listed = text_of(jurist, "/contrats/couverture")
    assert "Hors du contrat" in listed
    assert said in listed
    assert "verdict-non-compliant" not in listed
    file = text_of(jurist, f"{place}/couverture/fichier")
    assert said in file
    assert "Absente" not in file
    api = jurist.api("GET", f"/api/v1{place.replace('contrats', 'contracts')}/coverage").json()
    assert (api["outside"], api["coverage"]["due"], api["cells"]) == (said, 0, [])
    within = f"?on={(starts + timedelta(days=1)).isoformat()}"
    api = jurist.api("GET", f"/api/v1{place.replace('contrats', 'contracts')}/coverage{within}").json()
    assert api["outside"] is None
    assert api["coverage"]["due"] > 0


@pytest.mark.database
def test_of_a_contract_nobody_read_and_no_clause_is_noted_no_figure_is_told(town: Town) -> None:
    jurist = town.someone(Role.LEGAL)
    unread = a_contract(jurist, town, clauses_read_on="")

    for page in ("/contrats/couverture", f"{unread}/couverture"):
        assert "Clauses non lues" in text_of(jurist, page)
        assert "0 sur" not in text_of(jurist, page), page
    read = a_contract(jurist, town)
    assert "0 sur" in text_of(jurist, f"{read}/couverture")


@pytest.mark.database
def test_every_page_file_and_answer_counts_what_is_absent_alike(town: Town, run: Run) -> None:
    jurist, today = town.someone(Role.LEGAL), town.info["today"]()
    place = a_contract(jurist, town)
    network, _meters = tied(jurist, town, place, "Réseau d’eau", "Compteurs")
    later = (today + timedelta(days=30)).isoformat()
    kept(add(jurist, place, "supply", article="art. 12", datasets=str(network)))
    kept(add(jurist, place, "audit", article="art. 9", effective_on=later, **{"terms-frequency": "ANNUAL"}))
    kept(add(jurist, place, "archives"))
    path = f"/api/v1{place.replace('contrats', 'contracts')}"

    clauses, matrix = (text_of(jurist, f"{place}/{tab}") for tab in ("clauses", "couverture"))
    cells = [one for one in jurist.api("GET", f"{path}/coverage").json()["cells"] if one["due"] and not one["present"]]
    missing = jurist.api("GET", f"{path}/clauses").json()["missing"]
    told = run("show", place.rsplit("/", 1)[1])

    absent = sum(one["state"] in {"absent", "ended"} for one in cells)
    counted = f"{absent} clauses absentes, 1 signée pour plus tard, 1 à compléter."
    assert counted in clauses.replace("</strong>", "")
    assert counted in matrix
    assert matrix.count('class="lacking"') == absent
    assert sum(len(one["datasets"]) or 1 for one in missing) == len(cells) == absent + 2
    words = f"Signée, applicable à partir du {say_day(today + timedelta(days=30))}"
    assert [one["words"] for one in missing if one["kind"] == "audit"] == [words]
    for page in (clauses, matrix, told):
        assert words in page
    assert "✗ Fourniture des données : Partielle (manque : Compteurs)" in told
    assert re.search(r"Partielle</span>[^<]*<a[^>]*>Fourniture des données", clauses)
    listed = text_of(jurist, "/contrats/couverture")
    assert "1 signée pour plus tard, 1 à compléter" in listed
