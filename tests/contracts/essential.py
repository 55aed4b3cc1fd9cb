"""A concession in the national format in which nothing is wrong, and files of it."""

from copy import deepcopy
from decimal import Decimal
from pathlib import Path
from typing import Any

from msgspec.json import Encoder

SHARED = Path(__file__).resolve().parents[3] / "shared" / "data" / "decp"
SIRET, HOLDER = "20003357900018", "38103128500004"


def concession(**more: Any) -> dict[str, Any]:
    """A concession published before it begins, with one amendment published in time."""
    return deepcopy({**_CONCESSION, **more})


def changed(number: int, signed: str, published: str, **more: Any) -> dict[str, Any]:
    """An amendment, as the format has it."""
    return {
        "modification": {
            "id": number, "dateSignatureModification": signed, "datePublicationDonneesModification": published, **more,
        }
    }  # fmt: skip


def year(published: str, spent: Decimal = Decimal("15.30")) -> dict[str, Any]:
    """A year of performance, as the format has it."""
    tariff = {"tarif": {"intituleTarif": "Mètre cube", "tarif": Decimal("2.10")}}
    said = {"datePublicationDonneesExecution": published, "depensesInvestissement": spent, "tarifs": [tariff]}
    return {"donneesAnnuelles": said}


_CONCESSION: dict[str, Any] = {
    "id": "2026DSP01",
    "autoriteConcedante": {"id": SIRET},
    "nature": "Délégation de service public",
    "objet": "Gestion du service public de l’eau potable",
    "procedure": "Procédure négociée ouverte",
    "dureeMois": 120,
    "dateSignature": "2024-04-02",
    "datePublicationDonnees": "2024-04-12",
    "dateDebutExecution": "2024-05-01",
    "valeurGlobale": Decimal("1250000.50"),
    "montantSubventionPublique": 0,
    "concessionnaires": [{"concessionnaire": {"typeIdentifiant": "SIRET", "id": HOLDER}}],
    "considerationsSociales": {"considerationSociale": ["Clause sociale"]},
    "considerationsEnvironnementales": {"considerationEnvironnementale": ["Critère environnemental"]},
    "modifications": [changed(1, "2025-01-31", "2025-03-31", dureeMois=132)],
    "donneesExecution": [year("2025-06-01")],
}


def written(*contracts: object) -> str:
    """The text of a file of the national format, its numbers to the digit."""
    said = {"marches": {"marche": [{"id": "M1"}], "contrat-concession": list(contracts)}}
    return Encoder(decimal_format="number").encode(said).decode()


def file_of(folder: Path, *contracts: object, name: str = "decp.json") -> Path:
    """A file of the national format."""
    place = folder / name
    place.write_text(written(*contracts), encoding="utf-8")
    return place
