"""SIREN and SIRET: read once, normalised, checked by their key."""

from registry.kernel.errors import Invalid
from registry.kernel.words import _


def _luhn(digits: str) -> int:
    doubled = (int(digit) * (1 + place % 2) for place, digit in enumerate(reversed(digits)))
    return sum(number // 10 + number % 10 for number in doubled)


def parse_siren(said: str) -> str:
    """The nine digits of a SIREN.

    Raises: Invalid when they are not nine digits, or their key is wrong.
    """
    digits = "".join(said.split())
    if len(digits) != 9 or not (digits.isascii() and digits.isdigit()) or _luhn(digits) % 10:
        raise Invalid(
            _("« {said} » n’est pas un SIREN : neuf chiffres dont le dernier est une clé. Vérifiez-les.").format(
                said=said
            )
        )
    return digits
