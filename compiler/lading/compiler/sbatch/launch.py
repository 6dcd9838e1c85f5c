"""The words that start the program, from the outside in: srun, what each task does first, the container, itself."""

from lading.compiler.payload import From
from lading.compiler.sbatch import tasks
from lading.compiler.sbatch.convert import cores_of_slot
from lading.compiler.sbatch.program import Program, Words
from lading.compiler.sbatch.variables import of_program, of_task
from lading.compiler.templating import Shell
from lading.compiler.view import View

LOOPS = {
    "on-failure": ("until (exec ", "); do sleep 1; done"),
    "always": ("while :; do (exec ", "); sleep 1; done"),
}
"""What starts a program again in place, around the words that start it."""


def launch(view: View, program: Program) -> list[Words]:
    """The words, each list a line of the script; none for a script that stands inline."""
    if program.inline:
        return []
    variables = of_program(view)
    groups: list[Words] = [
        _srun(view) if tasks.starts_by_srun(view) else [],
        ["sh", "-c", Shell('"$each"'), "sh"] if has_each(view) else [],
        _in_container(view),
        ["env", *variables] if variables else [],
        program.words,
    ]
    return [group for group in groups if group]


def has_each(view: View) -> bool:
    """Whether a task does something before or around the program."""
    return bool(of_task(view)) or (tasks.restarts(view) and tasks.starts_by_srun(view))


def around(view: View) -> tuple[Shell, Shell]:
    """What stands before and after the words: a loop, or ``exec``, which takes no word for a builtin of bash."""
    if tasks.restarts(view) and not has_each(view):
        return _loop(view)
    return (Shell("(exec "), Shell(")")) if tasks.retries(view) else (Shell("exec "), Shell(""))


def around_each(view: View) -> tuple[Shell, Shell]:
    """The same for what each task does."""
    return _loop(view) if tasks.restarts(view) else (Shell("exec "), Shell(""))


def _loop(view: View) -> tuple[Shell, Shell]:
    restart = view.get("schedule", "restart") or From("never", ())
    before, after = LOOPS[restart.value]
    return Shell(before, restart.sources), Shell(after, restart.sources)


def _srun(view: View) -> Words:
    words: Words = ["srun"]
    if tasks.is_once(view):
        words += ["--nodes=1", "--ntasks=1"]
    if tasks.count(view) > 1:
        words += ["--label", "--kill-on-bad-exit"]
    if cpu := view.get("resources", "cpu"):
        each = cores_of_slot(view.raw("resources", "cpu"), tasks.number(view, "slots").value)
        words.append(From(f"--cpus-per-task={each}", cpu.sources))
    kind = view.plan.target.options.get("mpi")
    if kind and tasks.framework(view) == "mpi":
        words.append(From(f"--mpi={kind}", view.sources("framework")))
    return words + (_pyxis(view) if tasks.is_pyxis(view) else [])


def _pyxis(view: View) -> Words:
    image = tasks.container(view)
    words: Words = [From(f"--container-image={image.value['image']}", image.sources)] if image else []
    if binds := _binds(view):
        sources = tuple(path for bind in binds for path in bind.sources)
        words.append(From("--container-mounts=" + ",".join(bind.value for bind in binds), sources))
    if workdir := view.get("workdir"):
        words.append(From(f"--container-workdir={workdir.value}", workdir.sources))
    return words + _flags(view)


def _in_container(view: View) -> Words:
    image = tasks.container(view)
    if image is None or tasks.is_pyxis(view):
        return []
    has_own_program = view.get("command") or view.get("script")
    words: Words = [image.value["runtime"], "exec" if has_own_program else "run", *_flags(view)]
    if view.value("resources", "gpu", "count"):
        words.append(From("--nv", view.sources("resources", "gpu")))
    if workdir := view.get("workdir"):
        words += ["--pwd", workdir]
    for bind in _binds(view):
        words += ["--bind", bind]
    return [*words, From(image.value["image"], image.sources)]


def _flags(view: View) -> Words:
    return list(view.plan.target.options.get("containers", {}).get("flags", ()))


def _binds(view: View) -> list[From]:
    return [
        _bind(mount, source) for mount in view.each("mounts") if (source := mount.get("volume") or mount.get("host"))
    ]


def _bind(mount: View, source: From) -> From:
    path, read_only = mount.get("path"), mount.get("readOnly")
    parts = [source.value, path.value if path else source.value]
    parts += ["ro"] if read_only and read_only.value else []
    return From(":".join(parts), mount.sources())
