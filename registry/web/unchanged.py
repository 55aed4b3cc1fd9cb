"""What was read before and has not changed is not sent again: the tag of an answer, and 304 to who has it already."""

from hashlib import sha256
from typing import Any

from litestar import Response
from litestar.enums import MediaType
from litestar.serialization import encode_json
from litestar.status_codes import HTTP_200_OK, HTTP_304_NOT_MODIFIED

TAG = "ETag"
_LETTERS = 16


def tag_answer(response: Response[Any], if_none_match: str) -> Response[Any]:
    """The same JSON answer under the tag of all it says; nothing but that tag where the asker has it already.

    The tag of a record begins with its version, which `If-Match` compares: what the policies find of it may change
    where its version does not. An answer that gives a version under no tag is of the past, and bears none.
    """
    content = response.content
    if response.status_code not in {None, HTTP_200_OK} or response.media_type != MediaType.JSON:
        return response
    if isinstance(content, bytes) or (hasattr(content, "version") and TAG not in response.headers):
        return response
    body = encode_json(content)
    digest = sha256(body).hexdigest()[:_LETTERS]
    version = response.headers.get(TAG, "").strip('"')
    tag = f'"{version}-{digest}"' if version else f'"{digest}"'
    headers = {**response.headers, TAG: tag}
    if {tag, "*"} & said_tags(if_none_match):
        return Response(b"", status_code=HTTP_304_NOT_MODIFIED, media_type=MediaType.JSON, headers=headers)
    return Response(body, media_type=MediaType.JSON, headers=headers)


def said_tags(said: str) -> set[str]:
    """The tags an asker has: compared as what they stand for, whether they call them weak or not."""
    return {one.strip().removeprefix("W/") for one in said.split(",")}
