"""Reading forms: what was typed comes back as it was, with one sentence for each field that cannot be kept."""

import json
from datetime import date, datetime
from enum import StrEnum
from typing import Annotated

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import BaseModel, ConfigDict, Field, HttpUrl, StringConstraints, ValidationError, field_validator
from pydantic_core import PydanticCustomError

from registry.kernel.errors import Invalid
from registry.web.forms import Accepted, FormData, Rejected, parse_body, parse_form, parse_values, read_form, say_errors

A_DAY = "Donnez une date qui existe, sous la forme année-mois-jour : 2026-11-24."
AN_INSTANT = "Donnez une date et une heure qui existent, par exemple 2026-11-24T09:30:00+01:00."
A_MAILBOX = "Donnez une adresse électronique complète, par exemple service.donnees@ville.fr."
FORM = "application/x-www-form-urlencoded"


class Access(StrEnum):
    PUBLIC = "public"
    RESTRICTED = "restricted"


class RowForm(BaseModel):
    since: date | None = None


class SheetForm(BaseModel):
    model_config = ConfigDict(extra="forbid")

    title: Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=10)]
    keywords: Annotated[list[str], Field(max_length=2)] = Field(default_factory=list)
    access: Access | None = None
    modified: date | None = None
    rows: Annotated[int, Field(ge=0, le=100)] | None = None
    page: HttpUrl | None = None
    mailbox: Annotated[str, StringConstraints(pattern=r"^[^@\s]+@[^@\s]+$")] | None = None
    public: bool = False
    password: str | None = None
    detected_at: datetime | None = None
    holidays: list[date] = Field(default_factory=list)
    parts: tuple[RowForm, ...] | None = None

    @field_validator("title")
    @classmethod
    def _not_taken(cls, value: str) -> str:
        if value == "pris":
            raise PydanticCustomError("taken", "Ce titre existe déjà : choisissez-en un autre.")
        return value


def parse(body: str) -> Accepted[SheetForm] | Rejected:
    return parse_form(SheetForm, read_form(FORM, body.encode()))


def errors(body: str) -> dict[str, str]:
    read = parse(body)
    assert isinstance(read, Rejected), read
    return dict(read.errors)


def test_a_form_is_read_whole() -> None:
    read = parse(
        "title=+Eau+&keywords=a&keywords=b&access=public&modified=2026-11-24&rows=+12+&page=https%3A%2F%2Fx.fr"
        "&mailbox=a%40b.fr&public=on&_csrf=x&version=3"
    )

    assert isinstance(read, Accepted)
    assert read.form.title == "Eau"
    assert (read.form.keywords, read.form.access) == (["a", "b"], Access.PUBLIC)
    assert (read.form.modified, read.form.rows, read.form.public) == (date(2026, 11, 24), 12, True)


def test_one_choice_among_several_is_still_a_list() -> None:
    read = parse("title=Eau&keywords=&keywords=seul")

    assert isinstance(read, Accepted)
    assert read.form.keywords == ["seul"]


def test_a_group_where_nothing_is_ticked_is_an_empty_list() -> None:
    read = parse("title=Eau&keywords=")

    assert isinstance(read, Accepted)
    assert read.form.keywords == []
    assert "keywords" in read.form.model_fields_set


def test_a_field_left_empty_is_one_nobody_filled() -> None:
    read = parse("title=Eau&modified=+&rows=&access=")

    assert isinstance(read, Accepted)
    assert (read.form.modified, read.form.rows, read.form.access) == (None, None, None)


def test_a_password_keeps_its_spaces() -> None:
    read = parse("title=Eau&password=+deux+mots+")

    assert isinstance(read, Accepted)
    assert read.form.password == " deux mots "


@pytest.mark.parametrize(
    ("body", "field", "sentence"),
    [
        ("", "title", "Ce champ est nécessaire : remplissez-le."),
        ("title=abcdefghijkl", "title", "Trop long : 10 caractères au plus."),
        ("title=pris", "title", "Ce titre existe déjà : choisissez-en un autre."),
        ("title=x&modified=24/11/2026", "modified", A_DAY),
        ("title=x&modified=2026-02-31", "modified", A_DAY),
        ("title=x&rows=douze", "rows", "Donnez un nombre entier, en chiffres."),
        ("title=x&rows=1.5", "rows", "Donnez un nombre entier, en chiffres."),
        ("title=x&rows=-1", "rows", "Donnez un nombre d’au moins 0."),
        ("title=x&rows=101", "rows", "Donnez un nombre d’au plus 100."),
        ("title=x&rows=" + "9" * 5000, "rows", "Ce nombre est trop grand : vérifiez-le."),
        ("title=x&access=secret", "access", "Choisissez une valeur de la liste : public, restricted."),
        ("title=x&page=javascript:alert(1)", "page", "Donnez une adresse complète, qui commence par https://."),
        ("title=x&page=nulle part", "page", "Donnez une adresse complète, qui commence par https://."),
        ("title=x&mailbox=nulle.part", "mailbox", A_MAILBOX),
        ("title=x&public=peut-être", "public", "Répondez par oui ou par non."),
        ("title=x&keywords=a&keywords=b&keywords=c", "keywords", "Trop de valeurs : 2 au plus."),
        ("title=x&inconnu=1", "inconnu", "Ce champ est inconnu : vérifiez son nom, ou enlevez-le."),
        ("title=a%00b", "title", "Ce texte contient un caractère illisible : effacez-le et retapez-le."),
    ],
)  # fmt: skip
def test_what_cannot_be_kept_is_said_in_one_sentence(body: str, field: str, sentence: str) -> None:
    assert errors(body) == {field: sentence}


def test_what_was_typed_comes_back_beside_its_errors() -> None:
    read = parse("title=&keywords=a&rows=douze&access=public")

    assert isinstance(read, Rejected)
    assert read.values == {"keywords": ["a"], "rows": "douze", "access": "public"}
    assert set(read.errors) == {"title", "rows"}


def test_a_form_with_a_file_is_read(tmp_path: object) -> None:
    body = (
        b'--x\r\nContent-Disposition: form-data; name="title"\r\n\r\nEau\r\n'
        b'--x\r\nContent-Disposition: form-data; name="file"; filename="a.rdf"\r\n\r\n\x00\x01\r\n--x--\r\n'
    )
    data = read_form("multipart/form-data; boundary=x", body)

    assert data.first("title") == "Eau"
    assert data.files == {"file": ("a.rdf", b"\x00\x01")}


@pytest.mark.parametrize(
    ("content_type", "body"),
    [
        (FORM, b"title=\xff\xfe"),
        (FORM, b"title=%ff"),
        (FORM, b"&".join([b"a=1"] * 30_000)),
        ("multipart/form-data", b"--x--"),
        ("multipart/form-data; boundary=x", b"--x\r\nhalf a form"),
        ("multipart/form-data; boundary=x", b'--x\r\nContent-Disposition: form-data; name="a"\r\n\r\n\xff\r\n--x--'),
    ],
    ids=["not UTF-8", "percent not UTF-8", "30,000 fields", "no boundary", "half", "part not UTF-8"],
)
def test_a_body_that_is_not_the_form_it_says_is_refused(content_type: str, body: bytes) -> None:
    with pytest.raises(Invalid, match="illisible"):
        read_form(content_type, body)


def test_a_body_that_is_no_form_holds_no_field() -> None:
    assert read_form("application/json", b'{"title": "Eau"}') == FormData()
    assert read_form("", b"") == FormData()


@given(st.dictionaries(st.sampled_from(list(SheetForm.model_fields)), st.text(max_size=40)))
def test_whatever_is_typed_is_kept_or_said(values: dict[str, str]) -> None:
    read = parse_form(SheetForm, FormData({name: [value] for name, value in values.items()}))

    assert isinstance(read, Accepted) or all(sentence.endswith(".") for sentence in read.errors.values())


def test_the_body_of_a_call_is_read_with_its_errors_by_path() -> None:
    assert parse_body(SheetForm, b'{"title": "Eau", "keywords": ["a"]}').keywords == ["a"]
    with pytest.raises(Invalid) as caught:
        parse_body(SheetForm, b'{"title": 3, "keywords": ["a", 4], "sort": 1}')
    assert {error.path: error.message for error in caught.value.errors} == {
        "title": "Un texte est attendu.",
        "keywords.1": "Un texte est attendu.",
        "sort": "Ce champ est inconnu : vérifiez son nom, ou enlevez-le.",
    }


def test_nothing_where_something_must_be_is_said_as_such_whatever_its_type() -> None:
    read = parse_values(SheetForm, {"title": None})

    assert isinstance(read, Rejected)
    assert read.errors["title"] == "Ce champ est nécessaire : remplissez-le."


@pytest.mark.parametrize(
    "body",
    [b"", b"{", b"[]", b"null", b"\xff", b'{"title": "\\ud800"}', b'{"title": "a\\u0000b"}', b'{"title": NaN}',
     b'{"keywords": ["\\u0000"], "title": "x"}'],
    ids=["empty", "half", "a list", "null", "not UTF-8", "half a character", "NUL", "NaN", "NUL in a list"],
)  # fmt: skip
def test_a_body_that_is_not_the_json_expected_is_refused_in_a_sentence(body: bytes) -> None:
    with pytest.raises(Invalid) as caught:
        parse_body(SheetForm, body)
    assert all(error.message.endswith(".") for error in caught.value.errors)
    assert caught.value.errors


def test_a_backslash_before_u0000_is_text_like_any_other() -> None:
    assert parse_body(SheetForm, rb'{"title": "a\\u0000"}').title == "a\\u0000"


def test_what_is_said_is_french_whatever_pydantic_says() -> None:
    with pytest.raises(ValidationError) as caught:
        SheetForm.model_validate({"title": ["x"], "keywords": "x", "modified": {}, "rows": [], "page": 3})

    said = say_errors(caught.value)
    assert set(said) == {"title", "keywords", "modified", "rows", "page"}
    assert not any("Input" in sentence or "should" in sentence for sentence in said.values())


@pytest.mark.parametrize("counted", ["0", "86400", " 0 ", "-86400", "+0", "0.0"])
def test_a_bare_number_is_no_day_since_1970(counted: str) -> None:
    said = {
        "title": "Eau", "modified": counted, "detected_at": counted, "holidays": ["2026-11-24", counted],
        "parts": [{"since": "2026-11-24"}, {"since": counted}],
    }  # fmt: skip

    read = parse_values(SheetForm, said)
    with pytest.raises(Invalid) as refused:
        parse_body(SheetForm, json.dumps(said).encode())

    assert isinstance(read, Rejected)
    wrong = {"modified": A_DAY, "detected_at": AN_INSTANT, "holidays.1": A_DAY, "parts.1.since": A_DAY}
    assert read.errors == wrong
    assert refused.value.by_field == wrong


def test_a_number_where_a_day_is_expected_is_refused_in_json() -> None:
    for said in ("0", "86400", "1.5", "true"):
        with pytest.raises(Invalid) as refused:
            parse_body(SheetForm, f'{{"title": "Eau", "modified": {said}}}'.encode())
        assert refused.value.by_field == {"modified": A_DAY}


def test_a_day_and_an_instant_are_read_as_they_were() -> None:
    said = '{"title": "Eau", "modified": "2026-11-24", "detected_at": "2026-11-24T09:30:00+01:00", "rows": 12}'

    form = parse_body(SheetForm, said.encode())

    assert (form.modified, form.rows) == (date(2026, 11, 24), 12)
    assert form.detected_at is not None
