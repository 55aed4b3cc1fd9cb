"""Who answers a question, and what completing a sheet gains, as pure functions of values."""

from registry.compliance.vocabulary import Verdict
from registry.desk.rules import InPost, Said, next_steps, who_answers
from registry.desk.views import APPOINTMENTS, address_of_field, label_of_field
from registry.desk.vocabulary import Addressee
from registry.organisations.vocabulary import AppointmentRole
from registry.rooms import assemble_engine


def test_a_question_goes_to_the_owner_of_the_sheet_before_its_steward() -> None:
    owner = InPost(1, AppointmentRole.OWNER, 0, has_account=False)
    steward = InPost(2, AppointmentRole.STEWARD, 0, has_account=True)

    assert who_answers(Addressee.OWNER, [steward, owner]) == owner


def test_where_the_sheet_has_nobody_it_goes_to_the_steward_of_the_nearest_organisation() -> None:
    near = InPost(1, AppointmentRole.STEWARD, 1, has_account=False)
    above = InPost(2, AppointmentRole.STEWARD, 2, has_account=True)

    assert who_answers(Addressee.OWNER, [above, near]) == near
    assert who_answers(Addressee.OWNER, []) is None


def test_the_owner_of_an_organisation_answers_for_no_sheet() -> None:
    assert who_answers(Addressee.OWNER, [InPost(1, AppointmentRole.OWNER, 1, has_account=True)]) is None


def test_a_question_of_law_goes_to_a_jurist_whoever_holds_the_sheet() -> None:
    jurist = InPost(3, AppointmentRole.LEGAL_REVIEWER, 2, has_account=True)

    assert who_answers(Addressee.LEGAL, [InPost(1, AppointmentRole.OWNER, 0, has_account=True), jurist]) == jurist


def _said(number: str, verdict: Verdict, *fields: str, obligation: bool = True, blocking: bool = False) -> Said:
    return Said(number, verdict, obligation, blocking, fields)


def test_the_next_thing_to_do_is_the_one_that_lifts_most_breaches_of_law() -> None:
    found = [
        _said("A", Verdict.NON_COMPLIANT, "licence", blocking=True),
        _said("B", Verdict.NON_COMPLIANT, "licence"),
        _said("C", Verdict.TO_COMPLETE, "personal_data"),
        _said("D", Verdict.TO_COMPLETE, "personal_data", "nature", obligation=False),
        _said("E", Verdict.COMPLIANT, "frequency"),
    ]

    steps = next_steps(found, ["spatial", "temporal_start"])

    assert [step.field for step in steps] == ["licence", "personal_data", "nature"]
    assert (steps[0].breaches, steps[0].settles, steps[0].unblocks) == (2, 2, True)
    assert (steps[1].settles, steps[1].helps, steps[1].unblocks) == (1, 1, False)
    assert (steps[2].settles, steps[2].helps) == (0, 1)


def test_a_sheet_that_breaches_nothing_is_still_told_what_portals_count() -> None:
    steps = next_steps([], ["spatial", "keywords"])

    assert [step.field for step in steps] == ["spatial", "keywords"]
    assert all(step.quality for step in steps)


def test_a_finished_sheet_has_nothing_left_to_do() -> None:
    assert next_steps([_said("A", Verdict.COMPLIANT, "licence")], []) == []


def test_what_a_sheet_still_lacks_is_named_in_words_and_leads_to_where_it_is_filled():
    facts = assemble_engine().catalogue.facts.items()
    held = {fact.field for name, fact in facts if name.startswith("dataset.") and not fact.awaited}
    fields = held - {APPOINTMENTS}

    assert not {field for field in fields if label_of_field("dataset", field) == field}
    assert address_of_field("dataset", 7, "retention") == "/conservation/du-jeu/7"
