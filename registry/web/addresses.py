"""Addresses as they stand in headers: escaped, within this site, or of the next page."""

from typing import Any
from urllib.parse import quote, urlencode

from litestar import Request

_OF_ADDRESSES = "/?#&=%:;,@!$'()*+[]~-._"


def in_header(address: str) -> str:
    """An address as a header holds it, in ASCII: what else stands in it is escaped, as browsers do."""
    return quote(address, safe=_OF_ADDRESSES)


def link_to_next(request: Request[Any, Any, Any], cursor: str) -> str:
    """The same list from a cursor on, as the Link header says it (RFC 8288)."""
    asked = [(name, value) for name, value in request.query_params.multi_items() if name != "cursor"]
    return f'<{request.url.path}?{urlencode([*asked, ("cursor", cursor)])}>; rel="next"'


def within_site(address: str) -> str:
    """Where to go next, within this site: never another's; browsers drop tabs and turn \\ into /."""
    fine = (
        address.startswith("/")
        and not address.startswith("//")
        and "\\" not in address
        and all(letter.isprintable() for letter in address)
    )
    return address if fine else "/"
