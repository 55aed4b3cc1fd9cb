"""What comes in to sign in, invite, give a role or make a token."""

from datetime import date
from typing import Annotated

from pydantic import BaseModel, ConfigDict, StringConstraints

from registry.accounts.vocabulary import DigestRhythm, TokenScope
from registry.kernel.permissions import Role
from registry.organisations.forms import Email, Line
from registry.web.calls import Number

Password = Annotated[str, StringConstraints(min_length=1, max_length=1000)]


class SignInForm(BaseModel):
    """An address and its password; `next` is where to go afterwards, within this site."""

    model_config = ConfigDict(extra="forbid")

    email: Email
    password: Password
    next: Annotated[str, StringConstraints(max_length=2000)] = ""


class PasswordForm(BaseModel):
    """A new password, twice."""

    model_config = ConfigDict(extra="forbid")

    password: Password
    again: Password


class OwnPasswordForm(PasswordForm):
    """One's current password, then a new one, twice."""

    current: Password


class ResetRequestForm(BaseModel):
    """The address of an account whose password is lost."""

    model_config = ConfigDict(extra="forbid")

    email: Email


class InvitationForm(BaseModel):
    """Somebody to invite, with a first role on an organisation."""

    model_config = ConfigDict(extra="forbid")

    name: Line
    email: Email
    role: Role
    organisation_id: Number


class GrantForm(BaseModel):
    """A role on an organisation's subtree."""

    model_config = ConfigDict(extra="forbid")

    role: Role
    organisation_id: Number


class TokenForm(BaseModel):
    """A key for a program, until a day (included)."""

    model_config = ConfigDict(extra="forbid")

    name: Line
    scope: TokenScope
    expires_on: date


class DigestForm(BaseModel):
    """How often one wants to be mailed what one owes soon."""

    model_config = ConfigDict(extra="forbid")

    rhythm: DigestRhythm
