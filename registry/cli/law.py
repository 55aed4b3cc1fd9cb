"""`beffroi evaluate`, `findings` and `policies`: the law as data, from a terminal."""

from collections import Counter
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import Any

import click

from registry.cli.context import settings_of
from registry.cli.opening import BODIES, Terminal, bodies_of, day, names_of, open_terminal, write_json
from registry.cli.simulating import simulate_change
from registry.compliance.catalogue import Catalogue
from registry.compliance.checking import check_catalogue, try_policy
from registry.compliance.daily import evaluate_everything
from registry.compliance.engine import Engine, Reading, engine_of
from registry.compliance.explanation import awaited_in_words, say_refusal, verdict_word
from registry.compliance.local_packs import check_folder
from registry.compliance.mutating import mutate_catalogue
from registry.compliance.panels import RETIRED, forces_of
from registry.compliance.policy import Policy
from registry.compliance.policy_files import read_policy
from registry.compliance.queries import find_findings
from registry.compliance.service import judge, try_version
from registry.compliance.vocabulary import Force, Verdict
from registry.kernel.errors import Invalid, NotFound, Unavailable
from registry.kernel.words import _, ngettext
from registry.ledger.queries import end_of_day
from registry.platform.assets import asset_root
from registry.rooms import assemble_engine, bound_facts
from registry.web.templating import say_day

DOES_NOT_HOLD = 1


@click.command(
    "evaluate",
    help="Juge tout le registre : aujourd’hui, ou un autre jour (faits ou droit) sans rien écrire.",
)
@click.option("--as-of", "as_of", callback=day, default=None, help="Les faits vrais ce jour-là.")
@click.option("--known-on", callback=day, default=None, help="Tels qu’ils étaient connus à la fin de ce jour.")
@click.option("--law-of", callback=day, default=None, help="Le droit en vigueur ce jour-là.")
@click.option("--json", "as_json", is_flag=True, help="Le résultat en JSON.")
@click.pass_context
def evaluate_all(
    context: click.Context, as_of: date | None, known_on: date | None, law_of: date | None, as_json: bool
) -> None:
    """Judges everything; today's findings are kept, those of another day only shown."""
    kept = as_of is None and known_on is None and law_of is None
    with open_terminal(context) as terminal:
        counts = _evaluate_today(terminal) if kept else _evaluate_day(terminal, as_of, known_on, law_of)
    if as_json:
        write_json(counts)
        return
    told = _("{subjects} sujets jugés ; {changed} constats changés.") if kept else _("{subjects} sujets jugés.")
    click.echo(told.format(**counts))
    if counts["subjects"] and not counts["by_force"]:
        click.echo(_("Aucune règle n’était en vigueur le {day}.").format(day=say_day(counts["law_of"])))
    for force, verdicts in counts["by_force"].items():
        click.echo(Force(force).label)
        for verdict, number in verdicts.items():
            click.echo(f"  {verdict_word(Force(force), Verdict(verdict))} : {number}")


def _evaluate_today(terminal: Terminal) -> dict[str, Any]:
    today: date = terminal.info["today"]()
    done = evaluate_everything(terminal.home.jobs, terminal.info, today=today, acting=terminal.acting())
    with terminal.transaction() as session:
        found = find_findings(session, today)
        forces = forces_of(session, engine_of(session), found)
        read = Counter((forces[one.version_digest], one.verdict) for one in found)
    return _counts(today, today, today, done.subjects, done.changed, read)


def _evaluate_day(terminal: Terminal, as_of: date | None, known_on: date | None, law_of: date | None) -> dict[str, Any]:
    today: date = terminal.info["today"]()
    if known_on is not None and known_on > today:
        raise Invalid(
            _("Nul ne connaît encore les faits du {day} : --known-on prend un jour passé ou aujourd’hui.").format(
                day=say_day(known_on)
            )
        )
    on = as_of or today
    known = known_on or min(on, today)
    law = law_of or on
    until = end_of_day(known, terminal.info["time_zone"])
    read: Counter[tuple[Force, Verdict]] = Counter()
    subjects = 0
    with terminal.transaction() as session:
        for kind, subject in engine_of(session).subjects.items():
            ids = subject.everything(session, None, until)
            for judged in judge(session, kind, ids, Reading(on=on, until=until, law_of=law)):
                subjects += 1
                read.update((one.policy.force, one.verdict) for one in judged.assessments)
    return _counts(on, known, law, subjects, 0, read)


def _counts(
    on: date, known: date, law: date, subjects: int, changed: int, read: Counter[tuple[Force, Verdict]]
) -> dict[str, Any]:
    forces = {force for force, _verdict in read}
    return {
        "as_of": on,
        "known_on": known,
        "law_of": law,
        "subjects": subjects,
        "changed": changed,
        "verdicts": {str(verdict): sum(read[force, verdict] for force in forces) for verdict in Verdict},
        # Not following a good practice breaks no law: a reader is never told one number for both.
        "by_force": {
            str(force): {str(verdict): read[force, verdict] for verdict in Verdict}
            for force in Force
            if force in forces
        },
    }


@click.command("findings", help="Les constats en vigueur.")
@click.option("--policy", default=None, help="Une seule règle, par exemple OD-05.")
@click.option(
    "--verdict",
    type=click.Choice([str(verdict) for verdict in Verdict]),
    default=None,
    help="Ce seul constat.",
)
@BODIES
@click.option("--json", "as_json", is_flag=True, help="Le résultat en JSON.")
@click.pass_context
def findings(
    context: click.Context, policy: str | None, verdict: str | None, sirens: tuple[str, ...], as_json: bool
) -> None:
    """Lists the findings in force."""
    with open_terminal(context) as terminal, terminal.transaction() as session:
        found = find_findings(
            session,
            terminal.info["today"](),
            policy_id=_policy_of(engine_of(session).catalogue, policy).id if policy is not None else None,
            verdict=Verdict(verdict) if verdict else None,
            organisation_ids=bodies_of(session, sirens) if sirens else None,
        )
        engine = engine_of(session)
        names = engine.names_of(session, [(one.subject_kind, one.subject_id) for one in found])
        bodies, forces = names_of(session), forces_of(session, engine, found)
        rows = [
            {
                "policy": one.policy_id,
                "retired": engine.catalogue.find(one.policy_id) is None,
                "force": str(forces[one.version_digest]),
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
        retired = f" ({_(RETIRED)})" if row["retired"] else ""
        click.echo(f"{row['policy']:8} {word:14} {row['subject']}{retired} · {row['organisation']}")


@click.group(help="Les règles : le droit écrit comme des données.")
def policies() -> None:
    """The law as data."""


@policies.command(
    "check", help="Vérifie chaque règle, ses cas et les faits qu’elle lit. Code 1 si l’un d’eux ne tient pas."
)
@click.option(
    "--folder",
    type=click.Path(path_type=Path, exists=True, file_okay=False),
    default=None,
    help="Le dossier des règles (celui du logiciel).",
)
@click.option("--json", "as_json", is_flag=True, help="Le résultat en JSON.")
@click.pass_context
def check(context: click.Context, folder: Path | None, as_json: bool) -> int:
    """Checks every policy and its cases, the body's own too, without a database."""
    found = check_catalogue(folder or asset_root("policies"), bound_facts())
    local = settings_of(context).policies if folder is None else None
    if local is not None:
        own = check_folder(asset_root("policies"), local)
        found.policies, found.cases = found.policies + own.policies, found.cases + own.cases
        found.failed = [*found.failed, *own.failed]
    if as_json:
        write_json(found.as_json())
    else:
        told = (
            _("{policies} règles, {cases} cas, {failed} en échec.")
            if found.policies
            else _("Les règles n’ont pas pu être lues.")
        )
        click.echo(told.format(policies=found.policies, cases=found.cases, failed=len(found.failed)))
        for sentence in found.sentences():
            click.echo(f"  {sentence}")
    return 0 if found.holds else DOES_NOT_HOLD


@policies.command("mutate", help="Altère chaque condition et dit quelle part des altérations les cas remarquent.")
@click.option("--policy", default=None, help="Une seule règle, par exemple OD-05.")
@click.option("--at-least", type=float, default=95.0, show_default=True, help="La part due, sur cent.")
@click.option("--json", "as_json", is_flag=True, help="Le résultat en JSON.")
def mutate(policy: str | None, at_least: float, as_json: bool) -> int:
    """Alters every condition and tells what share the cases notice, without a database."""
    catalogue = assemble_engine().catalogue
    if policy is not None:
        catalogue = replace(catalogue, policies=(_policy_of(catalogue, policy),))
    found = mutate_catalogue(catalogue)
    if as_json:
        write_json(found.as_json())
    else:
        for survivor in found.survivors:
            click.echo(f"  {survivor.sentence()}")
        percent = f"{found.percent:.1f}".replace(".", ",")
        told = _("{tried} altérations essayées, {caught} remarquées : {percent} %.")
        click.echo(told.format(tried=found.tried, caught=found.caught, percent=percent))
    return 0 if found.percent >= at_least else DOES_NOT_HOLD


@policies.command("list", help="La liste des règles.")
@click.option("--json", "as_json", is_flag=True, help="Le résultat en JSON.")
@click.pass_context
def list_policies(context: click.Context, as_json: bool) -> None:
    """Lists the policies."""
    engine = _engine(context)
    every = engine.catalogue.policies
    if as_json:
        write_json([policy.stored() | {"awaited": _awaited(engine, policy)} for policy in every])
        return
    for policy in every:
        click.echo(f"{policy.id:8} {policy.force.label:16} {policy.title}")
        for sentence in _awaited(engine, policy):
            click.echo(f"{'':25} {sentence}")


def _engine(context: click.Context) -> Engine:
    """The engine of this home; says why the body's own policies were refused, if they were."""
    settings = settings_of(context)
    engine = assemble_engine(settings.policies, settings.root)
    if engine.catalogue.refusal:
        click.echo(say_refusal(engine.catalogue.refusal), err=True)
    return engine


def _awaited(engine: Engine, policy: Policy) -> list[str]:
    """Why each version of a policy that judges nobody yet waits."""
    said = (awaited_in_words(engine, policy, version) for version in policy.versions)
    return [sentence for sentence in said if sentence]


@policies.command("show", help="Une règle, ses versions et le droit qui la fonde.")
@click.argument("policy_id")
@click.pass_context
def show(context: click.Context, policy_id: str) -> None:
    """Shows one policy."""
    engine = _engine(context)
    policy = _policy_of(engine.catalogue, policy_id)
    versions = [version.model_dump(mode="json") for version in policy.versions]
    write_json(policy.stored() | {"versions": versions, "awaited": _awaited(engine, policy)})


def _policy_of(catalogue: Catalogue, number: str) -> Policy:
    """The policy that somebody named, in whatever case.

    Raises: Invalid.
    """
    found = catalogue.find(number.upper())
    if found is None:
        raise Invalid(_("Aucune règle ne porte le numéro {number}.").format(number=number))
    return found


@policies.command(
    "try", help="Essaie un fichier de règle : ses cas, puis le registre entier s’il y en a un, sans rien écrire."
)
@click.argument("file", type=click.Path(path_type=Path, exists=True, dir_okay=False))
@click.pass_context
def try_file(context: click.Context, file: Path) -> int:
    """Tries a policy file on its cases, then on the register of this home."""
    found = try_policy(asset_root("policies"), file)
    found.failed = [replace(one, file=str(file)) for one in found.failed]
    told = _("{cases} cas, {failed} en échec.") if found.policies else _("La règle n’a pas pu être lue.")
    click.echo(told.format(cases=found.cases, failed=len(found.failed)))
    for sentence in found.sentences():
        click.echo(f"  {sentence}")
    if found.policies:
        _try_on_register(context, file)
    return 0 if found.holds else DOES_NOT_HOLD


def _try_on_register(context: click.Context, file: Path) -> None:
    """Says what a policy file would find today, and writes none of it."""
    try:
        with open_terminal(context) as terminal, terminal.at_one_moment() as session:
            engine, today = engine_of(session), terminal.info["today"]()
            policy, _path = read_policy(file, engine.catalogue)
            version = next((one for one in policy.versions if one.applies_on(today)), policy.versions[-1])
            waits = awaited_in_words(engine, policy, version)
            if waits:
                click.echo(waits)
                return
            ids = engine.subjects[policy.subject].everything(session, None, None)
            read = Counter(try_version(session, policy, version, ids, today=today))
    except (NotFound, Unavailable) as error:
        click.echo(_("Essayée sur ses cas seulement : {reason}").format(reason=error.message))
        return
    if not version.applies_on(today):
        click.echo(_("Aucune version de cette règle n’est en vigueur aujourd’hui : la dernière est essayée."))
    click.echo(
        ngettext(
            "Aujourd’hui, sur {count} sujet du registre, sans rien écrire :",
            "Aujourd’hui, sur {count} sujets du registre, sans rien écrire :",
            read.total(),
        ).format(count=read.total())
    )
    for verdict in Verdict:
        click.echo(f"  {verdict_word(policy.force, verdict)} : {read[verdict]}")


policies.add_command(simulate_change)
COMMANDS = (evaluate_all, findings, policies)
