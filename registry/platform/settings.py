"""Settings, read once from the environment."""

from pathlib import Path

from pydantic import AliasChoices, Field
from pydantic_settings import BaseSettings, SettingsConfigDict


class Settings(BaseSettings):
    """What an administrator may choose; every variable has a default that works on one machine."""

    model_config = SettingsConfigDict(env_prefix="BEFFROI_", extra="ignore", populate_by_name=True)

    home: Path = Path(".beffroi")
    database_url: str | None = Field(default=None, validation_alias=AliasChoices("DATABASE_URL"))
    database_admin_url: str | None = Field(default=None, validation_alias=AliasChoices("DATABASE_ADMIN_URL"))
    database_jobs_url: str | None = Field(default=None, validation_alias=AliasChoices("DATABASE_JOBS_URL"))
    postgres_major: int = 16
    host: str = "127.0.0.1"
    port: int = 8000
    workers: int = 1
    base_url: str | None = None
    files_url: str | None = None
    mail_url: str | None = None
    mail_from: str = "beffroi@localhost"
    log_level: str = "INFO"
    trusted_proxies: tuple[str, ...] = ()
    private_hosts: tuple[str, ...] = ()

    @property
    def root(self) -> Path:
        """The home of this registry, as an absolute path."""
        return self.home.expanduser().resolve()

    @property
    def public_url(self) -> str:
        """The address people use, without a closing slash."""
        return (self.base_url or f"http://{self.host}:{self.port}").rstrip("/")
