"""`beffroi ledger`, `backup`, `upgrade`, `doctor` and `stop`: what keeps a registry safe."""

import getpass
import time
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import click
import psycopg
from sqlalchemy import text
from sqlalchemy.orm import Session

from registry.cli.keeping_checks import (
    CONTENTS,
    Check,
    check_backup,
    check_parts,
    check_restored,
    describe_registry,
)
from registry.cli.keeping_doctor import doctor
from registry.cli.opening import (
    open_terminal,
    refuse_unwritable,
    session_info,
    settings_of,
    write_json,
    writing_to,
)
from registry.compliance.daily import evaluate_everything
from registry.compliance.service import forget_transactions
from registry.erasures.kept_list import ErasedLine, read_list
from registry.erasures.kept_list import place_of as list_of
from registry.erasures.replaying import replay
from registry.kernel.errors import Conflict, Invalid, NotFound, Unavailable, Unreadable
from registry.kernel.words import _, ngettext
from registry.ledger.checkpoint import public_key, read_anchor, read_checkpoint, sign_head
from registry.ledger.queries import count_unsealed, get_head
from registry.ledger.service import forget_horizon, seal
from registry.ledger.verification import Anchor, verify_ledger
from registry.organisations.queries import get_registry
from registry.platform.backup import Backup, create_backup
from registry.platform.backup_archive import find_defects, keys_beside, read_keys, read_manifest
from registry.platform.backup_restoring import put_back, rebuilt, restored_into
from registry.platform.database import Acting, at_one_moment, transaction
from registry.platform.home import Home, open_home
from registry.platform.migrating import migrate
from registry.platform.postgres import State, cluster_state, hold_cluster, stop_cluster, superuser_url
from registry.platform.postgres_binaries import EMBEDDED_MAJORS
from registry.platform.postgres_home import cluster_home
from registry.platform.settings import Settings

DOES_NOT_HOLD = 1
LEDGER_SEED = "ledger-seed"
"""The Ed25519 seed checkpoints are signed with, among the secrets of the home."""

_KEY_LENGTH = 32
_LEAVING = 2.0
"""Units: seconds. Who has just left may still be counted: the server takes a moment to see them go."""
_FILE = click.Path(path_type=Path, dir_okay=False)


@click.group(help="Le registre des écritures : le vérifier, en signer un point de contrôle.")
def ledger() -> None:
    """Who did what, when: verified and signed."""


@ledger.command("verify", help="Recalcule empreintes, chaînes et racines. Code 1 si l’une ne tient pas.")
@click.option(
    "--against", multiple=True, help="Une ancre gardée ailleurs : un point de contrôle, ou « numéro:racine »."
)
@click.option(
    "--key",
    "given",
    default=None,
    metavar="HEX",
    help="La clé publique qui a signé les points de contrôle (celle de ce registre).",
)
@click.option("--json", "as_json", is_flag=True, help="Le résultat en JSON.")
@click.pass_context
def verify(context: click.Context, against: tuple[str, ...], given: str | None, as_json: bool) -> int:
    """Verifies the whole ledger, and says what waits for its seal."""
    with open_terminal(context) as terminal, terminal.at_one_moment() as session:
        anchors = tuple(_anchor(said, terminal.home, session, given) for said in against)
        found = verify_ledger(session, anchors)
        waiting, oldest = count_unsealed(session)
    age = _age(oldest)
    if as_json:
        write_json(
            {
                "holds": found.holds,
                "entries": found.entries,
                "sealed": found.sealed,
                "root": found.root,
                "unsealed": waiting,
                "oldest_unsealed_at": oldest,
                "oldest_unsealed_seconds": age,
                "anchors": len(anchors),
                "defects": found.defects,
            }
        )
        return 0 if found.holds else DOES_NOT_HOLD
    click.echo(
        _("{entries} écritures, {sealed} scellées ; racine {root}").format(
            entries=found.entries, sealed=found.sealed, root=found.root
        )
    )
    if waiting:
        click.echo(
            _("{count} écritures attendent leur sceau, la plus ancienne depuis {age} s.").format(count=waiting, age=age)
        )
    for defect in found.defects:
        click.echo(f"  {defect}")
    if not found.holds:
        click.echo(_("Le registre des écritures ne tient pas : {count} défauts.").format(count=len(found.defects)))
        return DOES_NOT_HOLD
    click.echo(
        ngettext("Tout tient, contre {count} ancre.", "Tout tient, contre {count} ancres.", len(anchors)).format(
            count=len(anchors)
        )
    )
    if not anchors:
        click.echo(_("Sans ancre gardée hors de cette machine, un registre réécrit de bout en bout tiendrait aussi."))
    return 0


def _anchor(said: str, home: Home, session: Session, given: str | None) -> Anchor:
    place = Path(said)
    try:
        if not place.is_file():
            return read_anchor(said)
        content = place.read_text("utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise Unreadable(_("{file} n’est pas un point de contrôle du registre.").format(file=place)) from error
    return read_checkpoint(content, key=_signing_key(home, given), siren=get_registry(session).siren)


def _signing_key(home: Home, given: str | None) -> bytes:
    """The public key checkpoints of this registry must be signed with: the one given, else that of its own seed."""
    if given is not None:
        try:
            key = bytes.fromhex(given.strip())
        except ValueError:
            key = b""
        if len(key) != _KEY_LENGTH:
            raise Invalid(_("Donnez à --key une clé publique de 64 chiffres hexadécimaux."))
        return key
    place = home.settings.root / "secrets" / LEDGER_SEED
    if not place.is_file():
        raise NotFound(
            _("Ce registre n’a encore signé aucun point de contrôle : donnez par --key la clé publique de celui-ci.")
        )
    return public_key(place.read_bytes())


def _age(oldest: datetime | None) -> int | None:
    return None if oldest is None else max(0, round((datetime.now(UTC) - oldest).total_seconds()))


@ledger.command("checkpoint", help="Scelle, puis signe la tête du registre : à faire garder par quelqu’un d’autre.")
@click.option("--output", type=_FILE, default=None, help="Le fichier à écrire (sinon la sortie).")
@click.pass_context
def checkpoint(context: click.Context, output: Path | None) -> None:
    """Signs the head of the ledger."""
    if output is not None:
        refuse_unwritable(output)
    with open_terminal(context) as terminal:
        with terminal.transaction() as session:
            siren = get_registry(session).siren
            seal(session)
        with terminal.transaction() as session:
            head = get_head(session)
        said = sign_head(head, terminal.home.secret(LEDGER_SEED), siren)
    if output is None:
        click.echo(said, nl=False)
        return
    with writing_to(output):
        output.write_text(said, "utf-8")
    click.echo(_("Point de contrôle n° {number} signé : {file}").format(number=head.seal_no, file=output))


@click.group(help="Les sauvegardes : les faire, les vérifier, les restaurer.")
def backup() -> None:
    """The data in an archive, the keys in another file."""


@backup.command("create", help="Sauvegarde la base, les fichiers, et à part les clés. Le registre peut servir.")
@click.option(
    "--output", required=True, type=click.Path(path_type=Path), help="Un dossier, ou le nom de l’archive (.tar)."
)
@click.option("--json", "as_json", is_flag=True, help="Le résultat en JSON.")
@click.pass_context
def create(context: click.Context, output: Path, as_json: bool) -> int:
    """Makes a backup of a registry that may be serving."""
    with open_terminal(context) as terminal:
        made = create_backup(terminal.home, output, CONTENTS, describe_registry)
    if as_json:
        manifest = made.manifest.model_dump(mode="json", exclude={"parts"})
        write_json(manifest | {"archive": str(made.archive), "keys_file": str(made.keys), "lost": list(made.lost)})
    else:
        _show_backup(made)
    return DOES_NOT_HOLD if made.lost else 0


def _show_backup(made: Backup) -> None:
    click.echo(
        _("Sauvegarde : {file} ({rows} lignes, {files} fichiers, {size} Mio)").format(
            file=made.archive,
            rows=sum(made.manifest.tables.values()),
            files=len(made.manifest.stored),
            size=round(made.manifest.size / 2**20, 1),
        )
    )
    click.echo(_("Clés, à garder à un autre endroit : {file}").format(file=made.keys))
    for digest in made.lost:
        click.echo(_("Fichier {digest}… absent ou changé : non sauvegardé.").format(digest=digest[:12]), err=True)


@backup.command("verify", help="Restaure à part et vérifie : octets, lignes, écritures, fichiers, un document.")
@click.argument("archive", type=_FILE)
@click.option("--keys", type=_FILE, default=None, help="Le fichier des clés, s’il n’est pas à côté.")
@click.option("--json", "as_json", is_flag=True, help="Le résultat en JSON.")
def verify_backup(archive: Path, keys: Path | None, as_json: bool) -> int:
    """Verifies a backup; needs no registry on this machine."""
    if not archive.is_file():
        raise Invalid(_("{file} n’existe pas.").format(file=archive))
    checks = check_backup(archive, keys)
    return _conclude(checks, as_json)


def _conclude(checks: list[Check], as_json: bool) -> int:
    holds = all(check.holds is not False for check in checks)
    if as_json:
        write_json({"holds": holds, "checks": [check.as_json() for check in checks]})
    else:
        for check in checks:
            check.show()
        click.echo(_("La sauvegarde tient.") if holds else _("La sauvegarde ne tient pas."))
    return 0 if holds else DOES_NOT_HOLD


@backup.command("restore", help="Restaure une sauvegarde dans un dossier neuf, et la vérifie.")
@click.argument("archive", type=_FILE)
@click.option("--home", "new", required=True, type=click.Path(path_type=Path), help="Le dossier du registre à faire.")
@click.option("--keys", type=_FILE, default=None, help="Le fichier des clés, s’il n’est pas à côté.")
@click.option(
    "--erasures", type=_FILE, default=None,
    help="La liste des effacements faits depuis (secrets/erasures.jsonl) ; sinon celle du registre que nomme --home "
    "avant la commande, s’il est là.",
)  # fmt: skip
@click.pass_context
def restore(context: click.Context, archive: Path, new: Path, keys: Path | None, erasures: Path | None) -> None:
    """Restores a backup in a new home, and does again the erasures made since."""
    known = _erased_since(context, erasures)
    settings = settings_of(context).model_copy(update={"home": new})
    manifest = read_manifest(archive)
    defects = find_defects(archive, manifest)
    if defects:
        raise Unreadable("\n".join([_("Cette sauvegarde est abîmée : elle n’est pas restaurée."), *defects]))
    opened = read_keys(keys or keys_beside(archive), manifest)
    with restored_into(settings, archive, manifest, opened) as home:
        checks = [check_parts(manifest, []), *check_restored(home, manifest, with_keys=True)]
        _refuse_defective(checks)
        _settle_in(home)
        keys_alive = _close_doors(home)
        erased = _erase_again(home, known or [])
    for check in checks:
        check.show()
    _say_erased(erased, known is not None)
    click.echo(
        _("Registre restauré dans {home} (sauvegarde du {moment}).").format(
            home=settings.root, moment=f"{manifest.created_at:%Y-%m-%d %H:%M} UTC"
        )
    )
    click.echo(
        _("Sessions fermées et liens en attente annulés : chacun se connecte à nouveau (« beffroi user reset »).")
    )
    if keys_alive:
        click.echo(
            ngettext(
                "{count} clé d’API de la sauvegarde est valable ici : révoquez-la si elle l’a été depuis.",
                "{count} clés d’API de la sauvegarde sont valables ici : révoquez celles qui l’ont été depuis.",
                keys_alive,
            ).format(count=keys_alive)
        )


def _erased_since(context: click.Context, given: Path | None) -> list[ErasedLine] | None:
    """The list of erasures to do again: the one given, else that of the home of this command; none where neither is."""
    place = given or list_of(settings_of(context).root)
    if given is not None and not given.is_file():
        raise Invalid(_("{file} n’existe pas.").format(file=given))
    return read_list(place) if place.is_file() else None


def _erase_again(home: Home, known: list[ErasedLine]) -> int:
    """Erases again whoever was erased since the backup, by the list found outside it and the one among its keys."""
    lines = [*read_list(list_of(home.settings.root)), *known]
    return replay(home, session_info(home), lines, Acting(f"cli:{getpass.getuser()}")) if lines else 0


def _say_erased(erased: int, found: bool) -> None:
    if erased:
        click.echo(
            ngettext(
                "{count} personne effacée de nouveau, d’après la liste des effacements.",
                "{count} personnes effacées de nouveau, d’après la liste des effacements.",
                erased,
            ).format(count=erased)
        )
    if not found:
        click.echo(
            _(
                "Aucune liste d’effacements plus récente que la sauvegarde n’a été trouvée : si quelqu’un a été effacé "
                "depuis, recommencez en la donnant par --erasures (secrets/erasures.jsonl du registre d’origine)."
            ),
            err=True,
        )


def _refuse_defective(checks: list[Check]) -> None:
    """A document that renders otherwise here says something of this machine, not of the data."""
    wrong = [check for check in checks if check.holds is False and check.name != "document"]
    if wrong:
        lines = [f"{check.sentence} {' '.join(check.defects[:5])}" for check in wrong]
        raise Unreadable("\n".join([_("Cette sauvegarde ne tient pas : elle n’est pas restaurée."), *lines]))


def _settle_in(home: Home) -> None:
    """The ledger goes on here: what waited for its seal on the other server gets it."""
    with transaction(home.owner, Acting(f"cli:{getpass.getuser()}")) as session:
        forget_horizon(session)
        forget_transactions(session)


def _close_doors(home: Home) -> int:
    """Closes what the backup had open, and may have been closed since; returns how many API keys are alive."""
    with transaction(home.owner, Acting(f"cli:{getpass.getuser()}")) as session:
        session.execute(text("UPDATE signed_session SET revoked_at = now() WHERE revoked_at IS NULL"))
        session.execute(text("UPDATE single_use_link SET used_at = now() WHERE used_at IS NULL"))
        alive: int = session.execute(
            text("SELECT count(*) FROM api_token WHERE NOT revoked AND expires_on >= current_date")
        ).scalar_one()
    return alive


@click.command("upgrade", help="Met la base au niveau de cette version, après une sauvegarde.")
@click.pass_context
def upgrade(context: click.Context) -> None:
    """Brings PostgreSQL's data, then the schema, to this version."""
    settings = settings_of(context)
    done = _upgrade_server(settings)
    with open_home(settings, check=False) as home:
        pending = home.find_pending()
        if pending:
            _show_backup(_backup_at_home(home))
            migrate(home.owner)
            _refuse_broken_ledger(home)
            click.echo(_("Base migrée : révisions {names}.").format(names=", ".join(pending)))
        home.check()
        _judge_again(home)
    if not pending and not done:
        click.echo(_("La base est déjà au niveau de cette version."))


def _judge_again(home: Home) -> None:
    """The policies came with this version of the software: what they say of the registry may have changed."""
    info = session_info(home)
    found = evaluate_everything(home.jobs, info, today=info["today"]())
    if found.changed:
        click.echo(
            ngettext("{count} constat changé.", "{count} constats changés.", found.changed).format(count=found.changed)
        )


def _backup_at_home(home: Home) -> Backup:
    folder = home.settings.root / "backups"
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    return create_backup(home, folder, CONTENTS, describe_registry)


def _upgrade_server(settings: Settings) -> bool:
    """Moves the embedded data to the major version of the settings; whether there was anything to do."""
    if settings.database_url:
        return False
    put_back(settings)
    found = cluster_home(settings.root).major()
    if found is None or found >= settings.postgres_major or found not in EMBEDDED_MAJORS:
        return False
    with open_home(settings.model_copy(update={"postgres_major": found}), check=False) as home:
        home.find_pending()
        home.dispose()
        _refuse_busy(home)
        made = _backup_at_home(home)
    _show_backup(made)
    with rebuilt(settings, made.archive, read_keys(made.keys, made.manifest)) as home:
        _refuse_defective(list(check_restored(home, made.manifest, with_keys=True)))
        _settle_in(home)
    click.echo(
        _("Données passées de PostgreSQL {old} à {new} ; les anciennes sont gardées dans {folder}.").format(
            old=found,
            new=settings.postgres_major,
            folder=cluster_home(settings.root).data.with_name(f"data-{found}"),
        )
    )
    return True


def _refuse_broken_ledger(home: Home) -> None:
    with transaction(at_one_moment(home.owner), Acting("machine")) as session:
        found = verify_ledger(session)
    if not found.holds:
        raise Unavailable(
            _("La base est migrée, mais le registre des écritures ne tient pas : {defect}").format(
                defect=found.defects[0]
            )
        )


def _refuse_busy(home: Home) -> None:
    users = _users_who_stay(superuser_url(home.cluster)) if home.cluster is not None else 0
    if users:
        raise Conflict(
            ngettext(
                "{count} connexion se sert de ce registre : arrêtez « beffroi serve », puis recommencez.",
                "{count} connexions se servent de ce registre : arrêtez « beffroi serve », puis recommencez.",
                users,
            ).format(count=users)
        )


def _users_who_stay(url: str) -> int:
    """How many connections other than this one the server has, once those that are leaving had time to leave.

    It looks from one connection: a new one for each look would find the one before it, still leaving.
    """
    until = time.monotonic() + _LEAVING
    with psycopg.connect(url, connect_timeout=5, autocommit=True) as connection:
        while True:
            row: tuple[Any, ...] | None = connection.execute(
                "SELECT count(*) FROM pg_stat_activity"
                " WHERE backend_type = 'client backend' AND pid <> pg_backend_pid()"
            ).fetchone()
            if row is None or not row[0] or time.monotonic() > until:
                return int(row[0]) if row else 0
            time.sleep(0.1)


@click.command("stop", help="Arrête PostgreSQL embarqué de ce registre, si personne ne s’en sert.")
@click.option("--force", is_flag=True, help="Même si quelqu’un s’en sert.")
@click.pass_context
def stop(context: click.Context, force: bool) -> None:
    """Stops the embedded server of this home."""
    settings = settings_of(context)
    if settings.database_url:
        raise Conflict(_("La base de ce registre est sur un serveur à part : Beffroi ne l’arrête pas."))
    state = cluster_state(settings.root)
    if state is State.ABSENT:
        raise NotFound(_("Aucun registre ici : beffroi init. Dossier regardé : {home}").format(home=settings.root))
    if state is State.STOPPED:
        click.echo(_("PostgreSQL de ce registre est déjà arrêté."))
        return
    if not force:
        found = cluster_home(settings.root).major() or settings.postgres_major
        with hold_cluster(settings.root, major=found) as cluster:
            users = _users_who_stay(superuser_url(cluster))
        if users:
            raise Conflict(
                _("{count} connexions se servent de ce registre : il n’est pas arrêté (--force passe outre).").format(
                    count=users
                )
            )
    stop_cluster(settings.root)
    click.echo(_("PostgreSQL de ce registre est arrêté."))


COMMANDS = (ledger, backup, upgrade, doctor, stop)
