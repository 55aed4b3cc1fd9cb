"""The reader's language, and catalogues that keep up with what the code says."""

from pathlib import Path

import pytest

from registry.kernel.words import _, ngettext, use_translations
from registry.platform.assets import PACKAGE
from registry.web.extraction import extract_messages, untranslated, update_catalogue
from registry.web.words import choose_locale, translations_for


@pytest.mark.parametrize(
    ("chosen", "accepted", "locale"),
    [
        (None, None, "fr"),
        (None, "en", "en"),
        (None, "fr-FR,fr;q=0.9,en;q=0.8", "fr"),
        (None, "en-GB, en;q=0.9, fr;q=0.8", "en"),
        (None, "en;q=0.1, fr;q=0.9", "fr"),
        (None, "de-DE, en;q=0.5", "en"),
        (None, "de, es", "fr"),
        (None, "en;q=0", "fr"),
        (None, "en;q=beaucoup", "fr"),
        (None, "*", "fr"),
        ("en", "fr", "en"),
        ("fr", "en", "fr"),
        ("../../etc", "en", "en"),
        ("de", None, "fr"),
    ],
)
def test_the_reader_is_spoken_to_in_their_language(chosen: str | None, accepted: str | None, locale: str) -> None:
    assert choose_locale(chosen, accepted) == locale


def test_english_is_read_from_the_catalogue_itself() -> None:
    assert not list((PACKAGE / "translations").rglob("*.mo"))
    with use_translations("en", translations_for("en")):
        assert _("Page introuvable") == "Page not found"
        assert ngettext("il y a {count} minute", "il y a {count} minutes", 0) == "{count} minutes ago"


def test_a_sentence_without_translation_is_said_in_french(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    place = tmp_path / "translations" / "en" / "LC_MESSAGES"
    place.mkdir(parents=True)
    (place / "messages.po").write_text(
        'msgid ""\nmsgstr "Content-Type: text/plain; charset=utf-8\\n"\n\n'
        'msgid "Oui"\nmsgstr ""\n\nmsgid "un"\nmsgid_plural "des"\nmsgstr[0] ""\nmsgstr[1] ""\n',
        "utf-8",
    )
    monkeypatch.setattr("registry.web.words.PACKAGE", tmp_path)
    translations_for.cache_clear()
    with use_translations("en", translations_for("en")):
        assert _("Oui") == "Oui"
        assert ngettext("un", "des", 2) == "des"
    translations_for.cache_clear()


def test_a_language_that_is_no_catalogue_leads_nowhere() -> None:
    assert translations_for("../../../etc").gettext("Oui") == "Oui"


def test_what_is_said_in_code_and_in_pages_is_found(tmp_path: Path) -> None:
    (tmp_path / "a.py").write_text('_("Un")\nmark("Deux " "bouts")\nngettext("x", "xs", 2)\n_(variable)\n', "utf-8")
    (tmp_path / "b.html").write_text(
        '{{ _("Trois") }}{% trans %}Quatre{% endtrans %}{{ ngettext("%(num)s y", "%(num)s ys", 3) }}', "utf-8"
    )
    (tmp_path / "c.txt").write_text('_("non")', "utf-8")

    found = [message.id for message in extract_messages(tmp_path) if message.id]
    assert found == [("%(num)s y", "%(num)s ys"), "Deux bouts", "Quatre", "Trois", "Un", ("x", "xs")]


def test_a_catalogue_is_rewritten_the_same_and_keeps_what_was_translated(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    (tmp_path / "code").mkdir()
    code, catalogue = tmp_path / "code" / "a.py", tmp_path / "en" / "messages.po"
    monkeypatch.setattr("registry.web.extraction.catalogue_path", lambda _locale: catalogue)
    monkeypatch.setattr("registry.web.extraction._sources", lambda: (tmp_path / "code",))
    code.write_text('_("Oui")\n_("Non")\n', "utf-8")

    update_catalogue()
    assert untranslated() == ["Non", "Oui"]
    catalogue.write_text(
        catalogue.read_text("utf-8").replace('msgid "Oui"\nmsgstr ""', 'msgid "Oui"\nmsgstr "Yes"'), "utf-8"
    )
    code.write_text('_("Oui")\n_("Peut-être")\n', "utf-8")
    first = update_catalogue()

    assert untranslated() == ["Peut-être"]
    assert 'msgid "Oui"\nmsgstr "Yes"' in first
    assert '"Non"' not in first
    assert update_catalogue() == first
    assert str(tmp_path) not in first


def test_the_web_room_leaves_nothing_untranslated() -> None:
    ours = {
        message.id[0] if isinstance(message.id, tuple | list) else message.id
        for message in extract_messages(PACKAGE / "web")
        if message.id
    }
    assert ours & set(untranslated()) == set()
