"""A simulation that was asked for and is over, in the town of the routes."""

from registry.compliance.simulations.vocabulary import SIMULATE_JOB
from registry.platform.models import JobRun, JobState
from tests.conftest import Town


def simulate_draft(town: Town, organisation_id: int, word: str, *, on: list[int]) -> int:
    """The number of a simulation of a body, by which its sheets would change verdict."""
    day = town.info["today"]().isoformat()
    change = {"organisation": organisation_id, "kind": "dataset", "policy": "OD-05", "was": "compliant",
              "becomes": "non-compliant", "ids": on}  # fmt: skip
    with town.acting("cli:essai") as session:
        run = JobRun(
            organisation_id=organisation_id, actor=f"cli:{word}", kind=SIMULATE_JOB, key=word, state=JobState.DONE,
            arguments={
                "draft": f"title: Texte {word}", "policy_id": "OD-05", "title": f"Projet {word}",
                "title_en": f"Draft {word}", "force": "obligation", "organisations": [organisation_id],
            },
            result={
                "subjects": len(on), "changed": len(on), "changes": [change], "stays": [[organisation_id, "OD-05", 1]],
                "policies": ["OD-05"], "on": day, "seconds": 0.1,
            },
        )  # fmt: skip
        session.add(run)
        session.flush()
        return run.id
