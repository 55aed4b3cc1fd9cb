"""`beffroi import`, `beffroi export` and `beffroi report`: bringing in, taking out, getting a document."""

from datetime import date
from pathlib import Path

import click
from sqlalchemy.orm import Session

from registry.cli.opening import (
    ProgressShown,
    day,
    open_terminal,
    organisation_of,
    refuse_unwritable,
    write_json,
    writing_to,
)
from registry.datasets.listing.selecting import read_query
from registry.exchange.exports.exporting import ExportFormat, export
from registry.exchange.jobs import import_file
from registry.kernel.errors import Invalid
from registry.kernel.issuing import Subject
from registry.kernel.words import _
from registry.reporting.discovery import Report, find_reports
from registry.reporting.service import issue_report
from registry.reporting.vocabulary import DocumentState


@click.command("import", help="Importe un inventaire (CSV, XLSX, ODS) ou un catalogue DCAT (RDF).")
@click.argument("source")
@click.option("--format", "declared", default=None, help="Le format, si le nom et le contenu ne suffisent pas.")
@click.option("--organisation", "siren", default=None, help="Le SIREN de l’organisation qui reçoit les jeux.")
@click.option("--dry-run", is_flag=True, help="Montre ce qui serait fait, sans rien écrire.")
@click.option(
    "--public", is_flag=True, help="Catalogue d’un portail ouvert à tous : le dit là où le fichier ne dit rien."
)
@click.option("--overwrite-edits", is_flag=True, help="Reprend aussi les champs modifiés à la main depuis l’import.")
@click.option("--json", "as_json", is_flag=True, help="Le résultat en JSON.")
@click.pass_context
def import_catalogue(
    context: click.Context,
    source: str,
    declared: str | None,
    siren: str | None,
    dry_run: bool,
    public: bool,
    overwrite_edits: bool,
    as_json: bool,
) -> None:
    """Reads, compares and applies a catalogue; the same file twice changes nothing."""
    with open_terminal(context) as terminal:
        with terminal.transaction() as session:
            organisation_id = organisation_of(session, siren)
        done = import_file(
            terminal.home,
            source,
            organisation_id=organisation_id,
            acting=terminal.acting(),
            info=terminal.info,
            declared_format=declared,
            dry_run=dry_run,
            public=public,
            overwrite_edits=overwrite_edits,
        )
    if as_json:
        write_json(done.as_json())
        return
    for line in done.sentences():
        click.echo(line)


@click.command(
    "export", help="Exporte le registre, ou ce qu’une liste en choisit : CSV, XLSX, ODS, JSON, SCDL, Etalab."
)
@click.option(
    "--format", "form", type=click.Choice([str(one) for one in ExportFormat]), default="csv",
    help="Le format : tableaux CSV (zip), XLSX, ODS ou JSON, relus par « import » ; SCDL ou Etalab pour un portail.",
)  # fmt: skip
@click.option("--output", required=True, type=click.Path(path_type=Path, dir_okay=False), help="Le fichier à écrire.")
@click.option("--select", "selected", default="", help="Ce qui suit « /jeux? » dans l’adresse d’une liste.")
@click.pass_context
def export_register(context: click.Context, form: str, output: Path, selected: str) -> None:
    """Writes the register as it stands at one moment."""
    refuse_unwritable(output)
    query = read_query(selected.partition("?")[2] or selected)
    # What was there before stays until the whole export is written beside it.
    beside = output.with_name(f"{output.name}.part")
    with open_terminal(context) as terminal, terminal.at_one_moment() as session, writing_to(output):
        with beside.open("wb") as target:
            target.writelines(export(session, ExportFormat(form), query))
        beside.replace(output)
    click.echo(str(output))


def _command(declared: Report) -> click.Command:
    """The command that issues one kind of document."""

    @click.option("--scope", default=None, help="authority, SIREN, organisation:N ou dataset:N (la collectivité).")
    @click.option("--as-of", "as_of", callback=day, default=None, help="Le jour des faits (aujourd’hui).")
    @click.option(
        "--output", required=True, type=click.Path(path_type=Path, dir_okay=False), help="Le fichier à écrire."
    )
    @click.pass_context
    def issue(context: click.Context, scope: str | None, as_of: date | None, output: Path) -> None:
        refuse_unwritable(output)
        with open_terminal(context) as terminal:
            with terminal.transaction() as session:
                subject = _subject(session, scope)
            issued = issue_report(
                terminal.home,
                declared.id,
                subject=subject,
                as_of=as_of,
                acting=terminal.acting(),
                info=terminal.info,
                report=ProgressShown(),
            )
            with writing_to(output):
                written = issued.write(output, terminal.home.files)
            for path in written:
                click.echo(str(path))
            if issued.notice:
                click.echo(issued.notice, err=True)
            if issued.document.state is DocumentState.DRAFT:
                said = _(
                    "Ce document est un projet : il n’est final qu’une fois approuvé, "
                    "sur la page « Documents » (n° {number})."
                )
                click.echo(said.format(number=issued.document.id), err=True)

    told = f"{declared.title('fr')} : émet un document scellé (PDF, avec ses jumeaux JSON et CSV)."
    return click.command(declared.id, help=told)(issue)


def _subject(session: Session, said: str | None) -> Subject:
    kind, separator, number = (said or "").partition(":")
    if separator and kind.isalpha() and number.isdigit():
        return Subject(kind, int(number))
    if said in {None, "authority"}:
        return Subject("organisation", organisation_of(session, None))
    if kind.replace(" ", "").isdigit() and not separator:
        return Subject("organisation", organisation_of(session, said))
    raise Invalid(_("Périmètre inconnu : « {said} ». Donnez un SIREN, organisation:N ou dataset:N.").format(said=said))


report = click.Group(
    "report",
    commands=[_command(declared) for declared in find_reports()],
    help="Les documents : rapport de conformité, registre des traitements…",
)
COMMANDS = (export_register, import_catalogue, report)
