"""What is known of an information system on a day, under the names the policies use."""

from collections.abc import Sequence
from datetime import date, datetime
from typing import Any

from sqlalchemy.orm import Session

from registry.compliance.explanation import VALUE_WORDS
from registry.datasets.models import InformationSystem
from registry.ledger.as_of import find_rows
from registry.organisations.facts import bind_presence, may_be_absent
from registry.platform.lists import load_list

_TRUTHS = (
    "external_host", "open_export", "health_data", "definitive_archives", "archive_deposit", "deposit_contract",
)  # fmt: skip
_DAYS = ("exit_tested_on", "backup_tested_on", "dependency_assessed_on", "deposit_declared_on")
VALUE_WORDS.update({"system.host_country": lambda code: load_list("countries").label(code)})
BOUND = tuple(
    f"system.{name}" for name in (*_TRUTHS, *_DAYS, "host", "host_country", "hosted_in_eea", "hds_certified",
                                  "secnumcloud", "archives_approved")
)  # fmt: skip


def bind_systems(
    session: Session,
    ids: Sequence[int],
    *,
    on: date,  # noqa: ARG001 - nothing of a system begins or ends on a day of its own.
    until: datetime | None,
) -> dict[int, tuple[Any, dict[str, Any]]]:
    """The row and the facts of each of these systems."""
    rows = find_rows(session, InformationSystem, until=until, column="id", among=ids)
    return {row.id: (row, facts_of_system(row)) for row in rows}


def facts_of_system(system: Any) -> dict[str, Any]:
    """The facts of one system, from its row."""
    facts: dict[str, Any] = {
        f"system.{name}": getattr(system, name) for name in _TRUTHS if getattr(system, name) is not None
    }
    if system.external_host is False:
        # What the body keeps on its own machines is entrusted to nobody.
        facts.setdefault("system.archive_deposit", False)
    for name in _DAYS:
        may_be_absent(facts, f"system.{name}", getattr(system, name), system.declared_absent, name)
    bind_presence(facts, "system.host", system.host_name, system.declared_absent, "host_name")
    may_be_absent(facts, "system.host_country", system.host_country, system.declared_absent, "host_country")
    if system.host_country is not None:
        facts["system.hosted_in_eea"] = load_list("countries").flag(system.host_country, "eea")
    if system.certifications or system.host_country is not None or system.host_name is not None:
        # Who filled in the hosting saw the boxes: what is not ticked there is not held.
        facts["system.hds_certified"] = "hds" in system.certifications
        facts["system.secnumcloud"] = "secnumcloud" in system.certifications
        facts["system.archives_approved"] = "archives" in system.certifications
    return facts
