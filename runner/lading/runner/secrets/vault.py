"""Secrets: a name everywhere, and a value in one place, between its source and the request on its way out.

A site says for each name where the value is found. A :class:`Vault` looks it up when it is first needed, once, and
hands it out as a :class:`SecretValue`, which shows itself as ``***`` to all who do not ask for it by ``reveal``.
"""

import hmac
import os
import stat
import threading
from collections.abc import Callable, Collection, Iterator, Mapping
from contextlib import suppress
from pathlib import Path
from typing import Any, NoReturn

from lading.runner.errors import SecretMissing

HIDDEN = "***"
LARGEST = 2**20
"""Bytes; a secret's file that is larger is not a secret's file."""

COMMAND_TIMEOUT = 60.0
"""Seconds; long enough for somebody to type the passphrase that a password manager asks for."""

SILENT = frozenset({"env", "file"})
"""Sources that ask nobody for a passphrase."""

Source = Mapping[str, Any]
"""Exactly one of env, file, keyring and command, as the site has it."""


class SecretValue:
    """A secret's value. It can not be printed, formatted, pickled or put into JSON; only ``reveal`` tells it."""

    __slots__ = ("_value",)
    __hash__ = None  # type: ignore[assignment] # a hash would tell two values apart

    def __init__(self, value: str) -> None:
        self._value = value

    def reveal(self) -> str:
        """The value itself, for the wire and for nothing else."""
        return self._value

    def __repr__(self) -> str:
        return HIDDEN

    def __format__(self, spec: str) -> str:
        return HIDDEN

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, SecretValue):
            return NotImplemented
        return hmac.compare_digest(self._value.encode(), other.reveal().encode())

    def __copy__(self) -> "SecretValue":
        return self

    def __deepcopy__(self, memo: dict[int, Any]) -> "SecretValue":
        return self

    def __reduce__(self) -> NoReturn:
        raise TypeError("a secret's value is never written down")


looked_up: list[SecretValue] = []
"""Every value that this process has looked up, and must not show or store: a crash report knows no vault."""


def revealed(data: Any, write: Callable[[str], str] = str) -> Any:
    """The data with each value itself where it stood hidden, as ``write`` has it: for the wire and for nothing else."""
    if data is None or isinstance(data, str | int | float):  # as most of it is
        return data
    if isinstance(data, SecretValue):
        return write(data.reveal())
    if isinstance(data, Mapping):
        return {key: revealed(item, write) for key, item in data.items()}
    return [revealed(item, write) for item in data] if isinstance(data, list) else data


def kept_secret(value: str) -> SecretValue:
    """A value that came from elsewhere than a vault, such as a login's token, and is hidden as if it had."""
    found = SecretValue(value)
    if found not in looked_up:
        looked_up.append(found)
    return found


class Vault:
    """The secrets that a site names. ``folder`` is where the site's relative file names start."""

    def __init__(
        self, sources: Mapping[str, Source], folder: Path = Path(), environ: Mapping[str, str] = os.environ
    ) -> None:
        self._sources, self._folder, self._environ = sources, folder, environ
        self._known: dict[str, SecretValue] = {}
        self._lock = threading.Lock()

    def value(self, name: str) -> SecretValue:
        """The value of the secret that specs call by this name."""
        if name not in self._sources:
            from lading.schema.nearest import did_you_mean

            raise SecretMissing(f'the site names no secret "{name}"', did_you_mean(name, self._sources, "it names"))
        return self.look_up(f'the secret "{name}"', self._sources[name])

    def look_up(self, what: str, source: Source, *, is_secret: bool = True) -> SecretValue:
        """The value that the source holds, asked for once. ``what`` says in an error what it is for.

        What is no secret, as a user's name, is not taken out of what people are shown.
        """
        (kind, where), *_ = source.items()
        key = f"{kind} {where}"
        with self._lock:
            if key not in self._known:
                value = _checked(what, _READERS[kind](self, what, where))
                self._known[key] = kept_secret(value) if is_secret else SecretValue(value)
            return self._known[key]

    @property
    def asks_somebody(self) -> frozenset[str]:
        """The secrets whose source may ask for a passphrase."""
        return frozenset(name for name, source in self._sources.items() if not source.keys() & SILENT)

    def recall(self, sent: Collection[str] = ()) -> None:
        """The secrets that were sent are known from now on, and all that can be had without asking anybody: a server
        may repeat one that another command gave it, and whoever does not know it can not hide it.
        """
        for name in self._sources.keys() - self.asks_somebody | self._sources.keys() & set(sent):
            with suppress(SecretMissing):
                self.value(name)

    def login(self, target: str, auth: Mapping[str, Source]) -> "Login":
        """The target's ``auth``, each value looked up when it is asked for."""
        return Login(self, target, auth)

    def _env(self, what: str, name: str) -> str:
        value = self._environ.get(name)
        if value is None:
            raise SecretMissing(f"{what} was not found: ${name} is not set", f"set the environment variable {name}")
        return value

    def _file(self, what: str, name: str) -> str:
        try:
            path = self._folder / Path(name).expanduser()
            with path.open("rb") as stream:
                _check_private(what, name, os.fstat(stream.fileno()))
                data = stream.read(LARGEST + 1)
        except (OSError, RuntimeError) as error:
            reason = getattr(error, "strerror", None) or str(error)
            raise SecretMissing(
                f"{what} was not found: {name}: {reason}", f"see that {name} is there and can be read"
            ) from None
        if len(data) > LARGEST:
            raise SecretMissing(f"{what} was not found: {name} is larger than 1 MiB", "name the right file in the site")
        return _text(what, data)

    def _keyring(self, what: str, entry: str) -> str:
        try:
            import keyring
            from keyring.errors import KeyringError
        except ImportError:
            raise SecretMissing(
                f"{what} is in the keyring, and the package that reads it is not installed",
                "install it: pip install 'lading[keyring]'",
            ) from None
        service, _, user = entry.partition("/")
        try:
            value = keyring.get_password(service, user)
        except KeyringError as error:
            problem = f"the keyring can not be read ({type(error).__name__})"
            raise SecretMissing(f"{what} was not found: {problem}", "unlock it") from None
        if value is None:
            help_ = f"store it: keyring set {service} {user}"
            raise SecretMissing(f"{what} was not found: the keyring has no entry {entry}", help_)
        return value

    def _command(self, what: str, argv: list[str]) -> str:
        import subprocess

        try:
            done = subprocess.run(
                argv, stdin=subprocess.DEVNULL, capture_output=True, timeout=COMMAND_TIMEOUT, check=False
            )
        except subprocess.TimeoutExpired:
            problem = f"did not answer in {COMMAND_TIMEOUT:.0f} s"
        except OSError as error:
            problem = f"could not be started: {error.strerror}"
        else:
            if done.returncode == 0:
                return _text(what, done.stdout)
            problem = f"ended with status {done.returncode}"
        # Neither its output nor its arguments are shown: either may hold the value.
        raise SecretMissing(
            f"{what} was not found: the command {argv[0]} {problem}", "run it by hand to see why"
        ) from None


_READERS: Mapping[str, Callable[[Vault, str, Any], str]] = {
    "env": Vault._env,  # noqa: SLF001
    "file": Vault._file,  # noqa: SLF001
    "keyring": Vault._keyring,  # noqa: SLF001
    "command": Vault._command,  # noqa: SLF001
}


NO_SECRETS = frozenset({"username"})
"""Parts of a login that everybody may know: they stand in paths and in lists of jobs."""


class Login(Mapping[str, SecretValue]):
    """What a client logs in with: asking for a value looks it up."""

    def __init__(self, vault: Vault, target: str, sources: Mapping[str, Source]) -> None:
        self._vault, self._target, self._sources = vault, target, sources

    def __getitem__(self, name: str) -> SecretValue:
        is_secret = name not in NO_SECRETS
        return self._vault.look_up(f"the {name} of {self._target}", self._sources[name], is_secret=is_secret)

    def __iter__(self) -> Iterator[str]:
        return iter(self._sources)

    def __len__(self) -> int:
        return len(self._sources)


def _check_private(what: str, name: str, status: os.stat_result) -> None:
    if not stat.S_ISREG(status.st_mode):
        raise SecretMissing(f"{what} was not found: {name} is not a file", "name the right file in the site")
    if status.st_uid != os.geteuid():
        raise SecretMissing(f"{what} is not safe: {name} belongs to somebody else", "make a file of your own for it")
    if status.st_mode & 0o077:
        mode = f"{stat.S_IMODE(status.st_mode):04o}"
        raise SecretMissing(f"{what} is not safe: others may read {name} (mode {mode})", f"run: chmod 600 {name}")


def _text(what: str, data: bytes) -> str:
    try:
        text = data.decode()
    except UnicodeDecodeError:
        raise SecretMissing(f"{what} is not text", "store it as UTF-8") from None
    return text.removesuffix("\n").removesuffix("\r")


def _checked(what: str, value: str) -> str:
    if not value:
        raise SecretMissing(f"{what} is empty", "store its value")
    if "\0" in value:
        raise SecretMissing(f"{what} holds a NUL character, which no environment can carry", "store it as plain text")
    return value
