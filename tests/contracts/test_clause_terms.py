"""What one may note of a clause of each kind, and what none can say."""

from datetime import date

import pytest

from registry.contracts.clauses.kinds import fields_of, kinds, read_terms, say_terms


def test_every_kind_of_clause_keeps_what_one_may_note_of_it_and_says_it_in_words() -> None:
    examples = {"whole": "12", "percent": "99,5", "amount": "150,50", "day": "2026-03-01", "word": "GTFS",
                "address": "https://exemple.invalid/decision"}  # fmt: skip
    for kind in kinds():
        given = {
            one.name: one.choices()[0][0] if one.type in {"flag", "code"} else examples.get(one.type, "France")
            for one in fields_of(kind)
        }

        terms, errors = read_terms(kind, given)

        assert errors == [], kind
        assert [label for label, _words in say_terms(kind, terms)] == [one.label for one in fields_of(kind)]
        assert read_terms(kind, terms) == (terms, []), kind


@pytest.mark.parametrize(
    ("kind", "terms", "field", "sentence"),
    [
        ("annual-report", {"due_month": "2", "due_day": "30"}, "terms.due_day", "ce mois va du 1 au 29"),
        ("annual-report", {"due_day": "32"}, "terms.due_day", "ce mois va du 1 au 31"),
        ("annual-report", {"due_month": "13", "due_day": "1"}, "terms.due_month", "Donnez un mois de 1"),
        ("penalties", {"euros_per_day": "1.500"}, "terms.euros_per_day", "Trop de chiffres après la virgule"),
        ("penalties", {"euros_per_day": "1_000"}, "terms.euros_per_day", "Écrivez un nombre"),
        ("penalties", {"euros_per_day": "1e999999"}, "terms.euros_per_day", "Écrivez un nombre"),
        ("waiver", {"decided_on": "2026-02-30"}, "terms.decided_on", "Donnez une date qui existe"),
        ("waiver", {"decided_on": "2026-03-02"}, "terms.decided_on", "Ce jour est à venir"),
        ("waiver", {"address": "javascript:alert(1)"}, "terms.address", "qui commence par https://"),
        ("waiver", {"address": "https://"}, "terms.address", "qui commence par https://"),
        ("waiver", {"address": "https://[exemple"}, "terms.address", "qui commence par https://"),
    ],
)
def test_what_no_clause_can_say_is_refused_beside_its_field(
    kind: str, terms: dict[str, str], field: str, sentence: str
) -> None:
    _kept, (error,) = read_terms(kind, terms, today=date(2026, 3, 1))
    assert error.path == field
    assert sentence in error.message


def test_a_waiver_decided_today_and_a_report_due_on_29_february_are_kept() -> None:
    assert read_terms("waiver", {"decided_on": "2026-03-01"}, today=date(2026, 3, 1))[1] == []
    assert read_terms("annual-report", {"due_month": "2", "due_day": "29"}) == ({"due_month": 2, "due_day": 29}, [])
