"""The words of a bulk edit: its fields, a sheet's own or a post, and their values."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from registry.datasets.bulk.forms import POSTS
from registry.datasets.listing.showing import Names, field_words
from registry.datasets.vocabulary import BulkOperation
from registry.datasets.wording import field_label
from registry.kernel.words import _
from registry.organisations.queries import Known


def bulk_label(name: str) -> str:
    """The name of a field, or of a post."""
    return POSTS[name].label if name in POSTS else field_label(name)


def operation_label(name: str, operation: BulkOperation) -> str:
    """What is done to a field, or to a post."""
    if name not in POSTS:
        return operation.label
    return _("Laisser vacant") if operation is BulkOperation.EMPTY else _("Donner ce rôle")


@dataclass(frozen=True)
class BulkWords:
    """What the values of a bulk edit are called."""

    names: Names
    people: Mapping[int, Known]

    def of(self, field: str, value: Any) -> str:
        """A value of a field in words."""
        if field not in POSTS:
            return field_words(field, value, self.names)
        if not value:
            return ""
        known = self.people.get(int(value))
        return (known.said if known is not None else "") or _("une personne que vos droits ne montrent pas")
