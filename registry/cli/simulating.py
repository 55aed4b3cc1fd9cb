"""`beffroi policies simulate`: who would change verdict under a draft or the law of another day, nothing written."""

from collections import Counter
from collections.abc import Mapping
from datetime import date
from pathlib import Path
from typing import Any

import click
from sqlalchemy.orm import Session

from registry.cli.opening import BODIES, ProgressShown, bodies_of, day, names_of, open_terminal, write_json
from registry.compliance.engine import Engine, engine_of
from registry.compliance.evaluation import Defect
from registry.compliance.explanation import verdict_word
from registry.compliance.policy import Policy
from registry.compliance.simulating import Compared, Outcome, against_day, against_draft, simulate
from registry.compliance.simulations.drafts import read_draft
from registry.compliance.simulations.showing import title_of
from registry.compliance.vocabulary import Force, Verdict
from registry.kernel.errors import FieldError, Invalid
from registry.kernel.words import _, current_locale


@click.command(
    "simulate",
    help="Dit qui changerait de constat sous un projet de règle (FILE) ou sous le droit d’un autre jour, sans rien "
    "écrire.",
)
@click.argument("file", type=click.Path(path_type=Path, exists=True, dir_okay=False), required=False)
@click.option("--law-of", "law_of", callback=day, default=None, help="Le droit en vigueur ce jour-là.")
@BODIES
@click.option("--json", "as_json", is_flag=True, help="Le résultat en JSON.")
@click.pass_context
def simulate_change(
    context: click.Context, file: Path | None, law_of: date | None, sirens: tuple[str, ...], as_json: bool
) -> None:
    """Compares both laws in this process, over one moment of the register."""
    if (file is None) is (law_of is None):
        raise Invalid(_("Donnez un fichier de règle ou --law-of : l’un des deux."))
    with open_terminal(context) as terminal, terminal.at_one_moment() as session:
        engine, today = engine_of(session), terminal.info["today"]()
        draft, compared = _compared(engine, file or Path(), law_of, today)
        bodies = bodies_of(session, sirens)
        try:
            outcome = simulate(session, compared, bodies, today=today, report=ProgressShown())
        except Defect as defect:
            raise Invalid(_("La condition a échoué : {problem}").format(problem=defect)) from defect
        told = _told(session, draft, law_of, today, outcome)
    if as_json:
        write_json(told)
    else:
        _show(engine, draft, told)


def _compared(engine: Engine, file: Path, law_of: date | None, today: date) -> tuple[Policy | None, list[Compared]]:
    """What is compared, with the draft where there is one.

    Raises: Invalid, with the file and the line of each fault.
    """
    if law_of is not None:
        return None, against_day(engine.catalogue, engine.subjects, law_of, today=today)
    try:
        text = file.read_text("utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise Invalid(_("{file} ne se lit pas : ce n’est pas un texte en UTF-8.").format(file=file)) from error
    read = read_draft(text, engine)
    if read.policy is None:
        raise Invalid(
            _("Ce projet ne peut pas encore être essayé : corrigez les lignes indiquées."),
            tuple(FieldError(f"{file}:{one.line}" if one.line else str(file), one.problem) for one in read.faults),
        )
    return read.policy, against_draft(engine.catalogue, read.catalogue, read.policy, today=today)


def _told(session: Session, draft: Policy | None, law_of: date | None, today: date, outcome: Outcome) -> dict[str, Any]:
    engine, bodies = engine_of(session), names_of(session)
    moved = [(key[1], number) for key, ids in outcome.changes.items() for number in ids]
    names = engine.names_of(session, moved)
    title = draft.title if draft is not None and current_locale() == "fr" else getattr(draft, "title_en", None)
    stays = Counter[int]()
    for (owner, _policy), count in outcome.stays.items():
        stays[owner] += count
    changed = Counter[int]()
    for key, ids in outcome.changes.items():
        changed[key[0]] += len(ids)
    return {
        "title": title_of(draft.id if draft is not None else None, title, law_of.isoformat() if law_of else None),
        "on": today,
        "subjects": outcome.subjects,
        "changed": changed.total(),
        "stays": stays.total(),
        "organisations": [
            {"organisation": bodies[owner], "changed": changed[owner], "stays": stays[owner]}
            for owner in sorted(changed.keys() | stays.keys())
        ],
        "changes": [
            {
                "organisation": bodies[owner],
                "policy": policy_id,
                "subject_kind": str(kind),
                "was": _code(was),
                "becomes": _code(becomes),
                "subjects": [{"id": number, "name": names.get((kind, number), "")} for number in ids],
            }
            for (owner, kind, policy_id, was, becomes), ids in sorted(
                outcome.changes.items(), key=lambda one: (one[0][2], one[0][0], str(one[0][3:]))
            )
        ],
    }


def _code(verdict: Verdict | None) -> str | None:
    return None if verdict is None else str(verdict)


def _show(engine: Engine, draft: Policy | None, told: Mapping[str, Any]) -> None:
    click.echo(told["title"])
    said = _(
        "Fiches jugées deux fois, sans rien écrire : {subjects}. Constats qui changeraient : {changed} ; qui "
        "resteraient les mêmes : {stays}."
    )
    click.echo(said.format(**told))
    for one in told["changes"]:
        known = engine.catalogue.find(one["policy"])
        now = known.force if known is not None else Force.WATCH
        then = draft.force if draft is not None else now
        move = f"{_word(one['was'], now)} → {_word(one['becomes'], then)}"
        click.echo(f"{one['policy']:8} {one['organisation']} : {move} ({len(one['subjects'])})")
        for subject in one["subjects"]:
            click.echo(f"{'':8} {subject['name'] or subject['id']}")


def _word(verdict: str | None, force: Force) -> str:
    return _("Sans règle") if verdict is None else verdict_word(force, Verdict(verdict))
