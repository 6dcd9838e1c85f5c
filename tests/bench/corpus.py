"""Specs to measure with: as many as wanted, of 1.3 kB each, every one different, the same on every run."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

from ruamel.yaml import YAML

SITES = Path(__file__).parents[1] / "sites"
PLATFORMS = sorted(path.stem for path in SITES.glob("*.yaml"))
SCHEMA = Path(__file__).parents[2] / "specs" / "schema" / "spec-v1.json"

SPEC = """\
lading: v1
name: train-{n:05}
description: ResNet-50 on ImageNet at 224 pixels with label smoothing and mixed precision, run {n} of the nightly sweep
labels:
  team: vision
  tier: batch
  run: "{n}"
annotations:
  ticket: https://tracker.example.com/projects/vision/issues/VIS-{n}
  owner: Ada Lovelace <ada@example.com>, the vision team, building 7, in case that something goes wrong in the night
command:
  - python
  - train.py
  - --data
  - /data/imagenet/2012/shards
args:
  - --epochs
  - "{epochs}"
  - --rate
  - "{rate}"
  - --seed
  - "{n}"
workdir: /code
env:
  EPOCHS: {epochs}
  RATE: "{rate}"
  SEED: {n}
  DATA: /data/imagenet/2012/shards/train-{{000000..001281}}.tar
  CHECKPOINTS: /scratch/experiments/resnet50/nightly/train-{n:05}/checkpoints
  OMP_NUM_THREADS: 8
  NCCL_DEBUG: WARN
  PYTHONUNBUFFERED: "1"
  MESSAGE: "run {n} of the nightly sweep: a text with quotes \\", a tab \\t and other things that need care"
framework: pytorch
replicas: {replicas}
slots: 2
resources:
  cpu: 8
  memory: {memory}Gi
  gpu:
    count: 2
  disk: 100Gi
mounts:
  - host: /scratch
    path: /scratch
  - host: /data
    path: /data
schedule:
  timeLimit: {hours}h
  estimate: {hours}h
  retries: 3
  restart: never
overrides:
  local:
    replicas: 1
    resources:
      cpu: 1
      memory: 512Mi
      gpu: null
    env:
      OMP_NUM_THREADS: 1
"""

EVERYWHERE = """\
lading: v1
name: train-{n:05}
description: ResNet-50 on ImageNet at 224 pixels with label smoothing and mixed precision, run {n} of the nightly sweep
labels:
  team: vision
  tier: batch
  run: "{n}"
annotations:
  ticket: https://tracker.example.com/projects/vision/issues/VIS-{n}
  owner: Ada Lovelace <ada@example.com>, the vision team, building 7, in case that something goes wrong in the night
image: registry.example.com/vision/train:2.{n}
command:
  - python
  - train.py
  - --data
  - /first/imagenet/2012/shards
args:
  - --epochs
  - "{epochs}"
  - --rate
  - "{rate}"
  - --seed
  - "{n}"
workdir: /code
env:
  EPOCHS: {epochs}
  RATE: "{rate}"
  SEED: {n}
  DATA: /first/imagenet/2012/shards/train-{{000000..001281}}.tar
  CHECKPOINTS: /scratch/experiments/resnet50/nightly/train-{n:05}/checkpoints
  OMP_NUM_THREADS: 8
  NCCL_DEBUG: WARN
  PYTHONUNBUFFERED: "1"
  MESSAGE: "run {n} of the nightly sweep: a text with quotes \\", a tab \\t and other things that need care"
resources:
  cpu: 8
  memory: {memory}Gi
  gpu:
    model: A800
    count: 2
  shm: 16Gi
mounts:
  - volume: data
    path: /first
schedule:
  queue: work
  timeLimit: {hours}h
  estimate: {hours}h
  retries: 3
  restart: never
accept:
  - image
  - resources.gpu.model
  - resources.shm
  - mounts
  - schedule.queue
"""
"""What every platform takes, with its own losses."""


def spec(number: int, template: str = SPEC) -> str:
    """The spec of that number."""
    return template.format(
        n=number,
        epochs=30 + number % 60,
        rate=f"0.{1 + number % 9}",
        replicas=1 + number % 4,
        memory=16 * (1 + number % 8),
        hours=1 + number % 24,
    )


def spec_for_everywhere(number: int) -> str:
    """The spec of that number that every platform takes."""
    return spec(number, EVERYWHERE)


def write(folder: Path, count: int, make: Callable[[int], str] = spec) -> Path:
    """The folder, new, with that many specs in it."""
    folder.mkdir(parents=True)
    for number in range(count):
        (folder / f"{number:05}.yaml").write_text(make(number), encoding="utf-8")
    return folder


def write_site(file: Path) -> Path:
    """The file, new, a site with a target of each platform: those of the tests, together."""
    targets: dict[str, Any] = {}
    for one in sorted(SITES.glob("*.yaml")):
        targets |= YAML(typ="safe").load(one)["targets"]
    file.write_text(json.dumps({"lading": "v1", "kind": "site", "targets": targets}), encoding="utf-8")
    return file
