"""How much is decided of the penalty of a late delivery."""

from decimal import Decimal

from registry.contracts.deliveries.costs import Cost
from registry.contracts.deliveries.forms import PenaltyForm
from registry.contracts.deliveries.vocabulary import PenaltyDecision
from registry.kernel.errors import FieldError, Invalid
from registry.kernel.words import _


def decided_amount(form: PenaltyForm, cost: Cost) -> Decimal:
    """How much a decision is of: all that is due, or less where somebody says how much is applied.

    Of what is counted otherwise than by day alone, what is remitted has no amount: zero.

    Raises: Invalid.
    """
    due = cost.amount or Decimal(0)
    euros, is_applied = form.penalty_euros, form.penalty is PenaltyDecision.APPLIED
    if not is_applied and euros is not None:
        raise _wrong(_("Une pénalité remise ne s’applique pas : laissez ce montant vide."))
    if is_applied and cost.others and euros is None:
        raise _wrong(
            _("Le contrat compte ce retard autrement que par jour, en tout ou en partie : dites le montant appliqué, "
              "le registre ne peut pas le calculer."),
        )  # fmt: skip
    if euros is not None and euros > due and not cost.others:
        raise _wrong(_("C’est plus que ce que le contrat compte à ce jour : vérifiez le montant."))
    return due if euros is None else euros


def counted_cents(cost: Cost) -> int | None:
    """What the contract counts as things stand, in hundredths of a euro; nothing where that is not all it counts."""
    return None if cost.amount is None or cost.others else int(cost.amount * 100)


def _wrong(sentence: str) -> Invalid:
    return Invalid(sentence, (FieldError("penalty_euros", sentence),))
