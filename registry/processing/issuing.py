"""The documents a list of this room leads to: only where the reader may issue one and read what it speaks of."""

from collections.abc import Iterable, Sequence
from urllib.parse import urlencode

from registry.kernel.permissions import Permission
from registry.kernel.words import _
from registry.web.visits import Visit

ISSUE = Permission.REPORTING_DOCUMENT_ISSUE


def documents_to_issue(
    visit: Visit, asked: Permission, reports: Sequence[tuple[str, str]], bodies: Iterable[int] = ()
) -> list[tuple[str, str]]:
    """Each document by its words and the address that asks for it, of the body a list is narrowed to.

    `asked` is the permission its subject asks for; `reports` pairs identifiers with words to translate.
    """
    reach = visit.visitor.reach(ISSUE) & visit.visitor.reach(asked)
    chosen = [one for one in bodies if one in reach]
    scope = {"scope": f"organisation:{chosen[0]}"} if len(chosen) == 1 else {}
    return [(_(words), "/documents?" + urlencode({"report": name, **scope})) for name, words in reports if reach]
