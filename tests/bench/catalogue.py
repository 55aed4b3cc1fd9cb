"""A catalogue as portals write them: DCAT in RDF/XML, with three distributions a dataset."""

import csv
import json
from datetime import date, timedelta
from pathlib import Path
from typing import Any
from xml.sax.saxutils import escape, quoteattr

THEMES = ("environnement", "déplacements", "urbanisme", "culture", "finances", "eau", "déchets", "écoles")
OBJECTS = ("bornes", "arrêts", "arbres", "parcelles", "budgets", "captages", "tournées", "effectifs")
FORMATS = (("csv", "text/csv"), ("geojson", "application/geo+json"), ("xlsx", "application/vnd.ms-excel"))
LICENCE = "https://www.etalab.gouv.fr/licence-ouverte-open-licence/"


def sheet(number: int) -> dict[str, Any]:
    """One dataset among many: some whole, some with what is missing in real catalogues."""
    theme, what = THEMES[number % 8], OBJECTS[number // 8 % 8]
    day = date(2026, 1, 1) + timedelta(days=number % 300)
    return {
        "identifier": f"https://donnees.essai.invalid/jeux/{number}",
        "title": f"{what.capitalize()} de la direction {theme}, relevé n° {number}",
        "description": (
            f"Inventaire des {what} suivi par la direction {theme}. Chaque ligne décrit un objet, son adresse, sa "
            f"date de mise en service et le service qui l’entretient. Les données viennent du système métier et sont "
            f"contrôlées chaque trimestre ; le relevé n° {number} remplace le précédent."
        ),
        "keywords": [theme, what, f"relevé-{number % 50}"],
        "publisher": f"Direction {theme}",
        "issued": day,
        "modified": day + timedelta(days=40),
        "with_licence": number % 5 != 0,
        "with_frequency": number % 3 != 0,
    }


def distributions(number: int) -> list[dict[str, Any]]:
    """Its three files."""
    base = f"https://donnees.essai.invalid/jeux/{number}"
    return [
        {
            "identifier": f"{base}/fichiers/{extension}",
            "title": f"Fichier {extension.upper()} du relevé n° {number}",
            "download_url": f"{base}/export.{extension}",
            "access_url": base,
            "format": extension,
            "media_type": media_type,
            "byte_size": 10_000 + number,
        }
        for extension, media_type in FORMATS
    ]


def write_catalogue(path: Path, numbers: range) -> None:
    """Writes the datasets as RDF/XML."""
    with path.open("w", encoding="utf-8") as out:
        out.write(
            '<?xml version="1.0" encoding="utf-8"?>\n'
            '<rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#" xmlns:dcat="http://www.w3.org/ns/dcat#"'
            ' xmlns:dct="http://purl.org/dc/terms/" xmlns:foaf="http://xmlns.com/foaf/0.1/"'
            ' xmlns:vcard="http://www.w3.org/2006/vcard/ns#">\n'
        )
        for number in numbers:
            out.write(_dataset(number))
        out.write("</rdf:RDF>\n")


def _dataset(number: int) -> str:
    said = sheet(number)
    address = said["identifier"]
    lines = [
        f"<dcat:Dataset rdf:about={quoteattr(address)}>",
        f"<dct:identifier>{escape(address)}</dct:identifier>",
        f'<dct:title xml:lang="fr">{escape(said["title"])}</dct:title>',
        f'<dct:description xml:lang="fr">{escape(said["description"])}</dct:description>',
        *(f"<dcat:keyword>{escape(word)}</dcat:keyword>" for word in said["keywords"]),
        _day("issued", said["issued"]),
        _day("modified", said["modified"]),
        f"<dct:publisher><foaf:Organization rdf:about={quoteattr(address + '/producteur')}>",
        f"<foaf:name>{escape(said['publisher'])}</foaf:name></foaf:Organization></dct:publisher>",
        "<dcat:contactPoint><vcard:Organization><vcard:fn>Guichet des données</vcard:fn>",
        '<vcard:hasEmail rdf:resource="mailto:donnees@essai.invalid"/></vcard:Organization></dcat:contactPoint>',
        f'<dcat:landingPage rdf:resource="{address}/page"/>',
        '<dct:language rdf:resource="http://publications.europa.eu/resource/authority/language/FRA"/>',
        '<dct:accessRights rdf:resource="http://publications.europa.eu/resource/authority/access-right/PUBLIC"/>',
    ]
    if said["with_frequency"]:
        frequency = "http://publications.europa.eu/resource/authority/frequency/QUARTERLY"
        lines.append(f'<dct:accrualPeriodicity rdf:resource="{frequency}"/>')
    for file in distributions(number):
        lines += [
            f"<dcat:distribution><dcat:Distribution rdf:about={quoteattr(file['identifier'])}>",
            f'<dct:title xml:lang="fr">{escape(file["title"])}</dct:title>',
            f'<dcat:accessURL rdf:resource="{file["access_url"]}"/>',
            f'<dcat:downloadURL rdf:resource="{file["download_url"]}"/>',
            f"<dct:format>{file['format']}</dct:format>",
            f"<dcat:mediaType>{file['media_type']}</dcat:mediaType>",
            f'<dcat:byteSize rdf:datatype="http://www.w3.org/2001/XMLSchema#decimal">{file["byte_size"]}</dcat:byteSize>',
            *([f'<dct:license rdf:resource="{LICENCE}"/>'] if said["with_licence"] else []),
            "</dcat:Distribution></dcat:distribution>",
        ]
    return "\n".join([*lines, "</dcat:Dataset>\n"])


def _day(name: str, value: date) -> str:
    return f'<dct:{name} rdf:datatype="http://www.w3.org/2001/XMLSchema#date">{value}</dct:{name}>'


def write_answer(path: Path, numbers: range) -> None:
    """Writes the same datasets as a CKAN portal answers them."""
    with path.open("w", encoding="utf-8") as out:
        out.write(f'{{"success": true, "result": {{"count": {len(numbers)}, "results": [')
        for place, number in enumerate(numbers):
            out.write((",\n" if place else "\n") + json.dumps(_package(number), ensure_ascii=False))
        out.write("\n]}}\n")


def _package(number: int) -> dict[str, Any]:
    said = sheet(number)
    return {
        "id": said["identifier"], "name": f"releve-{number}", "title": said["title"], "notes": said["description"],
        "url": said["identifier"] + "/page", "maintainer": "Guichet des données",
        "maintainer_email": "donnees@essai.invalid", "license_id": "lov2" if said["with_licence"] else None,
        "metadata_created": f"{said['issued']}T08:00:00", "metadata_modified": f"{said['modified']}T08:00:00",
        "organization": {"id": "o", "name": "direction", "title": said["publisher"]}, "language": "fr",
        "tags": [{"name": word, "display_name": word} for word in said["keywords"]], "private": False,
        "frequency": "quarterly" if said["with_frequency"] else None,
        "resources": [
            {
                "id": file["identifier"], "name": file["title"], "url": file["download_url"],
                "access_url": file["access_url"], "format": file["format"], "mimetype": file["media_type"],
                "size": file["byte_size"],
            }
            for file in distributions(number)
        ],
    }  # fmt: skip


_COLUMNS = (
    "Identifiant", "Titre", "Description", "Mots-clés", "Producteur", "Contact", "Date de création",
    "Date de modification", "Licence", "Fréquence de mise à jour", "Page", "Langue",
)  # fmt: skip


def write_table(path: Path, numbers: range) -> None:
    """Writes the same datasets as a spreadsheet keeps them: a line each, in CSV."""
    with path.open("w", encoding="utf-8", newline="") as out:
        lines = csv.writer(out, delimiter=";")
        lines.writerow(_COLUMNS)
        for number in numbers:
            said = sheet(number)
            lines.writerow(
                (
                    said["identifier"], said["title"], said["description"], ", ".join(said["keywords"]),
                    said["publisher"], "donnees@essai.invalid", said["issued"], said["modified"],
                    "Licence Ouverte 2.0" if said["with_licence"] else "",
                    "trimestrielle" if said["with_frequency"] else "", said["identifier"] + "/page", "fr",
                )
            )  # fmt: skip
