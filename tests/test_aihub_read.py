"""What bodies of AIHub say as specs. That each is compiled to again is the importer's own test."""

import json
import os
import subprocess
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from kit.aihub import BARE, JOB, TARGET, body, options

from lading.compiler.importing.importer import import_native
from lading.compiler.importing.reading import Catalog, Reading
from lading.compiler.platforms.aihub.read import read, unwire
from lading.compiler.target import Target
from lading.schema.writer import as_yaml

TASK: Mapping[str, Any] = {
    "framework": "PyTorchJob",
    "name": "fit",
    "image": "a/b:1",
    "virtual_cluster_id": 29,
    "sku_cnt": 2,
    "instances": 1,
    "category_id": 3,
    "project_id": 7,
}
SAID: Mapping[str, Any] = {"name": "fit", "image": "a/b:1", "framework": "pytorch", "replicas": 1}
NOTHING: Mapping[str, Any] = {"network": {"rdma": False}, "ssh": False}
"""What is said because the vendor's client would have sent it, and goes without saying."""


def reading(payload: Mapping[str, Any], target: Target = TARGET) -> tuple[str, dict[str, Any], Catalog]:
    """The kind, the document and what the site must know, of a body."""
    found = Reading(unwire(payload, target.options), target)
    read(found)
    return found.kind, found.document, found.catalog


def test_the_catalog_turns_skus_into_resources() -> None:
    """The queue, and as much of everything as the SKUs have."""
    resources = {"cpu": 28000, "memory": 240 * 2**30, "gpu": {"model": "A800", "count": 2}}
    native = {"aihub": {"project": 7, "category": "debugging"}}
    assert reading(TASK) == (
        "job",
        {**SAID, **NOTHING, "schedule": {"queue": "work"}, "resources": resources, "native": native},
        {},
    )


def test_a_cluster_that_the_catalog_does_not_know_is_named_by_its_number() -> None:
    """Then SKUs are counted, and the site is told of the cluster and of the storages."""
    native = {"aihub": {"project": 7, "category": "debugging", "skuCount": 2}}
    mounts = [{"volume": "storage-5"}]
    assert reading({**TASK, "storage_ids": [5]}, BARE._replace(catalog={})) == (
        "job",
        {**SAID, **NOTHING, "schedule": {"queue": "cluster-29"}, "mounts": mounts, "native": native},
        {"clusters": {"cluster-29": {"id": 29}}, "volumes": {"storage-5": {"storage": 5}}},
    )


@pytest.mark.parametrize(("unit", "size"), [("GiB", 2**30), ("MB", 10**6), (None, 2**30)])
def test_shared_memory_of_a_quota_task_is_read_in_the_unit_of_the_site(unit: str | None, size: int) -> None:
    """As it is written."""
    target = options(quotaShmUnit=unit) if unit else TARGET
    _, document, _ = reading({**TASK, "priority": 1, "shm": 64}, target)
    assert document["resources"]["shm"] == 64 * size
    assert document["native"]["aihub"]["product"] == "quota"


@pytest.mark.parametrize(
    ("command", "fields"),
    [
        ("python train.py --lr 3e-4", {"command": ["python", "train.py", "--lr", "3e-4"]}),
        ("cd /w && python a.py", {"command": ["python", "a.py"], "workdir": "/w"}),
        ("exec timeout -k 10 2h a", {"command": ["a"], "schedule": {"queue": "work", "timeLimit": 7200}}),
        ("a | tee b", {"script": "a | tee b", "shell": "/bin/sh"}),
    ],
)
def test_a_command_is_read_as_what_it_says(command: str, fields: Mapping[str, Any]) -> None:
    """Words, what stands around them, or a script."""
    _, document, _ = reading({**TASK, "command": command})
    assert {name: document.get(name) for name in fields} == fields


@pytest.mark.parametrize("native", ["MpiJobMpiRun", "MpiJobDeepspeed"])
def test_the_command_of_an_mpi_job_is_the_launcher(native: str) -> None:
    """Unless the site says that it is a rank."""
    _, document, _ = reading({**TASK, "framework": native, "command": "mpirun a"})
    assert document["launch"] == "once"
    _, document, _ = reading({**TASK, "framework": native, "command": "a"}, options(mpiCommand="rank"))
    assert "launch" not in document


def test_numbers_of_the_platforms_own_are_left_out_of_a_version_with_a_word() -> None:
    """A spec calls the data set by its name and counts versions; a file that was uploaded is somewhere else."""
    version = {"upload_type": 1, "upload_path": "uploads/7.zip", "dataset_id": 5, "parent_version_id": 9}
    found = Reading(unwire(version, {}), TARGET)
    read(found)
    assert (found.kind, found.document) == ("dataset", {"from": {"zip": "uploads/7.zip"}})
    assert found.notes == [("/upload_path", "the file was uploaded before: name the one on this machine")]
    assert found.left_out == {
        "/dataset_id": "this is the platform's number for the data set, which a spec calls by its name",
        "/parent_version_id": "this is the platform's number for a version; `parent` counts versions",
    }


def test_a_data_set_alone_is_no_spec() -> None:
    """It does not say where the data are, and the importer says that."""
    imported = import_native(b'{"name": "Faces", "description": "", "tags": [3, 99]}', "faces.json", BARE)
    assert not imported.is_whole
    assert [p.message for p in imported.problems if p.is_error] == [
        "the payload makes no whole spec: the document needs from"
    ]


def test_a_run_without_a_project_is_whole_where_the_site_wants_none() -> None:
    """The manual's own sample has none."""
    run = {"name": "Nightly", "pipeline_id": 42, "pipeline_version_id": 7, "params": [{"key": "a", "value": "1"}]}
    imported = import_native(json.dumps(run).encode(), "run.json", BARE._replace(options={"runsNeedProject": False}))
    assert imported.problems == ()
    assert imported.text.endswith('name: Nightly\npipeline:\n  id: 42\n  version: 7\n  params: {a: "1"}\n')


def test_a_body_of_something_else_is_no_payload() -> None:
    """Nothing is guessed."""
    assert reading({"spec": {"replicas": 1}}) == ("job", {}, {})


# Hostile words, with and without a launcher, as a real shell hears them.

WORDS = st.lists(
    st.text(st.characters(exclude_characters="\0{", exclude_categories=["Cs"]), max_size=8)
    | st.sampled_from(
        ["", "$HOME", "$(id)", "`id`", "it's", 'a"b', "a\nb", "-n", "A=b", "*", "~", "你好 🙂", "\\", "!"]
    ),
    max_size=6,
)
STAND_IN = '#!/bin/sh\nwhile [ "$1" != printf ]; do shift; done\nexec "$@"\n'
"""A launcher that starts what follows its own words, once."""


@pytest.fixture(scope="module")
def launchers(tmp_path_factory: pytest.TempPathFactory) -> str:
    """A folder with mpirun and torchrun in it."""
    folder = tmp_path_factory.mktemp("bin")
    for name in ("mpirun", "torchrun"):
        path: Path = folder / name
        path.write_text(STAND_IN, encoding="utf-8")
        path.chmod(0o755)
    return str(folder)


@pytest.mark.parametrize("framework", ["none", "mpi", "pytorch"])
@given(words=WORDS)
def test_words_arrive_in_the_process_byte_for_byte(framework: str, words: list[str], launchers: str) -> None:
    """Whatever a shell would make of them."""
    slots = {} if framework == "none" else {"slots": 2}
    spec = {"name": "fit", "image": "a/b:1", "framework": framework, **slots, "workdir": "/"}
    text = as_yaml({**spec, "command": ["printf", r"%s\0", *words]}, {})
    environ = {"PATH": f"{launchers}:{os.environ['PATH']}"}
    done = subprocess.run(["sh", "-c", body(text)["command"]], env=environ, capture_output=True, check=True)
    assert done.stdout.decode() == "".join(f"{word}\0" for word in words or [""])


def test_a_job_is_read_as_it_was_written() -> None:
    """Fields that the body places are read back by the rows themselves."""
    text = "pull: always\nnetwork: {rdma: true}\nssh: true\nreplicas: 3\nschedule: {estimate: 90m, queue: work}\n"
    _, document, _ = reading(body(JOB + text))
    expected = {"pull": "always", "network": {"rdma": True}, "ssh": True, "replicas": 3}
    assert {name: document[name] for name in expected} == expected
    assert document["schedule"] == {"estimate": 5400, "queue": "work"}
