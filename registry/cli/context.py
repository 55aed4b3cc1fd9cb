"""What the command line said before the command: where the registry is. Light to import, for the supervisor's sake."""

from pathlib import Path

import click

from registry.platform.settings import Settings


def settings_of(context: click.Context) -> Settings:
    """The settings, with the home the command line names."""
    chosen: Path | None = context.obj["home"]
    return Settings(home=chosen) if chosen is not None else Settings()
