"""`beffroi evaluate`, `findings` and `policies`: the law as data, from a terminal."""

from datetime import date
from pathlib import Path
from typing import Any

import click
from sqlalchemy.orm import Session

from registry.cli.opening import Terminal, day, names_of, open_terminal, write_json
from registry.compliance.checking import check_catalogue, try_policy
from registry.compliance.daily import evaluate_everything
from registry.compliance.engine import Reading, engine_of
from registry.compliance.explanation import verdict_word
from registry.compliance.queries import find_findings
from registry.compliance.service import judge
from registry.compliance.vocabulary import Force, SubjectKind, Verdict
from registry.kernel.errors import Invalid
from registry.kernel.words import _
from registry.ledger.queries import end_of_day
from registry.platform.assets import asset_root
from registry.rooms import assemble_engine, bound_facts

DOES_NOT_HOLD = 1


@click.command(
    "evaluate",
    help="Juge tout le registre : aujourd’hui, ou un autre jour (faits ou droit) sans rien écrire.",
)
@click.option("--as-of", "as_of", callback=day, default=None, help="Les faits vrais ce jour-là.")
@click.option("--known-on", callback=day, default=None, help="Tels qu’ils étaient connus à la fin de ce jour.")
@click.option("--law-of", callback=day, default=None, help="Le droit en vigueur ce jour-là.")
@click.option("--json", "as_json", is_flag=True)
@click.pass_context
def evaluate_all(
    context: click.Context, as_of: date | None, known_on: date | None, law_of: date | None, as_json: bool
) -> None:
    """Judges everything; today's findings are kept, those of another day only shown."""
    with open_terminal(context) as terminal:
        if as_of is None and known_on is None and law_of is None:
            counts = _evaluate_today(terminal)
        else:
            counts = _evaluate_day(terminal, as_of, known_on, law_of)
    if as_json:
        write_json(counts)
        return
    click.echo(_("{subjects} sujets jugés ; {changed} constats changés.").format(**counts))
    for verdict, number in counts["verdicts"].items():
        click.echo(f"  {Verdict(verdict).label} : {number}")


def _evaluate_today(terminal: Terminal) -> dict[str, Any]:
    today: date = terminal.info["today"]()
    done = evaluate_everything(terminal.home.jobs, terminal.info, today=today, acting=terminal.acting())
    with terminal.transaction() as session:
        read = [found.verdict for found in find_findings(session, today)]
    return _counts(today, today, today, done.subjects, done.changed, read)


def _evaluate_day(terminal: Terminal, as_of: date | None, known_on: date | None, law_of: date | None) -> dict[str, Any]:
    on = as_of or terminal.info["today"]()
    known = known_on or on
    law = law_of or on
    until = end_of_day(known, terminal.info["time_zone"])
    read: list[Verdict] = []
    subjects = 0
    with terminal.transaction() as session:
        for kind in SubjectKind:
            ids = engine_of(session).subjects[kind].everything(session, None, until)
            for judged in judge(session, kind, ids, Reading(on=on, until=until, law_of=law)):
                subjects += 1
                read += [assessment.verdict for assessment in judged.assessments]
    return _counts(on, known, law, subjects, 0, read)


def _counts(on: date, known: date, law: date, subjects: int, changed: int, read: list[Verdict]) -> dict[str, Any]:
    return {
        "as_of": on,
        "known_on": known,
        "law_of": law,
        "subjects": subjects,
        "changed": changed,
        "verdicts": {str(verdict): read.count(verdict) for verdict in Verdict},
    }


@click.command("findings", help="Les constats en vigueur.")
@click.option("--policy", default=None, help="Une seule règle, par exemple OD-05.")
@click.option("--verdict", type=click.Choice([str(verdict) for verdict in Verdict]), default=None)
@click.option("--json", "as_json", is_flag=True)
@click.pass_context
def findings(context: click.Context, policy: str | None, verdict: str | None, as_json: bool) -> None:
    """Lists the findings in force."""
    with open_terminal(context) as terminal, terminal.transaction() as session:
        found = find_findings(
            session,
            terminal.info["today"](),
            policy_id=policy,
            verdict=Verdict(verdict) if verdict else None,
        )
        names = _subject_names(session, {(one.subject_kind, one.subject_id) for one in found})
        bodies = names_of(session)
        catalogue = engine_of(session).catalogue
        rows = [
            {
                "policy": one.policy_id,
                "force": str(catalogue.get(one.policy_id).force),
                "subject_kind": str(one.subject_kind),
                "subject_id": one.subject_id,
                "subject": names.get((one.subject_kind, one.subject_id), ""),
                "organisation": bodies.get(one.organisation_id, ""),
                "period": one.period or None,
                "verdict": str(one.verdict),
                "missing": list(one.missing),
                "unknown_half": one.unknown_half,
                "facts": one.facts,
                "turns_on": one.turns_on,
                "since": one.since,
            }
            for one in found
        ]
    if as_json:
        write_json(rows)
        return
    for row in rows:
        word = verdict_word(Force(str(row["force"])), Verdict(str(row["verdict"])))
        click.echo(f"{row['policy']:8} {word:14} {row['subject']}")


def _subject_names(session: Session, subjects: set[tuple[SubjectKind, int]]) -> dict[tuple[SubjectKind, int], str]:
    engine = engine_of(session)
    return {
        (kind, number): name
        for kind in SubjectKind
        for number, name in engine.subjects[kind]
        .names(session, sorted(number for of, number in subjects if of is kind))
        .items()
    }


@click.group(help="Les règles : le droit écrit comme des données.")
def policies() -> None:
    """The law as data."""


@policies.command("check", help="Vérifie chaque règle et ses cas. Code 1 si un cas échoue.")
@click.option("--folder", type=click.Path(path_type=Path, exists=True, file_okay=False), default=None)
@click.option("--json", "as_json", is_flag=True)
def check(folder: Path | None, as_json: bool) -> int:
    """Checks every policy and its cases, without a database."""
    found = check_catalogue(folder or asset_root("policies"), bound_facts())
    if as_json:
        write_json(found.as_json())
    else:
        click.echo(
            _("{policies} règles, {cases} cas, {failed} en échec.").format(
                policies=found.policies, cases=found.cases, failed=len(found.failed)
            )
        )
        for sentence in found.sentences():
            click.echo(f"  {sentence}")
    return 0 if found.holds else DOES_NOT_HOLD


@policies.command("list", help="La liste des règles.")
@click.option("--json", "as_json", is_flag=True)
def list_policies(as_json: bool) -> None:
    """Lists the policies."""
    every = assemble_engine().catalogue.policies
    if as_json:
        write_json([policy.stored() for policy in every])
        return
    for policy in every:
        click.echo(f"{policy.id:8} {policy.force.label:16} {policy.title}")


@policies.command("show", help="Une règle, ses versions et le droit qui la fonde.")
@click.argument("policy_id")
def show(policy_id: str) -> None:
    """Shows one policy."""
    for policy in assemble_engine().catalogue.policies:
        if policy.id == policy_id.upper():
            write_json(policy.stored() | {"versions": [version.stored() for version in policy.versions]})
            return
    raise Invalid(_("Aucune règle ne porte le numéro {number}.").format(number=policy_id))


@policies.command("try", help="Essaie un fichier de règle : ses cas, puis le registre entier, sans rien écrire.")
@click.argument("file", type=click.Path(path_type=Path, exists=True, dir_okay=False))
def try_file(file: Path) -> int:
    """Tries a policy file on its cases."""
    found = try_policy(asset_root("policies"), file)
    click.echo(_("{cases} cas, {failed} en échec.").format(cases=found.cases, failed=len(found.failed)))
    for sentence in found.sentences():
        click.echo(f"  {sentence}")
    return 0 if found.holds else DOES_NOT_HOLD


COMMANDS = (evaluate_all, findings, policies)
