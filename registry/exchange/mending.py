"""The lines of a table that are to be mended, as a table again: what is wrong of each beside it, nothing computed."""

import csv
import io
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from registry.exchange.models import CHANGED_SINCE, LEFT, ImportLine
from registry.exchange.views import anomaly_view
from registry.exchange.vocabulary import TO_MEND
from registry.kernel.spreadsheets import inert

REMARKS = "À corriger"
"""The header of the remarks: `policies/mappings/beffroi.yaml` knows it, so that the file comes back as it was."""
_NOT_IN_THE_FILE = {CHANGED_SINCE, LEFT}


def to_mend(table: Mapping[str, Any], lines: Iterable[ImportLine]) -> bytes:
    """The lines in error or with a value that was not taken, as CSV under the headers of their table.

    A line that the register refused for a reason of its own is there by its identifier and its title.
    """
    columns = table["columns"]
    target = io.StringIO()
    writer = csv.writer(target, delimiter=";", lineterminator="\r\n")
    writer.writerow([inert(one["header"]) for one in columns] + [REMARKS])
    for line in lines:
        remarks = [
            _said(one) for one in line.anomalies if one["severity"] in TO_MEND and one["code"] not in _NOT_IN_THE_FILE
        ]
        if remarks:
            cells = line.content.get("cells") or _known(columns, line)
            padded = [*cells[: len(columns)], *[""] * (len(columns) - len(cells))]
            writer.writerow([inert(cell) for cell in padded] + [inert(" ".join(remarks))])
    return b"\xef\xbb\xbf" + target.getvalue().encode()


def _known(columns: Sequence[Mapping[str, Any]], line: ImportLine) -> list[str]:
    said = {"identifier": line.identifier, "title": line.title}
    return [said.get(one["target"] or "", "") for one in columns]


def _said(anomaly: Mapping[str, Any]) -> str:
    view = anomaly_view(anomaly)
    where = " · ".join(part for part in (view.place, view.path) if part)
    return f"[{where}] {view.message}" if where else view.message
