"""Judging without anybody's change: everything on a new civil day, and what one body's change reaches afar."""

import threading
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

import structlog
from sqlalchemy import Engine
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.orm import Session

from registry.compliance.queries import find_judged
from registry.compliance.service import BATCH, evaluate
from registry.compliance.vocabulary import SubjectKind
from registry.kernel.errors import Refusal
from registry.kernel.words import _
from registry.platform.database import Acting, transaction
from registry.platform.garbage import sparing
from registry.platform.jobs import Job, JobFunction

log = structlog.get_logger(__name__)
EVALUATION = Acting("machine")
LOOK_EVERY = 60.0
"""Seconds between two looks at the authority's calendar."""


@dataclass(frozen=True)
class Evaluated:
    """How many subjects were judged, and how many of their findings changed."""

    subjects: int
    changed: int


@sparing()
def evaluate_everything(
    database: Engine,
    info: Mapping[str, Any],
    *,
    today: date,
    acting: Acting = EVALUATION,
    kinds: Collection[SubjectKind] | None = None,
    report: Callable[[int, int, str], None] = lambda *_said: None,
) -> Evaluated:
    """Judges the whole registry as of a day and keeps what changed: each batch in a transaction of its own.

    Mandates begin and end, populations and laws take effect on days when nobody writes anything. A subject that
    still bears a finding and is no longer addressed by the law loses it. With `kinds`, those subjects alone.
    """
    subjects = changed = 0
    for kind, subject in info["engine"].subjects.items():
        if kinds is not None and kind not in kinds:
            continue
        with transaction(database, acting, **info) as session:
            ids = subject.everything(session, None, None)
            judged = sorted({*ids, *find_judged(session, kind)})
        subjects += len(ids)
        for start in range(0, len(judged), BATCH):
            with transaction(database, acting, **info) as session:
                changed += evaluate(session, kind, judged[start : start + BATCH], today=today)
            report(min(start + BATCH, len(judged)), len(judged), kind.label)
    return Evaluated(subjects, changed)


def evaluate_daily(
    database: Engine,
    info: Mapping[str, Any],
    stopping: threading.Event,
    *,
    every: float = LOOK_EVERY,
    chores: Sequence[Callable[[Session], object]] = (),
) -> None:
    """Judges everything at once, then each time the authority's civil day changes, until told to stop.

    `chores` are what else a new day calls for, each in a transaction of its own.
    """
    today: Callable[[], date] = info["today"]
    judged: date | None = None
    while not stopping.is_set():
        day = today()
        if day != judged:
            try:
                found = evaluate_everything(database, info, today=day)
                for chore in chores:
                    with transaction(database, EVALUATION, **info) as session:
                        chore(session)
            except (SQLAlchemyError, OSError, RuntimeError, Refusal):
                log.exception("daily evaluation failed; trying again")
            else:
                judged = day
                log.info("daily evaluation", day=day.isoformat(), subjects=found.subjects, changed=found.changed)
        stopping.wait(every)


def evaluating(database: Engine, info: Mapping[str, Any]) -> JobFunction:
    """The job that judges what the change of one body reaches, where that is too much for the page's own answer; and
    every subject of the kinds that a rule adopted or withdrawn speaks of."""

    def judge_again(job: Job) -> dict[str, Any]:
        if "kinds" in job.arguments:
            return judge_kinds(job)
        kind, ids = SubjectKind(job.arguments["kind"]), sorted(job.arguments["ids"])
        changed = 0
        for start in range(0, len(ids), BATCH):
            with transaction(database, Acting(job.actor, job.account_id), **info) as session:
                changed += evaluate(session, kind, ids[start : start + BATCH], today=info["today"]())
            job.report(min(start + BATCH, len(ids)), len(ids), "")
        return {"changed": changed}

    def judge_kinds(job: Job) -> dict[str, Any]:
        kinds = frozenset(map(SubjectKind, job.arguments["kinds"]))
        acting, policy_id = Acting(job.actor, job.account_id), job.arguments["policy_id"]
        found = evaluate_everything(
            database, info, today=info["today"](), acting=acting, kinds=kinds, report=job.report
        )  # fmt: skip
        return {"changed": found.changed, "address": f"/conformite/{policy_id}", "label": _("Voir la règle")}

    return judge_again
