"""A person is found in a text however they are written, and never in somebody else's name."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from registry.erasures.queries import fixed_columns, free_columns, tables_of
from registry.erasures.rules import Identity, sought_of
from registry.erasures.views import say_place
from registry.platform.tables import Kind

ROSE = Identity("Églantine Cœur-Joli", "Eglantine.Coeur@essai.invalid", "+33 6 12 34 56 78")


@pytest.mark.parametrize(
    "text",
    [
        "Églantine Cœur-Joli",
        "EGLANTINE COEUR-JOLI",
        "eglantine cœur joli",
        "Cœur-Joli, Églantine",
        "COEUR-JOLI Églantine",
        "Églantine\u00a0Cœur\u2011Joli",
        "E\u0301glantine Cœur-Joli",
        "É. Cœur-Joli",
        "Mme Cœur-Joli",
        "Madame\u00a0Églantine",
        "eglantine_coeur_joli",
        "eglantine.coeur@ESSAI.invalid",
        "06 12 34 56 78",
        "06.12.34.56.78",
        "+33612345678",
        "0033 6 12 34 56 78",
        "+33 (0)6 12 34 56 78",
    ],
)
def test_a_person_is_found_however_they_are_written(text: str) -> None:
    assert sought_of(ROSE).erase(f"Vu par {text} hier.") == "Vu par [effacé] hier."


@pytest.mark.parametrize(
    "text",
    [
        "Églantine",
        "Cœur-Joli",
        "Églantines Cœur-Jolis",
        "Marie-Églantine Cœur-Joli",
        "Églantine Cœur-Joli-Tilleul",
        "l.eglantine.coeur@essai.invalid",
        "eglantine.coeur@essai.invalid.fr",
        "106 12 34 56 78",
        "06 12 34 56 789",
    ],
)
def test_somebody_else_or_a_word_alone_is_left(text: str) -> None:
    assert sought_of(ROSE).erase(text) == text


def test_a_word_of_the_name_is_looked_for_alone_where_it_was_asked() -> None:
    assert ROSE.words == ("Églantine", "Cœur-Joli")
    assert sought_of(ROSE, words=[1]).erase("Dossier COEUR JOLI de l’églantine") == "Dossier [effacé] de l’églantine"
    assert Identity("Accueil").words == ()


def test_a_name_that_holds_theirs_is_somebody_elses() -> None:
    sought = sought_of(Identity("Rose Tilleul"), others=["Rose Tilleul Iris"])
    assert sought.erase("Rose Tilleul Iris et Rose Tilleul") == "Rose Tilleul Iris et [effacé]"


def test_what_json_holds_is_mended_with_its_names() -> None:
    value = {"Rose Tilleul": [1, None, "pour ROSE TILLEUL"], "b": {"c": True}}
    assert sought_of(Identity("Rose Tilleul")).erase(value) == {
        "[effacé]": [1, None, "pour [effacé]"],
        "b": {"c": True},
    }


def test_the_passage_is_shown_with_some_words_around() -> None:
    pieces = sought_of(ROSE).excerpt("x" * 100 + " Églantine Cœur-Joli a signé.")
    assert [names for _piece, names in pieces] == [False, True, False]
    assert pieces[1][0] == "Églantine Cœur-Joli"
    assert pieces[0][0].startswith("… x")


WORDS = st.text(alphabet="abcdeéèœçnoprst'", min_size=3, max_size=8).filter(
    lambda word: "'" not in word[:1] + word[-1:]
)


@settings(deadline=None)
@given(WORDS, WORDS, WORDS, st.sampled_from([" ", "-", "\u00a0"]))
def test_erasing_a_person_never_damages_somebody_whose_name_holds_theirs(
    first: str, last: str, more: str, between: str
) -> None:
    name = f"{first.capitalize()} {last.capitalize()}"
    longer = [f"{name}{between}{more.capitalize()}", f"{more.capitalize()}{between}{name}"]
    sought = sought_of(Identity(name), others=longer)
    for other in longer:
        assert sought.erase(f"Vu avec {other}.") == f"Vu avec {other}."
    assert sought.erase(f"Vu avec {name}.") == "Vu avec [effacé]."


@settings(deadline=None)
@given(WORDS, WORDS, st.text(max_size=40), st.text(max_size=40))
def test_once_erased_a_text_names_nobody_and_keeps_the_rest(first: str, last: str, before: str, after: str) -> None:
    sought = sought_of(Identity(f"{first} {last}"))
    text = f"{before} {first} {last} {after}"
    erased = sought.erase(text)
    assert not sought.find(erased)
    assert sought.erase(erased) == erased


def test_every_record_that_may_name_somebody_is_said_in_words() -> None:
    named = {table.name for table in tables_of(Kind.RECORD) if free_columns(table) or fixed_columns(table)}
    assert len(named) > 40
    assert {name for name in named if say_place(name) == name.replace("_", " ")} == set()
