"""Everything that can go wrong outside our own code, as one tree, each with the exit code it means.

::

    RunnerError                 3
    ├── Refused                 3   the platform said no; nothing was submitted
    │   └── LoginRejected       3   the platform did not take the login; nothing was done
    │       └── LoginMissing    3   the site has no login for the target; nobody was asked
    ├── Unreachable             3   nothing was sent, or it is known not to have been accepted
    │   └── Busy                3   the platform answers, and takes nothing now
    ├── NotSupported            3   the platform has no such operation
    ├── NoSuchJob               3   the platform, or the ledger, does not know that id
    ├── SecretMissing           3   a secret's value could not be found; nothing was sent
    ├── PlanUnusable            3   the plan is not to be used, or not any more; nothing was sent
    ├── LedgerUnusable          3   the ledger can not be read or written; nothing was sent
    └── OutcomeUnknown          4   it may have been accepted; the ledger knows, ``lading resolve`` settles it

Platform clients raise these and nothing else; the CLI shows them as one diagnostic. Messages never hold secrets: they
have passed ``secrets.scrub``.
"""

import re


class RunnerError(Exception):
    """Something outside refused or failed. ``help`` is one thing to do; ``code`` the diagnostic's code."""

    exit_code = 3
    code = "LD601"
    advice = ""
    """What can be done where an error does not say it itself."""

    def __init__(self, message: str, help: str = "") -> None:  # noqa: A002 - it is called help everywhere people see it
        super().__init__(message)
        self.help = help
        self.submission = ""
        """The id under which the ledger has what failed, where it does."""

    def about(self, target: str, job: str = "") -> "RunnerError":
        """The same error, whose message says which target it is about, and which job, where it did not yet."""
        if not all(_names(str(self), name) for name in (target, job) if name):
            self.args = (f"{f'{job} on {target}' if job else target}: {self}",)
        return self


def _names(text: str, name: str) -> bool:
    return bool(re.search(rf"(?<![\w-]){re.escape(name)}(?![\w-])", text))


class Refused(RunnerError):
    """The platform said no; nothing was submitted."""

    code = "LD602"
    advice = "change what it does not take, or choose another target with -t"


class LoginRejected(Refused):
    """The platform did not take the login; nothing was done."""

    code = "LD609"
    advice = "see what the site says under auth, and try `lading doctor`"


class LoginMissing(LoginRejected):
    """The site has no login for the target, so nobody was asked."""


class Unreachable(RunnerError):
    """Nothing was sent, or what was sent is known not to have been accepted."""

    code = "LD603"
    advice = "see that the target's address in the site is right and that its server runs, and try `lading doctor`"


class Busy(Unreachable):
    """The platform answers, and takes nothing now."""


class NotSupported(RunnerError):
    """The platform has no such operation."""

    code = "LD604"
    advice = "leave it out, or choose another target"


class NoSuchJob(RunnerError):
    """Neither the ledger nor the platform knows that id."""

    code = "LD605"
    advice = "`lading list` shows what was submitted, with the id that each target gave"


class SecretMissing(RunnerError):
    """A secret's value could not be found; nothing was sent."""

    code = "LD606"


class PlanUnusable(RunnerError):
    """A plan that was used, changed or overtaken; nothing was sent."""

    code = "LD610"


class LedgerUnusable(RunnerError):
    """The ledger can not be read or written; nothing was sent."""

    code = "LD608"


class OutcomeUnknown(RunnerError):
    """The request may have been accepted. Never raised for what is known either way."""

    exit_code = 4
    code = "LD607"
