"""What the client of Slurm makes of answers, good and bad ones, without a cluster."""

import subprocess
import time
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import pytest

from lading.runner.errors import NoSuchJob, NotSupported, OutcomeUnknown, Refused, RunnerError, Unreachable
from lading.runner.platform import Accepted, LogQuery, Outgoing, Usage
from lading.runner.platforms.slurm.client import Client
from lading.runner.platforms.slurm.command import STARTED, Commands, _program
from lading.runner.sbatch.answer import Answer
from lading.runner.sbatch.answers import STATES, accounting, queue
from lading.runner.secrets.vault import SecretValue
from lading.runner.states import State, Status
from lading.runner.submission.ids import Ids, token

DISABLED = Answer(1, err="Slurm accounting storage is disabled\n")
UNKNOWN_ID = Answer(1, err="slurm_load_jobs error: Invalid job id specified\n")


class Recorded:
    """Answers by the name of the command, each the last one from then on; everything that was asked is kept."""

    def __init__(self, **answers: Answer | list[Answer]) -> None:
        self._answers = {name: answer if isinstance(answer, list) else [answer] for name, answer in answers.items()}
        self.asked: list[list[str]] = []
        self.stdin = b""
        self.env: Mapping[str, str] = {}

    def __call__(self, argv: Sequence[str], stdin: bytes = b"", env: Mapping[str, str] | None = None) -> Answer:
        """The next answer of that command."""
        self.asked.append(list(argv))
        self.stdin, self.env = stdin, env or {}
        answers = self._answers[argv[0]]
        return answers.pop(0) if len(answers) > 1 else answers[0]


def said(*lines: str) -> Answer:
    """An answer that is these lines."""
    return Answer(0, "".join(f"{line}\n" for line in lines).encode())


def outgoing(**body: Any) -> Outgoing:
    """A small submission."""
    return Outgoing("01jx-a", "job", "EXEC", "sbatch", {"script": "#!/bin/sh\n", "after": [], "secrets": {}, **body})


def test_one_question_tells_the_status_of_many() -> None:
    """Every state that Slurm has, in the words of all platforms."""
    lines = [f"{n}|{n}|{word}|None|0|1795224499|1795224500|" for n, word in enumerate(STATES, 1)]
    run = Recorded(squeue=said(*lines))
    found = Client(run).status([str(n) for n in range(1, len(STATES) + 1)])
    assert {found[str(n)].native: found[str(n)].state for n in range(1, len(STATES) + 1)} == dict(STATES)
    assert len(run.asked) == 1


STATUS = [
    pytest.param(
        "7|7|COMPLETED|None|0|10|20|", Status(State.SUCCEEDED, "COMPLETED", 0, started=10.0, ended=20.0), id="success"
    ),
    pytest.param(
        "7|7|FAILED|NonZeroExitCode|1792|10|20|", Status(State.FAILED, "FAILED", 7, started=10.0, ended=20.0), id="code"
    ),
    pytest.param(
        "7|7|FAILED|None|9|10|20|", Status(State.FAILED, "FAILED", 137, started=10.0, ended=20.0), id="signal"
    ),
    pytest.param(
        "7|7|TIMEOUT|TimeLimit|0|10|20|",
        Status(State.FAILED, "TIMEOUT", None, "it reached its time limit", started=10.0, ended=20.0),
        id="a success of a job that was killed is none",
    ),
    pytest.param(
        "7|7|FAILED|JobLaunchFailure|4021|10|20|",
        Status(
            State.FAILED,
            "FAILED",
            181,
            "its output file could not be written: is its working directory there?",
            started=10.0,
            ended=20.0,
        ),
        id="launch",
    ),
    pytest.param(
        "7|7|PENDING|AssocGrpCpuLimit|0|1795224499|1795224500|",
        Status(State.PENDING, "PENDING", reason="AssocGrpCpuLimit"),
        id="an expected start is no start",
    ),
    pytest.param(
        "7|7|RUNNING|None|0|10|1795224500|",
        Status(State.RUNNING, "RUNNING", started=10.0),
        id="an end to come is no end",
    ),
    pytest.param(
        "7|7|CANCELLED|JobHeldUser|0|10|10|",
        Status(State.STOPPED, "CANCELLED", started=10.0, ended=10.0),
        id="what it waited for is no reason once it was stopped",
    ),
    pytest.param("7|7|TELEPORTING|None|0|N/A|N/A|", Status(State.UNKNOWN, "TELEPORTING"), id="never seen"),
]


@pytest.mark.parametrize(("line", "status"), STATUS)
def test_a_line_of_squeue_is_a_status(line: str, status: Status) -> None:
    """One line, one status."""
    assert Client(Recorded(squeue=said(line))).status(["7"]) == {"7": status}


def test_forgotten_jobs_are_in_the_accounting() -> None:
    """sacct is asked for what squeue does not know, once, and for nothing else."""
    sacct = said(
        "2|CANCELLED by 1000|0:15|10|20", "3_1|COMPLETED|0:0|10|20", "3_2|FAILED|1:0|11|21", "3_[3-5]|PENDING|0:0||"
    )
    run = Recorded(squeue=said("1|1|RUNNING|None|0|10|0|"), sacct=sacct)
    assert Client(run).status(["1", "2", "3", "4"]) == {
        "1": Status(State.RUNNING, "RUNNING", started=10.0),
        "2": Status(State.STOPPED, "CANCELLED", 143, "cancelled by user 1000", started=10.0, ended=20.0),
        "3": Status(State.FAILED, "FAILED", 1, counts={"succeeded": 1, "failed": 1}, started=10.0, ended=21.0),
    }
    assert [argv[0] for argv in run.asked] == ["squeue", "sacct"]
    assert "--jobs=2,3,4" in run.asked[1]


def test_elements_that_slurm_has_forgotten_still_count() -> None:
    """The elements of an array that squeue does not list any more are those of the accounting."""
    squeue = said("3_[4-9:2,20%1]|3|PENDING|JobArrayTaskLimit|0|N/A|N/A|", "3_2|3|RUNNING|None|0|12|0|")
    run = Recorded(
        squeue=squeue,
        sacct=said("3_1|FAILED|1:0|10|20", "3_2|RUNNING|0:0|12|Unknown", "3_[4-9%1]|PENDING|0:0||", "3|FAILED|1:0||"),
    )
    counts = {"pending": 4, "running": 1, "failed": 1}
    assert Client(run).status(["3"]) == {"3": Status(State.RUNNING, "RUNNING", counts=counts, started=10.0)}


def test_without_accounting_nobody_asks_twice() -> None:
    """That there is none is learned once."""
    run = Recorded(squeue=UNKNOWN_ID, sacct=DISABLED)
    client = Client(run)
    assert (client.status(["1"]), client.status(["1"])) == ({}, {})
    assert [argv[0] for argv in run.asked] == ["squeue", "sacct", "squeue"]


@pytest.mark.parametrize(
    "answer",
    [
        pytest.param(
            Answer(1, err="slurm_load_jobs error: Unable to contact slurm controller (connect failure)"), id="down"
        ),
        pytest.param(Answer(None, err="squeue did not answer in 60 s"), id="late"),
        pytest.param(
            Answer(255, err="ssh: connect to host x port 22: Connection refused", has_started=False), id="ssh"
        ),
        pytest.param(Answer(0, b"Welcome!\n", has_started=False), id="nothing ran"),
    ],
)
def test_a_question_without_an_answer_is_an_error(answer: Answer) -> None:
    """No answer is never taken for "there is no such job"."""
    with pytest.raises(Unreachable, match="Slurm could not be asked"):
        Client(Recorded(squeue=answer)).status(["1"])


GARBAGE = [
    "\x1b[2J",
    "||||||||",
    "7|7",
    "7|x|y|z|q|w|e|",
    "\0" * 9,
    "é" * 1000,
    "99999999999999999999_[0-9|1|PENDING|||||",
    "|" * 5000,
]


@pytest.mark.parametrize("text", GARBAGE, ids=range(len(GARBAGE)))
def test_garbage_is_no_traceback(text: str) -> None:
    """Lines that are not Slurm's are passed over, or have an unknown state."""
    found = [*queue(f"{text}\n7|7|RUNNING|None|0|10|0|"), *accounting(f"{text}\n7|RUNNING|0:0|10|Unknown")]
    assert [line for line in found if line.id == "7" and line.state is State.RUNNING] == [
        *queue("7|7|RUNNING|None|0|10|0|"),
        *accounting("7|RUNNING|0:0|10|Unknown"),
    ]


def test_a_submission_is_one_call() -> None:
    """Token and comment in the comment, the script on standard input, the secrets in the environment."""
    run = Recorded(sbatch=said("Welcome to the cluster", "123;big"))
    body = outgoing(comment="for ada", secrets={"KEY": SecretValue("canary")})
    assert Client(run).submit(body) == Accepted("123")
    assert run.asked == [["sbatch", "--parsable", "--comment=lading:01jx-a for ada"]]
    assert (run.stdin, run.env) == (b"#!/bin/sh\n", {"KEY": "canary"})


FAILURES = [
    ("sbatch: error: Batch job submission failed: Invalid account or account/partition combination specified", Refused),
    (
        "sbatch: error: invalid partition: x\nsbatch: error: Batch job submission failed: Invalid partition",
        Refused,
    ),
    ("sbatch: fatal: stdin: line 2: Unmatched `'` in [x]", Refused),
    ("sbatch: error: Batch job submission failed: Unable to contact slurm controller (connect failure)", Unreachable),
    ("sbatch: fatal: Could not establish a configuration source", Unreachable),
    ("sbatch: fatal: Unable to process configuration file", Unreachable),
    ("sbatch: error: Batch job submission failed: Socket timed out on send/recv operation", OutcomeUnknown),
    ("sbatch: error: Batch job submission failed: Zero Bytes were transmitted or received", OutcomeUnknown),
    ("sbatch: error: slurm_receive_msg: Transport endpoint is not connected", OutcomeUnknown),
    ("Killed", OutcomeUnknown),
    ("", OutcomeUnknown),
]


@pytest.mark.parametrize(("err", "error"), FAILURES, ids=[err[-30:] for err, _ in FAILURES])
def test_what_sbatch_complains_about_decides(err: str, error: type[RunnerError]) -> None:
    """Refused, not reached, or nobody knows: never the one for the other."""
    with pytest.raises(RunnerError) as raised:
        Client(Recorded(sbatch=Answer(1, err=err))).submit(outgoing())
    assert type(raised.value) is error


@pytest.mark.parametrize(
    ("answer", "error"),
    [
        pytest.param(Answer(None, err="sbatch did not answer in 60 s"), OutcomeUnknown, id="late"),
        pytest.param(Answer(-9), OutcomeUnknown, id="killed"),
        pytest.param(Answer(0, b"Submitted? Perhaps.\n"), OutcomeUnknown, id="no id"),
        pytest.param(Answer(0, b"17\nquota left: 99999999\n"), OutcomeUnknown, id="several numbers"),
        pytest.param(
            Answer(255, err="ssh: Could not resolve hostname login", has_started=False), Unreachable, id="name"
        ),
        pytest.param(
            Answer(255, err="ssh: connect to host x: Connection timed out", has_started=False), Unreachable, id="ssh"
        ),
        pytest.param(
            Answer(255, err="ada@x: Permission denied (publickey).", has_started=False), Unreachable, id="login"
        ),
        pytest.param(
            Answer(255, err="client_loop: send disconnect: Broken pipe", has_started=False), OutcomeUnknown, id="cut"
        ),
        pytest.param(Answer(255, err="Connection to x closed by remote host."), OutcomeUnknown, id="closed"),
    ],
)
def test_how_sbatch_ended_decides(answer: Answer, error: type[RunnerError]) -> None:
    """Only what certainly was not sent counts as not sent."""
    with pytest.raises(RunnerError) as raised:
        Client(Recorded(sbatch=answer)).submit(outgoing())
    assert type(raised.value) is error


AFTER = [{"type": "afterok", "job": "first"}, {"type": "afterany", "job": "12"}]


def test_names_become_ids_and_what_has_ended_well_is_left_out() -> None:
    """What the controller remembers is its affair; what only the accounting remembers is settled here."""
    run = Recorded(squeue=said("12|12|RUNNING|None|0|10|0|"), sacct=said("11|COMPLETED|0:0|10|20"), sbatch=said("13"))
    sent = Outgoing("t", "job", "EXEC", "sbatch", outgoing(after=AFTER).body, {"first": "11"})
    assert Client(run).submit(sent) == Accepted("13")
    assert run.asked[-1] == ["sbatch", "--parsable", "--comment=lading:t", "--dependency=afterany:12"]


@pytest.mark.parametrize(
    ("sacct", "says"),
    [
        pytest.param(said("11|FAILED|1:0|10|20"), "job 11 ended as FAILED", id="failed"),
        pytest.param(DISABLED, "Slurm knows no job 11 any more", id="forgotten"),
    ],
)
def test_a_condition_that_slurm_would_take_for_met_is_refused(sacct: Answer, says: str) -> None:
    """Slurm starts a job at once if what it waits for is unknown to it."""
    run = Recorded(squeue=said("12|12|RUNNING|None|0|10|0|"), sacct=sacct)
    with pytest.raises(Refused, match=says):
        Client(run).submit(Outgoing("t", "job", "EXEC", "sbatch", outgoing(after=AFTER).body, {"first": "11"}))
    assert "sbatch" not in [argv[0] for argv in run.asked]


def made(seconds_ago: float) -> str:
    """A token of that age."""
    return token(Ids(clock=lambda: time.time() - seconds_ago).new())


CONFIG = "AccountingStorageType   = accounting_storage/slurmdbd\nAccountingStoreFlags    = {}\nMinJobAge   = 300 sec\n"


def configured(flags: str) -> Answer:
    """What scontrol says of a cluster whose accounting stores what the flags say."""
    return Answer(0, CONFIG.format(flags).encode())


def test_a_token_is_found_in_the_queue_or_in_the_accounting() -> None:
    """By the whole first word of the comment, and by nothing like it."""
    old = made(86400)
    others = [f"1|lading:{old}x", f"2|x lading:{old}", "3|(null)", "4|a|b"]
    run = Recorded(squeue=said(*others, f"5|lading:{old} x|y"))
    assert Client(run).find(old) == Accepted("5")
    config = configured("job_comment,job_env")
    run = Recorded(squeue=said(*others), scontrol=config, sacct=said(*others, f"6_3|lading:{old}"))
    assert Client(run).find(old) == Accepted("6")
    assert Client(Recorded(squeue=said(), scontrol=config, sacct=said())).find(old) is None


@pytest.mark.parametrize(
    "run",
    [
        pytest.param(Recorded(squeue=Answer(1, err="down")), id="no queue"),
        pytest.param(Recorded(squeue=said(), scontrol=configured("(null)")), id="no comments"),
        pytest.param(
            Recorded(squeue=said(), scontrol=configured("job_comment"), sacct=Answer(1, err="down")),
            id="no accounting",
        ),
    ],
)
def test_absence_that_can_not_be_proved_is_not_claimed(run: Recorded) -> None:
    """Whatever could not be asked may hold the job."""
    with pytest.raises(OutcomeUnknown):
        Client(run).find(made(86400))


SHOWN = """JobId=8 ArrayJobId=7 ArrayTaskId={index} JobName=x
   JobState=COMPLETED Reason=None Dependency=(null)
   NumNodes=2 NumCPUs=4 NumTasks=4 CPUs/Task=1
   StdErr=/out
   StdOut={path}
"""


LABELLED = b" 0: one\n 3: two\nsrun: error\n9: no task\n12:34 a time\n3: last"


@pytest.mark.parametrize(
    ("path", "replica", "lines"),
    [
        pytest.param(
            "/a b.tasks.out",
            None,
            ["worker-0.0|one", "worker-1.1|two", "|srun: error", "|9: no task", "|12:34 a time", "worker-1.1|last"],
            id="tasks",
        ),
        pytest.param("/a b.tasks.out", 1, ["worker-1.1|two", "worker-1.1|last"], id="one replica"),
        pytest.param("/a b.out", 0, [f"|{line}" for line in LABELLED.decode().split("\n")], id="text"),
        pytest.param("/a b.out", 1, [], id="no such replica"),
    ],
)
def test_labelled_lines_are_told_apart(path: str, replica: int | None, lines: list[str]) -> None:
    """srun's labels become sources where lading asked srun for them, and stay text elsewhere."""
    shown = SHOWN.format(index="", path=path).replace("ArrayTaskId= ", "")
    run = Recorded(scontrol=Answer(0, shown.encode()), dd=[Answer(0, LABELLED), Answer(0)])
    found = Client(run).logs("7", LogQuery(replica=replica))
    assert [f"{line.source}|{line.text}" for line in found] == lines
    assert f"if={path}" in run.asked[1]


def test_an_array_has_one_log_per_element() -> None:
    """Each element's lines have its index; one that only waits has no log yet."""
    shown = "\n".join(SHOWN.format(index=index, path=f"/out-{index}") for index in ("3", "5", "6-9"))
    run = Recorded(scontrol=Answer(0, shown.encode()), dd=[Answer(0, b"a\n"), Answer(0), Answer(0, b"b\n"), Answer(0)])
    assert [(line.source, line.text) for line in Client(run).logs("7", LogQuery())] == [("3", "a"), ("5", "b")]


def test_a_log_that_can_not_be_read_is_an_error() -> None:
    """One that is not there yet is empty; a job that is forgotten, or a role that it has not, is an error."""
    shown = Answer(0, SHOWN.format(index="1", path="/out").encode())
    missing = Answer(1, err="dd: failed to open '/out': No such file or directory")
    assert list(Client(Recorded(scontrol=shown, dd=missing)).logs("7", LogQuery())) == []
    denied = Answer(1, err="dd: failed to open '/out': Permission denied")
    with pytest.raises(RunnerError, match=r"/out can not be read: .*Permission denied"):
        list(Client(Recorded(scontrol=shown, dd=denied)).logs("7", LogQuery()))
    with pytest.raises(NoSuchJob):
        list(Client(Recorded(scontrol=UNKNOWN_ID)).logs("7", LogQuery()))
    with pytest.raises(NotSupported):
        Client(Recorded()).logs("7", LogQuery(role="master"))


def test_a_line_without_an_end_is_broken() -> None:
    """A gigabyte without a newline is never held in memory."""
    shown = Answer(0, SHOWN.format(index="1", path="/out").encode())
    run = Recorded(scontrol=shown, dd=[*[Answer(0, b"x" * 2**20)] * 4, Answer(0)])
    assert [len(line.text) for line in Client(run).logs("7", LogQuery())] == [2**21, 2**21]


def test_orders_and_what_they_answer() -> None:
    """An order for a job that has ended is fine, for an unknown one an error, and Slurm's no is shown."""
    known = said("7|7|COMPLETED|None|0|10|20|")
    Client(
        Recorded(
            squeue=known,
            scancel=Answer(
                1, err="scancel: error: Kill job error on job id 7: Job/step already completing or completed"
            ),
        )
    ).stop("7")
    with pytest.raises(NoSuchJob):
        Client(Recorded(squeue=UNKNOWN_ID, sacct=DISABLED)).stop("8")
    denied = Answer(1, err="slurm_update error: Access/permission denied")
    with pytest.raises(RunnerError, match=r"Slurm did not do it: .*Access/permission denied"):
        Client(Recorded(scontrol=denied, squeue=said("7|7|PENDING|JobHeldUser|0|10|20|"))).start("7")
    run = Recorded(scontrol=Answer(0))
    Client(run).update("7", {"schedule.timeLimit": 61, "schedule.priority": "low", "array.parallelism": 4})
    assert run.asked == [["scontrol", "update", "JobId=7", "TimeLimit=2", "Nice=1000", "ArrayTaskThrottle=4"]]
    with pytest.raises(NotSupported, match=r"Slurm can not change resources\.cpu once"):
        Client(run).update("7", {"resources.cpu": 4})
    with pytest.raises(NotSupported):
        Client(run).delete("7")


@pytest.mark.parametrize(
    "answer",
    [
        pytest.param(Answer(1, err="Job/step already completing or completed for job 7"), id="known"),
        pytest.param(Answer(1, err="slurm_update error: Invalid job id specified"), id="forgotten"),
    ],
)
def test_an_order_that_comes_too_late_is_refused(answer: Answer) -> None:
    """A job that has ended is neither changed nor started; of an array that has not, the rest is."""
    run = Recorded(squeue=said("7|7|COMPLETED|None|0|10|20|"), scontrol=answer)
    with pytest.raises(Refused, match="job 7 has ended"):
        Client(run).start("7")
    with pytest.raises(Refused, match="job 7 has ended"):
        Client(run).update("7", {"schedule.timeLimit": 60})
    lines = said("7_1|7|COMPLETED|None|0|10|20|", "7_2|7|PENDING|JobHeldUser|0|10|20|")
    Client(Recorded(squeue=lines, sacct=DISABLED, scontrol=answer)).update("7", {"schedule.timeLimit": 60})


def test_a_job_that_runs_is_not_started_again() -> None:
    """Slurm itself would say nothing to it."""
    with pytest.raises(Refused, match="job 7 runs already"):
        Client(Recorded(squeue=said("7|7|RUNNING|None|0|10|20|"))).start("7")


def test_usage_is_the_memory_of_each_step() -> None:
    """sstat's average times the tasks."""
    run = Recorded(sstat=said("7.batch|1048576|1", "7.0|2048|4", "garbage", "7.1||"))
    assert Client(run).usage("7") == [Usage("7.batch", None, 2**20), Usage("7.0", None, 8192), Usage("7.1", None, None)]


SINFO = """\
work|up|gpu:a100:4(S:0-1),lustre:1
work|up|(null)
night|up|gpu:h100:8,gpu:a100:2
old|inact|gpu:k80:2
plain|up|gpu:4
"""


def test_the_catalog_is_what_sinfo_says() -> None:
    """Partitions that take jobs, and the types of GPUs of each."""
    assert Client(Recorded(sinfo=Answer(0, SINFO.encode()))).catalog() == {
        "queues": {"work": "work", "night": "night", "plain": "plain"},
        "gpus": {"A100": "a100", "H100": "h100"},
        "queueGpus": {"work": ["A100"], "night": ["A100", "H100"]},
    }
    assert Client(Recorded(sinfo=said("work|up|(null)"))).catalog() == {"queues": {"work": "work"}}
    with pytest.raises(Unreachable):
        Client(Recorded(sinfo=Answer(1, err="down"))).catalog()


def test_commands_run_behind_a_prefix_as_they_do_here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Arguments, input, environment, exit code and complaints are the same, whatever the prefix says before."""
    monkeypatch.setenv("SBATCH_PARTITION", "wrong")
    script = 'printf "%s|" "$@"; cat; printf "%s" "$SECRET ${SBATCH_PARTITION-unset}"; echo no >&2; exit 3'
    argv = ["sh", "-c", script, "sh", "a b", "it's", "$HOME", "", "é\n"]
    noisy = ("sh", "-c", 'echo Welcome; cat /etc/hostname; exec "$@"', "sh")
    for via in ((), ("env",), noisy):
        commands = Commands(via, folder=tmp_path, hidden="SBATCH_")
        answer = commands.run(argv, b"line\nEND_OF_INPUT\n", {"SECRET": "it's $x\ny"})
        assert (answer.code, answer.out, answer.err, answer.has_started) == (
            3,
            "a b|it's|$HOME||é\n|line\nEND_OF_INPUT\nit's $x\ny unset",
            "no\n",
            True,
        )


def test_a_connection_that_is_cut_sends_nothing(tmp_path: Path) -> None:
    """However much of it arrives, a program that is not whole runs nothing."""
    program = _program(["touch", str(tmp_path / "ran")], b"input\n", {"A": "b"}, "SBATCH_")
    for length in range(len(program) - 2):
        subprocess.run(["sh"], input=program[:length], capture_output=True, check=False)
        assert not (tmp_path / "ran").exists(), program[:length]
    done = subprocess.run(["sh"], input=program, capture_output=True, check=True)
    assert (tmp_path / "ran").exists()
    assert done.stdout == STARTED


def test_a_command_that_is_missing_or_slow_is_an_answer(tmp_path: Path) -> None:
    """Missing ones were never sent; slow ones are killed."""
    for via in ((), ("env",)):
        with pytest.raises(Unreachable, match="no-such-command"):
            Commands(via).run(["no-such-command"])
        answer = Commands(via).run(["sh", "-c", "exit 127"])
        assert (answer.code, answer.has_started) == (127, True), "what ran may have submitted, and is not sent again"
    with pytest.raises(Unreachable, match="no-such-prefix could not be started"):
        Commands(("no-such-prefix",)).run(["true"])
    started = time.monotonic()
    assert Commands(timeout=0.2).run(["sleep", "30"]) == Answer(None, b"", "sleep did not answer in 0.2 s")
    assert time.monotonic() - started < 10


def test_a_huge_answer_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    """No answer fills the memory."""
    monkeypatch.setattr("lading.runner.platforms.slurm.command.LARGEST", 1000)
    with pytest.raises(RunnerError, match="answered with 2000 bytes"):
        Commands().run(["head", "-c", "2000", "/dev/zero"])


def test_complaints_are_safe_to_show() -> None:
    """One line, nothing that a terminal would act upon."""
    assert Answer(1, err="one\n\x1b[31msbatch: error: \x07no\r\n\n").problem == "sbatch: error: no"
    assert Answer(5).problem == "it ended with status 5"
    assert len(Answer(1, err="x" * 9999).problem) == 500
