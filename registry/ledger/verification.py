"""Verifying the ledger: every hash recomputed here, from what the tables hold, with PostgreSQL's own functions.

It finds, in what an older anchor covers, a row edited, swapped, deleted, inserted, or a tail cut off and
its head rewritten. Whoever owns the machine can write; without an anchor kept elsewhere, a ledger rewritten
from end to end would verify.
"""

import json
from dataclasses import dataclass, field
from hashlib import sha256
from typing import Any

from sqlalchemy import literal_column, select, text
from sqlalchemy.orm import Session

from registry.kernel.words import _
from registry.ledger.merkle import append_leaves, leaf_hash, root_of

_ENTRIES = text(
    "SELECT id, table_name, row_id, version, verb, hash, previous_hash, convert_to(jsonb_build_array("
    " id, table_name, row_id, version, verb, organisation_id, actor, account_id, event, reason, batch_id,"
    " request_id, (extract(epoch FROM recorded_at) * 1000000)::bigint, snapshot,"
    " encode(previous_hash, 'hex'))::text, 'UTF8') AS said"
    " FROM ledger_entry ORDER BY table_name, row_id, version, id"
)
_SEALS = text(
    "SELECT s.seal_no, s.leaf, e.hash FROM ledger_seal s LEFT JOIN ledger_entry e ON e.id = s.entry_id"
    " ORDER BY s.seal_no"
)
_ROOTS = text("SELECT tree_size, root FROM ledger_root ORDER BY tree_size")
_SHOWN = 20
# What a session may have set otherwise, and the trigger has pinned: values become text, and text is compared.
_PINNED = {
    "timezone": "UTC",
    "datestyle": "ISO, YMD",
    "intervalstyle": "iso_8601",
    "bytea_output": "hex",
    "extra_float_digits": "1",
}


@dataclass
class Verification:
    """What was checked and what does not hold, in sentences."""

    entries: int = 0
    sealed: int = 0
    root: str = ""
    unsealed: int = 0
    defects: list[str] = field(default_factory=list)

    @property
    def holds(self) -> bool:
        """Whether nothing was found."""
        return not self.defects


@dataclass(frozen=True)
class Anchor:
    """A head somebody kept elsewhere: on a printed document, or in a checkpoint."""

    seal_no: int
    root: str


def verify_ledger(session: Session, anchors: tuple[Anchor, ...] = ()) -> Verification:
    """Recomputes every hash, chain, number and root, and compares them with the anchors.

    On a registry that serves, the session is one on `at_one_moment`: a seal cut between two questions would
    otherwise pass for a defect.
    """
    found = Verification()
    for setting, value in _PINNED.items():
        session.execute(text("SELECT set_config(:setting, :value, true)"), {"setting": setting, "value": value})
    hashes = _verify_entries(session, found)
    _verify_seals(session, found, anchors)
    _verify_none_left_out(session, found)
    _verify_rows(session, found)
    found.entries = hashes
    found.unsealed = max(0, found.entries - found.sealed)
    del found.defects[_SHOWN * 10 :]
    return found


def _verify_entries(session: Session, found: Verification) -> int:
    count, last = 0, ("", 0, 0, b"")
    for row in session.execute(_ENTRIES.execution_options(yield_per=5000)):
        count += 1
        place = _("{table} n° {row}, version {version}").format(
            table=row.table_name, row=row.row_id, version=row.version
        )
        if sha256(bytes(row.said)).digest() != bytes(row.hash):
            found.defects.append(_("{place} : le contenu ne correspond plus à son empreinte.").format(place=place))
        same = last[:2] == (row.table_name, row.row_id)
        expected = last[2] + 1 if same else 1
        if row.version != expected:
            found.defects.append(_("{place} : la version {expected} manque.").format(place=place, expected=expected))
        elif (bytes(row.previous_hash) if row.previous_hash else b"") != (last[3] if same else b""):
            found.defects.append(_("{place} : la chaîne est rompue avec la version d’avant.").format(place=place))
        last = (row.table_name, row.row_id, row.version, bytes(row.hash))
    return count


def _verify_seals(session: Session, found: Verification, anchors: tuple[Anchor, ...]) -> None:
    roots = {row.tree_size: bytes(row.root) for row in session.execute(_ROOTS)}
    kept = {anchor.seal_no: anchor.root.lower() for anchor in anchors}
    size, peaks = 0, list[bytes]()
    for row in session.execute(_SEALS.execution_options(yield_per=5000)):
        if row.seal_no != size + 1:
            found.defects.append(_("Sceau n° {number} absent.").format(number=size + 1))
        if row.hash is None or leaf_hash(bytes(row.hash)) != bytes(row.leaf):
            found.defects.append(
                _("Sceau n° {number} : l’écriture scellée a changé ou disparu.").format(number=row.seal_no)
            )
        size, peaks = append_leaves(size, peaks, [bytes(row.leaf)])
        if size in roots and root_of(peaks) != roots[size]:
            found.defects.append(_("Racine du sceau n° {number} : elle ne se recalcule pas.").format(number=size))
        if size in kept and root_of(peaks).hex() != kept.pop(size):
            found.defects.append(
                _("Sceau n° {number} : la racine diffère de l’ancre fournie. Le registre a été réécrit.").format(
                    number=size
                )
            )
    found.sealed, found.root = size, root_of(peaks).hex()
    if size and size not in roots:
        found.defects.append(_("Sceau n° {number} : la racine qui le couvre a disparu.").format(number=size))
    for number in (cut for cut in roots if cut > size):
        found.defects.append(
            _("Racine du sceau n° {number} : le registre s’arrête au sceau n° {size}. Sa fin a été coupée.").format(
                number=number, size=size
            )
        )
    for number in kept:
        found.defects.append(
            _("Sceau n° {number} de l’ancre : le registre s’arrête au sceau n° {size}. Sa fin a été coupée.").format(
                number=number, size=size
            )
        )


_LEFT_OUT = text(
    "SELECT e.table_name, e.row_id, e.version FROM ledger_entry e"
    " WHERE e.xid < (SELECT xid_below FROM ledger_horizon)"
    " AND NOT EXISTS (SELECT FROM ledger_seal s WHERE s.entry_id = e.id) ORDER BY e.id LIMIT :shown"
)


def _verify_none_left_out(session: Session, found: Verification) -> None:
    """The sealer numbers all that a transaction wrote before it passes it: what has no number came in later."""
    for row in session.execute(_LEFT_OUT, {"shown": _SHOWN}):
        found.defects.append(
            _(
                "{table} n° {row}, version {version} : sans sceau, alors que sa transaction est scellée. Cette "
                "écriture a été glissée après coup."
            ).format(table=row.table_name, row=row.row_id, version=row.version)
        )


_KEPT_TABLES = text(
    "SELECT c.relname, encode(t.tgargs, 'escape') AS arguments FROM pg_trigger t"
    " JOIN pg_class c ON c.oid = t.tgrelid WHERE t.tgname = 'z_ledger_insert' AND NOT t.tgisinternal ORDER BY 1"
)
_TEXTS = text(
    "SELECT digest FROM ledger_text WHERE salt IS NOT NULL"
    " AND digest <> 'text:' || encode(sha256(salt || convert_to(value, 'UTF8')), 'hex') LIMIT :shown"
)


# A column made by a later migration is not in what was kept before it: there it may only be empty, or hold what
# the migration gave to every row.
_SAYS_MORE = "held.value NOT IN ('null', '[]', coalesce((SELECT blank FROM made) -> held.name, 'null'))"
_DEFAULTS = text(
    "SELECT a.attname, pg_get_expr(d.adbin, d.adrelid) AS said FROM pg_attrdef d"
    " JOIN pg_attribute a ON a.attrelid = d.adrelid AND a.attnum = d.adnum"
    " WHERE d.adrelid = CAST(:table AS regclass) AND a.attgenerated = '' ORDER BY a.attnum"
)


def _constant_defaults(session: Session, table: str) -> dict[str, Any]:
    """The default of each column that has a constant one: a call, such as the time it is, is none."""
    constant = {row.attname: row.said for row in session.execute(_DEFAULTS, {"table": table}) if "(" not in row.said}
    return {
        name: session.execute(select(literal_column(f"to_jsonb({said})"))).scalar_one()
        for name, said in constant.items()
    }


def _verify_rows(session: Session, found: Verification) -> None:
    """Each row of record holds what its last entry says: a write that went round the trigger shows."""
    for table, arguments in session.execute(_KEPT_TABLES).all():
        free_texts = [name for name in arguments.partition("}")[0].strip("{").split(",") if name]
        rows = session.execute(
            text(
                "WITH made AS (SELECT CAST(:made_later AS jsonb) AS blank)"
                f" SELECT coalesce(r.id, l.row_id) AS id FROM {table} r FULL JOIN ("
                " SELECT DISTINCT ON (row_id) row_id, version, verb, snapshot FROM ledger_entry"
                " WHERE table_name = :table ORDER BY row_id, version DESC) l ON l.row_id = r.id"
                " WHERE (r.id IS NULL AND l.verb <> 'delete') OR (r.id IS NOT NULL AND"
                " (l.row_id IS NULL OR l.verb = 'delete' OR l.version <> r.version"
                "  OR (to_jsonb(r) - CAST(:free_texts AS text[]) <> l.snapshot - CAST(:free_texts AS text[])"
                "   AND EXISTS (SELECT FROM jsonb_each(to_jsonb(r) - CAST(:free_texts AS text[])) AS held(name, value)"
                f"   WHERE CASE WHEN l.snapshot -> held.name IS NULL THEN {_SAYS_MORE}"
                "    ELSE held.value <> l.snapshot -> held.name END))"
                "  OR EXISTS (SELECT FROM jsonb_each(to_jsonb(r)) AS held(name, value)"
                "   LEFT JOIN ledger_text t ON t.digest = l.snapshot ->> held.name"
                "   WHERE held.name = ANY (CAST(:free_texts AS text[]))"
                f"   AND CASE WHEN l.snapshot -> held.name IS NULL THEN {_SAYS_MORE}"
                "    ELSE held.value #>> '{}' IS DISTINCT FROM t.value END)))"
                " LIMIT :shown"
            ),
            {
                "table": table,
                "free_texts": free_texts,
                "made_later": json.dumps(_constant_defaults(session, table)),
                "shown": _SHOWN,
            },
        ).all()
        for row in rows:
            found.defects.append(
                _("{table} n° {row} : la fiche ne correspond pas à sa dernière écriture au registre.").format(
                    table=table, row=row.id
                )
            )
    for row in session.execute(_TEXTS, {"shown": _SHOWN}):
        found.defects.append(
            _("Texte {digest} : il ne correspond plus à son empreinte.").format(digest=row.digest[:17])
        )
