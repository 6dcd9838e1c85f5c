"""What commands that ask targets about submissions show in the end."""

from collections.abc import Sequence

from lading.runner.errors import RunnerError
from lading.runner.invocation.failures import diagnostic_of
from lading.runner.ledger.record import Submission
from lading.runner.output.screen import Screen
from lading.runner.output.submissions import COLUMNS, rows, submission_data
from lading.schema.render.json import as_data


def show(screen: Screen, submissions: Sequence[Submission], errors: Sequence[RunnerError] = ()) -> int:
    """The submissions, and the errors of the targets that could not be asked; the answer is the exit code."""
    diagnostics = [diagnostic_of(error) for error in errors]
    if not screen.is_human:
        data = [submission_data(submission) for submission in submissions]
        screen.document({"submissions": data, "diagnostics": as_data(diagnostics)})
    else:
        if screen.settings.quiet:
            screen.result("".join(f"{one.id}\n" for one in submissions))
        elif submissions:
            screen.table(COLUMNS, rows(submissions))
        screen.diagnostics(diagnostics)
    return max((error.exit_code for error in errors), default=0)


def show_submitted(
    screen: Screen, submissions: Sequence[Submission], errors: Sequence[RunnerError], *, is_one: bool
) -> int:
    """What was submitted: as a document, one alone stands for itself; the answer is the exit code."""
    if screen.is_human or not (is_one and submissions):
        return show(screen, submissions, errors)
    screen.document(submission_data(submissions[0]))
    return 0
