"""`beffroi legal`: official texts, read from a file of the LEGI base that somebody gives."""

from pathlib import Path

import click

from registry.cli.opening import open_terminal
from registry.compliance.citations import cited_articles
from registry.compliance.engine import engine_of
from registry.kernel.words import _, ngettext
from registry.legal.loading import Spool
from registry.legal.queries import find_texts
from registry.legal.rules import Wanted
from registry.legal.service import Loaded, load_articles


@click.group(help="Les textes officiels que citent les règles.")
def legal() -> None:
    """Official texts."""


@legal.command(
    "load",
    help="Lit FICHIER : le paquet npm @socialgouv/legi-data (.tgz, dossier ou LEGITEXT….json), ou l’archive, un "
    "dossier ou un article de la base LEGI de la DILA. Rien n’est demandé au réseau.",
)
@click.argument("given", metavar="FICHIER", type=click.Path(path_type=Path, exists=True))
@click.option(
    "--all", "everything", is_flag=True, help="Garde tous les articles, pas seulement ceux que citent les règles."
)
@click.pass_context
def load(context: click.Context, given: Path, everything: bool) -> None:
    """Loads official texts from a file: all of it is read before anything is written."""
    with open_terminal(context) as terminal:
        with terminal.transaction() as session:
            cited = cited_articles(engine_of(session).catalogue)
        done = Loaded()
        with Spool(given, Wanted(cited, everything)) as spool:
            for batch in spool.batches():
                with terminal.transaction() as session:
                    done += load_articles(session, batch, today=terminal.info["today"]())
            _tell(spool, done)
            missing = [
                f"{spool.titles[text]} : {', '.join(sorted(left))}"
                for text, numbers in cited.items()
                if text in spool.titles and (left := numbers - {one.number for one in spool.found if one.text == text})
            ]
    if missing:
        click.echo(_("Cités par les règles, absents de ce fichier :"))
        for line in missing:
            click.echo(f"  {line}")


def _tell(spool: Spool, done: Loaded) -> None:
    if not spool.count:
        click.echo(_("Ce fichier ne contient aucun article que citent les règles. Pour tout garder : --all."))
        return
    click.echo(", ".join(sorted(spool.titles.values())))
    click.echo(ngettext("{count} article lu.", "{count} articles lus.", spool.count).format(count=spool.count))
    click.echo(
        _(
            "Textes officiels nouveaux : {new}, remplacés : {changed}, déjà là : {same} ; autres dates : {dated}."
        ).format(new=done.new, changed=done.changed, same=done.same, dated=done.dated)
    )


@legal.command("list", help="Les textes dont des articles ont été chargés.")
@click.pass_context
def list_texts(context: click.Context) -> None:
    """Lists the texts that were loaded."""
    with open_terminal(context) as terminal, terminal.transaction() as session:
        texts = find_texts(session)
    if not texts:
        click.echo(_("Aucun texte officiel n’a été chargé : beffroi legal load FICHIER."))
    for one in texts:
        click.echo(f"{one.identifier} {one.title} : {one.articles}")


COMMANDS = (legal,)
