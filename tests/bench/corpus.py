"""Specs to measure with: as many as wanted, of 61 lines and 1.3 kB each, every one different, the same on every run."""

from pathlib import Path

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


def spec(number: int) -> str:
    """The spec of that number."""
    return SPEC.format(
        n=number,
        epochs=30 + number % 60,
        rate=f"0.{1 + number % 9}",
        replicas=1 + number % 4,
        memory=16 * (1 + number % 8),
        hours=1 + number % 24,
    )


def write(folder: Path, count: int) -> Path:
    """The folder, new, with that many specs in it."""
    folder.mkdir(parents=True)
    for number in range(count):
        (folder / f"{number:05}.yaml").write_text(spec(number), encoding="utf-8")
    return folder
