"""The JSON API of many sheets at once."""

from dataclasses import dataclass

from litestar import Response
from litestar.handlers import HTTPRouteHandler

from registry.compliance.weighing import Weighed
from registry.datasets.api import EXAMPLE, RECORD, about
from registry.datasets.bulk.weighing import bind_sheets, weigh_sheets
from registry.datasets.together import Done, TogetherForm, record_together, refusals_of
from registry.datasets.vocabulary import Outcome
from registry.kernel.errors import Invalid
from registry.kernel.words import mark, ngettext
from registry.web.visits import Visit, route


@dataclass(frozen=True)
class FaultBody:
    """A field that cannot be kept: where it stands in what was sent, and what to do."""

    path: str
    message: str


@dataclass(frozen=True)
class ItemBody:
    """What one item does, or would do; `version` is the sheet's new one."""

    outcome: Outcome
    dataset_id: int | None
    version: int | None
    changed_fields: list[str]
    message: str
    errors: list[FaultBody]


@dataclass(frozen=True)
class WeighedBody:
    """Of one policy, how many findings would be settled, would be new, and would turn (to complete ↔ non-compliant)."""

    policy: str
    resolved: int
    appeared: int
    turned: int


@dataclass(frozen=True)
class TogetherBody:
    """What became of each item, in the order they were sent; where it is tried only, of the findings too."""

    dry_run: bool
    created: int
    changed: int
    unchanged: int
    refused: int
    items: list[ItemBody]
    findings: list[WeighedBody]


@route(
    "POST", "/api/v1/datasets/bulk", RECORD, takes=TogetherForm,
    about=about(
        mark("Enregistre et change jusqu’à 1 000 jeux de données d’un coup : tous, ou aucun."),
        more=mark("Par défaut rien n’est écrit (« dry_run ») : la réponse dit ce que chaque ligne ferait, ou pourquoi "
                  "elle serait refusée, et combien de constats de chaque règle seraient réglés ou nouveaux. Avec "
                  "dry_run à false, tout est écrit dans une seule transaction ; si une ligne "
                  "est refusée, rien ne l’est, et le refus nomme chaque ligne en faute. Un changement donne la version "
                  "lue : celle de l’ETag."),
        example={
            "dry_run": True,
            "items": [{"create": EXAMPLE}, {"id": 12, "version": 3, "change": {"frequency": "DAILY"}}],
        },
    ),
)  # fmt: skip
def record_many(visit: Visit) -> Response[TogetherBody]:
    """Records and changes many sheets: all, or none; tried only, unless asked otherwise."""
    given = visit.given(TogetherForm)
    named = sorted({item.id for item in given.items if item.id is not None}) if given.dry_run else []
    before = bind_sheets(visit.session, named)
    weighed: list[Weighed] = []
    trial = visit.session.begin_nested()
    done = record_together(visit.session, given.items, require=lambda body: visit.visitor.require(RECORD, body))
    if given.dry_run:
        written = {one.dataset_id for one in done if one.dataset_id is not None and one.outcome is not Outcome.REFUSED}
        weighed = weigh_sheets(visit.session, before, bind_sheets(visit.session, sorted(written)))
        trial.rollback()
        # What was only tried is not judged.
        visit.session.info.pop("touched", None)
    elif faults := refusals_of(done):
        count = sum(one.outcome is Outcome.REFUSED for one in done)
        sentence = ngettext(
            "{count} ligne est refusée : rien n’a été écrit. Corrigez-la, puis renvoyez le tout.",
            "{count} lignes sont refusées : rien n’a été écrit. Corrigez-les, puis renvoyez le tout.",
            count,
        )
        raise Invalid(sentence.format(count=count), faults)
    else:
        trial.commit()
    return visit.answer(_body(done, weighed, dry_run=given.dry_run))


def _body(done: list[Done], weighed: list[Weighed], *, dry_run: bool) -> TogetherBody:
    def count(outcome: Outcome) -> int:
        return sum(one.outcome is outcome for one in done)

    return TogetherBody(
        dry_run, count(Outcome.CREATED), count(Outcome.CHANGED), count(Outcome.UNCHANGED), count(Outcome.REFUSED),
        [
            ItemBody(
                one.outcome,
                # A sheet that was only tried bears no number.
                None if dry_run and one.outcome is Outcome.CREATED else one.dataset_id,
                None if dry_run else one.version,
                list(one.changed_fields), one.message,
                [FaultBody(fault.path, fault.message) for fault in one.errors],
            )
            for one in done
        ],
        [WeighedBody(one.policy_id, one.resolved, one.appeared, one.turned) for one in weighed],
    )  # fmt: skip


HANDLERS: tuple[HTTPRouteHandler, ...] = (record_many,)
