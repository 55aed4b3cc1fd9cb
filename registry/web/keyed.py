"""A request under a key of its sender's choice: what makes it this one, and its answer given again."""

import re
from typing import Any

from litestar import Request, Response
from litestar.enums import MediaType

from registry.kernel.errors import Invalid
from registry.kernel.words import _
from registry.platform.answers import KeyedRequest, digest_of
from registry.platform.models import KeptAnswer
from registry.web.uploads import Upload

REPLAYED = "Idempotency-Replayed"
_KEY = re.compile("[!-~]{1,200}")


def keyed_request(
    key: str,
    request: Request[Any, Any, Any],
    body: bytes,
    upload: Upload | None,
    *,
    account_id: int,
    organisation_id: int,
) -> KeyedRequest:
    """The request under its key: its address, the version it is based on and all it sends make it this one.

    Raises: Invalid when the key is empty, too long or not of plain letters.
    """
    if not _KEY.fullmatch(key):
        raise Invalid(_("Idempotency-Key attend de 1 à 200 signes ASCII sans espace, par exemple un UUID."))
    file = upload.file.sha256 if upload is not None and upload.file is not None else ""
    form = repr(sorted(upload.form.values.items())) if upload is not None else ""
    said = (request.url.path, request.url.query, request.headers.get("if-match", ""), file, form)
    digest = digest_of(*(one.encode("utf-8", "surrogatepass") for one in said), body)
    return KeyedRequest(account_id, organisation_id, key, digest)


def replay(known: KeptAnswer) -> Response[Any]:
    """The answer that was kept, byte for byte, saying that it was given before."""
    headers = {**known.headers, REPLAYED: "true"}
    return Response(known.body, status_code=known.status, media_type=MediaType.JSON, headers=headers)
