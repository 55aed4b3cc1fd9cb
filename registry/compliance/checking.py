"""Checking the policies themselves: every case gives its verdict, every verdict has a case, every fact a source."""

from collections.abc import Collection
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from typing import Any

from registry.compliance.catalogue import PRESENT, Catalogue
from registry.compliance.evaluation import Defect, assess_version
from registry.compliance.policy import Case, Policy, PolicyError, PolicyVersion
from registry.compliance.policy_files import line_of, load_catalogue, read_policy
from registry.compliance.vocabulary import FactType, Verdict, VersionStatus
from registry.kernel.words import _, ngettext


@dataclass(frozen=True)
class FailedCase:
    """A case that does not give its verdict, or a policy that lacks one."""

    policy_id: str
    file: str
    line: int
    says: str
    problem: str


@dataclass
class CheckReport:
    """What a check of the policies found."""

    policies: int = 0
    cases: int = 0
    failed: list[FailedCase] = field(default_factory=list)
    unbound: list[str] = field(default_factory=list)
    """Facts no room gives a value to and that nothing says are awaited, each with its room."""
    awaited: dict[str, list[str]] = field(default_factory=dict)
    """Facts no room gives a value to yet, by the room that will."""
    arrived: list[str] = field(default_factory=list)
    """Facts still said to be awaited that a room already gives a value to."""

    @property
    def holds(self) -> bool:
        """Whether every case gives its verdict, and every fact has a source or is said to await one."""
        return not (self.failed or self.unbound or self.arrived)

    def sentences(self) -> list[str]:
        """What was found, in words."""
        said = [_("{file}, ligne {line} — {says} : {problem}").format(**vars(one)) for one in self.failed]
        said += [
            _("Fait que rien ne renseigne : {fact}. Renseignez-le, ou marquez-le « awaited ».").format(fact=fact)
            for fact in self.unbound
        ]
        said += [
            _("Fait renseigné désormais : {fact}. Retirez « awaited ».").format(fact=fact) for fact in self.arrived
        ]
        return said + [
            ngettext(
                "Attendu de « {room} », {count} fait : {facts}",
                "Attendus de « {room} », {count} faits : {facts}",
                len(facts),
            ).format(room=room, count=len(facts), facts=", ".join(facts))
            for room, facts in self.awaited.items()
        ]

    def as_json(self) -> dict[str, Any]:
        """The same as JSON."""
        return {
            "policies": self.policies,
            "cases": self.cases,
            "failed": [vars(one) for one in self.failed],
            "unbound": self.unbound,
            "awaited": self.awaited,
            "arrived": self.arrived,
        }


def check_catalogue(folder: Path, bound: Collection[str]) -> CheckReport:
    """Checks every policy of a folder; `bound` are the facts some room gives a value to."""
    try:
        catalogue = load_catalogue(folder)
    except PolicyError as error:
        return CheckReport(failed=[refused(error, folder.name)])
    report = check_policies(catalogue, [policy.id for policy in catalogue.policies])
    for name, fact in sorted(catalogue.facts.items(), key=lambda one: (one[1].room, one[0])):
        if name in bound:
            report.arrived += [f"{name} ({fact.room})"] if fact.awaited else []
        elif fact.awaited:
            report.awaited.setdefault(fact.room, []).append(name)
        else:
            report.unbound.append(f"{name} ({fact.room})")
    return report


def check_policies(catalogue: Catalogue, numbers: Collection[str]) -> CheckReport:
    """Tries the cases of these policies."""
    report = CheckReport(policies=len(numbers))
    for policy in catalogue.policies:
        if policy.id in numbers:
            check_policy(catalogue, policy, catalogue.paths[policy.id], report)
    return report


def try_policy(folder: Path, file: Path) -> CheckReport:
    """Checks one policy file against the facts of a folder, without adding it."""
    catalogue = load_catalogue(folder)
    try:
        policy, path = read_policy(file, catalogue)
    except PolicyError as error:
        return CheckReport(failed=[refused(error, file.name)])
    report = CheckReport(policies=1)
    check_policy(catalogue, policy, path, report)
    return report


def refused(error: PolicyError, file: str) -> FailedCase:
    """A file that cannot be read at all, told like a case that fails."""
    return FailedCase("", error.file or file, error.line or 1, _("Chargement"), error.problem)


def facts_of_case(catalogue: Catalogue, case: Case) -> dict[str, Any]:
    """A case's facts as the engine takes them: days read, lists as tuples, presence said."""
    facts: dict[str, Any] = {}
    for name, value in case.facts.items():
        declared = catalogue.facts[name]
        if declared.has_presence:
            facts[f"{name}{PRESENT}"] = value is not None
        if value is None or declared.presence_only:
            continue
        if declared.type is FactType.DATE:
            facts[name] = value if isinstance(value, date) else date.fromisoformat(str(value))
        elif declared.type is FactType.STRINGS:
            facts[name] = tuple(value) if isinstance(value, list) else (str(value),)
        elif declared.type is FactType.DOUBLE:
            facts[name] = float(str(value))
        else:
            facts[name] = value
    return facts


def version_of_case(policy: Policy, case: Case) -> PolicyVersion | None:
    """The version a case is about: the one in force on its day, else the one proposed for it."""
    bound = next((one for one in policy.versions if one.applies_on(case.today)), None)
    proposed = (one for one in policy.versions if one.status is VersionStatus.PROPOSED)
    return bound or next((one for one in proposed if one.effective_from <= case.today), None)


def verdicts_possible(version: PolicyVersion) -> set[Verdict]:
    """Every verdict a version can return."""
    possible = {Verdict.COMPLIANT, Verdict.NON_COMPLIANT, Verdict.TO_COMPLETE}
    return possible | ({Verdict.NOT_APPLICABLE} if version.when is not None else set())


def check_policy(catalogue: Catalogue, policy: Policy, path: Path, report: CheckReport) -> None:
    """Tries the cases of a policy, and looks for a verdict that none of them shows."""
    file = f"{path.parent.name}/{path.name}"
    seen: set[Verdict] = set()
    for number, case in enumerate(policy.cases):
        report.cases += 1
        problem = _try_case(catalogue, policy, case)
        if problem:
            line = line_of(path, ("cases", number, "says"))
            report.failed.append(FailedCase(policy.id, file, line, case.says, problem))
        seen.add(case.expect)
    for verdict in Verdict:
        if verdict in verdicts_possible(policy.versions[-1]) and verdict not in seen:
            problem = _("aucun cas ne montre le constat « {verdict} ».").format(verdict=verdict.label)
            report.failed.append(FailedCase(policy.id, file, line_of(path, ("cases",)), policy.title, problem))


def _try_case(catalogue: Catalogue, policy: Policy, case: Case) -> str:
    version = version_of_case(policy, case)
    if version is None:
        return _("aucune version n’est en vigueur le {day}.").format(day=f"{case.today:%d/%m/%Y}")
    try:
        found = assess_version(catalogue, policy, version, facts_of_case(catalogue, case), today=case.today)
    except Defect as defect:
        return _("la condition a échoué : {problem}").format(problem=defect)
    if found.verdict is not case.expect:
        return _("attendu {expected}, obtenu {found}.").format(expected=case.expect.label, found=found.verdict.label)
    if case.missing is not None and set(case.missing) != set(found.missing):
        return _("faits manquants attendus : {expected} ; obtenus : {found}.").format(
            expected=", ".join(case.missing), found=", ".join(found.missing)
        )
    return ""
