"""`beffroi erase`: erasing a person from a terminal."""

import secrets
from collections.abc import Sequence
from datetime import date
from typing import Any

import click
from sqlalchemy.orm import Session

from registry.cli.opening import Terminal, day, open_terminal, write_json
from registry.erasures.forms import ErasureForm
from registry.erasures.jobs import carry_out
from registry.erasures.keeping import find_backups, find_naming_documents
from registry.erasures.queries import find_obstacles, find_old_texts, find_passages, get_erasure, get_person, look_for
from registry.erasures.service import ask_erasure
from registry.erasures.views import counts_in_words, say_place, stays_in_words
from registry.erasures.vocabulary import EXCEPTIONS, GROUNDS
from registry.kernel.errors import FieldError, Invalid
from registry.kernel.words import _, ngettext
from registry.organisations.queries import find_organisations
from registry.platform.lists import load_list
from registry.web.forms import Rejected, parse_values

DOES_NOT_HOLD = 1


def _choices(name: str) -> str:
    return ", ".join(f"{code} ({words})" for code, words in load_list(name).choices())


@click.command(
    "erase",
    help="Efface une personne (RGPD art. 17), par son numéro : il est dans l’adresse de sa page, /personnes/N/effacer.",
)
@click.argument("person", type=int)
@click.option("--ground", default=None, help=f"Le motif : {_choices(GROUNDS)}.")
@click.option("--reason", default=None, help="La raison, sans nommer la personne : le reçu la garde.")
@click.option("--word", "words", type=int, multiple=True, help="La place (depuis 0) d’un mot du nom à chercher seul.")
@click.option("--keep", multiple=True, help="Un passage qui reste : table:numéro:champ, comme --dry-run le montre.")
@click.option("--exception", default=None, help=f"Le motif de ce qui reste : {_choices(EXCEPTIONS)}.")
@click.option(
    "--backups-until", callback=day, default=None, help="Le jour où les sauvegardes d’avant seront détruites."
)
@click.option("--dry-run", is_flag=True, help="Montre où la personne est nommée, sans rien changer.")
@click.option("--json", "as_json", is_flag=True, help="Le résultat en JSON.")
@click.pass_context
def erase(
    context: click.Context,
    person: int,
    ground: str | None,
    reason: str | None,
    words: tuple[int, ...],
    keep: tuple[str, ...],
    exception: str | None,
    backups_until: date | None,
    dry_run: bool,
    as_json: bool,
) -> int:
    """Shows what erasing somebody would do, or does it."""
    with open_terminal(context) as terminal:
        if dry_run:
            with terminal.at_one_moment() as session:
                return _show(session, terminal, person, words, as_json)
        given = {
            "ground": ground, "reason": reason, "words": list(words), "keep": list(keep), "exception": exception,
            "backups_until": backups_until,
        }  # fmt: skip
        read = parse_values(ErasureForm, given, today=terminal.info["today"]())
        if isinstance(read, Rejected):
            problems = tuple(FieldError(f"--{path}", message) for path, message in read.errors.items())
            raise Invalid(_("Cet effacement ne peut pas être fait."), problems)
        with terminal.transaction() as session:
            within = _everywhere(session)
            asked = ask_erasure(
                session, person, read.form, within=within, today=terminal.info["today"](), files=terminal.home.files
            )
            number = asked.id
        carry_out(terminal.home, terminal.info, number, terminal.acting(request_id=secrets.token_hex(8)))
        with terminal.at_one_moment() as session:
            _show_receipt(session, number, as_json)
    return 0


def _everywhere(session: Session) -> frozenset[int]:
    return frozenset(body.id for body in find_organisations(session))


def _show(session: Session, terminal: Terminal, person_id: int, words: Sequence[int], as_json: bool) -> int:
    """What would be erased, what would stay, and what must be done before (code 1)."""
    person, within = get_person(session, person_id), _everywhere(session)
    identity, sought, _namesakes = look_for(session, person, words)
    passages = find_passages(session, sought, within)
    obstacles = find_obstacles(session, person, sought, within, terminal.info["today"]())
    documents = find_naming_documents(session, terminal.home.files, sought, within)
    said: dict[str, Any] = {
        "words": list(identity.words),
        "passages": [one.code for one in passages],
        "old_texts": len(find_old_texts(session, sought, within)),
        "documents": [one.id for one in documents],
        "backups": [one.name for one in find_backups(terminal.home.settings.root)],
        "obstacles": [one.sentence for one in obstacles],
    }
    if as_json:
        write_json(said)
        return DOES_NOT_HOLD if obstacles else 0
    for place, word in enumerate(identity.words):
        click.echo(_("Mot {place} : {word}").format(place=place, word=word))
    for one in passages:
        click.echo(
            f"{one.code}  {say_place(one.table)} « {one.title} » : {''.join(piece for piece, _is in one.pieces)}"
        )
    click.echo(
        ngettext("{count} passage à remplacer.", "{count} passages à remplacer.", len(passages)).format(
            count=len(passages)
        )
    )
    for document in documents:
        click.echo(_("Reste : document n° {number}").format(number=document.id))
    for name in said["backups"]:
        click.echo(_("Reste : sauvegarde {name}").format(name=name))
    for sentence in said["obstacles"]:
        click.echo(_("À faire avant : {sentence}").format(sentence=sentence))
    return DOES_NOT_HOLD if obstacles else 0


def _show_receipt(session: Session, number: int, as_json: bool) -> None:
    erasure = get_erasure(session, number)
    if as_json:
        write_json(
            {"erasure": number, "state": str(erasure.state), "counts": erasure.counts, "stays": list(erasure.kept)}
        )
        return
    click.echo(_("Effacement n° {number} : {state}").format(number=number, state=erasure.state.label))
    for label, count in counts_in_words(erasure.counts):
        click.echo(f"  {label} : {count}")
    for one in stays_in_words(erasure.kept):
        click.echo(_("Reste : {words} — {why}").format(words=one.words, why=one.why))


COMMANDS = (erase,)
