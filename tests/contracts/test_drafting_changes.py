"""What a draft amendment lifts, or brings up to the law, of the clauses in force."""

from datetime import date
from html import unescape

import pytest

from registry.contracts.clauses.forms import AmendmentForm
from registry.contracts.clauses.queries import find_written, get_amendment
from registry.contracts.clauses.service import amend_amendment
from registry.contracts.drafting.changing import changes_of
from registry.contracts.drafting.gathering import gather
from registry.contracts.queries import get_contract
from registry.kernel.issuing import Moment, Subject
from registry.kernel.permissions import Role
from tests.conftest import TODAY, Someone, Town
from tests.contracts.test_clause_pages import a_contract
from tests.contracts.test_contract_facts import number_of
from tests.contracts.test_covering import says
from tests.contracts.test_drafting import draft

pytestmark = pytest.mark.database
BAN, FORMAT = (
    "Interdiction d’exploiter ou de réutiliser (Contrat, art. 46)",
    "Format et standard ouverts (Contrat, art. 18)",
)


def against_the_law(who: Someone, town: Town, **more: str) -> str:
    place = a_contract(who, town, **more)
    says(who, place, "reuse-ban", article="art. 46", text="Rien ne sort.")
    says(
        who,
        place,
        "open-format",
        article="art. 18",
        terms={"format": "PDF", "open_standard": False, "encoding": "UTF-8"},
    )
    return place


def ticks(page: str, label: str) -> bool:
    """Whether the box of a label is ticked."""
    before = page[: page.index(label)]
    return " checked" in before[before.rindex("<input") :]


def test_a_draft_lifts_what_the_law_forbids_and_replaces_what_is_less_and_once_signed_both_are_mended(
    town: Town,
) -> None:
    jurist = town.someone(Role.LEGAL)
    place = against_the_law(jurist, town)
    page = unescape(jurist.get(f"{place}/avenants/projet").text).replace("\N{NO-BREAK SPACE}", " ")
    assert ticks(page, f"{BAN} – à lever")
    assert ticks(page, f"{FORMAT} – en deçà du socle")

    number = draft(jurist, place)

    with town.acting() as session:
        found = gather(session, Subject("amendment", number), Moment(TODAY, TODAY, TODAY, until=None)).values
        acts = [(one["act"], one["changed"]) for one in found["articles"]][:2]
        assert acts == [("ends", "Contrat, art. 46"), ("replaces", "Contrat, art. 18")]
    again = unescape(jurist.get(f"{place}/avenants/projet").text)
    assert "art. 46" not in again, "It is asked already."
    assert "art. 18" not in again

    with town.acting() as session:
        amendment = get_amendment(session, number)
        signed = AmendmentForm(
            number=amendment.number,
            object=amendment.object,
            progress=None,
            signed_on=date(2026, 1, 5),
            effective_on=date(2026, 1, 5),
        )
        amend_amendment(session, number, signed, expected=amendment.version)
    with town.acting() as session:
        contract = get_contract(session, number_of(place))
        written = find_written(session, [contract])[contract.id]
        assert changes_of(session, written, TODAY) == []
        (kept,) = [one.terms for one in written.stipulations.values() if one.act == "replaces"]
        assert kept == {"encoding": "UTF-8"}, "What the law does not take is for the parties to say anew."


def test_what_is_lifted_by_negotiation_alone_is_offered_and_not_ticked(town: Town) -> None:
    jurist = town.someone(Role.LEGAL)
    place = against_the_law(jurist, town, consulted_on="2015-03-01")

    page = unescape(jurist.get(f"{place}/avenants/projet").text).replace("\N{NO-BREAK SPACE}", " ")

    assert not ticks(page, f"{BAN} – à négocier")
    assert "art. 18" not in page, "The law asks nothing of the format of so old a contract."
