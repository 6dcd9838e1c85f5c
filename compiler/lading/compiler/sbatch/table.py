"""What Slurm makes of each field of the language. The options are those of sbatch(1), GRES those of gres.conf(5)."""

from collections.abc import Mapping

from lading.compiler.capability import DROPPED, EMULATED, EXACT, MIB, MINUTE, RECORDED, REFUSED, ROUNDED, Row
from lading.compiler.sbatch import convert

LONGEST = (2**31 - 1) // 60
"""The most minutes that sbatch reads: it counts them in seconds, in 32 bits."""

ROWS: Mapping[str, Row] = {
    "name": EXACT("--job-name"),
    "description": RECORDED(),
    "labels": RECORDED(),
    "annotations": RECORDED(),
    # the program
    "image": DROPPED(convert.NO_CONTAINERS, convert=convert.image),
    "pull": DROPPED("the container runtime decides what it pulls", convert=convert.pull),
    "command": EXACT("script"),
    "args": EXACT("script"),
    "script": EXACT("script"),
    "shell": EXACT("script"),
    "launch": EXACT("srun"),
    "workdir": EXACT("--chdir", convert=convert.workdir),
    "env": EXACT("export"),
    "framework": EXACT("srun", convert=convert.framework),
    "replicas": EXACT("--nodes"),
    "slots": EXACT("--ntasks-per-node"),
    "roles": REFUSED("all nodes of a job are alike here: say replicas, or make a workflow of several jobs"),
    "containers": REFUSED("a task is one program here, so nothing can stand beside it"),
    # what it needs
    "resources": EXACT(""),
    "resources.cpu": EXACT("--cpus-per-task", convert=convert.cpu),
    "resources.memory": ROUNDED("--mem", MIB),
    "resources.gpu.count": EXACT("--gres"),
    "resources.gpu.model": EXACT("--gres", convert=convert.gpu_model),
    "resources.gpu.memory": EMULATED("--gres", "chooses a model by catalog.gpuMemory", convert=convert.gpu_memory),
    "resources.shm": EMULATED("", "the node's own /dev/shm, usually half of its memory"),
    "resources.disk": EMULATED("--tmp", "asks for nodes with such a local disk, which jobs share", unit=MIB),
    "network": EXACT(""),
    "network.rdma": DROPPED("a node has the network that it has", convert=convert.rdma),
    "mounts[].volume": EXACT("--bind", convert=convert.volume),
    "mounts[].host": EXACT("--bind", convert=convert.host),
    "mounts[].subPath": EXACT("--bind"),
    "mounts[].path": DROPPED("nothing can be mounted without a container", convert=convert.mount_path),
    "mounts[].readOnly": DROPPED("the file system's own permissions hold", convert=convert.read_only),
    "mounts[].nfs": DROPPED("a job can mount nothing: where the cluster has it already, say `host: PATH`"),
    "mounts[].tmpfs": DROPPED("a job can mount nothing: /dev/shm is memory, and every node has it"),
    "mounts[].disk": DROPPED("a job can mount nothing: `resources.disk` asks for local space without a path"),
    "mounts": EXACT("--bind"),
    "ports": EMULATED("", "the program listens on its node's own network, where another job may have the port"),
    "ports[].publish": REFUSED("nothing outside reaches a node: listen inside, and use an SSH tunnel"),
    "probes": DROPPED("nothing probes a program here"),
    "ssh": DROPPED("lading opens no login to a node: use `srun --jobid=ID --overlap --pty bash`"),
    # when it runs
    "schedule.queue": EXACT("--partition", convert=convert.queue),
    "schedule.priority": DROPPED("the site does not say what it means", native="--qos", convert=convert.priority),
    "schedule.timeLimit": ROUNDED("--time", MINUTE, limit=LONGEST),
    "schedule.estimate": RECORDED(),
    "schedule.retries": EMULATED("--requeue", "the script asks Slurm to run it again", convert=convert.retries),
    "schedule.restart": EMULATED("script", "a loop around the program", convert=convert.restart),
    "schedule.preemptible": DROPPED("the site does not say which QOS", native="--qos", convert=convert.preemptible),
    "schedule.hold": EXACT("--hold"),
    "schedule.after": EXACT("--dependency", convert=convert.after),
    "schedule": EXACT(""),
    "array": EXACT("--array"),
    # a workflow
    "steps": EXACT("sbatch"),
    "steps.*.after": EXACT("--dependency"),
}

KINDS = ("job", "workflow")
"""What can be made batch scripts of."""
