"""A body that each route takes, made from what the route says of itself, so that nothing sent fails on its form."""

from typing import Any

from fastapi import UploadFile, params
from fastapi.dependencies.models import Dependant
from fastapi.routing import APIRoute
from pydantic import TypeAdapter

_FORMATS = {"date": "2026-12-01", "date-time": "2026-12-01T09:00:00Z", "email": "rosa@valdemora.example"}


def sent_with(route: APIRoute, *, form: dict[str, str]) -> dict[str, Any]:
    """What the test client is called with: `json`, or `data` and `files` with what `form` holds of it."""
    fields = list(_body_fields(route.dependant))
    if not fields:
        return {"data": form} if form else {}
    files, data = {}, dict(form)
    for field in fields:
        info, name = field.field_info, field.alias
        if not isinstance(info, params.Form):
            return {"json": valid(_schema(info))}
        if isinstance(info, params.File) or _is_upload(info.annotation):
            files[name] = ("one.csv", b"Question,Answer\nWhere?,In Frankfurt.\n", "text/csv")
        elif name not in data and info.is_required():
            schema = _schema(info) | _bounds(info)
            data[name] = str(valid(schema))
    return {"data": data} | ({"files": files} if files else {})


def valid(schema: dict[str, Any]) -> Any:
    """The least that fits a JSON schema of pydantic's."""
    return _valid(schema, schema.get("$defs", {}))


def _body_fields(dependant: Dependant) -> list[Any]:
    """Those of the route and of what it depends on."""
    inner = [field for each in dependant.dependencies for field in _body_fields(each)]
    return [*dependant.body_params, *inner]


def _schema(info: Any) -> dict[str, Any]:
    return TypeAdapter(info.annotation).json_schema()


def _is_upload(annotation: Any) -> bool:
    return isinstance(annotation, type) and issubclass(annotation, UploadFile)


def _bounds(info: Any) -> dict[str, Any]:
    found: dict[str, Any] = {}
    for each in info.metadata:
        for own, name in (("min_length", "minLength"), ("pattern", "pattern"), ("ge", "minimum")):
            value = getattr(each, own, None)
            if value is not None:
                found[name] = value
    return found


def _valid(schema: dict[str, Any], defs: dict[str, Any]) -> Any:
    if "$ref" in schema:
        return _valid(defs[schema["$ref"].rpartition("/")[2]], defs)
    if schema.get("examples"):
        return schema["examples"][0]
    for several in ("anyOf", "oneOf", "allOf"):
        if several in schema:
            return _valid(schema[several][0], defs)
    if "const" in schema:
        return schema["const"]
    if "enum" in schema:
        return schema["enum"][0]
    return _of_type(schema, defs)


def _of_type(schema: dict[str, Any], defs: dict[str, Any]) -> Any:
    kind = schema.get("type", "string")
    if kind == "object":
        wanted = schema.get("required", ())
        made = {name: _valid(field, defs) for name, field in schema.get("properties", {}).items() if name in wanted}
        if not made and isinstance(schema.get("additionalProperties"), dict):
            return {"x": _valid(schema["additionalProperties"], defs)}
        return made
    if kind == "array":
        return [_valid(schema.get("items", {}), defs)] * max(1, schema.get("minItems", 0))
    if kind in {"integer", "number"}:
        return schema.get("minimum", schema.get("exclusiveMinimum", 0) + 1)
    if kind in {"boolean", "null"}:
        return True if kind == "boolean" else None
    if "pattern" in schema and schema["pattern"].startswith("^[0-9a-f]{64}"):
        return "0" * 64
    return _FORMATS.get(schema.get("format", ""), "x" * max(1, schema.get("minLength", 1)))
