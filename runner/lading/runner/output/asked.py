"""What commands that ask targets about submissions show in the end."""

from collections.abc import Sequence

from lading.runner.errors import RunnerError
from lading.runner.invocation.failures import diagnostic_of
from lading.runner.invocation.session import Session
from lading.runner.ledger.record import Submission
from lading.runner.output.screen import Screen
from lading.runner.output.submissions import COLUMNS, NARROW, moment, reason, reasons, rows, shortened, submission_data
from lading.runner.states import State
from lading.schema.render.json import as_data
from lading.schema.visible import visible


def show(
    screen: Screen,
    submissions: Sequence[Submission],
    errors: Sequence[RunnerError] = (),
    failed: Sequence[Submission] = (),
) -> int:
    """The submissions, and the errors of the targets that could not be asked; the answer is the exit code.

    ``failed`` are those that no target has: rows for people, who see them among the others.
    """
    diagnostics = [diagnostic_of(error) for error in errors]
    if not screen.is_human:
        data = [submission_data(submission) for submission in submissions]
        screen.document({"submissions": data, "diagnostics": as_data(diagnostics)})
    else:
        if screen.settings.quiet:
            screen.result("".join(f"{one.id}\n" for one in submissions))
        elif told := [*rows(submissions), *rows(failed)]:
            _table(screen, told)
        screen.diagnostics(diagnostics)
    return max((error.exit_code for error in errors), default=0)


def _table(screen: Screen, told: list[list[str]]) -> None:
    if not screen.is_narrow(NARROW):
        screen.table(COLUMNS, told)
        return
    told = shortened(told)
    screen.table(COLUMNS, told)
    screen.result("".join(f"{visible(line)}\n" for line in reasons(told)))


def tell_age(session: Session, stale: Sequence[Submission]) -> None:
    """Of submissions whose target gave no answer it is said how old what is shown of them is."""
    alike: dict[tuple[str, str | None], list[Submission]] = {}
    for one in stale:
        if one.id:
            seen = max((event.at for _, event in session.ledger.history(one.id)), default=one.created_at)
            alike.setdefault((one.target, moment(seen)), []).append(one)
    for (target, when), (first, *others) in alike.items():
        what = f"{first.id} and {len(others):,} more on {target} are" if others else f"{first.id} on {target} is"
        session.screen.remark(f"{what} shown as of {when}")


def tell_forgotten(screen: Screen, submissions: Sequence[Submission]) -> None:
    """Of what is settled, and yet in an unknown state, it is said why."""
    for one in submissions:
        if one.is_settled and one.state is State.UNKNOWN:
            screen.remark(f"{one.id}: {one.target} took it, and does not say how it is: {reason(one)}")


def show_submitted(
    screen: Screen, submissions: Sequence[Submission], failed: Sequence[Submission], errors: Sequence[RunnerError]
) -> int:
    """What was submitted, and what was not: one job alone stands for itself, as a document or as its error; the answer
    is the exit code.
    """
    is_one = len(submissions) + len(failed) == 1
    if screen.is_human or not (is_one and submissions):
        return show(screen, submissions, errors, () if is_one else failed)
    screen.document(submission_data(submissions[0]))
    return 0
