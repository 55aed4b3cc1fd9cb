"""A form that cannot be saved says why, in what words and with which answer; one that can gives what was made."""

from collections.abc import Callable
from typing import Any

import pytest
from pydantic import BaseModel

from registry.kernel.errors import Conflict, FieldError, Forbidden, Invalid, Stale
from registry.web.forms import Accepted, Rejected
from registry.web.saving import Unsaved, save


class _Named(BaseModel):
    name: str


READ = Accepted(_Named(name="Bornes"))


def _refusing(refusal: Exception) -> Callable[[_Named], Any]:
    def write(_form: _Named) -> None:
        raise refusal

    return write


def test_what_is_written_comes_back_as_it_was_made() -> None:
    assert save(READ, lambda form: form.name.upper()) == "BORNES"


def test_a_form_that_reads_badly_is_not_written() -> None:
    read = Rejected({"name": ""}, {"name": "Ce champ est nécessaire."})
    assert save(read, _refusing(AssertionError("written"))) == Unsaved({"name": "Ce champ est nécessaire."}, 422)


def test_what_the_room_refuses_is_said_beside_its_field_or_over_the_form() -> None:
    beside = Invalid("Ce nom ne convient pas.", (FieldError("name", "Ce nom est pris."),))
    assert save(READ, _refusing(beside)) == Unsaved({"name": "Ce nom est pris."}, 422)
    assert save(READ, _refusing(Invalid("Rien ne change."))) == Unsaved({"_": "Rien ne change."}, 422)
    assert save(READ, _refusing(Conflict("C’est annulé."))) == Unsaved({"_": "C’est annulé."}, 409)
    taken = save(READ, _refusing(Conflict("Ce nom est pris.")), conflict="name")
    assert taken == Unsaved({"name": "Ce nom est pris."}, 409)


def test_a_form_that_somebody_overtook_holds_their_version_and_what_was_given() -> None:
    unsaved = save(READ, _refusing(Stale("Quelqu’un a enregistré entre-temps.", 4)))
    assert isinstance(unsaved, Unsaved)
    assert unsaved.message == (
        "Quelqu’un a enregistré entre-temps. Vérifiez votre saisie, puis enregistrez de nouveau."
    )
    assert (unsaved.status, unsaved.version, unsaved.given) == (409, 4, {"name": "Bornes"})


def test_what_no_form_can_mend_is_not_said_in_the_form() -> None:
    with pytest.raises(Forbidden):
        save(READ, _refusing(Forbidden("Vos rôles ne le permettent pas.")))
