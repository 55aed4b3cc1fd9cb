"""What the script of a page (htmx) says of its own requests: the part of a page is answered, not the whole."""

from typing import Any

from litestar import Request


def asked_by_script(request: Request[Any, Any, Any]) -> bool:
    """Whether the script of a page asks, for a part of it; without a script, a browser asks for pages."""
    return request.headers.get("hx-request") == "true"
