"""Who owes its documents online: fifty agents for all, 3,500 inhabitants for a commune only."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from registry.organisations.rules import is_subject_to_online_publication, may_owe_a_prada
from registry.organisations.vocabulary import OrganisationKind

COMMUNE, EPCI = OrganisationKind.COMMUNE, OrganisationKind.INTERCOMMUNAL_AUTHORITY
figures = st.none() | st.integers(0, 200_000)


@pytest.mark.parametrize(
    ("kind", "population", "staff", "expected"),
    [
        (COMMUNE, 3_500, 50.0, True),
        (COMMUNE, 3_499, 50.0, False),
        (COMMUNE, 3_500, 49.9, False),
        (COMMUNE, 3_499, None, False),
        (COMMUNE, None, 49.0, False),
        (COMMUNE, None, 50.0, None),
        (COMMUNE, 3_500, None, None),
        (COMMUNE, None, None, None),
        (EPCI, 900, 50.0, True),
        (EPCI, None, 50.0, True),
        (EPCI, 200_000, 49.0, False),
        (EPCI, 200_000, None, None),
        (OrganisationKind.SERVICE, 200_000, 800.0, False),
        (OrganisationKind.PROCESSOR, None, None, False),
    ],
)
def test_the_thresholds_are_those_of_the_article(kind, population, staff, expected) -> None:
    assert is_subject_to_online_publication(kind, population, staff) is expected


@given(st.sampled_from([COMMUNE, EPCI]), figures, figures, st.integers(0, 200_000))
def test_a_figure_recorded_later_never_contradicts_what_was_known(kind, population, staff, figure) -> None:
    before = is_subject_to_online_publication(kind, population, staff)
    if before is not None:
        after = is_subject_to_online_publication(
            kind, figure if population is None else population, figure if staff is None else staff
        )
        assert after is before


@pytest.mark.parametrize(
    ("kind", "population", "expected"),
    [
        (OrganisationKind.COMMUNE, 9_999, False),
        (OrganisationKind.COMMUNE, 10_000, True),
        (OrganisationKind.INTERCOMMUNAL_AUTHORITY, 111_820, True),
        (OrganisationKind.INTERCOMMUNAL_AUTHORITY, None, True),
        (OrganisationKind.SERVICE, 50_000, False),
    ],
)
def test_a_person_responsible_for_access_is_due_from_ten_thousand_inhabitants(kind, population, expected):
    assert may_owe_a_prada(kind, population) is expected
