"""Batch scripts read back: what is a directive, what it means, and which field says it."""

from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from kit.slurm import compiled, target_of

from lading.compiler.importing.importer import Imported, import_native
from lading.compiler.platforms.slurm.read import fields
from lading.compiler.sbatch.lexer import Argument, taken_apart
from lading.compiler.sbatch.meaning import Meaning, meaning
from lading.compiler.sbatch.options import Option, Stray, parsed
from lading.compiler.sbatch.reading import IMPOSSIBLE

SIZE = ("nodes", "ntasks-per-node")
NATIVE = Path(__file__).parent / "native" / "slurm"
SCRIPTS = sorted(path for path in NATIVE.glob("*.sh") if not path.name.startswith("wrong-"))


def said(*arguments: str) -> list[tuple[str, str | bool]]:
    """The options in the arguments, and what sbatch would object to, under ``?``."""
    found = parsed([Argument(text, 1) for text in arguments])
    return [("?", each.text) if isinstance(each, Stray) else (each.name, each.value) for each in found]


def meant(line: str) -> Meaning:
    """What the options on the line mean, less that there is one node with one task."""
    found = meaning([each for each in parsed(taken_apart(f"#SBATCH {line}").arguments) if isinstance(each, Option)])
    return {name: value for name, value in found.items() if value != 1 or name not in SIZE}


def imported(script: str, target: str = "bare") -> Imported:
    """What is made of the script."""
    return import_native(script.encode(), "job.sh", target_of(target))


def told(made: Imported) -> list[tuple[str, int, str]]:
    """What people are told: the code, the line and the sentence."""
    return [(each.code, each.place.line if each.place else 0, each.message) for each in made.problems]


@pytest.mark.parametrize(
    ("arguments", "found"),
    [
        pytest.param(["--time=5"], [("time", "5")], id="with ="),
        pytest.param(["--time", "5"], [("time", "5")], id="in the next argument"),
        pytest.param(["--time="], [("time", "")], id="empty"),
        pytest.param(["-t5"], [("time", "5")], id="behind its letter"),
        pytest.param(["-t", "5"], [("time", "5")], id="after its letter"),
        pytest.param(["-HN2"], [("hold", True), ("nodes", "2")], id="letters together"),
        pytest.param(["-kH"], [("no-kill", "H")], id="a value that may be missing"),
        pytest.param(["-k", "-H"], [("no-kill", True), ("hold", True)], id="and is missing"),
        pytest.param(["--part=a", "--exclusiv"], [("partition", "a"), ("exclusive", True)], id="beginnings"),
        pytest.param(["--tasks-per-node=3"], [("ntasks-per-node", "3")], id="another name"),
        pytest.param(["--nice", "--nice=5"], [("nice", "100"), ("nice", "5")], id="optional value"),
        pytest.param(["--some-new=5", "--newer"], [("some-new", "5"), ("newer", True)], id="of a newer Slurm"),
        pytest.param(["--nod", "2"], [("?", "--nod"), ("?", "2")], id="beginning of several"),
        pytest.param(["junk", "-", "--"], [("?", "junk"), ("?", "-"), ("?", "--")], id="no options"),
        pytest.param(["--hold=yes"], [("?", "--hold=yes")], id="a value too many"),
        pytest.param(["--time"], [("?", "--time")], id="a value too few"),
        pytest.param(["-t"], [("?", "-t")], id="a letter without its value"),
        pytest.param(["-Zt5"], [("?", "-Z"), ("time", "5")], id="no such letter"),
    ],
)
def test_options_are_those_that_getopt_finds(arguments: list[str], found: list[tuple[str, str | bool]]) -> None:
    """In every form in which they may be written; what sbatch refuses is told apart."""
    assert said(*arguments) == found


@pytest.mark.parametrize(
    ("line", "found"),
    [
        pytest.param("-t 30", {"time": 30}, id="minutes"),
        pytest.param("-t 90:30", {"time": 91}, id="minutes and seconds"),
        pytest.param("-t 2:00:00", {"time": 120}, id="hours"),
        pytest.param("-t 1-12", {"time": 2160}, id="days and hours"),
        pytest.param("-t 1-0:30", {"time": 1470}, id="days, hours and minutes"),
        pytest.param("-t 1-0:0:1", {"time": 1441}, id="days and a clock"),
        pytest.param("-t UNLIMITED", {"time": "UNLIMITED"}, id="no limit"),
        pytest.param("-t 0", {"time": "0"}, id="no limit as a number"),
        pytest.param("--mem=4000", {"mem": 4000}, id="megabytes"),
        pytest.param("--mem=4GB", {"mem": 4096}, id="gigabytes"),
        pytest.param("--mem=1k", {"mem": 1}, id="kilobytes"),
        pytest.param("--mem=0", {"mem": "0"}, id="all memory"),
        pytest.param("--mem=1.5G", {"mem": "1.5G"}, id="no size"),
        pytest.param("-N2 -n8", {"nodes": 2, "ntasks-per-node": 4}, id="tasks on nodes"),
        pytest.param("-n8 --ntasks-per-node=4", {"nodes": 2, "ntasks-per-node": 4}, id="nodes for tasks"),
        pytest.param("--ntasks-per-node=4", {"ntasks-per-node": 4}, id="tasks of one node"),
        pytest.param("-n1", {}, id="one task"),
        pytest.param("-n8", {"ntasks": 8}, id="tasks anywhere"),
        pytest.param("-N3 -n8", {"nodes": 3, "ntasks": 8}, id="tasks that nodes do not share evenly"),
        pytest.param("-N2-4", {"nodes": "2-4"}, id="several numbers of nodes"),
        pytest.param("-c4 --mem-per-cpu=1G", {"cpus-per-task": 4, "mem": 4096}, id="memory of cores"),
        pytest.param(
            "-n9 -N3 -c2 --mem-per-cpu=10",
            {"nodes": 3, "ntasks-per-node": 3, "cpus-per-task": 2, "mem": 60},
            id="memory of the cores of tasks",
        ),
        pytest.param("-n8 --mem-per-cpu=1G", {"ntasks": 8, "mem-per-cpu": 1024}, id="memory of cores anywhere"),
        pytest.param("--gres=gpu", {"gres": [["gpu", "", 1]]}, id="one GPU"),
        pytest.param("--gres=b:2,gpu:a100:4", {"gres": [["b", "", 2], ["gpu", "a100", 4]]}, id="resources"),
        pytest.param("--gpus-per-node=a100:4", {"gres": [["gpu", "a100", 4]]}, id="GPUs of a node"),
        pytest.param("-G8 -N2", {"nodes": 2, "gres": [["gpu", "", 4]]}, id="GPUs of all nodes"),
        pytest.param("-G98 -N49", {"nodes": 49, "gres": [["gpu", "", 2]]}, id="GPUs of many nodes"),
        pytest.param("-n1 --ntasks-per-node=4", {"ntasks": 1, "ntasks-per-node": 4}, id="fewer tasks than said"),
        pytest.param("-G3 -N2", {"nodes": 2, "gpus": [["gpu", "", 3]]}, id="GPUs that nodes do not share evenly"),
        pytest.param(
            "-N1 -n4 --gpus-per-task=1", {"ntasks-per-node": 4, "gres": [["gpu", "", 4]]}, id="GPUs of each task"
        ),
        pytest.param("--gres=none", {"gres": []}, id="no resources"),
        pytest.param("-a 3,1-2%0", {"array": ["1-2,3", 0]}, id="array"),
        pytest.param("-a x", {"array": "x"}, id="no array"),
        pytest.param("-d afterok:1:2,afterany:3", {"dependency": {"ok": ["1", "2"], "any": ["3"]}}, id="after"),
        pytest.param("-d afterok:1?afterok:2", {"dependency": "afterok:1?afterok:2"}, id="one of several"),
        pytest.param(
            "-d afterok:1 --kill-on-invalid-dep=no",
            {"dependency": "afterok:1", "kill-on-invalid-dep": "no"},
            id="waits for ever",
        ),
        pytest.param("--mail-type=fail,END", {"mail-type": ["END", "FAIL"]}, id="events"),
        pytest.param("--time=1 --time=2 -Q --wait", {"time": 2}, id="the last one counts"),
    ],
)
def test_what_options_mean(line: str, found: dict[str, Any]) -> None:
    """The same in every spelling, and the text itself where Slurm can say more than lading."""
    assert meant(line) == found


def test_directives_end_at_the_first_command() -> None:
    """Comments and blank lines do not end them, here-documents have none, and the program keeps every other line."""
    found = taken_apart("#!/bin/sh\n#SBATCH -N1 # one\n\n  # why\n#SBATCH --a\\ b 'c d'\nx\n#SBATCH -n2\n")
    assert found.arguments == [("-N1", 2), ("--a", 5), ("b", 5), ("c d", 5)]
    assert found.program == "#!/bin/sh\n\n  # why\nx\n#SBATCH -n2\n"


@given(st.text(st.sampled_from("#SBATCH -=ntx'\"\\\n\r\t中 "), max_size=60))
def test_any_text_is_read(text: str) -> None:
    """What is no script is no bug either: it becomes a spec, or people are told why not."""
    made = imported(f"#!/bin/bash\n#SBATCH {text}\ntrue\n")
    assert made.text or made.problems


def test_a_script_that_sbatch_refuses_loses_those_lines_only() -> None:
    """Each with its reason, at its line; what can be read is."""
    made = imported(
        "#!/bin/bash\n"
        "#SBATCH --clusters=other\n"
        '#SBATCH --comment="never closed\n'
        "#SBATCH junk --time=10\n"
        "#SBATCH --some-new-option=5 -D /run --export=NONE --job-name=odd\n"
        "true\n"
    )
    assert made.text == (
        "# Imported from job.sh, a payload of slurm.\n"
        "lading: v1\n"
        "name: odd\n"
        "script: |\n"
        "  true\n"
        "workdir: /run\n"
        "schedule: {timeLimit: 10m}\n"
        "native:\n"
        "  slurm:\n"
        "    export: NONE\n"
        '    directives: {some-new-option: "5"}\n'
    )
    assert not made.is_whole
    assert told(made) == [
        ("LD452", 2, "/2 can not be kept: no field says this"),
        ("LD454", 2, f"--clusters can not be said: {IMPOSSIBLE['clusters']}"),
        ("LD452", 3, "/3 can not be kept: no field says this"),
        ("LD454", 3, 'the quote " is never closed'),
        ("LD452", 4, "/4 can not be kept: no field says this"),
        ("LD454", 4, "sbatch does not understand junk"),
    ]


def test_the_catalog_gives_its_own_names_back() -> None:
    """A partition and a GRES type become the queue and the model that the site has for them."""
    made = imported("#!/bin/bash\n#SBATCH -p big --gres=gpu:h100:2 -J a -D /a --export=NONE\na\n", "cluster")
    assert made.text.splitlines()[3:8] == [
        "script: |",
        "  a",
        "resources:",
        "  gpu: {model: H100, count: 2}",
        "workdir: /a",
    ]
    assert (made.catalog, made.problems) == ({}, ())


def test_what_the_catalog_lacks_is_what_the_site_must_know() -> None:
    """Where it lists any, another name needs an entry."""
    made = imported("#!/bin/bash\n#SBATCH -p huge --gres=gpu:a100:2 -J a -D /a --export=NONE\na\n", "cluster")
    assert made.catalog == {"queues": {"huge": "huge"}, "gpus": {"a100": "a100"}}


OWN = {"export", "nodes", "no-requeue", "ntasks-per-node", "output", "job-name"}
"""What lading says to sbatch although no script need say it."""


@pytest.mark.parametrize("path", SCRIPTS, ids=lambda path: path.stem)
def test_lading_adds_only_what_is_its_own(path: Path) -> None:
    """The script that is submitted asks for all that the imported one does, and for nothing else but that."""
    made = import_native(path.read_bytes(), path.name, target_of("bare"))
    (request,) = compiled(made.text, target_of("bare")).requests
    before, after = fields({"script": path.read_text(encoding="utf-8")}), fields(request.body)
    assert {name: after.get(name) for name in before if name != "program"} == {
        name: value for name, value in before.items() if name != "program"
    }
    assert after.keys() - before.keys() - {"kill-on-invalid-dep"} <= OWN
