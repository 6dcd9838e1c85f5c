"""What is derived from the models: the shapes, language.json, and the command that keeps generated files up to date."""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Annotated, Any

import pytest
from annotated_types import Ge, Le, MaxLen, MinLen
from pydantic import BaseModel
from pydantic import Field as PydanticField

from lading.runner.generate import outputs
from lading.schema.document import parse
from lading.schema.generate import main, portable, shape_of, stale, struct_of, structs_of
from lading.schema.models.common import Env, Indices, Line, Model, Publish, optional, required
from lading.schema.models.network import PortName
from lading.schema.reader import Reader
from lading.schema.shape import Field, Shape, Struct, dump_structs, language, load_structs


def test_what_is_generated_is_what_the_models_say() -> None:
    """No generated file is stale; `python -m lading.runner.generate` writes those that are."""
    assert stale(outputs()) == []


def test_language_json_gives_the_shapes_of_the_models() -> None:
    """Reading what was written gives back every struct, and the kinds in their order."""
    derived = portable()
    assert (language().structs, language().kinds) == (derived.structs, derived.kinds)
    assert derived.kinds == {
        "job": "Job",
        "service": "Service",
        "workflow": "Workflow",
        "pipeline": "Pipeline",
        "search": "Search",
        "dataset": "Dataset",
        "evaluation": "Evaluation",
        "site": "Site",
        "lock": "Lock",
    }


def test_every_field_says_what_it_means_and_shows_how_it_is_written() -> None:
    """Every struct and field has a sentence and every field an example: ``explain`` and editors show them."""
    structs = language().structs
    fields = {f"{name}.{key}": known for name, struct in structs.items() for key, known in struct.fields.items()}
    assert [name for name, known in fields.items() if not known.example] == []
    assert [name for name, known in fields.items() if not known.doc.endswith(".")] == []
    assert [name for name, struct in structs.items() if not struct.doc.endswith(".")] == []


def _slurm(name: str, which: str) -> tuple[Struct, Mapping[str, Struct]] | None:
    """As much of a platform as the examples of native sections need."""
    return (Struct(which, {"constraint": Field(Shape("text"))}), {}) if name == "slurm" else None


def test_every_example_reads() -> None:
    """What a field shows as its example is taken by the reader there, without a word."""
    known = language()._replace(platform=_slurm, platforms=lambda: ("slurm",))
    findings = []
    for struct in known.structs.values():
        for name, example in struct.fields.items():
            (document,), diagnostics = parse("example", f"{name}: {example.example}".encode())
            reader = Reader(known)
            reader.read_struct(document.root, Struct("Sole", {name: example}))
            findings += [(struct.name, name, finding) for finding in [*diagnostics, *reader.findings]]
    assert findings == []


def test_the_defaults_are_those_of_the_language() -> None:
    """What holds where nothing is written is language.md's, and nothing else has a default."""
    structs = language().structs
    given = {
        f"{name}.{key}": known.default
        for name in ("Job", "Role", "Schedule", "ServiceSchedule", "Network", "Port", "Mount", "Probe")
        for key, known in structs[name].fields.items()
        if known.default is not None
    }
    assert given == {
        "Job.kind": "job",
        "Job.shell": "/bin/bash",
        "Job.launch": "each",
        "Job.framework": "none",
        "Job.replicas": 1,
        "Job.slots": 1,
        "Job.ssh": False,
        "Role.replicas": 1,
        "Schedule.priority": "normal",
        "Schedule.retries": 0,
        "Schedule.restart": "never",
        "Schedule.preemptible": False,
        "Schedule.hold": False,
        "ServiceSchedule.priority": "normal",
        "ServiceSchedule.retries": 0,
        "ServiceSchedule.restart": "always",
        "ServiceSchedule.preemptible": False,
        "ServiceSchedule.hold": False,
        "Network.rdma": False,
        "Port.publish": False,
        "Port.protocol": "tcp",
        "Mount.readOnly": False,
        "Probe.initialDelay": 0,
        "Probe.period": 10,
        "Probe.timeout": 1,
        "Probe.failureThreshold": 3,
    }


def test_an_override_holds_any_field_but_those_that_name_the_document() -> None:
    """language.md: any field but lading, kind, name, params, matrix, overrides."""
    known = language()
    structs, kinds = known.structs, known.kinds
    own = ["lading", "kind", "name", "params", "matrix", "overrides"]
    for kind in known.kinds_of_work:
        document = structs[kinds[kind]].fields
        layer = document["overrides"].shape.item
        assert layer is not None
        assert set(document) - set(structs[layer.struct].fields) == set(own)
        assert set(structs[layer.struct].fields) <= set(document)


class Inner(Model):
    """An inner struct."""

    size: int = required("1")
    """Its size."""


class Example(Model):
    """A struct that has one of everything."""

    one_of = (("a",), ("b", "c"))
    exactly_one = True

    a: Annotated[str, MinLen(1), MaxLen(5)] | None = optional("x", default="y")
    """A."""

    b: Annotated[int, Ge(0), Le(9)] | None = None
    """B."""

    c: Mapping[Line, Sequence[Inner]] | None = None
    """C."""


def test_a_struct_says_what_its_model_says() -> None:
    """Types, bounds, keys, groups, texts and defaults of a model are all in its struct."""
    inner = Shape("list", item=Shape("struct", struct="Inner"))
    assert struct_of(Example) == Struct(
        name="Example",
        fields={
            "a": Field(Shape("text", minimum=1, maximum=5), default="y", doc="A.", example="x"),
            "b": Field(Shape("integer", minimum=0, maximum=9), doc="B."),
            "c": Field(Shape("map", item=inner, key_pattern=r"[^\r\n]+", key_says="one line of text"), doc="C."),
        },
        one_of=(("a",), ("b", "c")),
        exactly_one=True,
        doc="A struct that has one of everything.",
    )


def test_a_field_that_another_struct_has_too_is_written_once() -> None:
    """language.json names the struct that has the same field, and reading it gives the field itself."""
    twin = type("Twin", (Example,), {"__doc__": "Another."})
    structs = structs_of(Example, twin)
    dumped = dump_structs(structs)
    assert dumped["structs"]["Twin"]["fields"] == {"a": "Example", "b": "Example", "c": "Example"}
    assert load_structs(dumped) == structs


@pytest.mark.parametrize(
    ("annotation", "shape"),
    [
        (int | float, Shape("number")),
        (bool | None, Shape("boolean")),
        (dict[str, Any], Shape("map", item=Shape("any"))),
        (tuple[str, ...], Shape("list", item=Shape("text"))),
        (Indices, Shape("indices", minimum=1)),
        (Publish, Shape("publish")),
        (Annotated[int, PydanticField(ge=1, le=5)], Shape("integer", minimum=1, maximum=5)),
        (Env, language().structs["Job"].fields["env"].shape),
        (PortName | None, language().structs["Port"].fields["name"].shape),
    ],
)
def test_shapes_of_annotations(annotation: Any, shape: Shape) -> None:
    """An annotation has one shape, whatever way it is spelled."""
    assert shape_of(annotation) == shape


def test_a_value_of_two_types_must_say_how_it_is_written() -> None:
    """A plain union has no shape; the error names the field."""

    class Loose(BaseModel):
        value: int | str

    with pytest.raises(TypeError, match=r"^Loose\.value: a value is one of .* say how YAML writes it"):
        struct_of(Loose)


def test_two_models_can_not_have_one_name() -> None:
    """Structs are known by name, so a second model of the same name is refused."""
    other = type("Inner", (Model,), {"__doc__": "Another."})
    with pytest.raises(TypeError, match=r"^two models are called Inner$"):
        structs_of(Example, other)


def test_checking_names_what_is_stale_and_writes_nothing(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """``--check`` says no until the files were written, and then yes."""
    fresh, old = tmp_path / "fresh.json", tmp_path / "new" / "old.json"
    fresh.write_text("a\n")
    files = {fresh: "a\n", old: "b\n"}
    assert main(["--check"], files) == 1
    assert not old.exists()
    assert main([], files) == 0
    assert (old.read_text(), main(["--check"], files)) == ("b\n", 0)
    assert capsys.readouterr().out == f"stale {old}\nwrote {old}\n"
