"""Reading a draft policy that somebody wrote on a page: as a file of a pack is read, with the line of each fault."""

import tempfile
from dataclasses import dataclass
from pathlib import Path

import yaml

from registry.compliance.catalogue import Catalogue
from registry.compliance.checking import CheckReport, check_policy
from registry.compliance.engine import Engine
from registry.compliance.policy import Policy, PolicyError
from registry.compliance.policy_files import line_of, read_policy
from registry.kernel.words import _

DEEPEST = 12
"""Levels of a policy's file, one within another: cases take four."""


@dataclass(frozen=True)
class Fault:
    """What is wrong with a draft, and on which line of its text; on none where the whole of it is."""

    line: int | None
    problem: str

    def sentence(self) -> str:
        """The fault with its line."""
        if self.line is None:
            return self.problem
        return _("Ligne {line} : {problem}").format(line=self.line, problem=self.problem)


@dataclass(frozen=True)
class Draft:
    """A draft that was read, with the catalogue that compiles it; or what is wrong with it."""

    catalogue: Catalogue
    policy: Policy | None = None
    faults: tuple[Fault, ...] = ()

    @property
    def problems(self) -> tuple[str, ...]:
        """What is wrong with it, in sentences."""
        return tuple(one.sentence() for one in self.faults)


def read_draft(text: str, engine: Engine) -> Draft:
    """Reads a draft against the facts of the catalogue, and runs its cases.

    What it compiles stays with it: the catalogue that judges is left as it is.
    """
    known = engine.catalogue
    beside = Catalogue(policies=(), facts=known.facts, lists=known.lists, delays=known.delays, texts=known.texts)
    if (problem := _intricate(text)) is not None:
        return Draft(beside, faults=(problem,))
    with tempfile.TemporaryDirectory(prefix="beffroi-draft-") as folder:
        path = Path(folder) / "draft.yaml"
        path.write_text(text, "utf-8")
        try:
            policy, _path = read_policy(path, beside)
        except PolicyError as error:
            return Draft(beside, faults=(Fault(error.line or 1, error.problem),))
        for number, version in enumerate(policy.versions):
            if version.address is not None and not version.address.startswith("https://"):
                line = line_of(path, ("versions", number, "address"))
                return Draft(beside, faults=(Fault(line, _("« address » doit commencer par https://.")),))
        report = CheckReport(policies=1)
        check_policy(beside, policy, path, report)
    if report.failed:
        said = (_("« {says} » : {problem}").format(says=one.says, problem=one.problem) for one in report.failed)
        lines = zip(report.failed, said, strict=True)
        return Draft(beside, faults=tuple(Fault(one.line, sentence) for one, sentence in lines))
    if sentence := _judges_nobody(policy, beside, engine):
        return Draft(beside, faults=(Fault(None, sentence),))
    return Draft(beside, policy)


def _intricate(text: str) -> Fault | None:
    """What no policy needs and a reader could be lost in: a text that names itself, or that nests without end."""
    depth = 0
    try:
        for event in yaml.parse(text, Loader=yaml.CSafeLoader):
            line = event.start_mark.line + 1 if event.start_mark is not None else 1
            if isinstance(event, yaml.AliasEvent):
                return Fault(line, _("une règle s’écrit en entier, sans renvoi (« * »)."))
            depth += isinstance(event, yaml.CollectionStartEvent) - isinstance(event, yaml.CollectionEndEvent)
            if depth > DEEPEST:
                return Fault(line, _("trop de niveaux les uns dans les autres."))
    except yaml.YAMLError:
        # The reader of policies says where, in our words.
        return None
    return None


def _judges_nobody(policy: Policy, catalogue: Catalogue, engine: Engine) -> str:
    if policy.subject not in engine.subjects:
        return _("Le registre ne juge pas encore ce genre de sujet : {kind}.").format(kind=policy.subject.label)
    awaited = dict.fromkeys(name for version in policy.versions for name in catalogue.awaited_by(version))
    if awaited:
        return _("Rien ne renseigne encore ces faits : {facts}.").format(facts=", ".join(awaited))
    return ""
