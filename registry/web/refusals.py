"""What is refused for want of somebody signed in."""

from collections.abc import Sequence

from registry.kernel.errors import Refusal
from registry.kernel.words import mark

UNKNOWN_KEY = mark(
    "Cette clé d’API n’est pas reconnue : elle a expiré, a été révoquée ou est mal copiée. Faites-en une autre depuis "
    "« Mon compte », ou retirez l’en-tête Authorization pour lire les pages."
)


class SignInNeeded(Refusal):
    """Nobody is signed in (401; a page sends to the sign-in and back)."""

    code = "sign-in-needed"


class FormOutlived(Refusal):
    """A form of ours that outlived the session it was shown in: what was typed is given back, to be sent again."""

    code = "form-outlived"

    def __init__(self, message: str, fields: Sequence[tuple[str, str]]) -> None:
        super().__init__(message)
        self.fields = tuple(fields)
