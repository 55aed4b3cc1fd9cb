"""The navigation leads to what one may see, and marks where one is, once."""

from registry.kernel.permissions import Permission
from registry.web.shell import Entry, Link, navigation_of

RULES, DEVIATIONS, WATCH = "/conformite", "/conformite/ecarts", "/droit/veille"
ENTRIES = (
    Entry("Bureau", "/bureau"),
    Entry(
        "Conformité",
        below=(
            Entry("Règles", RULES),
            Entry("Écarts", DEVIATIONS),
            Entry("Veille", WATCH, Permission.LEGAL_TEXT_READ),
        ),
    ),
)


def marked(path: str) -> dict[str, str]:
    """What each entry below says of a page, where it says anything."""
    below = navigation_of(ENTRIES, path, lambda _permission: True).below
    return {link.address: link.current for link in below if link.current}


def test_a_page_is_marked_by_its_own_entry_and_not_by_the_one_above_it() -> None:
    assert marked(RULES) == {RULES: "page"}
    assert marked(DEVIATIONS) == {DEVIATIONS: "page"}


def test_a_page_without_an_entry_is_under_the_nearest_one() -> None:
    assert marked(f"{RULES}/OD-05") == {RULES: "true"}
    assert marked(f"{DEVIATIONS}/4/retirer") == {DEVIATIONS: "true"}
    assert marked("/conformites") == {}


def test_an_entry_leads_to_the_first_below_it_that_one_may_see_and_leaves_out_the_others() -> None:
    found = navigation_of(ENTRIES, DEVIATIONS, lambda _permission: False)
    assert found.links == (Link("Bureau", "/bureau"), Link("Conformité", RULES, "page"))
    assert [link.address for link in found.below] == [RULES, DEVIATIONS]
    assert navigation_of(ENTRIES, "/bureau", lambda _permission: True).below == ()
