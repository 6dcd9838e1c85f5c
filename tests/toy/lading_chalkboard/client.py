"""The operations of a chalkboard. What is written there is done by the time anybody looks again."""

import json
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path

from lading.runner.errors import NoSuchJob, Refused
from lading.runner.platform import Accepted, Client, Context, Lacking, LogLine, LogQuery, Outgoing
from lading.runner.states import State, Status


class Chalkboard(Lacking):
    """One board."""

    platform = "a chalkboard"

    def __init__(self, board: Path) -> None:
        self._board = board

    def submit(self, outgoing: Outgoing) -> Accepted:
        """The line is on the board."""
        if not self._board.is_file():
            raise Refused(f"there is no board at {self._board}")
        with self._board.open("a") as board:
            board.write(json.dumps([outgoing.token, outgoing.body]) + "\n")
        return Accepted(outgoing.token)

    def find(self, token: str, path: str = "") -> Accepted | None:
        """The token, if a line begins with it."""
        return Accepted(token) if token in self._lines() else None

    def status(self, ids: Sequence[str]) -> Mapping[str, Status]:
        """Everything on the board is done."""
        return {line: Status(State.SUCCEEDED, "ticked off", exit_code=0) for line in self._lines() if line in ids}

    def stop(self, native_id: str) -> None:
        """There is nothing left to stop."""

    def logs(self, native_id: str, query: LogQuery) -> Iterator[LogLine]:
        """The words of the line."""
        if native_id not in self._lines():
            raise NoSuchJob(f"{native_id} is not on the board")
        yield LogLine(" ".join(self._lines()[native_id]["words"]))

    def check(self) -> Sequence[tuple[str, str]]:
        """How full the board is."""
        return [("lines", str(len(self._lines())))]

    def _lines(self) -> Mapping[str, Mapping[str, list[str]]]:
        return dict(json.loads(line) for line in self._board.read_text().splitlines())


def connect(context: Context) -> Client:
    """The client of the target's board."""
    return Chalkboard(Path(context.options["board"]))
