"""What goes out of the directors' page: figures with their trend, risks, stages, services."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date

from registry.compliance.catalogue import Catalogue
from registry.compliance.views import FINDINGS
from registry.compliance.vocabulary import Verdict
from registry.dashboard import plain as plain_words
from registry.dashboard.rules import Count, Measure, Risk, told
from registry.dashboard.vocabulary import SHARES, Figure
from registry.desk.deadline_views import DeadlineLine
from registry.kernel.words import _, mark, ngettext
from registry.web.templating import say_article, say_day, say_number

WIDTH, HEIGHT, EDGE = 240, 56, 4
"""The drawing of a trend. Units: those of its own picture."""
DEFINITIONS: Mapping[Figure, str] = {
    Figure.KEPT: mark(
        "Un jeu compte quand un propriétaire et un·e référent·e sont en poste aujourd’hui. Sans eux, personne ne "
        "répond de la fiche ni des questions qu’on y pose. C’est une bonne pratique, pas une obligation."
    ),
    Figure.FOUNDED: mark(
        "Un traitement de données personnelles compte quand sa base légale est choisie et justifiée (RGPD, art. 6). "
        "Sont comptés ceux du registre qui servent, ou sont suspendus, et dont la collectivité est responsable."
    ),
    Figure.PUBLISHED: mark(
        "Ce que la loi oblige à mettre en ligne et qui l’est : répertoire des informations publiques, subventions, "
        "adresses, mobilité, jeux de forte valeur, documents communiqués ou inscrits. Ce dont on ignore si la "
        "loi l’impose, ou si c’est fait, est dit à part. Un jeu tenu à deux titres compte deux fois ; un refus que la "
        "loi admet vaut réponse."
    ),
    Figure.BREACHES: mark(
        "Chaque fois qu’une fiche ne suit pas une obligation en vigueur : une fiche peut en compter plusieurs. Un "
        "écart assumé reste compté. Ce qui attend seulement une information n’est pas compté ici."
    ),
    Figure.LATE: mark(
        "Parmi les manquements, ceux dont la loi fixe le délai et dont le jour est passé. Les violations et les "
        "demandes n’y sont que pour qui peut les lire, closes depuis ou non. Les échéances disent autre chose : ce qui "
        "reste à faire, que la loi le date ou non."
    ),
}


@dataclass(frozen=True)
class Point:
    """One day of a trend, in words."""

    day: date
    words: str


@dataclass(frozen=True)
class Trend:
    """A figure over twelve months: its days, the line that draws them, and what it shows in a sentence."""

    points: Sequence[Point]
    lines: Sequence[str]
    last_x: int
    last_y: int
    sentence: str


@dataclass(frozen=True)
class WaitingView:
    """What waits for information beside a figure: how many, in words, and their list."""

    value: str
    words: str
    address: str


@dataclass(frozen=True)
class FigureView:
    """One figure: in words, out of how many, the list it counts, what waits beside it, what it means, its trend."""

    code: str
    label: str
    value: str
    beside: str
    address: str
    waiting: WaitingView | None
    definition: str
    tone: str
    trend: Trend
    split: str


@dataclass(frozen=True)
class RiskView:
    """One risk in a sentence, what to do about it, and the list of its breaches."""

    severity: str
    sentence: str
    law: str
    remedy: str
    address: str


@dataclass(frozen=True)
class StageView:
    """How many datasets stand at a stage, and their list; `width` is the part of the most numerous, in hundredths."""

    label: str
    number: int
    address: str
    width: int


@dataclass(frozen=True)
class ServiceView:
    """How one service stands beside the middle of all: never a rank."""

    id: int
    name: str
    share: int
    number: int
    total: int
    breaches: int
    breaches_address: str
    beside: str


@dataclass(frozen=True)
class MatrixCell:
    """How many breaches a body has under a stake or a principle, out of how many judged, and their list."""

    number: int
    judged: int
    address: str


@dataclass(frozen=True)
class MatrixLine:
    """A body, or all of them, and its breaches under each stake, then under each principle."""

    name: str
    cells: Sequence[MatrixCell]


@dataclass(frozen=True)
class DeadlinesView:
    """The first deadlines missed that still wait, out of how many, and the next ones to come."""

    late: Sequence[DeadlineLine]
    missed: int
    coming: Sequence[DeadlineLine]


@dataclass(frozen=True)
class DirectorsPage:
    """The directors' page; `plain` says it in the words of every day, for elected members."""

    plain: bool
    scope: str
    figures: Sequence[FigureView]
    counted: date | None
    matters: str
    risks: Sequence[RiskView]
    stages: Sequence[StageView]
    services: Sequence[ServiceView]
    median: int | None
    compared: int
    least: int
    axes: Sequence[str]
    matrix: Sequence[MatrixLine]
    deadlines: DeadlinesView
    documents: Sequence[tuple[str, str]]


def address_of(figure: Figure, measure: Measure, organisation: str) -> str:
    """The list that a figure counts, within its scope."""
    said = [("constat", str(measure.counted))]
    if figure is Figure.BREACHES:
        said.append(("force", "obligation"))
    else:
        said += [("regle", policy) for policy in sorted(measure.policies)]
    if organisation:
        said.append(("organisation", organisation))
    return FINDINGS + "?" + "&".join(f"{name}={value}" for name, value in said)


def waiting_view(number: int, figure: Figure, measure: Measure, organisation: str) -> WaitingView | None:
    """What waits for information beside a figure, with its own list; nothing where nothing does."""
    if not number:
        return None
    return WaitingView(
        say_number(number),
        ngettext(
            "autre reste à juger : une information manque", "autres restent à juger : une information manque", number
        ),
        address_of(figure, replace(measure, counted=Verdict.TO_COMPLETE), organisation),
    )  # fmt: skip


def figure_view(
    figure: Figure,
    now: Count,
    kept: Mapping[date, Count],
    days: Sequence[date],
    address: str,
    waiting: WaitingView | None,
    split: str,
    *,
    plain: bool,
) -> FigureView:
    """A figure in words; its last day is now, whatever the night counted."""
    counts = [kept.get(day) for day in days[:-1]] + [now]
    label, definition = words_of(figure, plain=plain)
    share = figure in SHARES
    tone = ""
    if share and now.share is not None:
        tone = "good" if now.share == 100 and waiting is None else "wait"
    elif not share:
        tone = "bad" if now.number else "good"
    beside = ""
    if share:
        beside = _("soit {share} sur {total}").format(
            share=_per_cent(now.share), total=say_number(now.total)
        ) if now.total else _("rien à juger encore")  # fmt: skip
    elif now.total:
        beside = _judged(now.total, plain=plain)
    return FigureView(
        code=str(figure), label=label, value=say_number(now.number),
        beside=beside, address=address, waiting=waiting, definition=definition, tone=tone,
        trend=_trend(figure, days, counts), split=split,
    )  # fmt: skip


def split_in_words(own: int, of_communes: int) -> str:
    """How much of a number is of the body and its services, how much of the communes, each its own controller."""
    return _("Dont {own} pour l’intercommunalité et ses services, {communes} pour les communes.").format(
        own=say_number(own), communes=say_number(of_communes)
    )


def words_of(figure: Figure, *, plain: bool) -> tuple[str, str]:
    """What a figure is called, and what it counts."""
    if plain:
        return _(plain_words.LABELS[figure]), _(plain_words.DEFINITIONS[figure])
    return figure.label, _(DEFINITIONS[figure])


def _judged(total: int, *, plain: bool) -> str:
    """Out of how many a number is: those that are judged, short of those that nobody has judged."""
    said = (
        ngettext("sur {count} point vérifié", "sur {count} points vérifiés", total) if plain
        else ngettext("sur {count} constat jugé", "sur {count} constats jugés", total)
    )  # fmt: skip
    return said.format(count=say_number(total))


def _per_cent(share: int | None) -> str:
    return "–" if share is None else _("{share} %").format(share=share)


def _trend(figure: Figure, days: Sequence[date], counts: Sequence[Count | None]) -> Trend:
    """The line of what was said, broken where nothing was."""
    values = [told(figure, one) if one is not None else None for one in counts]
    most = 100 if figure in SHARES else max([one for one in values if one is not None] or [0]) or 1
    step = (WIDTH - 2 * EDGE) / max(len(values) - 1, 1)
    lines: list[list[str]] = [[]]
    last = (EDGE, HEIGHT - EDGE)
    for place, value in enumerate(values):
        if value is None:
            lines.append([])
            continue
        last = (round(EDGE + place * step), round(HEIGHT - EDGE - value * (HEIGHT - 2 * EDGE) / most))
        lines[-1].append(f"{last[0]},{last[1]}")
    return Trend(
        points=[Point(day, _said(figure, count)) for day, count in zip(days, counts, strict=True)],
        lines=[" ".join(line) for line in lines if len(line) > 1],
        last_x=last[0], last_y=last[1], sentence=_sentence(figure, days, counts),
    )  # fmt: skip


def _said(figure: Figure, count: Count | None) -> str:
    """What a figure said on a day, with its two counts: a share alone hides that its whole grew."""
    if count is None or told(figure, count) is None:
        return "–"
    number, total = say_number(count.number), say_number(count.total)
    if figure in SHARES:
        return _("{share} % ({number} sur {total})").format(share=count.share, number=number, total=total)
    return _("{number} sur {total}").format(number=number, total=total) if count.total else number


def _sentence(figure: Figure, days: Sequence[date], counts: Sequence[Count | None]) -> str:
    """What a trend shows, for who does not see it and for who does."""
    known = [
        (day, count) for day, count in zip(days, counts, strict=True)
        if count is not None and told(figure, count) is not None
    ]  # fmt: skip
    if len(known) < 2 or known[-1][0] != days[-1]:
        return _("Pas encore d’historique.")
    (day, before), (_today, now) = known[0], known[-1]
    words = {
        "since": say_day(day), "before": _said(figure, before), "now": _said(figure, now),
    }  # fmt: skip
    if before == now:
        return _("Comme le {since} : {now}.").format(**words)
    return _("{before} le {since}, {now} aujourd’hui.").format(**words)


def risk_view(risk: Risk, catalogue: Catalogue, today: date, organisation: str, *, plain: bool) -> RiskView:
    """A risk in a sentence; in plain words, with who can tell of it rather than what is to be done."""
    policy = risk.policy
    address = address_of(Figure.LATE, Measure(frozenset({policy.id}), Verdict.NON_COMPLIANT), organisation)
    if plain:
        said = plain_words.risk_in_words(risk, plain_words.asked_of(policy, catalogue, today))
        return RiskView(policy.severity.label, said, "", plain_words.whom_to_ask(policy), address)
    bound = next((version for one, version in catalogue.in_force(policy.subject, today) if one is policy), None)
    sentence = ngettext(
        "{count} fiche ne suit pas cette règle : « {title} ».",
        "{count} fiches ne suivent pas cette règle : « {title} ».",
        risk.number,
    ).format(count=say_number(risk.number), title=policy.name())
    if risk.of_people:
        sentence += " " + _("Des données de personnes sont en cause.")
    law = f"{bound.text}, {say_article(bound.article)}" if bound is not None else ""
    return RiskView(policy.severity.label, sentence, law, policy.what_to_do(), address)


def matters_in_words(count: Count, *, plain: bool) -> str:
    """How often confided matters missed a delay, closed since or not, for who may not read them."""
    if plain:
        return plain_words.matters_in_words(count)
    said = ngettext(
        "{count} délai de violation ou de demande manqué, qu’elle soit close depuis ou non",
        "{count} délais de violations ou de demandes manqués, qu’elles soient closes depuis ou non",
        count.number,
    ).format(count=say_number(count.number))
    return _("{said}, sur {total} que les règles suivent. Leur contenu n’est lu que de la délégation à la protection "
             "des données et du service juridique : demandez-leur où elles en sont.").format(
        said=said, total=say_number(count.total)
    )  # fmt: skip


def beside_median(share: int, middle: int | None) -> str:
    """How a share stands beside the middle, in words."""
    if middle is None or share == middle:
        return _("comme la médiane")
    points = abs(share - middle)
    if share > middle:
        return ngettext("{count} point au-dessus", "{count} points au-dessus", points).format(count=points)
    return ngettext("{count} point en dessous", "{count} points en dessous", points).format(count=points)
