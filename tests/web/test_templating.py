"""Templates receive the fields of one view, ask for nothing else, and say dates and numbers as people do."""

import dataclasses
import re
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from enum import StrEnum
from typing import Any

import pytest
from jinja2 import DictLoader, UndefinedError
from markupsafe import Markup, escape

from registry.kernel.words import use_translations
from registry.platform.clock import now
from registry.web.compiling import escaped
from registry.web.problems import ProblemPage
from registry.web.routes import AccessibilityPage
from registry.web.shell import Shell
from registry.web.templating import (
    asked_variables,
    bind_signs,
    environment,
    render,
    say_address,
    say_ago,
    say_bytes,
    say_day,
    say_label,
    say_moment,
    say_number,
)
from registry.web.words import translations_for

VIEWS = {"web/problem.html": ProblemPage, "web/accessibility.html": AccessibilityPage}


def test_every_template_of_the_house_parses() -> None:
    names = environment().list_templates()

    assert "web/base.html" in names
    for name in names:
        environment().get_template(name)


@pytest.mark.parametrize("template", VIEWS)
def test_a_page_asks_only_for_what_its_view_declares(template: str) -> None:
    assert asked_variables(template) <= {field.name for field in dataclasses.fields(VIEWS[template])}


def test_what_a_page_includes_extends_and_binds_is_followed() -> None:
    made = environment()
    pages = {
        "page.html": "{% extends 'base.html' %}{% import 'macros.html' as c %}{% set known = 1 %}"
        "{% macro own(x) %}{{ x }}{% endmacro %}"
        "{% block a %}{{ asked }}{{ known }}{{ c.m() }}{{ own(1) }}{% include 'part.html' %}{% endblock %}",
        "base.html": "{{ shell.authority }}{{ of_base }}{% block a %}{% endblock %}",
        "part.html": "{% for one in of_part %}{{ one }}{% endfor %}",
        "macros.html": "{% macro m() %}{% endmacro %}",
    }
    kept = made.loader
    made.loader = DictLoader(pages)
    try:
        assert asked_variables("page.html") == {"asked", "of_base", "of_part"}
    finally:
        made.loader = kept


def test_a_field_the_view_does_not_give_is_an_error_not_a_blank() -> None:
    @dataclass(frozen=True)
    class Half:
        status: int

    with pytest.raises(UndefinedError, match="title"):
        render("web/problem.html", Half(404), Shell())


def test_what_people_typed_is_never_markup() -> None:
    page = render("web/problem.html", ProblemPage(404, "<b>x</b>", "<script>", (), "1"), Shell(authority="<i>"))

    assert "<b>x</b>" not in page
    assert "<script>" not in page
    assert "&lt;i&gt;" in page


def test_a_page_bears_no_inline_style_or_script() -> None:
    page = render("web/problem.html", ProblemPage(404, "x", "y", (), "1"), Shell(csrf="t", signed_in=True))

    assert " style=" not in page
    assert "<style" not in page
    assert " onclick=" not in page
    assert page.count("<script") == page.count("<script src=")


def test_the_demonstration_is_said_on_every_page_and_nowhere_else() -> None:
    problem = ProblemPage(404, "x", "y", (), "1")

    assert "fictif" in render("web/problem.html", problem, Shell(demonstration=True))
    assert "fictif" not in render("web/problem.html", problem, Shell())


@pytest.mark.parametrize(
    ("locale", "day", "first", "instant", "number"),
    [
        ("fr", "24 novembre 2026", "1er janvier 2027", "24 novembre 2026 à 00:30", "1\u202f234\u202f567,5"),
        ("en", "24 November 2026", "1 January 2027", "24 November 2026 at 00:30", "1,234,567.5"),
    ],
)
def test_dates_and_numbers_are_said_as_people_do(locale: str, day: str, first: str, instant: str, number: str) -> None:
    with use_translations(locale, translations_for(locale)):
        assert say_day(date(2026, 11, 24)) == day
        assert say_day(date(2027, 1, 1)) == first
        assert say_moment(datetime(2026, 11, 23, 23, 30, tzinfo=UTC)) == instant
        assert say_number(1234567.5) == number


@pytest.mark.parametrize(
    ("size", "said"),
    [
        (0, "0\u00a0octets"), (1023, "1\u202f023\u00a0octets"), (1024, "1\u00a0Kio"), (5_600_000, "5,3\u00a0Mio"),
        (50 * 2**20, "50\u00a0Mio"), (3 * 2**40, "3\u00a0Tio"), (2**60, "1\u202f048\u202f576\u00a0Tio"),
    ],
)  # fmt: skip
def test_a_size_is_said_in_the_unit_people_read(size: int, said: str) -> None:
    assert say_bytes(size) == said


@pytest.mark.parametrize(
    ("ago", "said"),
    [
        (timedelta(seconds=20), "à l’instant"),
        (timedelta(minutes=1, seconds=5), "il y a 1 minute"),
        (timedelta(minutes=59, seconds=30), "il y a 59 minutes"),
    ],
)
def test_what_has_just_happened_is_said_in_minutes(ago: timedelta, said: str) -> None:
    assert say_ago(now() - ago) == said


def test_what_happened_earlier_is_said_by_its_day() -> None:
    assert say_ago(now() - timedelta(days=1)).startswith(("hier à", "aujourd’hui à"))
    assert say_ago(datetime(2020, 1, 1, 12, tzinfo=UTC)) == "1er janvier 2020"
    assert say_ago(now() + timedelta(days=400)).split()[-1].isdigit()


def test_nothing_is_said_of_nothing() -> None:
    assert [say(None) for say in (say_day, say_moment, say_ago, say_number, say_bytes, say_label)] == [""] * 6


def test_an_instant_is_said_in_the_authority_s_time() -> None:
    made = environment().overlay(loader=DictLoader({"web/x.html": "{{ at|moment }}"}))

    @dataclass(frozen=True)
    class View:
        at: datetime = datetime(2026, 11, 23, 23, 30, tzinfo=UTC)

    kept = environment().loader
    environment().loader = made.loader
    try:
        assert render("web/x.html", View(), Shell(time_zone="Indian/Reunion")) == "24 novembre 2026 à 03:30"
        assert render("web/x.html", View(), Shell()) == "24 novembre 2026 à 00:30"
    finally:
        environment().loader = kept


def test_a_label_is_said_in_words_or_replaced() -> None:
    class Stage(StrEnum):
        OPEN = "open"

        @property
        def label(self) -> str:
            return "Ouvert"

    assert say_label(Stage.OPEN) == "Ouvert"
    assert say_label(None, "Non renseigné") == "Non renseigné"


@pytest.mark.parametrize(
    ("given", "kept"),
    [
        ("https://x.fr/é?a=1", "https://x.fr/é?a=1"), (" ftp://x.fr ", "ftp://x.fr"),
        ("mailto:a@b.fr", "mailto:a@b.fr"),
        ("javascript:alert(1)", ""), ("JavaScript:alert(1)", ""), ("data:text/html,x", ""), ("//x.fr", ""), ("", ""),
        (None, ""), ("http://[::1", ""), ("\x01javascript:alert(1)", ""), ("java\nscript:alert(1)", ""),
    ],
)  # fmt: skip
def test_only_an_address_becomes_a_link(given: Any, kept: str) -> None:
    assert say_address(given) == kept


def test_no_line_of_french_begins_with_a_sign() -> None:
    assert bind_signs("« Oui » : non ; loi n° 3 ?") == "«\u00a0Oui\u00a0»\u00a0: non\u00a0; loi n°\u00a03\u00a0?"
    assert bind_signs("10:30, a;b") == "10:30, a;b"


@pytest.mark.parametrize(("count", "said"), [(1, "1 conforme"), (2, "2 conformes")])
def test_what_is_counted_agrees_with_its_number(count: int, said: str) -> None:
    page = "{% import 'web/components/words.html' as c %}{{ c.counts({'compliant': count}) }}"
    shown = environment().from_string(page).render(count=count)

    assert " ".join(re.sub(r"<[^>]+>", "", shown).split()) == said


@pytest.mark.parametrize(
    "value", ["", "été", "a&b", "<i>", '"', "'", ">", Markup("<b>&amp;</b>"), 12, None, Shell(authority="<x>"), True]
)
def test_what_a_page_writes_is_escaped_as_ever(value: Any) -> None:
    assert escaped(value) == str(escape(value))


def test_words_are_written_into_a_page_in_each_language() -> None:
    page = "{{ _('Mon compte') }} {{ _('%(done)s sur %(total)s', done=1, total='<2>') }} {{ _(x) }} {{ x }}"
    said = {}
    for locale in ("fr", "en"):
        with use_translations(locale, translations_for(locale)):
            said[locale] = environment(locale).from_string(page).render(x="Se déconnecter")

    assert said["fr"] == "Mon compte 1 sur &lt;2&gt; Se déconnecter Se déconnecter"
    assert said["en"].startswith("My account 1 ")
    assert "&lt;2&gt;" in said["en"]
    assert said["en"].endswith(" Se déconnecter")
    assert "Se déconnecter Se" not in said["en"]
