"""What was probably meant by a field that there is not."""

from lading.schema.nearest import did_you_mean, nearest
from lading.schema.shape import Language, Struct

MOST_ADVICE = 100
"""After so many mistakes nobody reads what was meant, and looking for it takes time."""

ELSEWHERE = {
    **dict.fromkeys(("time", "timeout", "walltime"), "timeLimit"),
    **dict.fromkeys(("cores", "cpuspertask"), "cpu"),
    **dict.fromkeys(("cmd", "entrypoint"), "command"),
    **dict.fromkeys(("cwd", "chdir", "workingdir"), "workdir"),
    **dict.fromkeys(("dependson", "needs", "dependency"), "after"),
    **dict.fromkeys(("mem", "ram"), "memory"),
    "environment": "env",
    "jobname": "name",
    "nodes": "replicas",
    "ntaskspernode": "slots",
    "partition": "queue",
    "volumes": "mounts",
}
"""What other systems call a field, in lower case and without - and _: too far from ours to be taken for a slip."""

IN_A_JOB = {
    "after": "schedule.after",
    "cpu": "resources.cpu",
    "memory": "resources.memory",
    "queue": "schedule.queue",
    "timeLimit": "schedule.timeLimit",
}
"""Where those of them are that a job does not have at its top."""

OF_A_SITE = frozenset({"Site", "Target", "Options", "Catalog"})
"""The structs that say nothing of work: no field of a job is meant there."""


def what_was_meant(struct: Struct, key: str, language: Language) -> str:
    """The nearest field, here or one level down: ``gpus`` at the top is ``resources.gpu``."""
    below = {
        f"{name}.{inner}": inner
        for name, field in struct.fields.items()
        if field.shape.type == "struct"
        for inner in language.structs[field.shape.struct].fields
    }
    word = ELSEWHERE.get(key.casefold().replace("_", "").replace("-", ""), key)
    if word != key and struct.name not in OF_A_SITE and word not in {*struct.fields, *below.values()}:
        return f'did you mean "{IN_A_JOB.get(word, word)}" of the job?'
    is_certain = word in below.values() and word not in struct.fields
    if (is_certain or not nearest(word, struct.fields)) and (found := nearest(word, below.values())):
        return f'did you mean "{next(path for path, inner in below.items() if inner == found)}"?'
    return did_you_mean(word, struct.fields, "it has")
