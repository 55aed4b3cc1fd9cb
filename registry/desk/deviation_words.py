"""What a desk says of accepted deviations: one to decide, one answered, one about to end, one that covers a breach."""

from datetime import date

from registry.compliance.deviations.wording import what_follows, what_stays
from registry.compliance.policy import Policy
from registry.compliance.vocabulary import Force
from registry.kernel.words import _
from registry.web.templating import say_day

Words = tuple[str, str, str, str, str]


def say_deviation(detail: str, policy: Policy | None, due: date | None, *, waiting: bool) -> Words:
    """A deviation as a task; `detail` is where it stands, then its number."""
    stands, _colon, number = detail.partition(":")
    address = f"/conformite/ecarts/{number}"
    why, force = (policy.name(), policy.force) if policy is not None else ("", None)
    if stands == "asked" and not waiting:
        gain = _("quelqu’un attend votre réponse ; {stays}").format(stays=what_stays(force))
        return _("Décider d’un écart demandé"), why, gain, _("Décider"), address
    if stands == "asked":
        return _("Vous avez demandé un écart"), why, _("quelqu’un d’autre en décide"), _("Voir l’écart"), address
    if stands == "ending":
        what = _("Écart assumé jusqu’au {day} : corriger, ou le redemander").format(day=say_day(due))
        return what, why, _("ensuite, {then}").format(then=what_follows(force)), _("Voir l’écart"), address
    what = (
        _("Lire la réponse : votre écart est refusé")
        if stands == "refused"
        else _("Lire la réponse : votre écart est approuvé")
    )
    return what, why, _("le motif y est écrit"), _("Lire la réponse"), address


def say_assumed(force: Force, day: date) -> str:
    """What mending a breach gains while a deviation covers it."""
    return _("écart assumé jusqu’au {day} : {stays}").format(day=say_day(day), stays=what_stays(force))
