"""Every policy rests on a dated text, says what to do, and shows by a case each verdict it can return."""

from enum import Enum
from functools import lru_cache
from itertools import pairwise

import pytest
from sqlmodel import SQLModel

from registry.compliance.catalogue import Catalogue
from registry.compliance.checking import check_catalogue, verdicts_possible
from registry.compliance.policy import Fact, Policy
from registry.compliance.policy_files import load_catalogue
from registry.compliance.vocabulary import Evidence, FactType, Force, Severity
from registry.contracts.deliveries.models import Delivery
from registry.contracts.drafting.texts import load_clause_texts
from registry.contracts.models import Contract
from registry.contracts.vocabulary import ExclusivityKind, PartnerLeave, Waiver
from registry.datasets.models import Dataset
from registry.datasets.vocabulary import FinalDisposition, PublicationDecision, PublicationRefusal
from registry.organisations.models import Organisation
from registry.platform.assets import asset_root
from registry.processing.breaches.models import Breach
from registry.processing.models import ProcessingActivity
from registry.processing.requests.models import ReceivedRequest
from registry.publication.vocabulary import FeeGround
from registry.reporting.discovery import get_report
from registry.rooms import COMING, ROOMS, assemble_engine, bound_facts

TABLES: dict[str, type[SQLModel]] = {
    "activity": ProcessingActivity,
    "breach": Breach,
    "contract": Contract,
    "delivery": Delivery,
    "dataset": Dataset,
    "organisation": Organisation,
    "request": ReceivedRequest,
}

COMPUTED: dict[str, type[Enum]] = {
    "dataset.publication_decision": PublicationDecision,
    "dataset.refusal_ground": PublicationRefusal,
    "dataset.fee_ground": FeeGround,
    "dataset.selection_decision": FinalDisposition,
    "contract.waiver": Waiver,
    "contract.crossing": PartnerLeave,
    "contract.redistribution": PartnerLeave,
    "contract.exclusivity_kind": ExclusivityKind,
}
"""The facts whose codes are no column's of the subject: a room makes them of its own tables."""


@lru_cache(maxsize=1)
def catalogue() -> Catalogue:
    """The policies this version ships."""
    return load_catalogue(asset_root("policies"))


def policies() -> list[Policy]:
    """Each of them."""
    return list(catalogue().policies)


def enumerated_facts() -> dict[str, Fact]:
    """The facts whose value is one of a closed list."""
    return {name: fact for name, fact in catalogue().facts.items() if fact.type is FactType.ENUM and not fact.awaited}


@pytest.mark.parametrize("policy", policies(), ids=lambda policy: policy.id)
def test_a_policy_rests_on_a_dated_text_and_says_what_to_do(policy: Policy) -> None:
    file = f"policies/{catalogue().files[policy.id]}"
    for version in policy.versions:
        assert version.text.strip(), f"{file}: name the text of law."
        assert version.article.strip(), f"{file}: name its article."
        if policy.force is Force.OBLIGATION:
            assert (version.address or "").startswith("https://"), (
                f"{file}: an obligation gives the address (https) at which its article can be read."
            )
            assert version.evidence is not Evidence.MEMORY, f"{file}: read the text before calling it an obligation."
    assert policy.remedy.strip(), f"{file}: say in `remedy` what has to be done, in French."
    assert policy.remedy_en.strip(), f"{file}: say in `remedy_en` what has to be done, in English."
    assert policy.owed_by, f"{file}: say in `owed_by` whose duty it is."
    assert policy.stake or policy.principle, f"{file}: name the stake or the principle it serves."


def test_a_text_leant_on_in_several_places_was_read_as_well_in_all_of_them() -> None:
    levels: dict[tuple[str, str], set[str]] = {}

    def note(text: str, article: str, level: str) -> None:
        levels.setdefault((text, article.split(" al. ", maxsplit=1)[0]), set()).add(level)

    for version in (policy.versions[-1] for policy in policies()):
        note(version.text, version.article, version.evidence.label)
    for clause in load_clause_texts().values():
        for ground in clause.grounds:
            note(ground.text, ground.article, ground.evidence.label)
    codes = {"CCP": "Code de la commande publique", "CGCT": "Code général des collectivités territoriales"}
    for report in ("contract-note", "contracts-summary"):
        for place, _asked, level in get_report(report).content.ASKS:
            code, _sign, article = place.partition(", art. ")
            if code in codes and " à " not in article and level in {one.label for one in Evidence}:
                note(codes[code], article, level)
    assert {place: found for place, found in levels.items() if len(found) > 1} == {}


@pytest.mark.parametrize("policy", policies(), ids=lambda policy: policy.id)
def test_two_versions_of_a_policy_never_bind_on_the_same_day(policy: Policy) -> None:
    binding = sorted(policy.versions, key=lambda version: version.effective_from)
    for before, after in pairwise(binding):
        assert before.effective_until is not None, f"{policy.id}: end the version of {before.effective_from}."
        assert before.effective_until < after.effective_from, (
            f"{policy.id}: the version of {before.effective_from} must end before {after.effective_from}."
        )


@pytest.mark.parametrize("policy", policies(), ids=lambda policy: policy.id)
def test_each_verdict_a_policy_can_return_has_its_case_in_words(policy: Policy) -> None:
    shown = {case.expect for case in policy.cases}
    possible = verdicts_possible(policy.versions[-1])
    file = f"policies/{catalogue().files[policy.id]}"
    assert possible <= shown, f"{file}: add a case for {sorted(verdict.value for verdict in possible - shown)}."
    assert shown <= possible, f"{file}: a policy without `when` concerns everybody; it cannot be not-applicable."
    said = [case.says for case in policy.cases]
    assert len(set(said)) == len(said), f"{file}: two cases say the same sentence."
    assert all(sentence.endswith(".") and " " in sentence for sentence in said), (
        f"{file}: a case says a whole sentence."
    )


def test_every_case_gives_its_verdict_and_every_fact_has_a_source() -> None:
    report = check_catalogue(asset_root("policies"), bound_facts())
    assert not report.failed, f"`beffroi policies check` says: {report.sentences()}"
    assert not report.unbound, f"No room gives these facts a value: bind them, or mark them awaited: {report.unbound}"
    assert not report.arrived, f"A room gives these facts a value: they are awaited no more: {report.arrived}"
    assert not bound_facts() - set(catalogue().facts), "A room binds a fact that policies/facts.yaml does not declare."
    assert (report.policies, report.cases) == (len(policies()), sum(len(policy.cases) for policy in policies()))


def test_the_kinds_of_subject_that_have_facts_are_those_a_room_hands_over() -> None:
    assert catalogue().held == set(assemble_engine().subjects)


def test_every_fact_names_a_room_of_the_map() -> None:
    rooms, coming = {room.name for room in ROOMS}, {room.name for room in COMING}
    assert not rooms & coming, f"These rooms are open: take them out of COMING in registry/rooms.py: {rooms & coming}"
    lost = [
        name for name, fact in catalogue().facts.items() if fact.room not in (rooms | coming if fact.awaited else rooms)
    ]
    assert not lost, f"policies/facts.yaml: these name a room that does not exist: {lost}"


@pytest.mark.parametrize("name", enumerated_facts())
def test_the_values_of_a_fact_are_the_codes_of_the_field_it_comes_from(name: str) -> None:
    fact = enumerated_facts()[name]
    if name in COMPUTED:
        assert set(fact.values) == {str(member.value) for member in COMPUTED[name]}
        return
    field = TABLES[name.partition(".")[0]].model_fields.get(fact.field)
    assert field is not None, f"policies/facts.yaml: {name} names a field its table does not have: {fact.field}"
    found = [
        kind
        for kind in (field.annotation, *getattr(field.annotation, "__args__", ()))
        if isinstance(kind, type) and issubclass(kind, Enum)
    ]
    assert len(found) == 1, f"policies/facts.yaml: {name} is an enum, and its field {fact.field} is not."
    codes = {str(member.value) for member in found[0]}
    assert set(fact.values) == codes, (
        f"policies/facts.yaml: the values of {name} are those of {found[0].__name__}: {codes}"
    )


def test_only_an_obligation_or_a_blocking_good_practice_stops_a_dataset() -> None:
    odd = [
        policy.id
        for policy in policies()
        if policy.severity is Severity.BLOCKING and policy.force in {Force.RECOMMENDATION, Force.WATCH}
    ]
    assert not odd, f"A recommendation or a watch never blocks: lower the severity of {odd}"


@pytest.mark.parametrize("policy", policies(), ids=lambda policy: policy.id)
def test_the_words_of_a_policy_bear_no_quotes_of_its_file(policy: Policy) -> None:
    said = [words for version in policy.versions for words in (version.note, version.plain, version.plain_en) if words]
    assert [words for words in said if words[0] in "'\"" or words[-1] in "'\""] == []
