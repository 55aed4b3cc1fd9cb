"""A simulation that was asked for and is over, and a rule adopted, in the town of the routes."""

from datetime import date

from registry.compliance.decisions.models import PolicyDecision
from registry.compliance.decisions.vocabulary import PolicyDecisionKind
from registry.compliance.simulations.vocabulary import SIMULATE_JOB
from registry.kernel.permissions import Role
from registry.platform.models import JobRun, JobState
from registry.rooms import assemble_engine
from tests.conftest import Town


def rule(number: str, title: str) -> str:
    """The text of a rule that only watches, which may be adopted."""
    return f"""\
id: {number}
title: {title}
title_en: {title}
subject: system
force: watch
severity: minor
remedy: Nommez l’hébergeur.
remedy_en: Name the host.
owed_by: [steward]
versions:
  - effective_from: 2024-01-01
    status: in-force
    text: Charte de la donnée
    article: point 3
    evidence: interview
    require: system.host__present
cases:
  - {{says: Avec un hébergeur., today: 2026-11-26, facts: {{system.host: x}}, expect: compliant}}
  - {{says: Sans hébergeur., today: 2026-11-26, facts: {{system.host: null}}, expect: non-compliant}}
  - {{says: On ne sait pas., today: 2026-11-26, facts: {{}}, expect: to-complete}}
"""


def digest_of(number: str) -> str:
    """The text of the first version of a rule of ours, as its page names it."""
    policy = assemble_engine().catalogue.find(number)
    return policy.digest_of(policy.versions[0])


def simulate_draft(town: Town, organisation_id: int, word: str, *, on: list[int]) -> int:
    """The number of a simulation of a body, by which its sheets would change verdict."""
    day = town.info["today"]().isoformat()
    change = {"organisation": organisation_id, "kind": "dataset", "policy": "OD-05", "was": "compliant",
              "becomes": "non-compliant", "ids": on}  # fmt: skip
    with town.acting("cli:essai") as session:
        run = JobRun(
            organisation_id=organisation_id, actor=f"cli:{word}", kind=SIMULATE_JOB, key=word, state=JobState.DONE,
            arguments={
                "draft": rule(f"ZZ-{organisation_id:03}", f"Texte {word}"), "policy_id": f"ZZ-{organisation_id:03}",
                "title": f"Projet {word}", "title_en": f"Draft {word}", "force": "obligation",
                "organisations": [organisation_id],
            },
            result={
                "subjects": len(on), "changed": len(on), "changes": [change], "stays": [[organisation_id, "OD-05", 1]],
                "policies": ["OD-05"], "on": day, "seconds": 0.1,
            },
        )  # fmt: skip
        session.add(run)
        session.flush()
        return run.id


def adopt_rule(town: Town, number: str, *, by: int, day: date) -> str:
    """The number of a rule that was adopted, and judged nobody yet."""
    with town.acting("cli:essai") as session:
        session.add(
            PolicyDecision(
                organisation_id=town.authority_id, kind=PolicyDecisionKind.ADOPTED, policy_id=number,
                text=rule(number, "Chaque système a un hébergeur"), reason="Charte du 12 mars.", decided_by=by,
                decided_as=Role.LEGAL, decided_on=day,
            )
        )  # fmt: skip
    return number
