"""T-11: the API answers what its document says, to thousands of requests made from it, right and wrong."""

from collections import Counter
from typing import Any

import pytest

from registry.app import create_app
from registry.kernel.permissions import Role
from registry.web.openapi import DOCUMENT
from tests.conftest import Town

pytestmark = pytest.mark.database

schemathesis = pytest.importorskip("schemathesis", reason="schemathesis is not installed: see pyproject.toml")
engine = pytest.importorskip("schemathesis.engine")
SEED = 20261125
UNSAID = ["2xx", "304", "401", "403", "404", "409", "412", "422", "429", "503"]
"""What a request that fits the document may still be answered: a document cannot say that a day is not to come, that
a contact or a system must be one the asker may read, that an ETag is the present one."""
UNMET = ["400", "401", "403", "404", "405", "409", "412", "413", "415", "422", "428", "429"]
"""What a request that does not fit may be answered: an older version is refused before its body is read."""


def _config(key: str, *, examples: int, phases: list[str]) -> Any:
    return schemathesis.Config.from_dict(
        {
            "seed": SEED,
            "headers": {"Authorization": f"Bearer {key}"},
            "generation": {"deterministic": True, "max-examples": examples, "database": "none", "no-shrink": True},
            "phases": {name: {"enabled": name in phases} for name in ("examples", "coverage", "fuzzing", "stateful")},
            "checks": {
                "positive_data_acceptance": {"expected-statuses": UNSAID},
                "negative_data_rejection": {"expected-statuses": UNMET},
                "missing_required_header": {"expected-statuses": ["401", "403", "404", "422", "428"]},
            },
        }
    )


def _ask(town: Town, role: Role, *, examples: int, phases: list[str]) -> tuple[Counter[int], list[str]]:
    """How many answers of each status, and what was wrong with any."""
    key = town.someone(role).api_token
    config = _config(key, examples=examples, phases=phases)
    document = schemathesis.openapi.from_asgi(DOCUMENT, create_app(town.home), config=config)
    answered: Counter[int] = Counter()
    wrong: list[str] = []
    for event in engine.from_schema(document).execute():
        recorder = getattr(event, "recorder", None)
        for interaction in recorder.interactions.values() if recorder is not None else ():
            answered[interaction.response.status_code if interaction.response is not None else 0] += 1
        if type(event).__name__ in {"NonFatalError", "FatalError"}:
            wrong.append(str(getattr(event, "value", None) or getattr(event, "exception", event)))
        for checks in recorder.checks.values() if recorder is not None else ():
            wrong += [f"{recorder.label}: {_told(check)}" for check in checks if check.failure_info is not None]
    return answered, wrong


def _told(check: Any) -> str:
    failure = check.failure_info
    return f"{check.name}: {failure.failure}\n{failure.code_sample}"


# A reader is refused most of what a steward may do, before anything of it is looked at.
@pytest.mark.parametrize(("role", "examples"), [(Role.STEWARD, 2), (Role.READER, 1)], ids=["steward", "reader"])
def test_the_api_answers_what_its_document_says(town: Town, role: Role, examples: int) -> None:
    town.record()

    answered, wrong = _ask(town, role, examples=examples, phases=["examples", "fuzzing"])

    assert not wrong, "\n".join(wrong[:20])
    assert answered.total() >= 50, answered
    assert not [status for status in answered if status >= 500]


@pytest.mark.slow
def test_the_api_answers_what_its_document_says_to_thousands_of_requests(town: Town) -> None:
    town.record()
    answered: Counter[int] = Counter()
    wrong: list[str] = []
    for role in (Role.STEWARD, Role.READER):
        some, faults = _ask(town, role, examples=40, phases=["examples", "coverage", "fuzzing", "stateful"])
        answered += some
        wrong += faults

    print(answered.total(), dict(answered))
    assert not wrong, f"{len(wrong)} faults, of which:\n" + "\n".join(wrong[:30])
    assert answered.total() >= 2000, answered
    assert not [status for status in answered if status >= 500]
