"""Clusters and SKUs: what a job gets of which cluster, what is told of that, and when there is none."""

from collections.abc import Mapping
from typing import Any

import pytest
from kit.aihub import BARE, JOB, TARGET, body, compiled, field, notes, refusals, said


@pytest.mark.parametrize(
    ("lines", "cluster", "count"),
    [
        ("resources: {cpu: 1}", 35, 1),
        ("resources: {cpu: 2001m}", 35, 2),
        ("resources: {cpu: 1, memory: 8Gi}", 35, 1),
        ("resources: {cpu: 1, memory: 8193Mi}", 35, 2),
        ("resources: {cpu: 64}", 35, 32),
        ("resources: {gpu: 1}", 17, 1),
        ("resources: {cpu: 8, gpu: 1}", 29, 1),
        ("resources: {gpu: {count: 1, memory: 24Gi}}", 29, 1),
        ("resources: {gpu: {model: H100, count: 3}}", 31, 3),
        ("resources: {gpu: {model: H100, count: 0}, cpu: 40}", 35, 20),
        ("resources: {gpu: {model: A800, count: 2}, memory: 300Gi}", 29, 3),
        ("resources: {cpu: 14}\nschedule: {queue: work}", 29, 1),
        ("resources: {cpu: 15}\nschedule: {queue: vc-a800}", 29, 2),
        ("resources: {gpu: 2}\nschedule: {queue: night}", 31, 2),
    ],
)
def test_the_smallest_cover_is_taken(lines: str, cluster: int, count: int) -> None:
    """Fewest GPUs, then least memory, then fewest cores; a queue leaves no choice of the cluster."""
    whole = JOB + lines + "\nnative: {aihub: {project: 1, category: debugging}}\n"
    found = body(whole, BARE)
    assert (found["virtual_cluster_id"], found["sku_cnt"]) == (cluster, count)


def test_what_is_given_beyond_the_request_is_told_with_both_numbers() -> None:
    """Each resource by itself; one that fits exactly is not worth a word."""
    text = "resources: {cpu: 28, memory: 200Gi, gpu: {model: A800, count: 1}}\n"
    skus = "2 SKUs of vc-a800 (14 cores, 120Gi, 1 GPU)"
    assert notes(text, "resources.cpu", "resources.memory", "resources.gpu.count") == [
        ("LD401", "resources.memory", f"200Gi → 240Gi: {skus}"),
        ("LD401", "resources.gpu.count", f"1 GPU → 2 GPUs: {skus}"),
    ]


@pytest.mark.parametrize(
    ("lines", "warned"),
    [
        ("schedule: {queue: work}\nresources: {cpu: 28, memory: 240Gi}", ["2 GPUs of vc-a800"]),
        ("schedule: {queue: work}\nresources: {cpu: 14, memory: 120Gi, gpu: 1}", []),
        ("schedule: {queue: cpu}\nresources: {cpu: 14, memory: 56Gi}", []),
        ("schedule: {queue: work}\nnative: {aihub: {skuCount: 2}}\noverrides: {aihub: {resources: null}}", []),
    ],
    ids=["idle", "asked", "none", "counted"],
)
def test_gpus_that_nobody_asks_for_are_pointed_out(lines: str, warned: list[str]) -> None:
    """No field of the spec speaks of them, so none of them can be told of."""
    found = [told for told in said(compiled(JOB + lines + "\n")) if told[0] == "LD408"]
    assert found == [
        ("LD408", "schedule.queue", f"each instance gets {gpus} that it does not ask for") for gpus in warned
    ]


def test_skus_can_be_counted_by_hand() -> None:
    """``skuCount`` needs nothing of the catalog but the cluster's number."""
    catalog = {"clusters": {"vc": {"id": 7}}}
    native = "native: {aihub: {project: 1, category: special, skuCount: 3}}\n"
    found = body(f"{JOB}schedule: {{queue: vc}}\n{native}", BARE._replace(catalog=catalog))
    assert (found["virtual_cluster_id"], found["sku_cnt"], found["category_id"]) == (7, 3, 4)


def test_a_catalog_may_spell_a_model_otherwise() -> None:
    """The portable name of a GPU model stands for the cluster's own."""
    target = TARGET._replace(catalog={**TARGET.catalog, "gpus": {"RTX2080": "2080"}})
    assert field("virtual_cluster_id", "resources: {gpu: {model: RTX2080, count: 1}}\n", target) == 17


UNKNOWN_GPUS = {"clusters": {"vc": {"id": 7, "gpuModel": "A800", "sku": {"cpu": 14000, "memory": 2**30}}}}


@pytest.mark.parametrize(
    ("lines", "catalog", "expected"),
    [
        ("", TARGET.catalog, ("LD421", "schedule.queue", "it names the cluster, unless `resources` choose one")),
        (
            "schedule: {queue: work}",
            TARGET.catalog,
            (
                "LD421",
                "resources",
                "vc-a800 is given out in SKUs: say what an instance needs, or its native.aihub.skuCount",
            ),
        ),
        (
            "schedule: {queue: x}\nresources: {cpu: 1}",
            TARGET.catalog,
            (
                "LD406",
                "schedule.queue",
                'the site has no cluster "x" in its catalog, only work, night, cpu, vc-a800, vc-h100, vc-2080, vc-cpu',
            ),
        ),
        (
            "schedule: {queue: x}\nresources: {cpu: 1}",
            {},
            ("LD406", "schedule.queue", 'the site has no cluster "x" in its catalog, which lists none'),
        ),
        ("resources: {cpu: 1}", {}, ("LD406", "resources.cpu", "the site lists no clusters in its catalog")),
        (
            "resources: {memory: 1Gi}",
            {"clusters": {"vc": {"id": 7}}},
            ("LD406", "resources.memory", "the site does not say of any cluster what it is given out in"),
        ),
        (
            "schedule: {queue: vc}\nresources: {cpu: 1}",
            {"clusters": {"vc": {"id": 7}}},
            ("LD406", "schedule.queue", "the site does not say in catalog.clusters.vc.sku what it is given out in"),
        ),
        (
            "resources: {gpu: {model: B200, count: 1}}",
            TARGET.catalog,
            ("LD406", "resources.gpu.model", "no cluster of the site has such a GPU, only 2080, A800, H100"),
        ),
        (
            "resources: {gpu: {count: 1, memory: 90Gi}}",
            TARGET.catalog,
            ("LD406", "resources.gpu.memory", "no cluster of the site has such a GPU with 90Gi, only 2080, A800, H100"),
        ),
        (
            "resources: {gpu: 1}",
            {"clusters": {"vc": TARGET.catalog["clusters"]["vc-cpu"]}},
            ("LD406", "resources.gpu.count", "no cluster of the site has such a GPU, only none"),
        ),
        (
            "resources: {gpu: 1}",
            UNKNOWN_GPUS,
            ("LD406", "resources.gpu.count", "no cluster of the site has such a GPU, only A800"),
        ),
        (
            "schedule: {queue: vc}\nresources: {gpu: 1}",
            UNKNOWN_GPUS,
            ("LD406", "resources.gpu.count", "the site knows of no GPU in a SKU of vc"),
        ),
        (
            "schedule: {queue: work}\nresources: {gpu: {count: 1, memory: 90Gi}}",
            TARGET.catalog,
            ("LD406", "resources.gpu.memory", "a GPU of vc-a800 has 80Gi"),
        ),
        (
            "schedule: {queue: vc}\nresources: {gpu: {count: 1, memory: 90Gi}}",
            {"clusters": {"vc": {"id": 7, "gpuModel": "A800", "sku": {"cpu": 14000, "memory": 2**30, "gpu": 1}}}},
            (
                "LD406",
                "resources.gpu.memory",
                "the site does not say in catalog.clusters.vc.gpuMemory how much its GPUs have",
            ),
        ),
    ],
)
def test_no_cluster_is_made_up(lines: str, catalog: Mapping[str, Any], expected: tuple[str, str, str]) -> None:
    """Each way in which there is none, once, at the field that decides."""
    native = "\nnative: {aihub: {project: 1, category: training}}\n"
    assert refusals(lines + native, BARE._replace(catalog=catalog)) == [expected]


def test_skus_without_a_queue_are_of_no_cluster() -> None:
    """A number of SKUs does not choose a cluster."""
    native = "native: {aihub: {project: 1, category: training, skuCount: 3}}\n"
    why = "skuCount counts the SKUs of a cluster, and the queue names it"
    assert refusals(native, BARE) == [("LD421", "schedule.queue", why)]


def test_skus_and_resources_say_the_same_thing() -> None:
    """Both places are shown."""
    found = compiled(f"{JOB}schedule: {{queue: work}}\nresources: {{cpu: 20}}\nnative: {{aihub: {{skuCount: 2}}}}\n")
    (error,) = (d for d in found.diagnostics if d.is_error)
    assert (error.code, error.message) == ("LD410", "native.aihub.skuCount sets what resources.cpu sets too")
    assert [(label.place.line, label.text) for label in error.labels] == [(6, "counted from here already")]


@pytest.mark.parametrize(("queue", "known"), [("night", "H100"), ("cpu", "no GPUs")])
def test_a_queue_that_disagrees_with_the_gpu_is_shown_with_both_places(queue: str, known: str) -> None:
    """Once, and never also as something else."""
    found = compiled(f"{JOB}schedule: {{queue: {queue}}}\nresources: {{gpu: {{model: A800, count: 1}}}}\n")
    (error,) = (d for d in found.diagnostics if d.is_error)
    assert (error.code, error.message) == ("LD435", f"the queue {queue} has no A800: it has {known}")
    assert error.place is not None
    assert (error.place.line, [label.place.line for label in error.labels]) == (6, [5])
