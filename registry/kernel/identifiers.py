"""SIREN and SIRET, read once, normalised, checked by their key; and what may be the identifier of a record."""

from hashlib import sha256

from registry.kernel.errors import Invalid
from registry.kernel.words import _

LONGEST_IDENTIFIER = 2000
"""Units: bytes of UTF-8. An index of the database holds 2,704 in a row."""
_LONGEST_ADDRESS = 1000


def fits_as_identifier(text: str) -> bool:
    """Whether an index of the database can hold a text as an identifier."""
    return len(text.encode()) <= LONGEST_IDENTIFIER


def identifier_of(address: str) -> str:
    """An address as the identifier of what it leads to: itself, or its digest where it is too long to be one."""
    if len(address) <= _LONGEST_ADDRESS and fits_as_identifier(address):
        return address
    return f"urn:sha256:{sha256(address.encode()).hexdigest()}"


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


_POST_OFFICE = "356000000"
"""Its establishments bear numbers whose digits add up to a multiple of five (INSEE)."""


def parse_siret(said: str) -> str:
    """The fourteen digits of a SIRET: a SIREN and the number of an establishment.

    Raises: Invalid when they are not fourteen digits, or their key is wrong.
    """
    digits = "".join(said.split())
    right = len(digits) == 14 and digits.isascii() and digits.isdigit()
    if right and digits.startswith(_POST_OFFICE):
        right = _luhn(digits) % 10 == 0 or sum(map(int, digits)) % 5 == 0
    elif right:
        right = _luhn(digits) % 10 == 0
    if not right:
        raise Invalid(
            _("« {said} » n’est pas un SIRET : quatorze chiffres dont le dernier est une clé. Vérifiez-les.").format(
                said=said
            )
        )
    return digits
