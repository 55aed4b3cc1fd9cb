"""Small files in the formats of the LEGI base, written here: none of the base itself."""

import io
import json
import tarfile
from collections.abc import Mapping, Sequence
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

from registry.legal.loading import Spool
from registry.legal.rules import Wanted
from registry.legal.service import load_articles
from tests.conftest import Town

CODE = "LEGITEXT000031366350"
TITLE = "Code des relations entre le public et l'administration"
END = date(2999, 1, 1)


def instant(day: date) -> int:
    """A day as the npm package writes it."""
    return int(datetime(day.year, day.month, day.day, tzinfo=UTC).timestamp() * 1000)


def leaf(
    number: str, identifier: str, words: str = "<p>Premier alinéa.<br/>Second &amp; dernier.</p>", *,
    begins: date = date(2016, 1, 1), ends: date = END, state: str = "VIGUEUR",
    others: Sequence[tuple[str, date, date, str]] = (), note: str = "",
) -> dict[str, Any]:  # fmt: skip
    """An article in the tree of a code; `others` are the versions of which the file tells the dates only."""
    said = [(identifier, begins, ends, state), *others]
    return {
        "data": {
            "articleVersions": [
                {"id": one, "etat": kept, "version": "1.0", "dateDebut": instant(of), "dateFin": instant(to),
                 "numero": None, "ordre": None}
                for one, of, to, kept in said
            ],
            "cid": identifier, "dateDebut": instant(begins), "dateFin": instant(ends), "etat": state, "id": identifier,
            "lienModifications": [
                {"textCid": "JORFTEXT000000000001", "textTitle": "LOI n° 1 du 2 janvier 2015 - art.",
                 "linkType": "CREE", "linkOrientation": "cible", "articleNum": "3", "dateDebutCible": "2016-01-01"},
            ],
            "nota": note, "notaHtml": note, "num": number, "texte": "", "texteHtml": words,
        },
        "type": "article",
    }  # fmt: skip


def code(*articles: Mapping[str, Any], identifier: str = CODE, title: str = TITLE) -> bytes:
    """A code of the npm package, its articles in one section."""
    section = {"data": {"id": "LEGISCTA000000000001", "title": "Titre"}, "type": "section", "children": list(articles)}
    tree = {
        "data": {"cid": identifier, "id": identifier, "etat": "VIGUEUR", "title": title},
        "type": "code",
        "children": [section],
    }
    return json.dumps(tree, ensure_ascii=False, indent=2).encode()


def xml_article(
    number: str, identifier: str, words: str = "<p>Premier alinéa.</p><p>Second &amp; dernier.</p>", *,
    begins: str = "2016-01-01", ends: str = "2999-01-01", state: str = "VIGUEUR", text: str = CODE,
    before: str = "", others: str = "",
) -> bytes:  # fmt: skip
    """An article of the DILA's dump."""
    return f"""<?xml version="1.0" encoding="UTF-8"?>{before}
<ARTICLE>
<META><META_COMMUN><ID>{identifier}</ID><ORIGINE>LEGI</ORIGINE><NATURE>Article</NATURE></META_COMMUN>
<META_SPEC><META_ARTICLE><NUM>{number}</NUM><ETAT>{state}</ETAT><DATE_DEBUT>{begins}</DATE_DEBUT>
<DATE_FIN>{ends}</DATE_FIN><TYPE>AUTONOME</TYPE></META_ARTICLE></META_SPEC></META>
<CONTEXTE><TEXTE cid="{text}" nature="CODE" num=""><TITRE_TXT c_titre_court="Code essai" debut="2016-01-01"
 fin="2999-01-01" id_txt="{text}">{TITLE}</TITRE_TXT></TEXTE></CONTEXTE>
<VERSIONS><VERSION etat="{state}"><LIEN_ART debut="{begins}" etat="{state}" fin="{ends}" id="{identifier}"
 num="{number}" origine="LEGI"/></VERSION>{others}</VERSIONS>
<NOTA><CONTENU/></NOTA>
<BLOC_TEXTUEL><CONTENU>{words}</CONTENU></BLOC_TEXTUEL>
<LIENS><LIEN cidtexte="JORFTEXT000000000001" datesignatexte="2015-01-02" sens="cible" typelien="CREE"
>LOI n° 1 du 2 janvier 2015 - art. 3</LIEN></LIENS>
</ARTICLE>""".encode()


def archive(path: Path, files: Mapping[str, bytes]) -> Path:
    """A gzipped archive of files."""
    with tarfile.open(path, "w:gz") as made:
        for name, content in files.items():
            member = tarfile.TarInfo(name)
            member.size = len(content)
            made.addfile(member, io.BytesIO(content))
    return path


def load_code(town: Town, folder: Path, *articles: Mapping[str, Any]) -> None:
    """Loads a code of these articles, all of them."""
    path = folder / f"{CODE}.json"
    path.write_bytes(code(*articles))
    with Spool(path, Wanted(everything=True)) as spool, town.acting() as session:
        for batch in spool.batches():
            load_articles(session, batch, today=date(2026, 11, 25))
