"""A refusal says what is wrong beside each value, and says it all the same where it names none."""

from registry.kernel.errors import FieldError, Invalid


def test_a_refusal_gives_each_sentence_by_where_it_stands():
    refusal = Invalid("Deux valeurs à revoir.", (FieldError("name", "Donnez un nom."), FieldError("on", "Trop tôt.")))

    assert refusal.by_field == {"name": "Donnez un nom.", "on": "Trop tôt."}


def test_a_refusal_that_names_no_value_still_says_why():
    assert Invalid("Rien à changer.").by_field == {"_": "Rien à changer."}
