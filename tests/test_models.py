"""The models of the language: what they take, what they refuse, and in which words."""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import pytest
from pydantic import ValidationError

from lading.schema.load import load
from lading.schema.models import (
    Array,
    Dataset,
    DatasetSource,
    EvaluatedData,
    Gpu,
    Job,
    Model,
    Mount,
    Port,
    Probe,
    Resources,
    Search,
    SecretRef,
    SecretSource,
    Service,
    Site,
    Workflow,
)

GIB = 2**30
HOUR = 3600

SAMPLE: Mapping[str, Any] = {
    "lading": "v1",
    "kind": "job",
    "name": "resnet50-train",
    "description": "ResNet-50 on ImageNet, 90 epochs",
    "labels": {"team": "vision", "tier": "batch"},
    "annotations": {"ticket": "VIS-118"},
    "image": "registry.example.com/vision/train:2.1",
    "pull": "if-not-present",
    "command": ["python", "train.py"],
    "args": ["--epochs", "90"],
    "launch": "each",
    "workdir": "/code",
    "env": {"EPOCHS": "90", "WANDB_API_KEY": {"secret": "wandb"}},
    "framework": "pytorch",
    "replicas": 4,
    "slots": 1,
    "resources": {
        "cpu": 8000,
        "memory": 64 * GIB,
        "gpu": {"model": "A800", "count": 8},
        "shm": 16 * GIB,
        "disk": 100 * GIB,
    },
    "network": {"rdma": True},
    "mounts": [
        {"volume": "imagenet", "path": "/data", "readOnly": True},
        {"nfs": {"server": "nas.example.com", "path": "/export/code"}, "path": "/code"},
        {"host": "/scratch/me", "path": "/scratch"},
        {"tmpfs": 8 * GIB, "path": "/tmp/ram"},
        {"disk": 100 * GIB, "path": "/work"},
    ],
    "schedule": {
        "priority": "high",
        "timeLimit": 12 * HOUR,
        "estimate": 9 * HOUR,
        "retries": 3,
        "restart": "on-failure",
        "preemptible": False,
        "hold": False,
        "after": {"ok": ["prepare-data"]},
    },
    "array": {"indices": [[0, 99, 1]], "parallelism": 10},
    "accept": ["schedule.retries"],
    "overrides": {"tianhe": {"workdir": "/HOME/me/code", "accept": ["image"]}},
    "native": {"aihub": {"project": 12, "category": "training"}, "slurm": {"constraint": "a100", "account": "vis"}},
}


def messages(error: ValidationError) -> list[tuple[str, str]]:
    """Every place and sentence of the error."""
    return [(".".join(map(str, found["loc"])), found["msg"]) for found in error.errors()]


def test_a_job_holds_what_it_was_given_and_nothing_more() -> None:
    """The sample of language.md, normalised, comes out of the model as it went in: unset fields stay unset."""
    job = Job.model_validate(SAMPLE)
    assert job.model_dump(mode="json", exclude_unset=True, by_alias=True) == SAMPLE


def test_the_reader_makes_what_the_models_take() -> None:
    """The sample as people write it reads as the sample in normalised form; the portable language knows no platform."""
    text = (Path(__file__).parent / "language" / "job.yaml").read_bytes()
    (spec,) = load("job.yaml", text).specs
    removed = {"overrides": {"tianhe": {"image": None, **SAMPLE["overrides"]["tianhe"]}}}
    assert spec.base.value == {**SAMPLE, **removed, "native": {}}


def test_programs_build_specs_from_the_models() -> None:
    """Lists, tuples and nested models make the job that plain data makes; version and kind go without saying."""
    job = Job(
        name="train",
        command=["python", "train.py"],
        env={"KEY": SecretRef(secret="wandb")},
        resources=Resources(memory=64 * GIB, gpu=Gpu(count=8)),
        mounts=(Mount(tmpfs=GIB, path="/ram"),),
        array=Array(indices=[(0, 98, 2)]),
    )
    assert job.model_dump(mode="json", exclude_none=True) == {
        "lading": "v1",
        "kind": "job",
        "name": "train",
        "command": ["python", "train.py"],
        "env": {"KEY": {"secret": "wandb"}},
        "resources": {"memory": 64 * GIB, "gpu": {"count": 8}},
        "mounts": [{"tmpfs": GIB, "path": "/ram"}],
        "array": {"indices": [[0, 98, 2]]},
    }


def test_a_data_sets_source_goes_by_its_name_in_the_language() -> None:
    """``from`` is no name in Python, so programs write ``from_``; data and dumps say ``from``."""
    built = Dataset(name="Faces", from_=DatasetSource(zip="./faces.zip"))
    assert built == Dataset.model_validate({"name": "Faces", "from": {"zip": "./faces.zip"}})
    assert built.model_dump(by_alias=True, exclude_unset=True) == {"name": "Faces", "from": {"zip": "./faces.zip"}}


def test_models_do_not_change() -> None:
    """A field of a model that was made can not be set."""
    gpu = Gpu(count=8)
    with pytest.raises(ValidationError, match="frozen"):
        gpu.count = 4  # type: ignore[misc]


LABEL = "a DNS-1123 label: at most 63 lower-case letters, digits and -, starting with a letter and not ending in -"

REFUSED: list[tuple[type[Model], Mapping[str, Any], list[tuple[str, str]]]] = [
    (Job, {}, [("name", "Field required")]),
    (Job, {"name": "Train"}, [("name", f"Value error, must be {LABEL}")]),
    (Job, {"name": "x", "gpus": 8}, [("gpus", "Extra inputs are not permitted")]),
    (Job, {"name": "x", "kind": "service"}, [("kind", "Input should be 'job'")]),
    (Job, {"name": "x", "lading": "v2"}, [("lading", "Input should be 'v1'")]),
    (Job, {"name": "x", "replicas": 0}, [("replicas", "Input should be greater than or equal to 1")]),
    (Job, {"name": "x", "replicas": "4"}, [("replicas", "Input should be a valid integer")]),
    (Job, {"name": "x", "replicas": True}, [("replicas", "Input should be a valid integer")]),
    (Job, {"name": "x", "command": "ls"}, [("command", "'str' instances are not allowed as a Sequence value")]),
    (
        Job,
        {"name": "x", "command": ["ls"], "script": "ls"},
        [("", "Value error, command and args can not stand beside script and shell")],
    ),
    (
        Job,
        {"name": "x", "env": {"1A": "x"}},
        [("env.1A.[key]", "Value error, must be a name of letters, digits and _, not starting with a digit")],
    ),
    (Gpu, {}, [("count", "Field required")]),
    (Gpu, {"count": -1}, [("count", "Input should be greater than or equal to 0")]),
    (Mount, {"path": "/x"}, [("", "Value error, one of volume, nfs, host, tmpfs, disk is needed")]),
    (
        Mount,
        {"volume": "a", "host": "/a", "path": "/x"},
        [("", "Value error, volume can not stand beside host")],
    ),
    (Mount, {"volume": "a", "path": "x"}, [("path", "Value error, must be an absolute path")]),
    (Port, {"port": 65536}, [("port", "Input should be less than or equal to 65535")]),
    (Probe, {"period": 10}, [("", "Value error, one of http, tcp, exec is needed")]),
    (Array, {"indices": []}, [("indices", "Value should have at least 1 item after validation, not 0")]),
    (Service, {"name": "x"}, [("ports", "Field required")]),
    (
        Service,
        {"name": "x", "ports": [{"port": 1}], "schedule": {"timeLimit": 1}},
        [("schedule.timeLimit", "Extra inputs are not permitted")],
    ),
    (Search, {"name": "x"}, [("", "Value error, one of sql, images, text is needed")]),
    (Search, {"name": "x", "sql": "s", "text": "t"}, [("", "Value error, sql can not stand beside text")]),
    (EvaluatedData, {"query": "a", "id": "b"}, [("gallery", "Field required")]),
    (SecretSource, {}, [("", "Value error, one of env, file, keyring, command is needed")]),
    (SecretSource, {"keyring": "wandb"}, [("keyring", "Value error, must be SERVICE/USER")]),
    (
        Workflow,
        {"name": "x", "steps": {}},
        [("steps", "Dictionary should have at least 1 item after validation, not 0")],
    ),
    (Site, {"targets": {"a": {}}}, [("targets.a.platform", "Field required")]),
]


@pytest.mark.parametrize(("model", "data", "expected"), REFUSED)
def test_what_a_model_refuses(model: type[Model], data: Mapping[str, Any], expected: Sequence[tuple[str, str]]) -> None:
    """Wrong data is refused at its place, in words."""
    with pytest.raises(ValidationError) as caught:
        model.model_validate(data)
    assert messages(caught.value) == expected


TEXTS = {
    "image": (
        ["redis", "redis:7", "a/b_c/d:1.0", "localhost:5000/a", "[::1]:5000/a:x", "r.example.com/a@sha256:" + "0" * 64],
        ["", "Redis", "a:", "a b", "a//b", "a@sha256:12", "a:" + "x" * 129, "-a", "https://r.example.com/a"],
    ),
    "name": (["a", "a-b", "a" * 63], ["", "1a", "a-", "A", "a_b", "a.b", "a" * 64, "a\n"]),
    "shell": (["/", "/bin/sh"], ["", "sh", "./sh", "/bin\n/sh"]),
}


@pytest.mark.parametrize(("name", "good", "bad"), [(name, *texts) for name, texts in TEXTS.items()])
def test_texts_with_rules(name: str, good: Sequence[str], bad: Sequence[str]) -> None:
    """A text is taken or refused by the rule that language.md gives for its field."""
    rest = {"name": "x", "script": "x"}
    assert [getattr(Job.model_validate({**rest, name: text}), name) for text in good] == good
    assert [text for text in bad if not _refuses({**rest, name: text})] == []


def test_labels_are_those_of_kubernetes() -> None:
    """Keys may have a domain before them; keys and values have at most 63 characters and plain ones at both ends."""
    good = {"team": "vision", "example.com/a.b_c-d": "", "A": "1.0", "x" * 63: "y" * 63, f"{'d' * 253}/k": "v"}
    bad = [{key: "v"} for key in ("", "-a", "a/", "/a", "A.com/a", "x" * 64, f"{'d' * 254}/k", "a/b/c")]
    bad += [{"k": value} for value in ("-", "a b", "v" * 64, "a.")]
    assert Job.model_validate({"name": "x", "labels": good}).labels == good
    assert [labels for labels in bad if not _refuses({"name": "x", "labels": labels})] == []


def test_a_part_of_a_volume_lies_inside_it() -> None:
    """``subPath`` can not lead out of the volume."""
    mount = {"volume": "v", "path": "/v"}
    good, bad = ["a", "a/b", "..a/b..", "a/...", "."], ["", "/a", "..", "../a", "a/..", "a/../b"]
    assert [Mount.model_validate({**mount, "subPath": path}).subPath for path in good] == good
    assert [path for path in bad if not _refuses({"name": "x", "mounts": [{**mount, "subPath": path}]})] == []


def _refuses(data: Mapping[str, Any]) -> bool:
    try:
        Job.model_validate(data)
    except ValidationError:
        return True
    return False
