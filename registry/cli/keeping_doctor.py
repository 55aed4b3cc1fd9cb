"""`beffroi doctor`: what is right and what is wrong with an installation, in plain sentences."""

import re
import shutil
import tomllib
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from importlib.metadata import PackageNotFoundError, requires, version
from pathlib import Path

import click
from sqlalchemy import text
from sqlalchemy.exc import SQLAlchemyError

from registry.cli.context import say_unknown
from registry.cli.opening import settings_of, write_json
from registry.compliance.explanation import say_refusal
from registry.kernel.errors import Conflict, Refusal, Unavailable
from registry.kernel.words import _, ngettext
from registry.ledger.queries import count_unsealed
from registry.organisations.territory import PACKAGE as TERRITORY
from registry.platform.assets import PACKAGE as PRODUCT
from registry.platform.assets import asset_root
from registry.platform.backup import count_rows
from registry.platform.database import APP, JOBS, OWNER, PUBLIC, Acting, transaction
from registry.platform.files import FileStore
from registry.platform.home import Home, open_home
from registry.platform.mail import Mailer
from registry.platform.schema import code_revision
from registry.platform.settings import Settings, find_unknown_variables
from registry.reporting.libraries import pdf_available
from registry.rooms import assemble_engine
from registry.search.queries import find_lateness
from registry.web.shell import product_version
from registry.web.static import files as static_files

DOES_NOT_HOLD = 1
LEAST_FREE, COMFORTABLE_FREE = 500 * 2**20, 5 * 2**30
"""Units: bytes. Below the first PostgreSQL may stop at any time; below the second it is time to look."""
LONG_UNSEALED = LONG_UNINDEXED = timedelta(minutes=10)
_NAME = re.compile(r"([A-Za-z0-9._-]+)(?:\[[^]]*\])?(?:>=([0-9.]+))?")


@dataclass(frozen=True)
class Finding:
    """One thing looked at: right (True), wrong (False), or worth knowing (None)."""

    subject: str
    right: bool | None
    sentence: str


@click.command("doctor", help="Dit ce qui va et ce qui ne va pas. Code 1 si l’essentiel manque.")
@click.option("--json", "as_json", is_flag=True, help="Le résultat en JSON.")
@click.pass_context
def doctor(context: click.Context, as_json: bool) -> int:
    """Looks at everything the registry needs."""
    settings = settings_of(context)
    found = [*look_at_machine(settings), *look_at_database(settings)]
    right = all(finding.right is not False for finding in found)
    if as_json:
        write_json(
            {
                "right": right,
                "findings": [
                    {"subject": finding.subject, "right": finding.right, "sentence": finding.sentence}
                    for finding in found
                ],
            }
        )
        return 0 if right else DOES_NOT_HOLD
    for finding in found:
        sign = {True: "✓", False: "✗", None: "!"}[finding.right]
        click.echo(f"{sign} {finding.subject} : {finding.sentence}")
    click.echo(_("L’essentiel va bien.") if right else _("L’essentiel ne va pas : voyez les lignes marquées ✗."))
    return 0 if right else DOES_NOT_HOLD


def look_at_machine(settings: Settings) -> Iterator[Finding]:
    """What stands on this machine, database apart."""
    yield _packages()
    yield _front_end()
    available = pdf_available()
    yield (
        Finding("PDF", True, _("cette machine peut écrire des PDF."))
        if available.ok
        else Finding("PDF", None, f"{available.reason} {available.apt_line}")
    )
    yield _disk(settings)
    yield _mail(settings)
    if settings.files_url or (settings.root / "files").is_dir():
        yield _files(settings)
    if settings.policies is not None:
        yield _local_policies(settings)
    unknown = find_unknown_variables()
    if unknown:
        yield Finding(_("Réglages"), None, say_unknown(unknown))


def _local_policies(settings: Settings) -> Finding:
    catalogue = assemble_engine(settings.policies, settings.root).catalogue
    if catalogue.refusal:
        return Finding(_("Règles locales"), None, say_refusal(catalogue.refusal))
    said = ngettext("{count} règle locale", "{count} règles locales", len(catalogue.local)).format(
        count=len(catalogue.local)
    )
    chosen = ngettext("{count} règle au paramètre choisi", "{count} règles au paramètre choisi", len(catalogue.chosen))
    return Finding(_("Règles locales"), True, f"{said}, {chosen.format(count=len(catalogue.chosen))}.")


def look_at_database(settings: Settings) -> Iterator[Finding]:
    """What the database says, asked without changing anything."""
    try:
        with open_home(settings, check=False) as home:
            home.find_pending()
            yield from _look(home)
    except Refusal as refusal:
        yield Finding("PostgreSQL", False, refusal.message)
    except SQLAlchemyError as error:
        detail = str(getattr(error, "orig", error)).strip().splitlines()[0]
        yield Finding("PostgreSQL", False, _("la base ne répond pas comme il faut ({detail}).").format(detail=detail))


def _packages() -> Finding:
    wrong = []
    for line in _requirements():
        asked = _NAME.match(line)
        if asked is None or "extra ==" in line:
            continue
        name, least = asked.groups()
        try:
            have = version(name)
        except PackageNotFoundError:
            wrong.append(_("{name} manque").format(name=name))
            continue
        if least and _numbers(have) < _numbers(least):
            wrong.append(_("{name} {have}, il faut {least}").format(name=name, have=have, least=least))
    if wrong:
        said = _("{wrong}. Lancez « python3 dev.py setup ».").format(wrong=" ; ".join(wrong))
        return Finding(_("Paquets Python"), False, said)
    return Finding(_("Paquets Python"), True, _("tous présents, Beffroi {version}.").format(version=product_version()))


def _requirements() -> list[str]:
    """What the product asks for: said by the installed package, or by the checkout it runs from."""
    try:
        return requires("beffroi") or []
    except PackageNotFoundError:
        declared = tomllib.loads((PRODUCT.parent / "pyproject.toml").read_text("utf-8"))
        return [str(line) for line in declared["project"]["dependencies"]]


def _numbers(said: str) -> tuple[int, ...]:
    return tuple(int(number) for number in re.findall(r"\d+", said.split("+", maxsplit=1)[0])[:3])


def _front_end() -> Finding:
    try:
        parts = static_files()
    except Refusal as refusal:
        return Finding(_("Pièces des pages"), False, refusal.message)
    if not (asset_root("node_modules") / TERRITORY).is_dir():
        said = _("le découpage administratif manque. Lancez « python3 dev.py setup ».")
        return Finding(_("Pièces des pages"), False, said)
    return Finding(_("Pièces des pages"), True, _("{count} fichiers.").format(count=len(parts)))


def _disk(settings: Settings) -> Finding:
    place: Path = settings.root
    while not place.exists():
        place = place.parent
    free = shutil.disk_usage(place).free
    said = _("{free} Gio libres dans {place}.").format(free=round(free / 2**30, 1), place=place)
    right: bool | None = True
    if free < COMFORTABLE_FREE:
        right = None if free >= LEAST_FREE else False
    return Finding(_("Disque"), right, said)


def _mail(settings: Settings) -> Finding:
    if settings.mail_url is None:
        said = _("aucun serveur (BEFFROI_MAIL_URL) : les liens d’invitation s’affichent, ils ne partent pas.")
        return Finding(_("Courrier"), None, said)
    try:
        Mailer.of(settings).try_out()
    except Unavailable as refusal:
        return Finding(_("Courrier"), False, refusal.message)
    return Finding(_("Courrier"), True, _("le serveur indiqué répond ; aucun message n’a été envoyé."))


def _files(settings: Settings) -> Finding:
    try:
        FileStore.try_out(settings)
    except Unavailable as refusal:
        return Finding(_("Fichiers"), False, refusal.message)
    return Finding(_("Fichiers"), True, _("le magasin garde et rend ce qu’on lui confie."))


def _look(home: Home) -> Iterator[Finding]:
    with home.owner.connect() as connection:
        number = connection.execute(text("SHOW server_version")).scalar_one()
        kind = _("embarqué") if home.cluster is not None else _("serveur à part")
        yield Finding("PostgreSQL", True, f"{str(number).split()[0]}, {kind}.")
        pending = home.find_pending()
        yield Finding(
            _("Schéma"),
            not pending,
            _("en retard de {count} révisions : lancez « beffroi upgrade ».").format(count=len(pending))
            if pending
            else _("au niveau de cette version ({revision}).").format(revision=code_revision()),
        )
        try:
            count_rows(connection)
        except Conflict as refusal:
            yield Finding(_("Sauvegarde"), False, refusal.message)
    yield from _roles(home)
    yield _seals(home)
    yield _search(home)


def _roles(home: Home) -> Iterator[Finding]:
    engines = {OWNER: home.owner, APP: home.app, JOBS: home.jobs}
    if home.urls.public is None:
        yield Finding(
            _("Catalogue public"), None,
            _("fermé : DATABASE_PUBLIC_URL, l’adresse du rôle « {public} », n’est pas donnée.").format(public=PUBLIC),
        )  # fmt: skip
    else:
        engines[PUBLIC] = home.public
    for expected, engine in engines.items():
        with engine.connect() as connection:
            role = connection.execute(
                text(
                    "SELECT rolname, rolsuper OR rolbypassrls AS passes, EXISTS (SELECT FROM pg_class c"
                    " WHERE c.relowner = r.oid AND c.relname = 'ledger_entry') AS owns"
                    " FROM pg_roles r WHERE rolname = current_user"
                )
            ).one()
        subject = _("Rôle {role}").format(role=role.rolname)
        if role.passes or (role.owns and expected != OWNER):
            yield Finding(
                subject,
                False,
                _("il passe outre la séparation entre organisations : « beffroi init --print-sql » montre comment "
                  "le faire."),
            )  # fmt: skip
        else:
            yield Finding(subject, True, _("sans droit de passer outre la séparation entre organisations."))


def _seals(home: Home) -> Finding:
    with transaction(home.jobs, Acting("machine")) as session:
        waiting, oldest = count_unsealed(session)
    if not waiting or oldest is None:
        return Finding(_("Sceaux"), True, _("toutes les écritures sont scellées."))
    age = datetime.now(UTC) - oldest
    said = _("{count} écritures attendent leur sceau, la plus ancienne depuis {age} s.").format(
        count=waiting, age=max(0, round(age.total_seconds()))
    )
    if age > LONG_UNSEALED:
        said += " " + _("« beffroi serve » ou « beffroi worker » les scelle : aucun ne tourne.")
        return Finding(_("Sceaux"), None, said)
    return Finding(_("Sceaux"), True, said)


def _search(home: Home) -> Finding:
    with transaction(home.jobs, Acting("machine")) as session:
        indexed, behind = find_lateness(session, home.settings.root)
    if not indexed:
        said = _("aucun index sur cette machine : « beffroi serve » le fait, ou « beffroi search rebuild ».")
        return Finding(_("Recherche"), None, said)
    age = timedelta() if behind is None else datetime.now(UTC) - behind
    if age > LONG_UNINDEXED:
        said = _("l’index ignore ce qui est scellé depuis {minutes} min : « beffroi search follow » ne tourne pas.")
        return Finding(_("Recherche"), None, said.format(minutes=round(age.total_seconds() / 60)))
    return Finding(_("Recherche"), True, _("l’index de cette machine répond et suit le registre."))
