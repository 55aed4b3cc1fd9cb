"""Who is behind a request, and what each permission opens to them."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import cached_property
from ipaddress import IPv4Address, IPv6Address, ip_address, ip_network

from registry.kernel.errors import Forbidden
from registry.kernel.permissions import SAYING, WRITING, Permission, Role, permissions_of, roles_with
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
        if permission in WRITING | SAYING and not self.may_write:
            return frozenset()
        if permission in _OF_PEOPLE and self.token_id is not None:
            return frozenset()
        found = self._cache.get(permission)
        if found is None:
            found = frozenset().union(*(ids for role, ids in self.grants.items() if permission in permissions_of(role)))
            self._cache[permission] = found
        return found

    def offices(self, permission: Permission) -> dict[int, Role]:
        """The organisations on which a permission holds, each with the narrowest role that gives it."""
        reach, found = self.reach(permission), dict[int, Role]()
        widest_first = sorted(self.grants.items(), key=lambda one: len(permissions_of(one[0])), reverse=True)
        for role, ids in widest_first:
            if permission in permissions_of(role):
                found |= dict.fromkeys(ids & reach, role)
        return found

    def may(self, permission: Permission, organisation_id: int | None = None) -> bool:
        """Whether a permission holds on an organisation, or on any at all."""
        if permission is Permission.ACCOUNTS_SELF_MANAGE and organisation_id is None:
            # One's own account and the way out are open to who holds no role any more; to a key, never.
            return self.token_id is None
        reach = self.reach(permission)
        return bool(reach) if organisation_id is None else organisation_id in reach

    def require(self, permission: Permission, organisation_id: int | None = None) -> None:
        """Refuses what the roles do not allow.

        Raises: Forbidden.
        """
        if not self.may(permission, organisation_id):
            raise Forbidden(
                _(
                    "Vos droits ne permettent pas cette action sur cette organisation. Rôles qui la permettent : "
                    "{roles}. Demandez à qui en a un de la faire, ou à votre administrateur de vous le donner."
                ).format(roles=", ".join(role.label for role in roles_with(permission)))
            )


def visitor_address(connection: str, forwarded: str, trusted: Sequence[str]) -> str:
    """Where somebody asks from: the connection's own address, or what proxies of ours say of it.

    `forwarded` is the `X-Forwarded-For` a request came with: anybody may write anything in it, so it is read from
    its end, and only as far as each address before was named as a proxy by the settings (addresses or networks).
    """
    networks = [ip_network(one, strict=False) for one in trusted]
    asking = connection
    for said in reversed([part.strip() for part in forwarded.split(",") if part.strip()]):
        known = _parsed(asking)
        if known is None or not any(known in network for network in networks):
            break
        if _parsed(said) is None:
            break
        asking = said
    return asking


def _parsed(text: str) -> IPv4Address | IPv6Address | None:
    try:
        return ip_address(text)
    except ValueError:
        return None
