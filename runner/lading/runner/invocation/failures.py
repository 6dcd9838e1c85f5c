"""Every way in which a command can end other than well, and the exit code of each: ``EXIT_CODES`` says them to people.

====================  ====  =====================================================
WrongUsage, click's     2   the command line was wrong
InvalidSpec             1   problems in a file, all of them
RunnerError           3, 4  as ``errors.py`` says
BrokenPipeError       141   whoever read our output has gone, as after SIGPIPE
KeyboardInterrupt     130   interrupted
anything else          70   our bug: one paragraph, and a report in a file
====================  ====  =====================================================
"""

import sys
from collections.abc import Callable

import click

from lading.runner.errors import RunnerError
from lading.runner.invocation.options import Settings
from lading.runner.invocation.session import Session
from lading.runner.output.screen import OutputLost, Screen, write_nowhere
from lading.schema.codes import Severity
from lading.schema.diagnostics import Diagnostic, InvalidSpec

USAGE, OUR_BUG, INTERRUPTED, BROKEN_PIPE = 2, 70, 130, 141

EXIT_CODES = {
    0: "Yes: valid, no difference, submitted, succeeded.",
    1: "No: problems in a file, differences, a job that failed. `lading run` ends with the job's own code.",
    USAGE: "The command line was wrong.",
    3: "The platform said no or could not be reached, or something needed was not found: what the error names was not "
    "submitted.",
    4: "The outcome is unknown: the request may have been accepted, and `lading resolve` settles it. Of `lading wait`: "
    "the time was up.",
    OUR_BUG: "A bug of lading: one paragraph, and a report in a file.",
    INTERRUPTED: "Interrupted.",
    BROKEN_PIPE: "Whoever read the output has gone.",
}
"""What each exit code means, for people."""


def guarded(action: Callable[[], int | None], session: Session) -> int:
    """The exit code of the action; the user knows of whatever went wrong in it, and nothing is left open."""
    try:
        return _told(action, session)
    finally:
        session.close()


def _told(action: Callable[[], int | None], session: Session) -> int:
    screen = session.screen
    try:
        code = action() or 0
    except click.exceptions.Exit as done:
        return done.exit_code
    except click.exceptions.NoArgsIsHelpError as error:
        screen.complain(error.message)
        return USAGE
    except click.ClickException as error:
        return screen.failure([usage_diagnostic(error)], USAGE)
    except InvalidSpec as error:
        return screen.failure(error.diagnostics, 1)
    except OutputLost as error:
        write_nowhere(sys.stdout)
        return screen.failure([diagnostic_of(error)], error.exit_code)
    except RunnerError as error:
        return screen.failure([diagnostic_of(error)], error.exit_code)
    except BrokenPipeError:
        write_nowhere(sys.stdout)
        return BROKEN_PIPE
    except (KeyboardInterrupt, click.Abort):
        _interrupt_at_once()
        screen.remark("interrupted")
        return INTERRUPTED
    except Exception as error:  # noqa: BLE001 - this is where our own bugs surface
        return _our_bug(error, screen)
    return code


def _interrupt_at_once() -> None:
    """Python still waits for threads; whoever interrupts us again ends the process, as the shell expects."""
    import signal
    import threading

    if threading.current_thread() is threading.main_thread():
        signal.signal(signal.SIGINT, signal.SIG_DFL)


def before_any_command(error: BaseException) -> int:
    """The exit code of a command line that named no command that could be run."""

    def again() -> int:
        if isinstance(error, OSError) and not isinstance(error, BrokenPipeError):
            raise OutputLost(error)  # of a text of help: nothing else is written yet, and nothing read
        raise error

    return guarded(again, Session(Settings()))


def diagnostic_of(error: RunnerError) -> Diagnostic:
    """The error as people and programs read it. A server may have repeated what it was sent."""
    from lading.runner.secrets.scrub import scrubbed

    return Diagnostic(error.code, Severity.ERROR, str(scrubbed(error)), help=error.help or error.advice)


def usage_diagnostic(error: click.ClickException) -> Diagnostic:
    """What is wrong with the command line, in one sentence, and one thing to do."""
    return Diagnostic("LD701", Severity.ERROR, _sentence(error), help=_advice(error))


def _sentence(error: click.ClickException) -> str:
    if isinstance(error, click.NoSuchOption):
        return f"there is no option {error.option_name}"
    if isinstance(error, click.MissingParameter) and error.param:
        return f"{_named(error.param)} is missing"
    text = error.message.rstrip(".")
    if isinstance(error, click.BadParameter) and error.param:
        return f"{error.param.opts[-1]} {text}" if text.startswith("must") else f"{error.param.opts[-1]}: {text}"
    return text[:1].lower() + text[1:]


def _named(parameter: click.Parameter) -> str:
    if isinstance(parameter, click.Argument):
        return parameter.make_metavar(click.Context(click.Command("lading"))).strip("[].") or "an argument"
    return f"the option {parameter.opts[-1]}"


def _advice(error: click.ClickException) -> str:
    if advice := getattr(error, "help", ""):
        return str(advice)
    context = getattr(error, "ctx", None)
    if isinstance(error, click.NoSuchOption) and context:
        from lading.schema.nearest import nearest

        known = [name for option in context.command.get_params(context) for name in option.opts]
        if near := nearest(error.option_name, known):
            return f"did you mean {near}?"
    return f"`{context.command_path if context else 'lading'} --help` shows how it is used"


def _our_bug(error: Exception, screen: Screen) -> int:
    from lading.runner.invocation.crash import report

    screen.complain(report(error))
    return OUR_BUG
