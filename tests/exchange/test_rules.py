"""What an import makes of a record, as pure comparisons."""

import pytest

from registry.datasets.vocabulary import Nature
from registry.exchange.rules import names_a_kind
from registry.platform.lists import load_list

WORDS = [
    word.strip()
    for entry in load_list("natures").entries.values()
    for word in str(entry.facts.get("words", "")).split(",")
    if word.strip()
]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        pytest.param("Subventions versées en 2017", True, id="a grant"),
        pytest.param("Cadastre des SUBVENTIONS", True, id="whatever the case"),
        pytest.param("Caméras de vidéoprotection", True, id="whatever the accents"),
        pytest.param("Base d’adresses locale", True, id="after an apostrophe"),
        pytest.param("Arbres de la ville", False, id="trees"),
        pytest.param("Anciennes maladresses", False, id="within another word"),
        pytest.param("", False, id="nothing said"),
    ],
)
def test_a_record_may_be_of_a_kind_a_law_names_by_its_words(text: str, expected: bool):
    assert names_a_kind([text], WORDS) is expected


def test_every_kind_but_other_has_words_and_the_list_is_that_of_the_sheet():
    natures = load_list("natures")

    assert set(natures) == {str(nature) for nature in Nature}
    assert {code for code in natures if not natures.entries[code].facts.get("words")} == {"other"}
