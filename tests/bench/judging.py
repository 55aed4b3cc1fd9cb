"""What judging costs, in processor time: everything anew, a law that is tried, and one edit's share."""

from collections.abc import Iterator
from datetime import date

from ground import Ground
from measures import Measured, spending
from sqlalchemy import select
from sqlmodel import col

from registry.compliance.daily import evaluate_everything
from registry.compliance.engine import Engine
from registry.compliance.simulating import Compared, against_day, against_draft, simulate
from registry.compliance.simulations.drafts import read_draft
from registry.datasets.forms import DatasetChange
from registry.datasets.models import Dataset
from registry.datasets.service import amend_dataset
from registry.organisations.models import Organisation
from registry.platform.database import Acting, at_one_moment, transaction
from registry.platform.garbage import sparing
from registry.platform.home import Home

OTHER_LAW = date(2016, 1, 1)
DRAFTED = "OD-05"
EDITS = 200
_BODIES = select(col(Organisation.id))
ACTING = Acting("cli:bench")


def measure_judging(ground: Ground, home: Home, ids: list[int]) -> Iterator[Measured]:
    """The whole register judged again, then by other laws, beside that; and one edit with its judgement and without."""
    engine: Engine = ground.info["engine"]
    today: date = ground.info["today"]()
    with spending(ground) as spent:
        judged = evaluate_everything(home.jobs, ground.info, today=today).subjects
    each = 1000 * spent.processor / judged
    yield Measured(
        "tout évaluer, rien de changé (processeur)",
        f"{judged} fiches, {1000 * spent.here / judged:.2f} ms ici, {1000 * spent.server / judged:.2f} base",
        "", each, 0.5, "ms", at_most=True,
    )  # fmt: skip
    draft = read_draft(engine.catalogue.paths[DRAFTED].read_text("utf-8").replace(DRAFTED, "ZZ-99"), engine)
    assert draft.policy is not None, draft.problems
    yield _simulated(
        ground, home, "essayer une règle nouvelle (processeur)", each,
        against_draft(engine.catalogue, draft.catalogue, draft.policy, today=today),
    )  # fmt: skip
    yield _simulated(
        ground, home, f"essayer le droit du {OTHER_LAW:%d/%m/%Y} (processeur)", each,
        against_day(engine.catalogue, engine.subjects, OTHER_LAW, today=today),
    )  # fmt: skip
    yield _edited(ground, home, ids[-2 * EDITS :])


def _simulated(ground: Ground, home: Home, work: str, ceiling: float, compared: list[Compared]) -> Measured:
    with transaction(home.jobs, ACTING, **ground.info) as session:
        every = frozenset(session.execute(_BODIES).scalars())
    with spending(ground) as spent, transaction(at_one_moment(home.jobs), ACTING, **ground.info) as session:
        subjects = simulate(session, compared, every, today=ground.info["today"]()).subjects
    each = 1000 * spent.processor / subjects
    return Measured(
        work,
        f"{len(compared)} règles, {subjects} fiches, {each:.2f} ms chacune",
        f"les évaluer {ceiling:.2f} ms chacune",
        100 * each / ceiling, 100, "% de l’évaluation", at_most=True,
    )  # fmt: skip


def _edited(ground: Ground, home: Home, ids: list[int]) -> Measured:
    """One edit after another, each in its transaction: every second one leaves out its judgement.

    What the bench holds is left alone by the collection of garbage, as a web process leaves what it loaded.
    """
    bare = {name: given for name, given in ground.info.items() if name != "settling"}
    took = []
    for info, numbers in ((ground.info, ids[::2]), (bare, ids[1::2])):
        with sparing(), spending(ground) as spent:
            for number in numbers:
                with transaction(home.jobs, ACTING, **info) as session:
                    version = session.get_one(Dataset, number).version
                    amend_dataset(session, number, DatasetChange(licence="odbl-1.0"), expected=version)
        took.append((1000 * spent.here / len(numbers), 1000 * spent.server / len(numbers)))
    judged, alone = took
    return Measured(
        "le jugement d’une modification (processeur)",
        f"avec lui {judged[0]:.1f} ms ici, {judged[1]:.1f} base",
        f"sans lui {alone[0]:.1f} ms ici, {alone[1]:.1f} base",
        sum(judged) - sum(alone), 5, "ms", at_most=True,
    )  # fmt: skip
