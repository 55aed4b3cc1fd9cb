"""To whom a dataset may be given: what the answers about its secrets conclude, whatever they are."""

from datetime import date, timedelta

from hypothesis import given
from hypothesis import strategies as st

from registry.datasets.vocabulary import PersonalData, PublicationGround
from registry.publication.rules import PART, Basis, Communicability, FieldSeen, Reply, conclude, fate_of, ranks
from registry.publication.vocabulary import Conclusion, FieldFate, SecretRank, SecretReply

TODAY = date(2026, 11, 27)
SECRETS = [code for code, rank in ranks().items() if rank is not SecretRank.PART]
NONE = {code: Reply(SecretReply.NO) for code in SECRETS}
DAYS = st.none() | st.dates(date(2020, 1, 1), date(2040, 12, 31))
REPLIES = st.builds(
    lambda answer, until: Reply(answer, until if answer is SecretReply.YES else None),
    st.sampled_from(SecretReply),
    DAYS,
)
ANSWERS = st.dictionaries(st.sampled_from(list(ranks())), REPLIES)


def test_a_dataset_without_any_secret_may_be_given_to_all():
    assert conclude(NONE, TODAY).conclusion is Conclusion.TO_ALL


def test_one_question_without_answer_leaves_it_unsettled_and_is_named():
    some = {code: reply for code, reply in NONE.items() if code != "l311-6-business"}
    found = conclude(some, TODAY)
    assert (found.conclusion, found.open_questions) == (Conclusion.UNKNOWN, ("l311-6-business",))


def test_what_can_be_taken_out_is_taken_out_and_else_it_depends_on_the_secret():
    private, security = ({**NONE, code: Reply(SecretReply.YES)} for code in ("l311-6-privacy", "l311-5-2d"))
    assert conclude(private, TODAY).open_questions == (PART,), "whether it can be taken out is asked"
    yes, no = Reply(SecretReply.YES), Reply(SecretReply.NO)
    assert conclude({**private, PART: yes}, TODAY).conclusion is Conclusion.AFTER_REDACTION
    assert conclude({**private, PART: no}, TODAY).conclusion is Conclusion.TO_PERSON
    assert conclude({**security, PART: no}, TODAY).conclusion is Conclusion.TO_NOBODY


def test_a_secret_stands_in_the_way_up_to_its_last_day_included():
    held = {**NONE, PART: Reply(SecretReply.NO), "l311-5-2d": Reply(SecretReply.YES, TODAY)}
    assert conclude(held, TODAY).conclusion is Conclusion.TO_NOBODY
    assert conclude(held, TODAY).until == TODAY
    assert conclude(held, TODAY + timedelta(days=1)).conclusion is Conclusion.TO_ALL


@given(ANSWERS, st.dates(date(2020, 1, 1), date(2040, 12, 31)))
def test_nothing_is_given_to_all_while_a_secret_stands_or_a_question_is_open(answers: dict[str, Reply], day: date):
    found = conclude(answers, day)
    if found.conclusion in {Conclusion.TO_ALL, Conclusion.AFTER_REDACTION}:
        assert not found.open_questions
        assert all(answers[code].answer is not SecretReply.UNKNOWN for code in SECRETS)
    assert (found.conclusion is Conclusion.TO_ALL) <= (not found.secrets)
    assert (found.conclusion is Conclusion.UNKNOWN) <= bool(found.open_questions)


@given(ANSWERS, st.sampled_from(SECRETS), st.dates(date(2020, 1, 1), date(2040, 12, 31)))
def test_one_more_secret_never_opens_what_was_closed(answers: dict[str, Reply], secret: str, day: date):
    order = [
        Conclusion.TO_ALL, Conclusion.AFTER_REDACTION, Conclusion.UNKNOWN, Conclusion.TO_PERSON, Conclusion.TO_NOBODY,
    ]  # fmt: skip
    settled = {**NONE, **{code: one for code, one in answers.items() if one.answer is not SecretReply.UNKNOWN}}
    before = conclude(settled, day).conclusion
    after = conclude({**settled, secret: Reply(SecretReply.YES)}, day).conclusion
    assert order.index(after) >= order.index(before)


SETTLED = conclude(NONE, TODAY)


def fate(
    category: str | None, personal: PersonalData | None = PersonalData.PERSONAL,
    ground: PublicationGround | None = None, *, told: bool = True, proved: bool = False,
    found: Communicability = SETTLED, suspected: bool = False,
) -> FieldFate:  # fmt: skip
    basis = Basis(personal, ground, told, proved, found)
    return fate_of(FieldSeen("champ", category, suspected), basis)[0]


def test_a_field_that_names_people_stays_only_on_a_ground_that_is_told():
    assert fate("identity") is FieldFate.LEAVES
    for ground in PublicationGround:
        assert fate("identity", ground=ground) is FieldFate.MAY_STAY, ground
        assert fate("identity", ground=ground, told=False) is FieldFate.UNKNOWN, "neither category nor reference"
    assert fate("health", PersonalData.SPECIAL_CATEGORY, PublicationGround.D312_1_3) is FieldFate.LEAVES
    assert fate("none") is FieldFate.STAYS


def test_a_dataset_said_to_be_anonymous_keeps_its_fields_once_it_is_proved():
    assert fate("identity", PersonalData.ANONYMISED) is FieldFate.UNKNOWN
    assert fate("identity", PersonalData.ANONYMISED, proved=True) is FieldFate.STAYS


@given(ANSWERS, st.sampled_from(PublicationGround))
def test_no_name_stays_before_what_protects_persons_is_settled(answers: dict[str, Reply], ground: PublicationGround):
    found = conclude(answers, TODAY)
    held = fate("identity", ground=ground, found=found)
    if any(ranks()[code] is SecretRank.PERSON for code in found.open_questions):
        assert held is FieldFate.UNKNOWN
    elif ground is PublicationGround.D312_1_3 and any(ranks()[code] is SecretRank.PERSON for code in found.secrets):
        assert held is FieldFate.LEAVES, "the list lifts no secret"
    else:
        assert held is FieldFate.MAY_STAY


def test_a_field_nobody_looked_at_is_to_be_examined():
    assert fate(None, None) is FieldFate.UNKNOWN
    assert fate("none", PersonalData.NONE, suspected=True) is FieldFate.UNKNOWN
    assert fate(None, PersonalData.NONE) is FieldFate.STAYS
