"""The intercommunal authorities of France and their communes, from the npm package of reference data."""

import json
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

from registry.kernel.errors import Invalid, Unavailable
from registry.kernel.words import _
from registry.platform.assets import asset_root

PACKAGE = "@etalab/decoupage-administratif"


@dataclass(frozen=True)
class Commune:
    """A member commune.

    Units: inhabitants (total and municipal population).
    """

    siren: str
    insee_code: str
    name: str
    total: int
    municipal: int


@dataclass(frozen=True)
class Intercommunality:
    """A public establishment of intercommunal cooperation, with its own taxes, and its members.

    Law: CGCT L5210-1-1 A (the categories).
    """

    siren: str
    name: str
    legal_form: str
    total: int
    municipal: int
    communes: tuple[Commune, ...]
    source: str


_FORMS = {
    "CU": "Communauté urbaine",
    "CA": "Communauté d’agglomération",
    "CC": "Communauté de communes",
    "METRO": "Métropole",
    "METLYON": "Métropole de Lyon",
}
_NAMES = {
    "CU ": "Communauté urbaine ",
    "CA ": "Communauté d’agglomération ",
    "CC ": "Communauté de communes ",
}


@lru_cache(maxsize=1)
def _read_package() -> tuple[str, tuple[dict[str, object], ...]]:
    folder = asset_root("node_modules") / PACKAGE
    try:
        version = json.loads(Path(folder / "package.json").read_text("utf-8"))["version"]
        return str(version), tuple(json.loads(Path(folder / "data" / "epci.json").read_text("utf-8")))
    except FileNotFoundError as error:
        raise Unavailable(
            _("Les données de référence « {package} » manquent. Lancez « python3 dev.py setup ».").format(
                package=PACKAGE
            )
        ) from error


def _full_name(name: str) -> str:
    for short, long in _NAMES.items():
        if name.startswith(short):
            return long + name.removeprefix(short).replace("'", "’")
    return name.replace("'", "’")


def get_intercommunality(siren: str) -> Intercommunality:
    """The authority of that SIREN with its communes.

    Raises: Invalid when no authority of France bears it.
    """
    version, every = _read_package()
    for found in every:
        if found["code"] == siren:
            members = found["membres"]
            assert isinstance(members, list)  # noqa: S101 -- the package's own shape.
            return Intercommunality(
                siren=siren,
                name=_full_name(str(found["nom"])),
                legal_form=_FORMS.get(str(found["type"]), str(found["type"])),
                total=int(str(found["populationTotale"])),
                municipal=int(str(found["populationMunicipale"])),
                communes=tuple(
                    Commune(
                        siren=str(member["siren"]),
                        insee_code=str(member["code"]),
                        name=str(member["nom"]),
                        total=int(member["populationTotale"]),
                        municipal=int(member["populationMunicipale"]),
                    )
                    for member in members
                ),
                source=f"{PACKAGE} {version}",
            )
    raise Invalid(
        _(
            "Aucun établissement intercommunal ne porte le SIREN {siren}. Vérifiez les neuf chiffres ; exemple : "
            "200033579 pour la Communauté urbaine d’Arras."
        ).format(siren=siren)
    )
