"""The ceiling of every page: a text that Litestar gives without looking at anything."""

from litestar import Litestar, MediaType, get


@get("/", media_type=MediaType.TEXT, sync_to_thread=False)
def hello() -> str:
    """Says hello."""
    return "bonjour"


def create() -> Litestar:
    """The application, for granian."""
    return Litestar([hello], openapi_config=None, logging_config=None)
