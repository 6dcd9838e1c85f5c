"""The scripts that specs become for Slurm, whole, and what is said about each spec."""

import json
from pathlib import Path
from typing import Any

import pytest
from conftest import Golden
from kit.slurm import CASES, compiled_case

from lading.compiler.pipeline import Compilation
from lading.schema.paths import render


def shown(compilation: Compilation) -> str:
    """What is said, what is sent, and from where: a golden file."""
    said = [f"{d.severity}[{d.code}] {render(d.path)}: {d.message}\n" for d in compilation.diagnostics]
    return "".join(said) + "".join(map(sent, compilation.requests))


def sent(request: Any) -> str:
    """One request: its script as it is, and the rest as JSON."""
    rest = {name: value for name, value in request.as_data().items() if name != "body"}
    rest |= {name: value for name, value in request.body.items() if name != "script"}
    return f"{'=' * 80}\n{request.body['script']}{'-' * 80}\n{json.dumps(rest, ensure_ascii=False)}\n"


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.stem)
def test_a_spec_becomes_this_script(case: Path, golden: Golden) -> None:
    """Every line of the script and every remark, as reviewed."""
    golden.compare(case.with_suffix(".out"), shown(compiled_case(case)))


def test_every_line_of_a_script_knows_where_it_comes_from() -> None:
    """Each line that a field made, with the fields that made it."""
    compilation = compiled_case(next(case for case in CASES if case.stem == "everything"))
    lines = compilation.requests[0].body["script"].splitlines()
    origins = [o for o in compilation.requests[0].origins if o.pointer == "/script" and o.line]
    found = {lines[o.line - 1]: ", ".join(map(render, o.sources)) for o in origins if o.line}
    assert found == {
        "#SBATCH --job-name=resnet50-train": "name",
        "#SBATCH --partition=big": "schedule.queue",
        "#SBATCH --qos=urgent": "schedule.priority",
        "#SBATCH --nice=0": "schedule.priority",
        "#SBATCH --nodes=4": "replicas",
        "#SBATCH --ntasks-per-node=8": "slots",
        "#SBATCH --cpus-per-task=4": "resources.cpu, slots",
        "#SBATCH --mem=1500M": "resources.memory",
        "#SBATCH --tmp=100G": "resources.disk",
        "#SBATCH --gres=gpu:h100:8": "resources.gpu.count, resources.gpu.model",
        "#SBATCH --constraint=ib": "network.rdma",
        "#SBATCH --time=1-12:01:00": "schedule.timeLimit",
        "#SBATCH --array=0-98:2,101%10": "array.indices, array.parallelism",
        "#SBATCH --hold": "schedule.hold",
        "#SBATCH --requeue": "schedule.retries",
        "#SBATCH --open-mode=append": "schedule.retries",
        "#SBATCH --dependency=afterok:12,afterok:13,afterany:prepare-data,afternotok:14": (
            "schedule.after.ok, schedule.after.any, schedule.after.notOk"
        ),
        "#SBATCH --kill-on-invalid-dep=yes": "schedule.after.ok, schedule.after.any, schedule.after.notOk",
        '#SBATCH --chdir="/scratch/me/my code"': "workdir",
        "#SBATCH --export=WANDB_API_KEY": "env.WANDB_API_KEY",
        "export LADING_NAME=resnet50-train": "name",
        "export LADING_REPLICAS=4": "replicas",
        'export MASTER_ADDR=$(scontrol show hostnames "$SLURM_JOB_NODELIST" | head -n 1)': "framework",
        "export MASTER_PORT=$((20000 + SLURM_JOB_ID % 10000))": "framework",
        "export WORLD_SIZE=32": "replicas, slots",
        "export LADING_MOUNT_IMAGENET=/share/imagenet/train/2012": "mounts[0].volume, mounts[0].subPath",
        "export EPOCHS=90": "env.EPOCHS",
        ': "${WANDB_API_KEY?is a secret, which lading submit would pass on}"': "env.WANDB_API_KEY",
        "python train.py": "script",
        "(exec srun --label --kill-on-bad-exit --cpus-per-task=4 \\": "resources.cpu",
        "if (( status != 0 && ${SLURM_RESTART_COUNT:-0} < 3 )); then": "schedule.retries",
    }
