"""Settings, read once from the environment."""

import json
import logging
import os
import re
from collections.abc import Callable, Mapping
from ipaddress import ip_network
from pathlib import Path
from typing import Annotated, Any
from urllib.parse import urlsplit

from pydantic import AfterValidator, AliasChoices, BeforeValidator, Field, ValidationError
from pydantic_settings import BaseSettings, NoDecode, SettingsConfigDict

from registry.kernel.errors import Unavailable
from registry.kernel.words import _, mark

_PREFIX = "BEFFROI_"
_HOST = re.compile(r"[A-Za-z0-9._:-]+")


def _address(*schemes: str) -> Callable[[str], str]:
    """Reads an address of one of these schemes; only `file:` needs no host."""

    def read(value: str) -> str:
        place = urlsplit(value)
        if place.scheme not in schemes or not (place.hostname or place.scheme == "file") or place.port == 0:
            raise ValueError(value)
        return value

    return read


def _listed(value: Any) -> Any:
    """A list as people write it: `a, b`, or JSON."""
    if not isinstance(value, str):
        return value
    if value.lstrip().startswith("["):
        return json.loads(value)
    return [part.strip() for part in value.split(",") if part.strip()]


def _network(value: str) -> str:
    ip_network(value, strict=False)
    return value


def _host_or_network(value: str) -> str:
    return value if _HOST.fullmatch(value) else _network(value)


def _place_of_a_database(value: str) -> str:
    """A machine, a network, or the folder of a server's socket."""
    return value if value.startswith("/") else _host_or_network(value)


def _level(value: str) -> str:
    if value.upper() not in logging.getLevelNamesMapping():
        raise ValueError(value)
    return value.upper()


class Settings(BaseSettings):
    """What an administrator may choose; every variable has a default that works on one machine."""

    model_config = SettingsConfigDict(
        env_prefix=_PREFIX, env_ignore_empty=True, extra="ignore", populate_by_name=True, hide_input_in_errors=True
    )

    home: Path = Path(".beffroi")
    database_url: str | None = Field(default=None, validation_alias=AliasChoices("DATABASE_URL"))
    database_admin_url: str | None = Field(default=None, validation_alias=AliasChoices("DATABASE_ADMIN_URL"))
    database_jobs_url: str | None = Field(default=None, validation_alias=AliasChoices("DATABASE_JOBS_URL"))
    database_public_url: str | None = Field(default=None, validation_alias=AliasChoices("DATABASE_PUBLIC_URL"))
    postgres_major: int = Field(default=16, ge=1, le=99)
    host: str = "127.0.0.1"
    port: int = Field(default=8000, ge=1, le=65535)
    workers: int = Field(default=1, ge=1, le=64)
    base_url: Annotated[str, AfterValidator(_address("http", "https"))] | None = None
    files_url: Annotated[str, AfterValidator(_address("s3", "gs", "az", "abfss", "https", "file"))] | None = None
    mail_url: Annotated[str, AfterValidator(_address("smtp", "smtps"))] | None = None
    mail_from: str = Field(default="beffroi@localhost", pattern=r"^[^\n]*[^@\s]@[^@\s][^\n]*$")
    log_level: Annotated[str, AfterValidator(_level)] = "INFO"
    deviation_months: int = Field(default=12, ge=1, le=60)
    trusted_proxies: Annotated[
        tuple[Annotated[str, AfterValidator(_network)], ...], NoDecode, BeforeValidator(_listed)
    ] = ()
    private_hosts: Annotated[
        tuple[Annotated[str, AfterValidator(_host_or_network)], ...], NoDecode, BeforeValidator(_listed)
    ] = ()

    scan_hosts: Annotated[
        tuple[Annotated[str, AfterValidator(_place_of_a_database)], ...], NoDecode, BeforeValidator(_listed)
    ] = ()

    requests_kept_months: int = Field(default=60, ge=1, le=1200)
    policies: Annotated[Path, AfterValidator(lambda place: place.expanduser().resolve())] | None = None

    @property
    def root(self) -> Path:
        """The home of this registry, as an absolute path."""
        return self.home.expanduser().resolve()

    @property
    def public_url(self) -> str:
        """The address people use, without a closing slash."""
        return (self.base_url or f"http://{self.host}:{self.port}").rstrip("/")


_EXPECTED: Mapping[str, str] = {
    "postgres_major": mark("une version majeure de PostgreSQL, par exemple 16"),
    "port": mark("un nombre de 1 à 65535, par exemple 8000"),
    "workers": mark("un nombre de 1 à 64, par exemple 2"),
    "base_url": mark("une adresse http:// ou https://, par exemple https://beffroi.exemple.fr"),
    "files_url": mark("une adresse s3://, gs://, az://, abfss://, https:// ou file://, par exemple s3://beffroi"),
    "mail_url": mark("une adresse smtp:// ou smtps://, par exemple smtps://courrier.exemple.fr"),
    "mail_from": mark("une adresse électronique, par exemple beffroi@exemple.fr"),
    "deviation_months": mark("un nombre de mois de 1 à 60, par exemple 12"),
    "log_level": mark("DEBUG, INFO, WARNING, ERROR ou CRITICAL"),
    "trusted_proxies": mark("des adresses ou des réseaux séparés par des virgules, par exemple 10.0.0.2,10.1.0.0/16"),
    "policies": mark("un dossier, par exemple /etc/beffroi/regles"),
    "requests_kept_months": mark("un nombre de mois de 1 à 1200, par exemple 60"),
    "private_hosts": mark(
        "des machines ou des réseaux séparés par des virgules, par exemple catalogue.interne,10.1.0.0/16"
    ),
    "scan_hosts": mark(
        "des machines, des réseaux ou des dossiers de socket séparés par des virgules, par exemple "
        "base.interne,10.1.0.0/16"
    ),
}
OF_THE_SUPERVISOR = "BEFFROI_SUPERVISOR"
"""What `beffroi serve` tells its own children; no setting."""


def read_settings(home: Path | None = None) -> Settings:
    """The settings of the environment, with the home the command line names.

    Raises: Unavailable, which names each variable that cannot be read, its value and what is expected.
    """
    try:
        return Settings() if home is None else Settings(home=home)
    except ValidationError as error:
        names = dict.fromkeys(str(problem["loc"][0]) for problem in error.errors())
        raise Unavailable("\n".join(_explain(name) for name in names)) from None


def _explain(name: str) -> str:
    variable = variable_of(name)
    given = next((value for known, value in os.environ.items() if known.upper() == variable), "")
    # An address may hold a password: what stands before its host is not said.
    return _("{variable} vaut « {value} » : il faut {expected}.").format(
        variable=variable,
        value=re.sub(r"//.*@", "//…@", given),
        expected=_(_EXPECTED[name]) if name in _EXPECTED else _("une autre valeur"),
    )


def variable_of(name: str) -> str:
    """The variable of the environment a setting is read from."""
    return name.upper() if name.lower().startswith("database_") else _PREFIX + name.upper()


def find_unknown_variables() -> list[str]:
    """The variables of the environment that look like settings and are none: a letter is wrong."""
    known = {variable_of(name) for name in Settings.model_fields} | {OF_THE_SUPERVISOR}
    return sorted(
        name for name in os.environ
        if name.upper().startswith(_PREFIX) and name.upper() not in known and not name.startswith("BEFFROI_TEST_")
    )  # fmt: skip
