"""Nothing the product says is left without its English, and the catalogue keeps nothing nobody says."""

from registry.web.extraction import untranslated, unused

REWRITE = "run `python -m registry.web.extraction`, then fill registry/translations/en/LC_MESSAGES/messages.po"


def test_nothing_is_left_untranslated() -> None:
    left = untranslated("en")
    assert not left, f"{len(left)} sentences have no English; {REWRITE}: {left[:20]}"


def test_no_translation_outlives_its_sentence() -> None:
    left = unused("en")
    assert not left, f"{len(left)} translations of sentences nobody says any more; {REWRITE}: {left[:20]}"
