"""What a field becomes under an operation, decided from values alone."""

from collections.abc import Sequence
from typing import Any

from registry.datasets.vocabulary import BulkOperation


def becomes(operation: BulkOperation, before: Any, value: Any, *, is_list: bool) -> Any:
    """The value of a field after an operation; a list keeps its order and holds each value once."""
    if operation is BulkOperation.EMPTY:
        return [] if is_list else None
    if operation is BulkOperation.SET:
        return list(dict.fromkeys(value)) if is_list else value
    held: Sequence[Any] = before or ()
    if operation is BulkOperation.ADD:
        return list(dict.fromkeys([*held, *value]))
    return [one for one in held if one not in set(value)]
