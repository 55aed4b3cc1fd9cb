"""`beffroi scan`: which columns of a file or a database hold personal data, from a terminal."""

from collections.abc import Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Any

import click

from registry.cli.context import settings_of
from registry.cli.opening import open_terminal, write_json
from registry.datasets.detection.service import Recorded, record_inspection
from registry.datasets.detection.views import left_out
from registry.inspection.addresses import is_database
from registry.inspection.databases import inspect_database
from registry.inspection.reading import inspect_file
from registry.inspection.vocabulary import Inspected, Suggestion
from registry.kernel.words import _, ngettext
from registry.platform.clock import PARIS, today
from registry.platform.lists import load_list


@click.command(
    "scan",
    help="Cherche des données personnelles dans un CSV, XLSX, ODS, Parquet ou une base, sans en garder de valeur.",
)
@click.argument("source")
@click.option("--schema", default=None, help="D’une base : ce schéma seul.")
@click.option("--table", "tables", multiple=True, help="D’une base : cette table seule ; peut être répété.")
@click.option("--dataset", "dataset_id", type=int, default=None, help="Suggère sur la fiche du jeu de ce numéro.")
@click.option("--json", "as_json", is_flag=True, help="Le résultat en JSON.")
@click.pass_context
def scan(
    context: click.Context,
    source: str,
    schema: str | None,
    tables: tuple[str, ...],
    dataset_id: int | None,
    as_json: bool,
) -> None:
    """Shows counts and reasons; with a dataset, keeps them as suggestions for a person to review."""
    if is_database(source):
        seen = inspect_database(
            source, allowed=settings_of(context).scan_hosts, on=today(PARIS), schema=schema, only=tables
        )
        found, unread = seen.tables, seen.left_out
    else:
        found, unread = inspect_file(Path(source), on=today(PARIS)), []
    recorded = None
    if dataset_id is not None:
        with open_terminal(context) as terminal, terminal.transaction() as session:
            recorded = record_inspection(session, dataset_id, found, on=terminal.info["today"]())
    if as_json:
        write_json(_as_json(found, unread, recorded))
        return
    for table in found:
        _show(table)
    if unread:
        click.echo(
            ngettext(
                "{count} table n’a pas été lue, faute de place ou de temps : {names}. Nommez-la par --table.",
                "{count} tables n’ont pas été lues, faute de place ou de temps, de {names}. Nommez-les par --table, ou "
                "un schéma par --schema.",
                len(unread),
            ).format(count=len(unread), names=_("{first} à {last}").format(first=unread[0], last=unread[-1])
                     if len(unread) > 1 else unread[0])
        )  # fmt: skip
    if recorded is not None:
        click.echo(
            ngettext(
                "{count} suggestion attend sur la page /jeux/{dataset}/inspection.",
                "{count} suggestions attendent sur la page /jeux/{dataset}/inspection.",
                recorded.waiting,
            ).format(count=recorded.waiting, dataset=dataset_id)
        )


def _show(table: Inspected) -> None:
    lines = ngettext("{count} ligne", "{count} lignes", table.rows).format(count=table.rows)
    click.echo(f"{table.table or _('Tableau')} ({lines}, {len(table.columns)} {_('colonnes')})")
    if table.is_refused:
        click.echo("  " + _("Cette table n’a pas pu être lue : droits du compte, ou délai dépassé."))
        return
    for sentence in left_out(table):
        click.echo("  " + sentence)
    if not table.suggestions:
        click.echo("  " + _("Rien n’est suggéré. Cela ne prouve pas l’absence de données personnelles."))
    for one in table.suggestions:
        name = table.columns[one.column].name
        click.echo(f"  {name} : {one.sign.label} — {load_list('personal_categories').label(one.category)}")
        click.echo(f"    {one.confidence.label} ; " + " ; ".join(reason.sentence for reason in one.reasons))


def _as_json(found: Sequence[Inspected], unread: Sequence[str], recorded: Recorded | None) -> dict[str, Any]:
    answer: dict[str, Any] = {
        "left_out": list(unread),
        "tables": [
            {
                "table": table.table,
                "rows": table.rows,
                "sampled": table.sampled,
                "has_header": table.has_header,
                "is_refused": table.is_refused,
                "is_whole": table.is_whole,
                "is_cut": table.is_cut,
                "columns": [asdict(column) for column in table.columns],
                "suggestions": [_suggestion(table, one) for one in table.suggestions],
            }
            for table in found
        ],
    }
    return answer if recorded is None else {**answer, "recorded": asdict(recorded)}


def _suggestion(table: Inspected, one: Suggestion) -> dict[str, Any]:
    return {
        "column": table.columns[one.column].name,
        "sign": str(one.sign),
        "category": one.category,
        "confidence": str(one.confidence),
        "found": one.found,
        "sampled": one.sampled,
        "share": round(one.share, 4),
        "reasons": [reason.sentence for reason in one.reasons],
    }


COMMANDS: tuple[click.Command, ...] = (scan,)
