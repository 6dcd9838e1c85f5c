"""What only AIHub has, and which of its products have it."""

from collections.abc import Mapping

import pytest
from kit.aihub import BARE, JOB, body, compiled, errors, refusals

from lading.compiler.platforms.aihub import OTHER_KINDS


def test_a_task_belongs_to_a_project_and_is_of_a_kind() -> None:
    """Both are asked for by name where neither the spec nor the site says them."""
    assert refusals("resources: {cpu: 1}\n", BARE) == [
        ("LD421", "native.aihub.category", "every task is of a kind: training, inference, debugging or special"),
        ("LD421", "native.aihub.project", "every task and run belongs to a project, by its number"),
    ]


SMALLEST: Mapping[str, str] = {
    "a quota task": f"{JOB}schedule: {{priority: low}}\n",
    "a run of a pipeline": "kind: pipeline\nname: Nightly\npipeline: {id: 1, version: 2}\n",
    "a data set": "kind: dataset\nname: Faces\nfrom: {server: /a}\n",
    "a search": "kind: search\nname: Cars\nsql: select 1\n",
    "a training task": JOB,
}
TRAINING_ONLY = {
    "vip: true": "vip",
    "notify: never": "notify",
    "sysAdmin: false": "sysAdmin",
    "quotaSchedule: true": "quotaSchedule",
}


@pytest.mark.parametrize("product", [name for name in SMALLEST if name != "a training task"])
@pytest.mark.parametrize(("native", "name"), TRAINING_ONLY.items())
def test_a_field_of_another_product_is_refused(product: str, native: str, name: str) -> None:
    """Nothing is left out because somebody else's request would hold it."""
    quota = "product: quota, " if product == "a quota task" else ""
    found = errors(compiled(f"{SMALLEST[product]}native: {{aihub: {{{quota}{native}}}}}\n"))
    assert found == [("LD406", f"native.aihub.{name}", "only a training task has it")]


@pytest.mark.parametrize(
    ("product", "native", "path", "why"),
    [
        ("a training task", "reschedule: true", "reschedule", "only a quota task has it"),
        ("a training task", "useCache: true", "useCache", "only a run of a pipeline has it"),
        ("a training task", "private: true", "private", "only a data set has it"),
        ("a search", "project: 13", "project", "only a training task or a quota task or a run of a pipeline has it"),
        ("a search", "createdBy: 5", "createdBy", "only a run of a pipeline or a data set or an evaluation has it"),
    ],
)
def test_the_owner_of_a_field_is_named(product: str, native: str, path: str, why: str) -> None:
    """So that it can be put where it belongs."""
    found = errors(compiled(f"{SMALLEST[product]}native: {{aihub: {{{native}}}}}\n"))
    assert found == [("LD406", f"native.aihub.{path}", why)]


def test_defaults_of_the_site_hold_where_they_can() -> None:
    """A site's project is no error in a search, which has none."""
    assert body(SMALLEST["a search"]) == {"type": 1, "name": "Cars", "sql": "select 1", "images": []}


def test_fields_of_vip_tasks_need_a_word_on_vip() -> None:
    """The policy alone would be ignored."""
    found = refusals("native: {aihub: {preemptPolicy: wait, vipNodes: [n1]}}\n")
    why = "only a VIP task has it: say `vip` too"
    assert found == [("LD406", f"native.aihub.{name}", why) for name in ("preemptPolicy", "vipNodes")]


def test_rescheduling_and_retries_are_two_ways_of_one_thing() -> None:
    """Both places are named."""
    text = "schedule: {retries: 1, priority: low}\nnative: {aihub: {product: quota, reschedule: true}}\n"
    (error,) = (d for d in compiled(JOB + text).diagnostics if d.is_error)
    assert (error.code, error.message) == ("LD410", "native.aihub.reschedule sets what schedule.retries sets too")


@pytest.mark.parametrize(
    "text",
    [
        "kind: service\nname: a\ncommand: [x]\nports: [{port: 80}]\n",
        "kind: workflow\nname: a\nsteps: {a: {command: [x]}}\n",
    ],
)
def test_other_kinds_are_refused_in_one_sentence(text: str) -> None:
    """The kind alone is spoken of."""
    assert errors(compiled(text)) == [("LD406", "kind", OTHER_KINDS)]
    assert OTHER_KINDS.startswith(
        "AIHub runs jobs, searches, registered pipelines and evaluations, and keeps data sets;"
    )
