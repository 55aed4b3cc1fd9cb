"""What somebody typed beside what the sheet says: two changes at once, and a draft taken up later."""

from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, TypeVar

from registry.datasets.forms import PARTS
from registry.datasets.models import Dataset
from registry.datasets.reading import (
    DISTRIBUTION_FIELDS,
    MINE,
    OF_FILES,
    OF_SERVICES,
    SERVICE_FIELDS,
    SHOWN_OF_DISTRIBUTION,
    THEIRS,
    Block,
    blocks,
    distributions_digest,
    part_digest,
    services_digest,
    typed_values,
)
from registry.datasets.views import ConflictPage, ConflictRow
from registry.datasets.wording import Known, field_label, say_typed
from registry.kernel.identifiers import identifier_of
from registry.kernel.words import _, mark
from registry.web.forms import FormData

Part = Mapping[str, Any]
_One = TypeVar("_One")


@dataclass(frozen=True)
class _Kind:
    """A kind of part that the form repeats: its fields there, those it shows, and how one is called."""

    name: str
    prefix: str
    fields: tuple[str, ...]
    shown: tuple[str, ...]
    called: str
    digest: Callable[[Iterable[Part]], str]


_KINDS = (
    _Kind(
        "distributions",
        OF_FILES,
        DISTRIBUTION_FIELDS,
        SHOWN_OF_DISTRIBUTION,
        mark("Fichier : {name}"),
        distributions_digest,
    ),
    _Kind("services", OF_SERVICES, SERVICE_FIELDS, SERVICE_FIELDS, mark("Interface : {name}"), services_digest),
)


@dataclass(frozen=True)
class _Pair:
    """One part on both sides; `block` is how it stood in the form, if it stood there at all."""

    theirs: Part | None
    mine: Part | None
    block: Block | None

    def digest(self, side: Part | None, fields: Sequence[str]) -> str:
        return part_digest(side, fields) if side is not None else ""


def conflict_page(
    sheet: Dataset,
    mine: Mapping[str, Any],
    theirs: Mapping[str, Any],
    base: Mapping[str, Any],
    data: FormData,
    files: Sequence[Part],
    services: Sequence[Part],
    known: Known,
) -> ConflictPage:
    """Each field and each part that differs, with what was typed, what the other saved, and who changed it.

    `base` is the sheet as the person had read it.
    """
    rows = [
        _row(name, value, theirs.get(name), base.get(name), known)
        for name, value in mine.items()
        if name not in {*PARTS, "identifier"} and value != theirs.get(name)
    ]
    carried = [(name, data.first(name)) for name in ("draft", "draft_revision") if data.has(name)]
    for kind, kept in zip(_KINDS, (files, services), strict=True):
        if _touched(data, kind, kept):
            found, pairs = _parts_in_conflict(kind, data, kept)
            rows += found
            carried += pairs
    return ConflictPage(
        id=sheet.id,
        version=sheet.version,
        title=sheet.title,
        rows=rows,
        reason=data.first("reason"),
        carried=carried,
    )


def _row(name: str, mine: Any, theirs: Any, before: Any, known: Known) -> ConflictRow:
    return ConflictRow(
        name=name,
        label=field_label(name),
        theirs=say_typed(name, theirs, known),
        mine=say_typed(name, mine, known),
        theirs_raw=_raw(theirs),
        mine_raw=_raw(mine),
        both_changed=before not in (theirs, mine),
        mine_first=before != mine,
    )


def _raw(value: Any) -> str:
    return "\n".join(value) if isinstance(value, list) else "" if value is None else str(value)


def _touched(data: FormData, kind: _Kind, kept: Sequence[Part]) -> bool:
    """Whether somebody changed the parts of a kind; those they left as they found them stay as the other left them."""
    if not data.has(kind.name):
        return False
    typed = [one.values for one in blocks(data, kind.prefix, kind.fields) if one.stands]
    return kind.digest(typed) not in {data.first(kind.name), kind.digest(kept)}


def _pairs(kind: _Kind, data: FormData, kept: Sequence[Part]) -> list[_Pair]:
    """The parts of both sides, each beside itself: by its identifier, else by its address."""
    theirs = _by_key((one, one) for one in kept)
    typed = _by_key(
        (one.values, one) for one in blocks(data, kind.prefix, kind.fields) if one.stands or one.removed
    )  # fmt: skip
    return [
        _Pair(theirs.get(key), block.values if block is not None and block.stands else None, block)
        for key in (*theirs, *(key for key in typed if key not in theirs))
        for block in (typed.get(key),)
    ]


def _by_key(parts: Iterable[tuple[Part, _One]]) -> dict[tuple[str, int], _One]:
    """Each part by its key and its rank among those of that key: two formats of one address are two parts."""
    ranks = Counter[str]()
    found: dict[tuple[str, int], _One] = {}
    for part, one in parts:
        key = _key(part)
        found[key, ranks[key]] = one
        ranks[key] += 1
    return found


def _key(one: Part) -> str:
    address = one.get("download_url") or one.get("access_url") or one.get("endpoint_url") or ""
    return str(one.get("identifier") or identifier_of(str(address)))


def _parts_in_conflict(
    kind: _Kind, data: FormData, kept: Sequence[Part]
) -> tuple[list[ConflictRow], list[tuple[str, str]]]:
    """A choice for each part that differs, and the values of every part, for the choice to be sent with."""
    rows, carried = [], [(kind.name, "")]
    for number, pair in enumerate(_pairs(kind, data, kept)):
        theirs, mine = pair.digest(pair.theirs, kind.shown), pair.digest(pair.mine, kind.shown)
        carried += _hidden(f"{kind.prefix}{number}-", pair.mine, kind.fields, theirs)
        if theirs == mine:
            continue
        carried += _hidden(f"{THEIRS}-{kind.prefix}{number}-", pair.theirs, kind.shown, theirs)
        seen = pair.block.seen if pair.block is not None else mine
        rows.append(
            ConflictRow(
                name=f"choice-{kind.prefix}{number}",
                label=_(kind.called).format(name=_name(pair.mine or pair.theirs or {})),
                theirs=_in_words(pair.theirs, kind) or _("absent de la fiche"),
                mine=_in_words(pair.mine, kind) or _("absent de votre saisie"),
                theirs_raw=THEIRS,
                mine_raw=MINE,
                both_changed=seen not in (theirs, mine),
                mine_first=seen != mine,
            )
        )
    return rows, carried


def _hidden(start: str, one: Part | None, fields: Sequence[str], seen: str) -> list[tuple[str, str]]:
    if one is None:
        return []
    return [*((start + field, str(one[field] or "")) for field in fields if field in one), (f"{start}seen", seen)]


def _name(one: Part) -> str:
    return str(
        next((one[name] for name in ("title", "download_url", "access_url", "endpoint_url") if one.get(name)), "")
    )


def _in_words(one: Part | None, kind: _Kind) -> str:
    said = [(name, say_typed(name, one.get(name))) for name in kind.shown if name != "identifier"] if one else []
    return "\n".join(
        _("{label} : {value}").format(label=field_label(name), value=words) for name, words in said if words
    )


def draft_differences(
    data: FormData, sheet: Mapping[str, Any], files: Sequence[Part], services: Sequence[Part], known: Known
) -> list[tuple[str, str, str]]:
    """What a draft would change on the sheet as it stands: label, what the sheet says, what was typed."""
    found = []
    for name, value in typed_values(data).items():
        before, after = _raw(sheet.get(name)), _lines(value)
        if name in sheet and before.strip() != after:
            typed: Any = after.splitlines() if isinstance(sheet[name], list) else after
            found.append((field_label(name), say_typed(name, sheet[name], known), say_typed(name, typed, known)))
    for kind, kept in zip(_KINDS, (files, services), strict=True):
        if _touched(data, kind, kept):
            found += [
                (
                    _(kind.called).format(name=_name(pair.mine or pair.theirs or {})),
                    _in_words(pair.theirs, kind),
                    _in_words(pair.mine, kind),
                )
                for pair in _pairs(kind, data, kept)
                if pair.digest(pair.theirs, kind.shown) != pair.digest(pair.mine, kind.shown)
            ]
    return found


def _lines(value: Any) -> str:
    lines = value if isinstance(value, list) else str(value).splitlines()
    return "\n".join(line.strip() for line in lines if line.strip())
