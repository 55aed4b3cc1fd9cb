"""Reading the form of a contract as it was typed: its fields, and its parties row by row."""

from datetime import date
from typing import Any

from registry.contracts.forms import BELOW, ContractChange, ContractForm
from registry.contracts.rules import disorders
from registry.kernel.errors import Invalid
from registry.kernel.words import _
from registry.web.forms import Accepted, FormData, Rejected, parse_values

_TRUTHS = {"true": True, "false": False}
_FLAGS = frozenset({"tacit_renewal", "hosts_data", "cloud_service", "personal_data"})
_PARTY = ("party_id", "side", "gdpr_role")


def typed_contract(data: FormData) -> dict[str, Any]:
    """What the form shows: an emptied field says nothing any more, an emptied row is a party that leaves."""
    values: dict[str, Any] = {}
    for name in ContractForm.model_fields:
        if name in BELOW or not data.has(name):
            continue
        said = data.first(name).strip()
        if name in _FLAGS:
            values[name] = _TRUTHS.get(said)
        elif name == "value_euros":
            values[name] = _amount(said)
        else:
            values[name] = said or ("" if name in {"object", "kind"} else None)
    if data.has("parties"):
        values["parties"] = typed_parties(data)
    return values


def typed_parties(data: FormData) -> list[dict[str, Any]]:
    """The rows of parties that name an organisation, in their order."""
    ranks = sorted({int(parts[1]) for name in data.names() if len(parts := name.split("-")) == 3 and _is_row(parts)})
    rows = [{name: data.first(f"party-{rank}-{name}").strip() or None for name in _PARTY} for rank in ranks]
    return [row for row in rows if row["party_id"]]


def every_fault(rejected: Rejected) -> dict[str, str]:
    """All that is wrong with a form that was rejected, each under its field: what of it could be read is looked at too.

    Of its parties, under `parties.<row>.<field>`.
    """
    errors, typed = dict(rejected.errors), rejected.values
    wrong = {path.partition(".")[0] for path in errors} | BELOW
    rest = parse_values(ContractChange, {name: value for name, value in typed.items() if name not in wrong})
    if isinstance(rest, Accepted):
        found = disorders(rest.form)
        if wrong & {"ends_on", "tacit_renewal"}:
            # Whether it renews itself is judged by its term: unread, the term is not missing.
            found.pop("renewed_until", None)
        errors = found | errors
    seen: set[str] = set()
    for rank, row in enumerate(typed.get("parties") or ()):
        if row["party_id"] in seen:
            errors.pop("parties", None)
            errors[f"parties.{rank}.party_id"] = _("Une organisation est deux fois partie : gardez une seule ligne.")
        seen.add(row["party_id"])
    return errors


def _is_row(parts: list[str]) -> bool:
    return parts[0] == "party" and parts[1].isdecimal() and len(parts[1]) < 4 and parts[2] in _PARTY


def _amount(said: str) -> str | None:
    """An amount as people write it, « 1 250 000 € » included, in digits alone."""
    bare = "".join(sign for sign in said if not sign.isspace()).removesuffix("€")
    return bare or None


def read_contract_place(said: tuple[Any, ...] | None) -> tuple[int, date, int] | None:
    """A place in the list of contracts, as an address gives it.

    Raises: Invalid.
    """
    if said is None:
        return None
    try:
        return said[0], date.fromisoformat(said[1]), said[2]
    except ValueError as error:
        raise Invalid(_("Ce repère de page n’est pas valable : repartez de la première page.")) from error
