"""Who is behind a request, and what each permission opens to them."""

from dataclasses import dataclass, field
from functools import cached_property

from registry.kernel.errors import Forbidden
from registry.kernel.permissions import WRITING, Permission, Role, permissions_of
from registry.kernel.words import _

WRITING_ROLES = [str(role) for role in Role if permissions_of(role) & WRITING]

_OF_PEOPLE = frozenset({Permission.ACCOUNTS_ACCOUNT_MANAGE, Permission.ACCOUNTS_SELF_MANAGE})
"""What a key never does: else one that only reads, or that was stolen, would make itself another that writes."""


@dataclass(frozen=True)
class Visitor:
    """A signed-in account with the organisations each of its roles reaches (ids, subtrees unfolded)."""

    account_id: int
    organisation_id: int
    person_id: int
    locale: str
    grants: dict[Role, frozenset[int]]
    session_id: int | None = None
    token_id: int | None = None
    may_write: bool = True
    _cache: dict[Permission, frozenset[int]] = field(default_factory=dict, repr=False, compare=False)

    @cached_property
    def reads(self) -> frozenset[int]:
        """Every organisation any of the roles reaches."""
        return frozenset().union(*self.grants.values())

    def reach(self, permission: Permission) -> frozenset[int]:
        """The organisations on which a permission holds."""
        if permission in WRITING and not self.may_write:
            return frozenset()
        if permission in _OF_PEOPLE and self.token_id is not None:
            return frozenset()
        found = self._cache.get(permission)
        if found is None:
            found = frozenset().union(*(ids for role, ids in self.grants.items() if permission in permissions_of(role)))
            self._cache[permission] = found
        return found

    def may(self, permission: Permission, organisation_id: int | None = None) -> bool:
        """Whether a permission holds on an organisation, or on any at all."""
        reach = self.reach(permission)
        return bool(reach) if organisation_id is None else organisation_id in reach

    def require(self, permission: Permission, organisation_id: int | None = None) -> None:
        """Refuses what the roles do not allow.

        Raises: Forbidden.
        """
        if not self.may(permission, organisation_id):
            raise Forbidden(
                _(
                    "Vos droits ne permettent pas cette action sur cette organisation. Demandez à votre "
                    "administrateur le rôle qui convient."
                )
            )
