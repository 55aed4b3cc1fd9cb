"""Reading an article as the DILA writes it in the LEGI base: one XML file an article and version."""

import re
from datetime import date
from typing import Any
from xml.etree.ElementTree import Element, ParseError, tostring

from defusedxml.common import DefusedXmlException
from defusedxml.ElementTree import fromstring

from registry.kernel.errors import Unreadable
from registry.kernel.plain_text import html_lines
from registry.kernel.words import _
from registry.legal.reading import LARGEST, MADE_BY, NATURES, STATES, ReadArticle, ReadVersion, first_day, last_day
from registry.legal.rules import Wanted
from registry.legal.vocabulary import ArticleState, LegalSource, TextNature

_TEXT_OF = re.compile(rb'<TEXTE\b[^>]*?\bcid="([^"]+)"')


def read_article(content: bytes, name: str, wanted: Wanted) -> ReadArticle | None:
    """The article a file holds, or nothing where it is not wanted.

    Raises: Unreadable, naming the file, when it is no article of the LEGI base, is cut, or holds a DTD.
    """
    said = _TEXT_OF.search(content)
    if said is not None and not wanted.wants_text(said.group(1).decode("utf-8", "replace")):
        return None
    if len(content) > LARGEST:
        raise Unreadable(
            _("{file} dépasse 16 Mio : ce n’est pas un article de la base LEGI. Rien n’a été chargé.").format(file=name)
        )
    try:
        root = fromstring(content, forbid_dtd=True)
    except (ParseError, DefusedXmlException, ValueError, LookupError) as error:
        raise Unreadable(
            _("{file} n’est pas un fichier XML lisible, ou il est coupé. Rien n’a été chargé.").format(file=name)
        ) from error
    try:
        return _article(root, wanted)
    except (AttributeError, KeyError, ValueError, OverflowError) as error:
        raise Unreadable(
            _(
                "{file} n’est pas un article de la base LEGI (ARTICLE, META, CONTEXTE, BLOC_TEXTUEL). "
                "Rien n’a été chargé."
            ).format(file=name)
        ) from error


def _article(root: Element, wanted: Wanted) -> ReadArticle | None:
    text = _at(root, "CONTEXTE/TEXTE")
    identifier = text.attrib["cid"]
    meta = _at(root, "META/META_SPEC/META_ARTICLE")
    number = (meta.findtext("NUM") or "").strip()
    if root.tag != "ARTICLE" or not identifier:
        raise ValueError(root.tag)
    if not number or not wanted.wants(identifier, number):
        return None
    title = next(
        ((one.get("c_titre_court") or "".join(one.itertext())).strip() for one in text.iter("TITRE_TXT")), identifier
    )
    version = ReadVersion(
        (root.findtext("META/META_COMMUN/ID") or "").strip() or _missing("ID"), number,
        STATES.get((meta.findtext("ETAT") or "").strip(), ArticleState.OTHER),
        first_day(_day(meta.findtext("DATE_DEBUT"))), last_day(_day(meta.findtext("DATE_FIN"))),
        _words(root.find("BLOC_TEXTUEL/CONTENU")), _words(root.find("NOTA/CONTENU")) or None, _made_by(root),
    )  # fmt: skip
    others = tuple(
        ReadVersion(
            one.attrib["id"], one.get("num") or number, STATES.get(one.get("etat", ""), ArticleState.OTHER),
            first_day(_day(one.get("debut"))), last_day(_day(one.get("fin"))),
        )
        for one in root.iterfind("VERSIONS/VERSION/LIEN_ART")
        if one.attrib["id"] != version.identifier
    )  # fmt: skip
    nature = NATURES.get(text.get("nature", ""), TextNature.OTHER)
    title = title.rstrip(".").replace("'", "’")
    return ReadArticle(identifier, title, nature, LegalSource.DILA_FILE, number, version, others)


def _at(root: Element, path: str) -> Element:
    found = root.find(path)
    if found is None:
        raise KeyError(path)
    return found


def _missing(name: str) -> Any:
    raise KeyError(name)


def _day(said: str | None) -> date:
    return date.fromisoformat((said or "").strip())


def _words(element: Element | None) -> str:
    return html_lines(tostring(element, encoding="unicode")) if element is not None else ""


def _made_by(root: Element) -> str | None:
    acts = [
        one
        for one in root.iterfind("LIENS/LIEN")
        if one.get("sens") == "cible" and one.get("typelien") in MADE_BY and (one.text or "").strip()
    ]
    latest = max(acts, key=lambda one: one.get("datesignatexte") or "", default=None)
    return None if latest is None else (latest.text or "").strip()
