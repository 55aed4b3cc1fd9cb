"""Files sent as they are made, under a name and as what they are."""

from collections.abc import Iterator
from typing import Any

from litestar import Litestar, Request
from litestar.response import Stream

from registry.web.security import WITHOUT_BODY
from registry.web.visits import Visit


class Sent(Stream):
    """A file sent piece by piece, as what it is: Litestar's own would be sent as what its handler answers otherwise."""

    def to_asgi_response(self, app: Litestar | None, request: Request[Any, Any, Any], **more: Any) -> Any:
        """The answer, of the file's own media type; of one asked by its head alone, no piece is made."""
        if request.scope["state"].get(WITHOUT_BODY):
            # Nobody takes the pieces: what was begun would wait for its reader, and keep its place.
            self.iterator = iter(())
        return super().to_asgi_response(app, request, **{**more, "media_type": self.media_type})


def send_file(visit: Visit, pieces: Iterator[bytes], *, name: str, media_type: str) -> Sent:
    """The answer to a visit by a file to keep, read within the visitor's rights: nobody between keeps a copy."""
    headers = {**visit.headers, "Content-Disposition": f'attachment; filename="{name}"', "Cache-Control": "no-store"}
    return Sent(pieces, media_type=media_type, headers=headers)
