"""The JSON Schemas that editors check specs and sites with, as they are typed."""

from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import Any

import pytest
from jsonschema import Draft202012Validator
from ruamel.yaml import YAML

from lading.schema.jsonschema import site_schema, spec_schema, struct_schema
from lading.schema.shape import Field, Language, Shape, Struct, language
from lading.schema.units import parse_bytes, parse_cores, parse_seconds

SAMPLES = sorted((Path(__file__).parent / "language").glob("*.yaml"))


def read(text: str) -> Any:
    """The YAML 1.2 data of the text."""
    return YAML(typ="safe", pure=True).load(text)


@cache
def validator(name: str) -> Draft202012Validator:
    """A validator for spec or site files, known to be a valid schema itself."""
    schema = {"spec": spec_schema, "site": site_schema}[name](language())
    Draft202012Validator.check_schema(schema)
    return Draft202012Validator(schema)


def problems(name: str, document: Any) -> list[tuple[str, str | None]]:
    """Where the document is wrong, and which rule says so."""
    return sorted((error.json_path, error.validator) for error in validator(name).iter_errors(document))


def a_platform(name: str, which: str) -> tuple[Struct, Mapping[str, Struct]] | None:
    """A toy platform with one field for each of its sections."""
    struct = Struct(which.title(), {which: Field(Shape("boolean"))}, doc="A section.")
    return (struct, {struct.name: struct}) if name == "toy" else None


TOY: Language = language()._replace(platform=a_platform, platforms=lambda: ("toy",))


@pytest.mark.parametrize("path", SAMPLES, ids=[path.stem for path in SAMPLES])
def test_samples_are_valid(path: Path) -> None:
    """Every sample of language.md, and every short form and expression, passes without a mark."""
    assert problems("site" if path.stem == "site" else "spec", read(path.read_text(encoding="utf-8"))) == []


REFUSED: dict[str, list[tuple[str, str | None]]] = {
    "name: x": [("$", "required")],
    "{lading: v2, name: x}": [("$.lading", "const")],
    "{lading: v1, name: X}": [("$.name", "pattern")],
    "{lading: v1, name: 1}": [("$.name", "type")],
    "{lading: v1, name: x, kind: task}": [("$.kind", "enum")],
    "{lading: v1, name: x, gpus: 8}": [("$", "additionalProperties")],
    "{lading: v1, name: x, description: null}": [("$.description", "type")],
    "{lading: v1, name: x, command: ls}": [("$.command", "type")],
    "{lading: v1, name: x, command: []}": [("$.command", "minItems")],
    "{lading: v1, name: x, command: [ls], shell: /bin/sh}": [("$", None), ("$", None)],
    "{lading: v1, name: x, replicas: 0}": [("$.replicas", "minimum")],
    "{lading: v1, name: x, replicas: four}": [("$.replicas", "pattern")],
    "{lading: v1, name: x, ssh: enabled}": [("$.ssh", "pattern")],
    "{lading: v1, name: x, pull: sometimes}": [("$.pull", "anyOf")],
    "{lading: v1, name: x, resources: {memory: 64}}": [("$.resources.memory", "type")],
    "{lading: v1, name: x, resources: {memory: 64GB}}": [("$.resources.memory", "pattern")],
    "{lading: v1, name: x, resources: {gpu: 4090}}": [("$.resources.gpu", "anyOf")],
    "{lading: v1, name: x, resources: {gpu: A800}}": [("$.resources.gpu", "anyOf")],
    "{lading: v1, name: x, schedule: {timeLimit: 3600}}": [("$.schedule.timeLimit", "type")],
    "{lading: v1, name: x, schedule: {timeLimit: 1h1d}}": [("$.schedule.timeLimit", "pattern")],
    "{lading: v1, name: x, mounts: [{path: /x}]}": [("$.mounts[0]", "anyOf")],
    "{lading: v1, name: x, mounts: [{host: /v, disk: 1Gi}]}": [("$.mounts[0]", None), ("$.mounts[0]", None)],
    "{lading: v1, name: x, ports: [{port: 0}]}": [("$.ports[0].port", "minimum")],
    "{lading: v1, name: x, env: {1A: x}}": [("$.env", "pattern")],
    "{lading: v1, name: x, env: {A: [x]}}": [("$.env.A", "anyOf")],
    "{lading: v1, name: x, array: {indices: 9-}}": [("$.array.indices", "pattern")],
    "{lading: v1, name: x, array: {parallelism: 1}}": [("$.array", "required")],
    "{lading: v1, name: x, overrides: {a: {name: y}}}": [("$.overrides.a", "additionalProperties")],
    "{lading: v1, name: x, overrides: null}": [("$.overrides", "type")],
    "{lading: v1, name: x, overrides: {a: {mounts: [{volume: null}]}}}": [("$.overrides.a.mounts[0].volume", "type")],
    "{lading: v1, name: x, overrides: {a: {slots: many}}}": [("$.overrides.a.slots", "pattern")],
    "{lading: v1, kind: service, name: x}": [("$", "required")],
    "{lading: v1, kind: service, name: x, ports: [], array: {indices: 0}}": [("$", "additionalProperties")],
    "{lading: v1, kind: workflow, name: x, steps: {}}": [("$.steps", "minProperties")],
    "{lading: v1, kind: workflow, name: x, steps: {a: {uses: f, name: y}}}": [("$.steps.a", "additionalProperties")],
    "{lading: v1, kind: search, name: x}": [("$", "anyOf")],
    "{lading: v1, kind: dataset, name: x, from: {}}": [("$.from", "anyOf")],
    "{lading: v1, kind: evaluation, name: x, predictions: p}": [("$", "required"), ("$", "required")],
}


@pytest.mark.parametrize("text", REFUSED)
def test_wrong_specs_are_marked_where_they_are_wrong(text: str) -> None:
    """A wrong spec gets exactly one mark for each thing that is wrong, at its place."""
    assert problems("spec", read(text)) == REFUSED[text]


REFUSED_SITES: dict[str, list[tuple[str, str | None]]] = {
    "{lading: v1, targets: {}}": [("$", "required")],
    "{lading: v1, kind: site, targets: {a: {}}}": [("$.targets.a", "required")],
    "{lading: v1, kind: site, secrets: {a: {}}}": [("$.secrets.a", "anyOf")],
    "{lading: v1, kind: site, secrets: {a: secret}}": [("$.secrets.a", "type")],
    "{lading: v1, kind: site, targets: {a: {platform: p, defaults: {name: x}}}}": [
        ("$.targets.a.defaults", "additionalProperties")
    ],
    "{lading: v1, kind: site, targets: {a: {platform: p, defaults: {image: null}}}}": [
        ("$.targets.a.defaults.image", "type")
    ],
}


@pytest.mark.parametrize("text", REFUSED_SITES)
def test_wrong_sites_are_marked_where_they_are_wrong(text: str) -> None:
    """A wrong site gets exactly one mark for each thing that is wrong, at its place."""
    assert problems("site", read(text)) == REFUSED_SITES[text]


@pytest.mark.parametrize(
    ("parse", "shape"),
    [(parse_bytes, "bytes"), (parse_seconds, "seconds"), (parse_cores, "cores")],
    ids=["bytes", "seconds", "cores"],
)
def test_editors_and_the_reader_take_the_same_quantities(parse: Any, shape: Any) -> None:
    """A text is a quantity to the schema exactly if ``units`` reads it."""
    texts = ["", "0", "8", "500m", "0.5", ".5", "64Gi", "64G", "64g", "1.5Mi", "1d12h", "12h1d", "90s", "m", "8 "]
    checked = Draft202012Validator(struct_schema(Struct("Probe", {"value": Field(Shape(shape))}), language()))
    assert [text for text in texts if checked.is_valid({"value": text})] == [
        text for text in texts if parse(text) is not None
    ]


FIELDS = {f"{name}.{key}": field for name, struct in language().structs.items() for key, field in struct.fields.items()}


@pytest.mark.parametrize("name", FIELDS)
def test_examples_are_valid(name: str) -> None:
    """What a field shows as its example may be written there."""
    key, known = name.partition(".")[2], FIELDS[name]
    checked = Draft202012Validator(struct_schema(Struct("Sole", {key: known}), language()))
    assert [error.message for error in checked.iter_errors({key: read(known.example)})] == []


def test_a_platforms_sections_are_checked_where_it_is_known() -> None:
    """With a platform's structs in the language, its native sections, options and catalogs are checked."""
    spec = Draft202012Validator(spec_schema(TOY))
    site = Draft202012Validator(site_schema(TOY))
    job = {"lading": "v1", "name": "x", "native": {"toy": {"natve": True}, "other": {"anything": 1}}}
    target = {"platform": "toy", "options": {"options": 1}, "catalog": {"catalog": True}}
    place = {"lading": "v1", "kind": "site", "targets": {"a": target, "b": {**target, "platform": "other"}}}
    assert [error.json_path for error in spec.iter_errors(job)] == ["$.native.toy"]
    assert [error.json_path for error in site.iter_errors(place)] == ["$.targets.a.options.options"]


def test_raw_is_part_of_every_native_section() -> None:
    """``native.<platform>.raw`` may be written though no platform's model has it."""
    spec = Draft202012Validator(spec_schema(TOY))
    job = {"lading": "v1", "name": "x", "native": {"toy": {"native": True, "raw": {"/a/b": None}}}}
    assert list(spec.iter_errors(job)) == []


def test_an_expression_may_stand_for_any_typed_value() -> None:
    """A text that holds ``${{`` passes wherever a number, a boolean, a quantity or one of some words is wanted."""
    text = "${{ params.x }}"
    job = {
        "lading": "v1",
        "name": text,
        "image": f"registry.example.com/{text}:1",
        "pull": text,
        "ssh": text,
        "replicas": text,
        "resources": {"cpu": text, "memory": f"{text}Gi", "gpu": f"A800:{text}"},
        "schedule": {"timeLimit": text, "retries": text},
        "array": {"indices": f"0-{text}"},
        "ports": [{"port": text, "publish": text}],
    }
    assert problems("spec", job) == []
