"""The table of `watch`: all jobs where there is room, and what matters of many where there is not."""

import io

import pytest
from rich.console import Console

from lading.runner.ledger.record import Kind, Part, Submission
from lading.runner.output.live import picture
from lading.runner.states import State, Status


def submission(number: int, state: State, target: str = "hub") -> Submission:
    """A job in that state, the newer the higher its number."""
    part = Part("", f"t{number}", Kind.ACCEPTED, f"n{number}", Status(state))
    name = f"01{number:024}"
    return Submission(name, f"job-{number}", "job", target, "aihub", "", created_at=float(number), parts=(part,))


def shown(submissions: list[Submission], width: int, height: int) -> list[str]:
    """The lines on a screen of that size."""
    out = io.StringIO()
    Console(file=out, width=width, height=height, color_system=None).print(picture(submissions, width, height))
    return out.getvalue().rstrip("\n").split("\n")


def test_few_jobs_are_all_there() -> None:
    """In their own order."""
    lines = shown([submission(number, State.RUNNING) for number in range(5)], 100, 24)
    assert [line.split()[1] for line in lines[2:]] == [f"job-{number}" for number in range(5)]


@pytest.mark.parametrize(("width", "height"), [(80, 16), (80, 24), (160, 50)])
def test_of_five_hundred_the_screen_shows_counts_and_what_matters(width: int, height: int) -> None:
    """A row of counts for each target, then what failed, then what runs; never more lines than there are."""
    states = [State.SUCCEEDED] * 300 + [State.RUNNING] * 150 + [State.FAILED] * 3 + [State.PENDING] * 47
    targets = ["hub", "pf", "air", "gongji", "tianhe"]
    lines = shown([submission(n, state, targets[n % 5]) for n, state in enumerate(states)], width, height)
    assert len(lines) <= height
    assert lines[-1].startswith("and ")
    assert lines[2].split()[0] == "hub"
    assert sum(int(word) for line in lines[2:7] for word in line.split()[1:]) == 500
    states_seen = [word for line in lines if "job-" in line for word in line.split() if word in set(State)]
    assert states_seen[:3] == ["failed"] * min(3, len(states_seen))
    assert set(states_seen[3:]) <= {"running"}
