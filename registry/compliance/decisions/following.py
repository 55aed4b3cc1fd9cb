"""The catalogue with what was decided here: rules adopted, versions validated. What is compiled already is shared."""

import tempfile
from collections.abc import Iterable
from dataclasses import replace
from pathlib import Path

from registry.compliance.catalogue import Catalogue
from registry.compliance.decisions.held import Adopted, Decided, Decision
from registry.compliance.policy import Pack, Policy, PolicyError
from registry.compliance.policy_files import read_policy
from registry.kernel.words import _, mark

ADOPTED = "_adopted"
"""The pack of the rules adopted here; a folder of a body may bear any other name."""
_PACK = Pack(title=mark("Règles adoptées ici"), title_en="Rules adopted here")
_SHARED = ("environment", "bindings", "unbound", "environment_names", "held")
"""What hangs on the facts, the lists and the delays alone: the same in every catalogue made from one."""


def follow(ours: Catalogue, decisions: Iterable[Decision], before: Decided) -> tuple[Catalogue, Decided]:
    """Our catalogue with what was decided; a text that was read before is not read again."""
    every: dict[str, list[Decision]] = {}
    of_rules: dict[str, list[Decision]] = {}
    validations: dict[str, Decision] = {}
    for one in decisions:
        every.setdefault(one.policy_id, []).append(one)
        if one.version_digest is not None:
            validations[one.version_digest] = one
        else:
            of_rules.setdefault(one.policy_id, []).append(one)
    adopted = {number: _adopted(ours, history, before.adopted.get(number)) for number, history in of_rules.items()}
    decided = Decided({number: tuple(said) for number, said in every.items()}, adopted, validations)
    standing = {number: one for number, one in adopted.items() if one.stands}
    followed = [one.policy for one in standing.values() if one.policy is not None and not one.broken]
    catalogue = replace(
        ours,
        policies=sorted([*ours.policies, *followed], key=lambda policy: policy.id),
        files={**ours.files, **{one.id: f"{ADOPTED}/{one.id.lower()}.yaml" for one in followed}},
        packs={**ours.packs, ADOPTED: _PACK} if followed else ours.packs,
        lost=ours.lost | {number for number, one in standing.items() if one.broken and ours.find(number) is None},
        decided=decided,
    )
    for name in _SHARED:
        catalogue.__dict__[name] = getattr(ours, name)
    return catalogue, decided


def _adopted(ours: Catalogue, history: list[Decision], before: Adopted | None) -> Adopted:
    last = next(one for one in reversed(history) if one.text is not None)
    if before is not None and before.text == last.text:
        return replace(before, last=last, history=tuple(history))
    try:
        policy = read_adopted(last.text or "", ours)
    except PolicyError:
        return Adopted(last, tuple(history), None, broken=True)
    return Adopted(last, tuple(history), policy, broken=is_taken(ours, policy.id))


def why_not_followed(ours: Catalogue, adopted: Adopted) -> str:
    """Why a broken rule cannot be followed; read again, as what every process holds is in nobody's language."""
    try:
        read_adopted(adopted.text, ours)
    except PolicyError as error:
        return error.problem
    return _("son numéro est maintenant celui d’une règle du logiciel ou du dossier local.")


def is_taken(ours: Catalogue, number: str) -> bool:
    """Whether a number is one of ours or of the local folder, read or not."""
    return ours.find(number) is not None or number in ours.lost


def read_adopted(text: str, catalogue: Catalogue) -> Policy:
    """The policy of a text, compiled by a catalogue.

    Raises: PolicyError.
    """
    with tempfile.TemporaryDirectory(prefix="beffroi-adopted-") as folder:
        path = Path(folder) / "adopted.yaml"
        path.write_text(text, "utf-8")
        try:
            return read_policy(path, catalogue)[0]
        except PolicyError:
            raise
        except (TypeError, ValueError, RecursionError, AttributeError) as error:
            # A form of YAML that no check of ours foresaw: no process stops for it.
            raise PolicyError(_("ce qui y est écrit n’a pas la forme d’une règle.")) from error
