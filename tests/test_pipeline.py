"""The compiler's own guarantees, with platforms made for the purpose: what a forgetful or a wrong emitter meets."""

from collections.abc import Mapping, Sequence
from types import SimpleNamespace
from typing import Any, cast

import pytest
from kit.sites import PLATFORMS, target_of

from lading.compiler.capability import EMULATED, EXACT, Table
from lading.compiler.payload import Draft
from lading.compiler.pipeline import Compilation, compile_spec, judge_spec
from lading.compiler.plan import Plan
from lading.compiler.registry import language
from lading.compiler.target import Platform, Target
from lading.compiler.view import View, once
from lading.schema.codes import Severity
from lading.schema.diagnostics import in_order
from lading.schema.load import load

TABLE = Table(
    {
        "name": EXACT("name"),
        "command": EXACT("argv"),
        "resources.cpu": EMULATED("cpus", "as a hint"),
        "resources.memory": EXACT("memory"),
        "ssh": EXACT(""),
    }
)


@once
def amounts(view: View) -> list[Any]:
    """Everything that is asked for."""
    return [view.get("resources", name) for name in ("cpu", "memory")]


def platform(*reads: tuple[str, ...], carries_amounts: bool = False) -> Platform:
    """A platform whose emitter asks for these fields and no others, but for the amounts where it is to carry them."""

    def emit(plan: Plan) -> Sequence[Draft]:
        found = {"amounts": amounts(plan.root)} if carries_amounts else {}
        return [Draft("POST", "/", {**found, **{".".join(steps): plan.root.get(*steps) for steps in reads}})]

    def check(plan: Plan) -> Sequence[Any]:
        plan.root.sources("resources")  # looking is not carrying
        amounts(plan.root)
        return ()

    def table(kind: str, options: Mapping[str, Any]) -> Table:
        return TABLE

    found = SimpleNamespace(NAME="forgetful", PAYLOAD="json", OTHER_KINDS="", table=table, emit=emit, check=check)
    return cast("Platform", found)


def compiled(text: str, found: Platform) -> Compilation:
    """The spec on that platform."""
    return compile_spec(load("s.yaml", text.encode(), language=language()).specs[0], Target("t", found))


SPEC = "{lading: v1, name: n, command: [a], resources: {cpu: 2, memory: 1Gi}, ssh: true}"


def test_an_emitter_that_forgets_a_field_is_stopped() -> None:
    """A field that the table says is carried and that the emitter did not ask for is our bug, and named."""
    forgetful = platform(("name",), ("command",), ("resources", "cpu"))
    with pytest.raises(AssertionError) as caught:
        compiled(SPEC, forgetful)
    assert str(caught.value) == "forgetful did not read what its table says it carries: [('resources', 'memory')]"


def test_what_was_made_once_was_read_by_everyone_who_asks_for_it() -> None:
    """What the rules have made is not made again for the emitter, which has read what went into it all the same."""
    found = compiled(SPEC, platform(("name",), ("command",), carries_amounts=True))
    assert found.requests[0].body == {"amounts": [2000, 2**30], "name": "n", "command": ["a"]}


def test_a_field_without_a_native_name_leaves_no_trace() -> None:
    """A row without a name says that the field is so anyway; nobody has to ask for it."""
    whole = platform(("name",), ("command",), ("resources", "cpu"), ("resources", "memory"))
    assert compiled(SPEC, whole).requests[0].body == {
        "name": "n",
        "command": ["a"],
        "resources.cpu": 2000,
        "resources.memory": 2**30,
    }


@pytest.mark.parametrize("name", PLATFORMS)
def test_judging_says_what_compiling_says(name: str) -> None:
    """Where nothing is to be sent no request is made, unless one has to be looked at: raw may point to nowhere."""
    for native in ("", f", native: {{{name}: {{raw: {{/no/where: 1}}}}}}"):
        text = f"{{lading: v1, name: n, command: [a], workdir: /w, resources: {{cpu: 3}}, ssh: true{native}}}"
        (spec,) = load("s.yaml", text.encode(), language=language()).specs
        judged, whole = judge_spec(spec, target_of(name)), compile_spec(spec, target_of(name))
        assert judged.diagnostics == whole.diagnostics
        assert (judged.is_valid, judged.notes) == (whole.is_valid, whole.notes)
        told = [d for d in whole.diagnostics if d.severity is Severity.NOTE]
        assert in_order([*judged.beside_notes, *told]) == list(whole.diagnostics)


def test_native_that_every_step_says_for_itself_is_superseded() -> None:
    """What a workflow says for its steps may be said otherwise by each of them."""
    text = """
    lading: v1
    kind: workflow
    name: w
    native: {slurm: {account: one}}
    steps: {a: {command: [a], native: {slurm: {account: two}}}}
    """
    found = compile_spec(load("s.yaml", text.encode(), language=language()).specs[0], target_of("slurm"))
    assert [d.message for d in found.diagnostics if d.is_error] == []
    assert "--account=two" in found.requests[0].body["script"]


def test_cores_of_a_workflow_that_a_step_divides_are_rounded_aloud() -> None:
    """Three cores over two slots of a step are four, and the step's slots are where it says so."""
    text = "{lading: v1, kind: workflow, name: w, resources: {cpu: 3}, steps: {a: {command: [a], slots: 2}}}"
    found = compile_spec(load("s.yaml", text.encode(), language=language()).specs[0], target_of("slurm"))
    assert [(d.code, d.path, d.message) for d in found.diagnostics] == [
        ("LD401", ("steps", "a", "slots"), "steps.a.resources.cpu is rounded on slurm: 3 → 4 cores for 2 slots")
    ]


def test_only_the_ledger_keeps_what_is_recorded() -> None:
    """Labels stay maps to search in; a field of a schedule or a step stands under its path."""
    text = """
    lading: v1
    kind: workflow
    name: w
    labels: {team: vision}
    steps: {a: {command: [a], schedule: {estimate: 2h}, labels: {x: y}}}
    """
    found = compile_spec(load("s.yaml", text.encode(), language=language()).specs[0], target_of("slurm"))
    assert found.recorded == {
        "labels": {"team": "vision"},
        "steps.a.schedule.estimate": 7200,
        "steps.a.labels.x": "y",
    }


def test_a_login_that_no_platform_takes_is_noted() -> None:
    """The site has a login for the image's registry, and the container runtime of the nodes is not given it."""
    target = target_of("slurm")._replace(
        options={"containers": {"runtime": "apptainer"}}, registries={"harbor.example.com": {}}
    )
    spec = "{lading: v1, name: n, image: 'harbor.example.com/a/b:1', command: [a]}"
    found = compile_spec(load("s.yaml", spec.encode(), language=language()).specs[0], target)
    assert [(d.code, d.message) for d in found.diagnostics if d.code == "LD407"] == [
        ("LD407", "the site's login for harbor.example.com is not used on slurm")
    ]


def test_a_count_that_the_site_knows_as_a_model_is_an_error() -> None:
    """``gpu: 90`` asks for ninety GPUs; where the site has a model of that name, it was hardly meant so."""
    target = target_of("slurm")._replace(catalog={"gpus": {"90": "g90"}})

    def codes(gpu: str) -> list[str]:
        spec = f"{{lading: v1, name: n, command: [a], resources: {{gpu: {gpu}}}}}"
        found = compile_spec(load("s.yaml", spec.encode(), language=language()).specs[0], target)
        return [d.code for d in found.diagnostics if d.is_error]

    assert (codes("90"), codes("'90:2'"), codes("8")) == (["LD215"], [], [])
