"""Four verdicts, three-valued logic, dated versions and days that turn: the engine without a database."""

import time
from dataclasses import replace
from datetime import date, timedelta
from itertools import product
from pathlib import Path

import pytest
import yaml
from hypothesis import given, settings
from hypothesis import strategies as st

from registry.compliance import evaluation
from registry.compliance.catalogue import Catalogue
from registry.compliance.evaluation import Defect, assess, assess_version
from registry.compliance.explanation import condition_in_words, verdict_word
from registry.compliance.expressions import DEEPEST, LONGEST
from registry.compliance.policy import Fact, Policy, PolicyError
from registry.compliance.policy_files import load_catalogue as load
from registry.compliance.vocabulary import FactType, Force, SubjectKind, UnknownHalf, Verdict
from registry.kernel.delays import Delay
from registry.platform.assets import asset_root

SHIPPED = load(asset_root("policies"))
TODAY = date(2026, 11, 24)
C, N, T, X = Verdict.COMPLIANT, Verdict.NON_COMPLIANT, Verdict.TO_COMPLETE, Verdict.NOT_APPLICABLE


def _fact(kind: FactType, *, may_be_absent: bool = False, values: tuple[str, ...] = ()) -> Fact:
    return Fact(
        type=kind, label="fait", label_en="fact", room="datasets", field="f", may_be_absent=may_be_absent, values=values
    )


CATALOGUE = Catalogue(
    policies=(),
    facts={
        **{f"dataset.{name}": _fact(FactType.BOOLEAN) for name in "abc"},
        "dataset.n": _fact(FactType.INTEGER, may_be_absent=True),
        "dataset.x": _fact(FactType.DOUBLE),
        "dataset.day": _fact(FactType.DATE, may_be_absent=True),
        "dataset.kind": _fact(FactType.ENUM, values=("red", "blue")),
        "dataset.names": _fact(FactType.STRINGS),
    },
    lists={},
    delays={"month": Delay(1, "months", carried=True), "fortnight": Delay(15, "days", carried=False)},
)


def policy(require: str, when: str | None = None, **more: object) -> Policy:
    """A policy of one version, in force since 2016."""
    version = {
        "effective_from": date(2016, 1, 1), "status": "in-force", "text": "t", "article": "a", "evidence": "text-read",
        "when": when, "require": require, **more,
    }  # fmt: skip
    return Policy.model_validate(
        {
            "id": "ZZ-01", "title": "t", "title_en": "t", "subject": "dataset", "force": "obligation",
            "severity": "major", "remedy": "r", "remedy_en": "r", "owed_by": ["steward"], "versions": [version],
        }
    )  # fmt: skip


def judge(made: Policy, facts: dict[str, object], today: date = TODAY) -> evaluation.Assessment:
    """What its version says."""
    return assess_version(CATALOGUE, made, made.versions[0], facts, today=today)


THREE = [("true", True), ("false", False), ("unknown", None)]


@pytest.mark.parametrize(("when", "require"), list(product(THREE, THREE)), ids=lambda said: said[0])
def test_the_verdict_of_each_pair_of_halves(when, require) -> None:
    facts = {f"dataset.{name}": value for name, value in (("a", when[1]), ("b", require[1])) if value is not None}
    found = judge(policy("dataset.b", "dataset.a"), facts)
    expected = {False: X, None: T, True: {True: C, False: N, None: T}[require[1]]}[when[1]]
    assert found.verdict is expected
    half, missing = None, ()
    if expected is T:
        half = UnknownHalf.WHEN if when[1] is None else UnknownHalf.REQUIRE
        missing = ("dataset.a",) if half is UnknownHalf.WHEN else ("dataset.b",)
    assert (found.unknown_half, found.missing) == (half, missing)


def test_a_prohibition_has_no_applicability_and_unknown_is_never_compliant() -> None:
    made = policy("!dataset.a || dataset.b")
    assert judge(made, {}).verdict is T
    assert judge(made, {"dataset.a": True}).verdict is T
    assert judge(made, {"dataset.a": False}).verdict is C
    assert judge(made, {"dataset.a": True, "dataset.b": False}).verdict is N


@pytest.mark.parametrize(
    ("require", "facts", "missing"),
    [
        ("dataset.a || (dataset.b && dataset.c)", {}, {"dataset.a", "dataset.b", "dataset.c"}),
        ("dataset.a || (dataset.b && dataset.c)", {"dataset.b": False}, {"dataset.a"}),
        ("dataset.a || (dataset.b && dataset.c)", {"dataset.b": True}, {"dataset.a", "dataset.c"}),
        ("dataset.a && (dataset.b || dataset.c)", {"dataset.b": True}, {"dataset.a"}),
        ("!(dataset.a || dataset.b)", {"dataset.b": False}, {"dataset.a"}),
        ("dataset.n__present && dataset.n > 3", {}, {"dataset.n"}),
        ("dataset.kind in ['red'] || dataset.a", {"dataset.a": False}, {"dataset.kind"}),
    ],
)
def test_only_the_facts_that_could_change_the_verdict_are_named(require, facts, missing) -> None:
    found = judge(policy(require), facts)
    assert found.verdict is T
    assert set(found.missing) == missing


LEAVES = st.sampled_from(["dataset.a", "dataset.b", "dataset.c"])
CONDITIONS = st.recursive(
    LEAVES,
    lambda inner: st.one_of(
        inner.map(lambda one: f"!({one})"),
        st.tuples(inner, st.sampled_from(["&&", "||"]), inner).map(lambda t: f"({t[0]} {t[1]} {t[2]})"),
    ),
    max_leaves=6,
)
KNOWN = st.dictionaries(LEAVES, st.booleans())


@settings(max_examples=150, deadline=None)
@given(CONDITIONS, KNOWN)
def test_what_is_decided_stays_so_and_what_is_undecided_hangs_on_what_is_named(condition, known) -> None:
    made = policy(condition)
    found = judge(made, known)
    names = [name for name in ("dataset.a", "dataset.b", "dataset.c") if name not in known]
    later = [
        judge(made, known | dict(zip(names, values, strict=True))).verdict
        for values in product((True, False), repeat=len(names))
    ]
    if found.verdict is T:
        assert found.missing
        assert not set(found.missing) & set(known)
    else:
        assert set(later) == {found.verdict}
        assert not found.missing
    unnamed = [name for name in names if name not in found.missing]
    assert judge(made, known | dict.fromkeys(unnamed, True)).missing == found.missing


def test_an_absent_fact_is_known_and_an_unbound_one_is_not() -> None:
    made = policy("dataset.n__present")
    assert judge(made, {}).verdict is T
    assert judge(made, {"dataset.n__present": False}).verdict is N
    assert judge(made, {"dataset.n__present": True, "dataset.n": 3}).verdict is C


def test_another_failure_than_an_unknown_fact_is_a_defect(monkeypatch: pytest.MonkeyPatch) -> None:
    made = policy("plusMonths(dataset.day, dataset.n) > dataset.day")
    with pytest.raises(Defect, match="ZZ-01"):
        judge(made, {"dataset.day": TODAY, "dataset.n": "three"})
    strange = replace(
        CATALOGUE.compile("dataset.a"), program=CATALOGUE.environment.compile("dataset.b"), facts=frozenset()
    )
    with pytest.raises(Defect, match=r"dataset\.b"):
        evaluation.value_of(strange, CATALOGUE.environment.Activation({}))


def test_a_fixed_day_is_written_in_the_condition() -> None:
    made = policy("dataset.day >= day('2016-10-09')")
    assert judge(made, {"dataset.day": date(2016, 10, 9)}).verdict is C
    assert judge(made, {"dataset.day": date(2016, 10, 8)}).verdict is N


@pytest.mark.parametrize(
    ("require", "problem"),
    [
        ("dataset.aa && dataset.b", "fait inconnu : « dataset.aa »"),
        ("dataset.n == 'three'", "« == » ne s’applique pas à"),
        ("dataset.x >= 50", "« >= » ne s’applique pas à"),
        ("dataset.n", "oui ou non"),
        ("has(dataset.n)", "has()"),
        ("dataset.n == null", "null"),
        ("dataset.day < today", "today"),
        ("dataset.kind == 'rde'", "Vouliez-vous dire « red » ?"),
        ("dataset.kind in ['red', 'bleu']", "Vouliez-vous dire « blue » ?"),
        ("deadline(dataset.day, 'mont') > dataset.day", "Vouliez-vous dire « month » ?"),
        ("timestamp('2026-01-01T00:00:00Z') > dataset.day", "fonction inconnue"),
        ("dataset.day < day('2026-02-30')", "prend un jour"),
        ("dataset.day < day('le 3 mars')", "prend un jour"),
        ("dataset.day < day(dataset.kind)", "prend un jour"),
        ("dataset.a ? dataset.b : dataset.c", "illisible"),
        ("dataset.a && ", "illisible"),
        ("dataset.names.exists(n, n == 'x')", "inconnu"),
        ("dataset.b__present", "fait inconnu"),
        ("dataset.x < -dataset.x", "illisible près de '-dataset.x'"),
        ("dataset.n == --1", "illisible"),
    ],
)
def test_what_a_condition_may_not_say_is_refused_when_it_is_read(require: str, problem: str) -> None:
    with pytest.raises(PolicyError) as refused:
        CATALOGUE.compile(require)
    assert problem in str(refused.value)


@pytest.mark.parametrize(
    "require",
    [
        " || ".join(["dataset.a"] * 50_000),
        f"dataset.kind in [{', '.join(['red'] * 200_000)}]",
        f"dataset.kind == '{'x' * 2_000_000}'",
        f"{'(' * 900}dataset.a{')' * 900}",
        f"{'(' * 200_000}dataset.a{')' * 200_000}",
        f"{'!' * 1_900}dataset.a",
        f"{'(dataset.a && (dataset.b || ' * 60}dataset.c{'))' * 60}",
        f"dataset.names == {'[' * 900}{']' * 900}",
        f"{'plusDays(' * 100}dataset.day{', 1)' * 100} > dataset.day",
    ],
    ids=["terms", "list", "text", "parentheses", "more parentheses", "denials", "and or", "lists", "calls"],
)
def test_a_condition_made_to_be_slow_is_refused_at_once(require: str) -> None:
    begun = time.monotonic()
    with pytest.raises(PolicyError, match=r"condition trop (longue|imbriquée) : ") as refused:
        CATALOGUE.compile(require)
    assert time.monotonic() - begun < 1
    assert len(refused.value.problem) < 200


def test_the_longest_and_deepest_condition_that_is_taken_is_quick_to_judge() -> None:
    deep, wide = f"{'(' * 19}dataset.a{')' * 19}", " || ".join(["dataset.a"] * 153)
    assert len(wide) < LONGEST < len(wide) + 20
    begun = time.monotonic()
    for require in (deep, wide, f"{'!' * (DEEPEST - 1)}dataset.a"):
        assert judge(policy(require), {}).missing == ("dataset.a",)
    assert time.monotonic() - begun < 1


def test_a_word_that_only_looks_forbidden_is_read() -> None:
    CATALOGUE.compile("dataset.names == ['null', 'today', 'has(']")


def test_the_law_of_a_day_is_the_version_in_force_on_it() -> None:
    old = {
        "effective_from": date(2016, 1, 1), "effective_until": date(2019, 12, 31), "status": "in-force", "text": "t",
        "article": "a", "evidence": "text-read", "require": "dataset.a",
    }  # fmt: skip
    new = old | {"effective_from": date(2020, 1, 1), "effective_until": None, "require": "dataset.b"}
    draft = old | {"effective_from": date(2026, 1, 1), "effective_until": None, "status": "proposed"}
    made = policy("dataset.c").model_dump() | {"versions": [old, new, draft]}
    catalogue = replace(CATALOGUE, policies=(Policy.model_validate(made),), _compiled={})
    facts = {"dataset.a": True, "dataset.b": False}

    def on(day: date) -> list[Verdict]:
        return [one.verdict for one in assess(catalogue, SubjectKind.DATASET, facts, today=TODAY, law_of=day)]

    assert on(date(2015, 12, 31)) == []
    assert on(date(2016, 1, 1)) == on(date(2019, 12, 31)) == [C]
    assert on(date(2020, 1, 1)) == on(TODAY) == [N]


def test_a_repealed_version_still_binds_the_days_it_was_in_force() -> None:
    (version,) = policy(
        "dataset.a", status="repealed", effective_from=date(2016, 1, 1), effective_until=date(2020, 1, 1)
    ).versions
    assert version.applies_on(date(2020, 1, 1))
    assert not version.applies_on(date(2020, 1, 2))


days = st.dates(date(2000, 1, 1), date(2100, 12, 31))
DATED = {
    "a deadline in days": policy("dataset.a", deadline="deadline(dataset.day, 'fortnight')"),
    "a carried deadline in months": policy("dataset.a", "dataset.b", deadline="deadline(dataset.day, 'month')"),
    "a duty met until a day": policy("dataset.a", valid_until="plusMonths(dataset.day, 12)"),
    "a deadline that waits": policy("dataset.a", deadline="plusDays(dataset.day, 15)", unknown_waits=True),
    "both": policy("dataset.a", deadline="plusDays(dataset.day, 15)", valid_until="plusDays(dataset.day, 400)"),
}


@pytest.mark.parametrize("made", DATED.values(), ids=DATED)
@settings(max_examples=60, deadline=None)
@given(
    start=days,
    known=st.dictionaries(st.sampled_from(["dataset.a", "dataset.b"]), st.booleans()),
    seen=st.integers(-40, 500),
    later=st.integers(0, 500),
)
def test_a_verdict_read_later_is_the_one_a_fresh_evaluation_gives(made, start, known, seen, later) -> None:
    facts = known | {"dataset.day": start, "dataset.day__present": True}
    first = start + timedelta(days=seen)
    day = first + timedelta(days=later)
    kept, fresh = judge(made, facts, first), judge(made, facts, day)
    assert kept.read_on(day) is fresh.verdict
    assert kept.missing == fresh.missing
    assert kept.turns_on is None or kept.turns_on > first


def test_a_duty_met_until_the_last_day_of_the_calendar_never_turns() -> None:
    endless = {"dataset.a": True, "dataset.day": date.max, "dataset.day__present": True}
    found = judge(policy("dataset.a", valid_until="dataset.day"), endless)
    assert (found.verdict, found.turns_on, found.turns_into) == (C, None, None)


def test_what_is_unknown_past_a_deadline_is_a_breach_unless_the_policy_says_that_it_waits() -> None:
    day = {"dataset.day": date(2026, 7, 25), "dataset.day__present": True}
    asked = {"deadline": "dataset.day"}
    breach, waits = policy("dataset.a", **asked), policy("dataset.a", unknown_waits=True, **asked)
    assert judge(breach, day).verdict is N
    found = judge(waits, day)
    assert (found.verdict, found.missing, found.turns_on) == (T, ("dataset.a",), None)
    assert judge(waits, day, date(2026, 7, 25)).turns_on is None, "nothing turns by itself while one does not know"
    assert judge(waits, day | {"dataset.a": False}).verdict is N
    assert judge(waits, day | {"dataset.a": False}, date(2026, 7, 25)).turns_on == date(2026, 7, 26)
    assert judge(waits, {}).missing == ("dataset.a", "dataset.day")


def test_only_a_policy_with_a_deadline_says_that_the_unknown_waits_and_the_others_keep_their_digest() -> None:
    (waits,) = policy("dataset.a", deadline="dataset.day", unknown_waits=True).versions
    (breach,) = policy("dataset.a", deadline="dataset.day").versions
    assert waits.stored()["unknown_waits"] is True
    assert "unknown_waits" not in breach.stored()
    assert waits.digest != breach.digest
    with pytest.raises(ValueError, match="échéance"):
        policy("dataset.a", unknown_waits=True)


def test_the_last_day_of_a_delay_is_still_in_time_and_the_next_one_is_not() -> None:
    facts = {"dataset.a": False, "dataset.day": date(2026, 7, 25), "dataset.day__present": True}
    made = DATED["a deadline in days"]
    assert judge(made, facts, date(2026, 8, 9)).verdict is T
    assert judge(made, facts, date(2026, 8, 9)).turns_on == date(2026, 8, 10)
    assert judge(made, facts, date(2026, 8, 10)).verdict is N


def test_a_date_at_the_end_of_the_calendar_is_no_defect() -> None:
    facts = {"dataset.a": True, "dataset.day": date.max, "dataset.day__present": True}
    assert judge(DATED["a duty met until a day"], facts).verdict is C


def test_only_an_obligation_is_ever_said_not_compliant() -> None:
    assert verdict_word(Force.OBLIGATION, N) == "Non conforme"
    assert {verdict_word(force, N) for force in Force if force is not Force.OBLIGATION} == {
        "Non suivie",
        "À préparer",
    }


@pytest.mark.parametrize("made", SHIPPED.policies, ids=lambda made: made.id)
def test_a_jurist_can_read_what_each_policy_asks(made: Policy) -> None:
    said = condition_in_words(SHIPPED, made.versions[-1])
    assert said.startswith(("Si ", "Il faut : "))
    assert "dataset." not in said
    assert "organisation." not in said
    assert "system." not in said
    assert "__present" not in said


@pytest.mark.parametrize("made", SHIPPED.policies, ids=lambda made: made.id)
def test_each_version_that_ships_also_says_what_it_asks_in_plain_words(made: Policy) -> None:
    for version in made.versions:
        said = [version.plain or "", version.plain_en or ""]
        assert all(40 < len(one) < 220 for one in said), made.id
        assert said[0] != said[1]


def test_plain_words_may_be_put_better_without_another_law() -> None:
    made = SHIPPED.find("OD-05")
    (version,) = made.versions
    reworded = version.model_copy(update={"plain": "Autrement dit.", "plain_en": "Put otherwise."})
    assert reworded.stored() == version.stored()
    with pytest.raises(ValueError, match="plain_en"):
        type(version).model_validate(version.stored() | {"plain": "En français seulement."})


def test_a_version_is_known_by_the_hash_of_what_it_says_and_can_be_replayed() -> None:
    made = SHIPPED.find("OD-05")
    version = made.versions[0]
    again = type(version).model_validate(version.stored())
    assert again.digest == version.digest
    assert type(version).model_validate(version.stored() | {"require": "true"}).digest != version.digest
    facts = {"dataset.published_online": True, "dataset.licence": "odbl-1.0", "dataset.licence__present": True,
             "dataset.nature": "other"}  # fmt: skip
    assert assess_version(SHIPPED, made, again, facts, today=TODAY).verdict is C


def test_nothing_is_half_loaded_from_a_folder_without_its_facts(tmp_path: Path) -> None:
    with pytest.raises(PolicyError, match=r"facts\.yaml"):
        load(tmp_path)
    (tmp_path / "facts.yaml").write_text(yaml.safe_dump({"dataset.a": {"type": "boolen", "label": "x"}}), "utf-8")
    with pytest.raises(PolicyError, match="ligne"):
        load(tmp_path)


def awaiting(*facts: str) -> Catalogue:
    """A catalogue of one policy on `dataset.a`, of whose facts these are awaited."""
    known = {
        name: fact.model_copy(update={"awaited": True}) if name in facts else fact
        for name, fact in CATALOGUE.facts.items()
    }
    return Catalogue([policy("dataset.a && dataset.n__present")], known, {}, CATALOGUE.delays)


@pytest.mark.parametrize("fact", ["dataset.a", "dataset.n"])
def test_a_policy_that_asks_about_a_fact_no_room_records_judges_nobody_and_waits(fact: str) -> None:
    catalogue = awaiting(fact)
    (waiting,) = catalogue.waiting(TODAY)
    assert catalogue.awaited_by(waiting[1]) == (fact,)
    assert assess(catalogue, SubjectKind.DATASET, {fact: False}, today=TODAY, law_of=TODAY) == []
    assert catalogue.binding(SubjectKind.DATASET, TODAY) == frozenset()


def test_a_policy_whose_facts_are_all_recorded_judges_and_one_not_in_force_does_not_wait() -> None:
    judging = awaiting("dataset.b")
    assert judging.waiting(TODAY) == []
    assert [one.id for one, _version in judging.in_force(SubjectKind.DATASET, TODAY)] == ["ZZ-01"]
    assert awaiting("dataset.a").waiting(date(2015, 1, 1)) == []


def test_a_policy_on_what_no_room_records_waits_whatever_it_asks() -> None:
    catalogue = awaiting()
    catalogue.policies = [catalogue.policies[0].model_copy(update={"subject": SubjectKind.DELIVERY})]
    assert [one.id for one, _version in catalogue.waiting(TODAY)] == ["ZZ-01"]
