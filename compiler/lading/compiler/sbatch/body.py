"""The part of the script below its ``#SBATCH`` lines."""

from collections.abc import Iterator, Sequence

from lading.compiler.payload import From, Piece
from lading.compiler.sbatch import tasks, variables
from lading.compiler.sbatch.handover import Handover
from lading.compiler.sbatch.launch import around, around_each, has_each, launch
from lading.compiler.sbatch.program import Program, program
from lading.compiler.templating import Shell, exported, filled, word
from lading.compiler.view import View


def body(view: View, handover: Handover) -> Iterator[Piece]:
    """The script after its directives."""
    runs = program(view)
    yield from _preparation(view, handover.first)
    if has_each(view):
        yield from _of_each_task(view)
    if runs.text:
        yield from _text_of_script(runs, runs.text)
    if runs.needs_file:
        yield filled(RUN)
    if runs.inline:
        yield filled("\n# The spec's script.\n")
        yield runs.inline.value, runs.inline.sources
        return
    yield from _start(view, runs)
    if attempts := tasks.retries(view):
        yield from _next_attempt(attempts, handover.last)


def _preparation(view: View, first: Sequence[Shell]) -> Iterator[Piece]:
    yield filled("\n")
    for module in tasks.modules(view):
        yield filled("module load {}\n", module)
    if view.get("workdir") is None or tasks.container(view):
        yield filled('cd "$HOME"\n')
    yield filled("export SLURM_EXPORT_ENV=ALL # every srun passes on what is set here\n")
    for name, value in variables.of_job(view).items():
        yield exported(name, value)
    for line in first:
        yield filled("{}\n", line)


def _of_each_task(view: View) -> Iterator[Piece]:
    yield filled("\n# What each task does, once it knows which one it is.\neach='\n")
    for name, value in variables.of_task(view).items():
        yield filled("  ")
        yield exported(name, value)
    yield filled('  {}"$@"{}\n', *around_each(view))
    yield filled("'\n")


def _text_of_script(runs: Program, text: From) -> Iterator[Piece]:
    yield filled("\n# The spec's script.\n")
    if runs.delimiter:
        yield filled("IFS= read -r -d '' program <<'{}'\n", runs.delimiter)
        yield text.value, text.sources
        yield filled("{}\n", runs.delimiter)
    else:
        yield filled("program={}\n", text)


RUN = """
# Gives it to its interpreter as a file.
run='
  file=$(mktemp) || exit
  trap "rm -f \\"$file\\"" EXIT
  printf %s "$1" >"$file"
  shift
  "$@" "$file"
'
"""


def _start(view: View, runs: Program) -> Iterator[Piece]:
    before, after = around(view)
    yield filled("\n")
    yield filled("{}", before)
    for line, words in enumerate(launch(view, runs)):
        if line:
            yield filled(" \\\n  ")
        for place, value in enumerate(words):
            text, sources = word(value)
            yield f" {text}" if place else text, sources
    yield filled("{}\n", after)


def _next_attempt(attempts: From, last: Sequence[Shell]) -> Iterator[Piece]:
    yield filled("status=$?\n\n")
    yield filled("# Slurm runs the job again when it is asked to; SLURM_RESTART_COUNT tells how often it has.\n")
    yield filled("if (( status != 0 && ${{SLURM_RESTART_COUNT:-0}} < {} )); then\n", attempts)
    yield filled('  scontrol requeue "$SLURM_JOB_ID"\n')
    if last:
        yield filled("else\n")
    for line in last:
        yield filled("  {}\n", line)
    yield filled('fi\nexit "$status"\n')
