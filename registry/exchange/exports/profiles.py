"""An export in the words of two French schemas: the SCDL catalogue (20 columns) and Etalab's (17 columns).

Each holds what its columns can hold, and leaves empty what nobody said: neither has a place for the rest of a sheet.
Law and sources: SCDL « catalogue » 0.1.1 (OpenDataFrance); schéma « catalogue de données » 0.3.0 (Etalab).
"""

import csv
import io
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import date
from typing import Any

from registry.exchange.exports.queries import Row
from registry.kernel.sort_keys import sort_key
from registry.kernel.spreadsheets import inert
from registry.kernel.words import FRENCH
from registry.platform.lists import load_list

_EACH = 500
_FREQUENCIES = {
    "UNKNOWN": "Inconnue", "NEVER": "Ponctuelle", "IRREG": "Irrégulière", "CONT": "Continuelle",
    "HOURLY": "Toutes les heures",
    **dict.fromkeys(("DAILY", "DAILY_2"), "Quotidienne ou plusieurs fois par jour"),
    **dict.fromkeys(("WEEKLY", "WEEKLY_2", "WEEKLY_3"), "Hebdomadaire ou plusieurs fois par semaine"),
    **dict.fromkeys(("MONTHLY", "MONTHLY_2", "MONTHLY_3"), "Mensuelle ou plusieurs fois par mois"),
    "BIMONTHLY": "Bimestrielle", "QUARTERLY": "Trimestrielle", "ANNUAL_2": "Semestrielle", "ANNUAL": "Annuelle",
    "BIENNIAL": "Biennale", "TRIENNIAL": "Triennale", "QUINQUENNIAL": "Quinquennale",
}  # fmt: skip
"""The closed list of the SCDL, by the European code; what is rarer than it knows has no word there."""


def scdl_export(rows: Iterable[Row]) -> Iterator[bytes]:
    """A catalogue of the SCDL, a row a sheet."""
    return _written(rows, _scdl)


def etalab_export(rows: Iterable[Row]) -> Iterator[bytes]:
    """A catalogue in Etalab's schema, a row a sheet."""
    return _written(rows, _etalab)


def _written(rows: Iterable[Row], say: Any) -> Iterator[bytes]:
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\r\n", quoting=csv.QUOTE_ALL)
    writer.writerow(say({}))
    for number, row in enumerate(rows, 1):
        writer.writerow([inert(cell) for cell in say(row).values()])
        if number % _EACH == 0:
            yield _taken(out)
    yield _taken(out)


def _taken(out: io.StringIO) -> bytes:
    said = out.getvalue().encode("utf-8", "replace")
    out.seek(0)
    out.truncate()
    return said


def _scdl(row: Row) -> dict[str, str]:
    files: Sequence[str | None] = row.get("formats", [])
    return {
        "COLL_NOM": _text(row, "body_name"),
        "COLL_SIRET": _text(row, "body_siret"),
        "ID": _text(row, "identifier"),
        "TITRE": _text(row, "title"),
        "DESCRIPTION": _text(row, "description"),
        "THEME": _theme(row),
        "PRODUCTEUR_NOM": _text(row, "creator_name"),
        "PRODUCTEUR_SIRET": _text(row, "creator_siret"),
        "COUV_SPAT_MAILLE": _label("spatial_granularities", row.get("spatial_granularity")),
        "COUV_SPAT_NOM": _place(row),
        "COUV_TEMP_DEBUT": _day(row, "temporal_start"),
        "COUV_TEMP_FIN": _day(row, "temporal_end"),
        "DATE_PUBL": _day(row, "issued"),
        "FREQ_MAJ": _FREQUENCIES.get(row.get("frequency") or "", ""),
        "DATE_MAJ": _day(row, "modified"),
        "MOTS_CLES": ";".join(sort_key(word) for word in row.get("keywords", ()) if ";" not in word),
        "LICENCE": _scdl_licence(row.get("licence")),
        "NOMBRE_RESSOURCES": str(min(len(files), 999)) if files else "",
        "FORMAT_RESSOURCES": ";".join(_formats(files)).lower(),
        "URL": _page(row),
    }


def _etalab(row: Row) -> dict[str, str]:
    return {
        "titre": _text(row, "title"),
        "description": _text(row, "description"),
        "mots_cles": ",".join(word for word in row.get("keywords", ()) if "," not in word),
        "nom_orga": _text(row, "body_name"),
        "siret_orga": _text(row, "body_siret"),
        "id_alt_orga": "",
        "service": _text(row, "service"),
        "si": _text(row, "system_name"),
        "contact_service": _address(row),
        "contact_personne": _text(row, "contact_email"),
        "date_pub": _day(row, "issued"),
        "date_maj": _day(row, "modified"),
        "freq_maj": _label("frequencies", row.get("frequency")),
        "couv_geo": _place(row),
        "url": _page(row),
        "format": ",".join(_formats(row.get("formats", []))),
        "licence": _label("licences", row.get("licence")),
    }


def _text(row: Mapping[str, Any], name: str) -> str:
    return str(row.get(name) or "")


def _page(row: Mapping[str, Any]) -> str:
    """The public page of the dataset, else that of its producer, else its one file: of several, none is the whole."""
    if row.get("page"):
        return _text(row, "page")
    files = row.get("formats") or ()
    alone = _text(row, "file_address") if len(files) == 1 else ""
    return _text(row, "landing_page") or alone or _text(row, "uri")


def _address(row: Mapping[str, Any]) -> str:
    """The electronic address of the service that answers, where it is one: Etalab takes nothing else there."""
    said = _text(row, "contact_service")
    return said if "@" in said else ""


def _day(row: Mapping[str, Any], name: str) -> str:
    value = row.get(name)
    return value.isoformat() if isinstance(value, date) else ""


def _label(name: str, code: str | None) -> str:
    return load_list(name).label(code, FRENCH) if code else ""


def _theme(row: Mapping[str, Any]) -> str:
    """The authority's own theme where it has one, else the first of the European list."""
    own, european = row.get("local_themes") or (), row.get("themes") or ()
    return str(own[0]) if own else _label("themes", european[0]) if european else ""


def _place(row: Mapping[str, Any]) -> str:
    """The first place said by a name: neither an address nor an outline."""
    named = (place for place in row.get("spatial") or () if "://" not in place and not place.startswith(("{", "POLY")))
    return next(named, "")


def _formats(files: Sequence[str | None]) -> list[str]:
    """The formats of the files, each once; a word that bears a separator cannot be held."""
    named = (_label("file_types", one) for one in files if one)
    return [one for one in dict.fromkeys(named) if not set(one) & set(",;")]


def _scdl_licence(code: str | None) -> str:
    if not code:
        return ""
    known = {"etalab-2.0": "Licence Ouverte-LO", "odbl-1.0": "Open Database License-ODBL"}
    return known.get(code) or ("Creative Commons-CC" if code.startswith("cc") else "Spécifique ou autre")
