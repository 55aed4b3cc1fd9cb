"""`beffroi contracts`: a contract on a day; essential data of concessions brought in and written back."""

from collections.abc import Sequence
from dataclasses import asdict
from datetime import datetime
from pathlib import Path
from typing import Any

import click

from registry.cli.opening import (
    BODIES,
    bodies_of,
    names_of,
    open_terminal,
    refuse_unwritable,
    write_json,
    writing_to,
)
from registry.contracts.clauses.api import ContractOnDayBody, contract_on_day
from registry.contracts.clauses.asking import get_known
from registry.contracts.clauses.kinds import kinds
from registry.contracts.clauses.law import FloorLine
from registry.contracts.clauses.showing import floor_of
from registry.contracts.decp.exporting import export_essential
from registry.contracts.decp.queries import count_exported, find_bodies
from registry.contracts.decp.reading import ReadConcessions, read_concessions
from registry.contracts.decp.service import apply_plan, plan_import
from registry.contracts.decp.views import PlannedView, planned_view, say_beside, say_exported, say_nothing_ours
from registry.contracts.queries import get_contract
from registry.contracts.vocabulary import ClauseState
from registry.kernel.errors import NotFound
from registry.kernel.words import _
from registry.web.templating import say_day


@click.command("import", help="Importe les données essentielles de concessions (format national, JSON 2.0.3 ou 2.0.4).")
@click.argument("file", type=click.Path(path_type=Path))
@BODIES
@click.option("--dry-run", is_flag=True, help="Montre ce qui serait fait, sans rien écrire.")
@click.option("--json", "as_json", is_flag=True, help="Le résultat en JSON.")
@click.pass_context
def import_essential(
    context: click.Context, file: Path, sirens: tuple[str, ...], dry_run: bool, as_json: bool
) -> None:  # fmt: skip
    """Reads, checks and records the concessions of this registry's bodies; the same file twice changes nothing."""
    with open_terminal(context) as terminal:
        with terminal.transaction() as session:
            within = bodies_of(session, sirens)
            ours = find_bodies(session, within).sirens
        read = read_concessions(file, ours)
        if not read.contracts:
            raise NotFound(say_nothing_ours(read))
        with terminal.transaction() as session:
            planned = plan_import(session, read.contracts, within)
            done = planned if dry_run else apply_plan(session, planned)
            names = names_of(session)
            views = [planned_view(one, names) for one in done]
    if as_json:
        write_json(_as_json(views, read, dry_run=dry_run))
        return
    for line in _lines(views, read, dry_run=dry_run):
        click.echo(line)


def _as_json(views: list[PlannedView], read: ReadConcessions, *, dry_run: bool) -> dict[str, Any]:
    return {
        "dry_run": dry_run,
        "contracts": [
            {
                "contract": one.identifier, "siret": one.siret, "object": one.object, "action": str(one.action),
                "id": one.contract_id, "organisation": one.organisation_name, "told": list(one.told),
                "differences": list(one.differences),
            }
            for one in views
        ],
        "amendments": [
            {
                "contract": one.identifier, "number": change.number, "signed_on": change.signed_on,
                "published_on": change.published_on, "months": change.months, "value_euros": change.value_euros,
            }
            for one in views
            for change in one.amendments
        ],
        "incoherences": [
            {"contract": one.identifier, "rule": said.rule, "place": said.place, "sentence": said.sentence}
            for one in views
            for said in one.incoherences
        ],
        "others": read.others,
        "without_authority": read.nobody,
    }  # fmt: skip


def _lines(views: list[PlannedView], read: ReadConcessions, *, dry_run: bool) -> list[str]:
    lines = []
    for one in views:
        lines.append(f"{one.identifier} — {one.object} — {one.action.label}")
        lines.extend(f"  {said}" for said in (*one.told, *one.differences))
        lines.extend(f"  {said.rule} : {said.sentence}" for said in one.incoherences)
    lines.extend(say_beside(read))
    if dry_run:
        lines.append(_("Rien n’a été écrit."))
    return lines


@click.command("export", help="Écrit les données essentielles des concessions au format national (JSON).")
@click.option("--output", required=True, type=click.Path(path_type=Path, dir_okay=False), help="Le fichier à écrire.")
@BODIES
@click.pass_context
def export_concessions(context: click.Context, output: Path, sirens: tuple[str, ...]) -> None:
    """Writes every concession brought in, as it was, with what was added since."""
    refuse_unwritable(output)
    # What was there before stays until the whole export is written beside it.
    beside = output.with_name(f"{output.name}.part")
    with open_terminal(context) as terminal, terminal.at_one_moment() as session, writing_to(output):
        with beside.open("wb") as target:
            within = bodies_of(session, sirens) if sirens else None
            target.writelines(export_essential(session, within))
        beside.replace(output)
        said = say_exported(*count_exported(session, within))
    click.echo(f"{output}\n{said}")


@click.command("show", help="Montre un contrat tel qu’il s’applique un jour : clauses, socle de la loi, absences.")
@click.argument("contract_id", type=int)
@click.option("--on", type=click.DateTime(["%Y-%m-%d"]), help="Le jour, AAAA-MM-JJ ; aujourd’hui sinon.")
@click.option("--signed-by", type=click.DateTime(["%Y-%m-%d"]), help="Compte tenu de ce qui était signé ce jour-là.")
@click.option("--known-on", type=click.DateTime(["%Y-%m-%d"]), help="Tel que le registre le savait ce jour-là au soir.")
@click.option("--json", "as_json", is_flag=True, help="Le résultat en JSON.")
@click.pass_context
def show_contract(
    context: click.Context,
    contract_id: int,
    on: datetime | None,
    signed_by: datetime | None,
    known_on: datetime | None,
    as_json: bool,
) -> None:
    """The contract as it applies on a day, with what the law gives by itself beside it."""
    with open_terminal(context) as terminal, terminal.at_one_moment() as session:
        contract = get_contract(session, contract_id)
        day = on.date() if on else session.info["today"]()
        then = known_on.date() if known_on else None
        known = get_known(session, contract, then, terminal.info["time_zone"])
        told = contract_on_day(known, day, signed_by.date() if signed_by else day, known_on=then)
        floor, note = floor_of(session, known.written.contract, day)
        name = contract.object
    if as_json:
        write_json(asdict(told) | {"contract": name, "floor": [asdict(one) for one in floor], "floor_note": note})
        return
    for line in _day_lines(name, told, floor, note):
        click.echo(line)


_MARKS = {ClauseState.SIGNED: "◆", ClauseState.TO_COMPLETE: "◆"}
"""What is not in force and is not absent."""


def _day_lines(name: str, told: ContractOnDayBody, floor: Sequence[FloorLine], note: str) -> list[str]:
    known, acts = kinds(), {one.id: one.number for one in told.amendments}
    lines = [f"{name} — {say_day(told.on)}", ""]
    for one in told.in_force:
        act = one.stipulation.amendment_id
        source = _("Contrat") if act is None else _("Avenant n° {number}").format(number=acts[act])
        article = f", {one.stipulation.article}" if one.stipulation.article else ""
        lines.append(
            f"{_MARKS.get(one.state, '✓')} {known.label(one.clause.kind)} ({source}{article}) : {one.state.label}"
        )
    lines += [f"! {told.outside}"] if told.outside else []
    lines += [f"{_MARKS.get(one.state, '✗')} {known.label(one.kind)} : {one.words}" for one in told.missing]
    lines += [f"! {one.sentence}" for one in told.doubts]
    return [*lines, "", note, *map(_say_floor, floor)]


def _say_floor(one: FloorLine) -> str:
    """A rule of the law with its article, its force, how well it was read and whether a jurist has looked."""
    level = (
        one.evidence
        if one.validated
        else _("{evidence}, à valider par le service juridique").format(evidence=one.evidence)
    )
    return f"§ {one.policy_id} ({one.force}, {one.applies}) : {one.plain} [{one.article} ; {level}]"


contracts = click.Group(
    "contracts",
    commands=[import_essential, export_concessions, show_contract],
    help="Les contrats : clauses en vigueur, données essentielles.",
)
COMMANDS = (contracts,)
