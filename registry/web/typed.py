"""What people type in every room: a text without control characters, and why something is set aside."""

from typing import Annotated

from pydantic import AfterValidator, BaseModel, ConfigDict, StringConstraints
from pydantic_core import PydanticCustomError

from registry.kernel.words import _

_NUL = "\x00"
"""What no database text holds; nor halves of characters, which a form refuses before: no UTF-8 writes them."""


def _no_control(value: str) -> str:
    if _NUL in value:
        raise PydanticCustomError(
            "control_character", _("Ce texte contient un caractère illisible : effacez-le et retapez-le.")
        )
    return value


Clean = AfterValidator(_no_control)


class AnnulForm(BaseModel):
    """Why a record is set aside, or brought back."""

    model_config = ConfigDict(extra="forbid")

    reason: Annotated[str, StringConstraints(strip_whitespace=True, min_length=3, max_length=2000), Clean]
