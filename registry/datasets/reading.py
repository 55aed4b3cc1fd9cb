"""Reading the sheet's web form: lists typed one a line, repeated distributions, empty fields."""

import json
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from hashlib import sha256
from typing import Any

from registry.datasets.forms import PARTS, DatasetChange, DatasetForm
from registry.datasets.layout import OF_A_SERVICE
from registry.kernel.words import _
from registry.web.forms import Accepted, FormData, Rejected, parse_values

LISTS_BY_LINE = (
    "keywords",
    "local_themes",
    "spatial",
    "conforms_to",
    "documentation",
    "applicable_legislation",
)
LISTS_BY_CHOICE = (
    "themes", "languages", "hvd_categories", "declared_absent", "inspire_themes", "stakes", "principles",
    "locked_fields",
)  # fmt: skip
SERVICE_FIELDS = ("identifier", *(field.name for field in OF_A_SERVICE))
DISTRIBUTION_FIELDS = (
    "identifier",
    "title",
    "access_url",
    "download_url",
    "format",
    "licence",
    "modified",
    "description",
)
SHOWN_OF_DISTRIBUTION = tuple(field for field in DISTRIBUTION_FIELDS if field != "description")
"""The fields of a distribution that the form shows."""
THEIRS, MINE = "theirs", "mine"
"""On the conflict page, whose version of a file or an interface is kept."""
_ADDRESS = re.compile(r"(https?|ftps?|sftp)://[^\s<>\"]+$")
OF_FILES, OF_SERVICES, _OF_FIELDS = "distribution-", "service-", "field-"
"""What the names of the fields of each repeated part begin with."""
FIELD_COLUMNS = ("name", "label", "type", "description", "personal_category", "purpose")


@dataclass(frozen=True)
class Block:
    """One repeated part of the form as it was typed.

    `seen` is the digest of what it held when it was shown, empty for a new one; `removed` says that it is to go.
    """

    values: Mapping[str, Any]
    seen: str = ""
    removed: bool = False

    @property
    def stands(self) -> bool:
        """Whether it says something that is to be kept."""
        return not self.removed and any(value for field, value in self.values.items() if field != "identifier")

    def shown(self) -> dict[str, Any]:
        """What the form shows of it again."""
        return {**self.values, "seen": self.seen, "removed": self.removed}


def distribution_values(data: FormData) -> list[Mapping[str, Any]]:
    """The distributions as they were typed; a block whose every field is empty, or which is to be removed, is none.

    A field the form shows and that is left empty is nothing; one it does not show is not there.
    """
    return [one.values for one in blocks(data, OF_FILES, DISTRIBUTION_FIELDS) if one.stands]


def service_values(data: FormData) -> list[Mapping[str, Any]]:
    """The interfaces as they were typed, read as distributions are."""
    return [one.values for one in blocks(data, OF_SERVICES, SERVICE_FIELDS) if one.stands]


def field_values(data: FormData) -> list[Mapping[str, Any]]:
    """The fields of the dataset as they were typed, in the order of the page."""
    return [one.values for one in blocks(data, _OF_FIELDS, FIELD_COLUMNS) if one.stands]


def shown_again(data: FormData, prefix: str, fields: Iterable[str]) -> list[Mapping[str, Any]]:
    """A repeated part as its form shows it again: also what is to be removed, but no block left empty."""
    return [one.shown() for one in blocks(data, prefix, fields) if one.stands or one.removed]


def blocks(data: FormData, prefix: str, fields: Iterable[str]) -> list[Block]:
    """Each block of a repeated part; on the conflict page, the one of the two that was chosen."""
    fields = tuple(fields)
    other = f"{THEIRS}-{prefix}"
    numbers = sorted(
        {
            name.removeprefix(start).partition("-")[0]
            for name in data.names()
            for start in (prefix, other)
            if name.startswith(start)
        },
        key=lambda number: (len(number), number),
    )
    found = []
    for number in numbers:
        start = f"{other if data.first(f'choice-{prefix}{number}') == THEIRS else prefix}{number}-"
        values = {
            field: data.first(f"{start}{field}").strip() or None for field in fields if data.has(f"{start}{field}")
        }
        if values:
            found.append(Block(values, data.first(f"{start}seen"), data.has(f"{start}removed")))
    return found


def part_digest(one: Mapping[str, Any], fields: Iterable[str]) -> str:
    """What tells two versions of a file or an interface apart, by these fields."""
    return _digest({field: str(one[field]) for field in fields if one.get(field)})


def distributions_digest(distributions: Iterable[Mapping[str, Any]]) -> str:
    """What tells two sets of distributions apart, by the fields the form shows."""
    return _digest(
        [{field: str(one[field]) for field in SHOWN_OF_DISTRIBUTION if one.get(field)} for one in distributions]
    )


def services_digest(services: Iterable[Mapping[str, Any]]) -> str:
    """What tells two sets of interfaces apart, by the fields the form shows."""
    return _digest([{field: str(one[field]) for field in SERVICE_FIELDS if one.get(field)} for one in services])


def _digest(said: Any) -> str:
    return sha256(json.dumps(said, sort_keys=True).encode()).hexdigest()


def typed_values(data: FormData) -> dict[str, Any]:
    """Each field of the sheet as it was typed, valid or not, for its form to show again."""
    names = (*(name for name in DatasetForm.model_fields if name not in PARTS), "organisation_id")
    return {
        name: [value for value in data.all(name) if value] if name in LISTS_BY_CHOICE else data.first(name)
        for name in names
        if data.has(name)
    }


def read_sheet_form(data: FormData, *, today: date, change: bool = False) -> Accepted[Any] | Rejected:
    """The typed sheet, or what was typed with one error a field.

    A field that the form shows and that is left empty is emptied; one it does not show stays.
    """
    values: dict[str, Any] = {}
    for name in DatasetForm.model_fields:
        if name in {*PARTS, "identifier", "uri", "contact_person_id"} or not data.has(name):
            continue
        if name in LISTS_BY_LINE:
            values[name] = [line.strip() for line in data.first(name).splitlines() if line.strip()]
        elif name in LISTS_BY_CHOICE:
            # On the conflict page one value stands for the whole list, one code a line.
            values[name] = [line for value in data.all(name) for line in value.splitlines() if line]
        else:
            values[name] = data.first(name).strip() or None
    if values.get("title", "") is None:
        values["title"] = ""
    if data.has("distributions"):
        values["distributions"] = distribution_values(data)
    if data.has("services"):
        values["services"] = service_values(data)
    read = parse_values(DatasetChange if change else DatasetForm, values, today=today)
    odd = next((line for line in values.get("documentation", ()) if not _ADDRESS.match(line)), None)
    if odd is None:
        return read
    # Catalogues name their documentation in any words, which stay; who types it can give its address.
    said = _("« {line} » n’est pas une adresse : donnez-en une par ligne, par exemple https://exemple.fr/notice.pdf.")
    errors = dict(read.errors) if isinstance(read, Rejected) else {}
    return Rejected(values, {"documentation": said.format(line=odd[:80]), **errors})
