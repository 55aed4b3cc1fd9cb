"""The OpenAPI document says of each body exactly what is checked: pydantic's own schema, nothing dropped."""

from typing import Any

from litestar import Litestar
from litestar.openapi.spec import OpenAPIMediaType, RequestBody, Schema
from pydantic import BaseModel
from pydantic.json_schema import models_json_schema


def describe_bodies(app: Litestar) -> None:
    """Adds to the document the body each call takes, with patterns, lengths and closed lists."""
    document = app.openapi_schema
    taken = {
        (path.path_format, method): handler.opt["takes"]
        for path in app.routes
        for handler in getattr(path, "route_handlers", [])
        for method in handler.http_methods
        if handler.opt.get("takes") is not None
    }
    models: set[type[BaseModel]] = set(taken.values())
    _map, shared = models_json_schema(
        [(model, "validation") for model in sorted(models, key=lambda model: model.__name__)],
        ref_template="#/components/schemas/{model}",
    )
    schemas: dict[str, Any] = document.components.schemas
    schemas.update({name: _Exact(content) for name, content in shared.get("$defs", {}).items()})
    for (path, method), model in taken.items():
        item = (document.paths or {}).get(path)
        operation = getattr(item, method.lower(), None)
        if operation is not None:
            operation.request_body = RequestBody(
                required=True,
                content={
                    "application/json": OpenAPIMediaType(
                        schema=_Exact({"$ref": f"#/components/schemas/{model.__name__}"})
                    )
                },
            )


class _Exact(Schema):
    """A schema written out as pydantic gives it."""

    def __init__(self, content: dict[str, Any]) -> None:
        super().__init__()
        self._content = content

    def to_schema(self) -> dict[str, Any]:
        """The schema itself."""
        return self._content
