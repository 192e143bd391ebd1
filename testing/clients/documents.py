"""docs/openapi.yaml and docs/asyncapi.yaml, what src/gateway/binance/endpoint.cc says beside them, and schemas that let nothing pass that they do not name."""

import copy
import dataclasses
import pathlib
import re

import yaml
from jsonschema import Draft202012Validator
from referencing import Registry, Resource
from referencing.jsonschema import DRAFT202012

ROOT = pathlib.Path(__file__).resolve().parents[2]


def load(name):
    return yaml.safe_load((ROOT / "docs" / name).read_text())


OPENAPI = load("openapi.yaml")
ASYNCAPI = load("asyncapi.yaml")
REGISTRY = Registry().with_resources((name, Resource(contents=contents, specification=DRAFT202012)) for name, contents in (("openapi.yaml", OPENAPI), ("asyncapi.yaml", ASYNCAPI)))


def resolve(node, document):
    """Follows a local $ref, if it is one."""
    while "$ref" in node:
        place = document
        for part in node["$ref"].removeprefix("#/").split("/"):
            place = place[part]
        node = place
    return node


def validator(schema, document_name):
    """Of a schema that stands in the document, with its references."""
    return Draft202012Validator(absolute(schema, document_name), registry=REGISTRY)


def absolute(schema, document_name):
    if isinstance(schema, dict):
        target = schema.get("$ref")
        if target is not None:
            return {"$ref": document_name + target if target.startswith("#") else target.removeprefix("./")}
        return {key: absolute(value, document_name) for key, value in schema.items()}
    return [absolute(value, document_name) for value in schema] if isinstance(schema, list) else schema


def check(schema, document_name, answer, what):
    """The answer is as the schema says; and with one thing more it would not be, so that the schema is known to be strict."""
    checker = validator(schema, document_name)
    wrong = [f"{error.json_path}: {error.message}" for error in checker.iter_errors(answer)]
    assert not wrong, f"{what}: {wrong} in {str(answer)[:2000]}"
    for surprised in surprises(answer):
        assert not checker.is_valid(surprised), f"{what}: the schema allows {str(surprised)[:2000]}"


def surprises(answer):
    """The answer with a key more in its first object, and in each kind of object that is its first's value."""
    if isinstance(answer, dict):
        yield answer | {"surprise": 1}
        for key, value in answer.items():
            for surprised in surprises(value):
                yield answer | {key: surprised}
    elif isinstance(answer, list) and answer:
        for surprised in surprises(answer[0]):
            yield [surprised, *copy.copy(answer[1:])]


def open_objects(node, path=""):
    """Places of object schemas that do not forbid other keys."""
    if isinstance(node, dict):
        if node.get("type") == "object" and node.get("additionalProperties") is not False:
            yield path
        for key, value in node.items():
            yield from open_objects(value, f"{path}/{key}")
    elif isinstance(node, list):
        for index, value in enumerate(node):
            yield from open_objects(value, f"{path}/{index}")


@dataclasses.dataclass(frozen=True)
class Endpoint:
    method: str  # of HTTP; "" when it is of the WebSocket API alone
    path: str
    name: str  # of the WebSocket API; "" when it is of REST alone
    signed: bool
    weight: int


def endpoint_table():
    source = (ROOT / "src/gateway/binance/endpoint.cc").read_text()
    rows = re.findall(r'\{Id::k\w+,\s*k(\w+),\s*"([^"]*)",\s*"([^"]*)",\s*k(\w+),\s*(\d+)\}', source)
    assert len(rows) == source.count("{Id::k"), "endpoint.cc is not read as a whole"
    return [Endpoint("" if method == "NotRest" else method.lower(), path, name, security != "Public", int(weight)) for method, path, name, security, weight in rows]
