"""What the command line said before the command: where the registry is. Light to import, for the supervisor's sake."""

from pathlib import Path

import click

from registry.kernel.words import ngettext
from registry.platform.settings import Settings, read_settings


def settings_of(context: click.Context) -> Settings:
    """The settings, with the home the command line names.

    Raises: Unavailable when one of them cannot be read.
    """
    chosen: Path | None = context.obj["home"]
    return read_settings(chosen)


def say_unknown(variables: list[str]) -> str:
    """Names the variables that look like settings and are none."""
    return ngettext(
        "{names} n’est pas un réglage connu : il ne change rien.",
        "{names} ne sont pas des réglages connus : ils ne changent rien.",
        len(variables),
    ).format(names=", ".join(variables))
