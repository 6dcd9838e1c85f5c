"""The operations of an AIHub."""

import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager, suppress
from pathlib import Path
from typing import Any

from lading.runner.errors import NoSuchJob, NotSupported, OutcomeUnknown, Refused, RunnerError, Unreachable
from lading.runner.http.answer import Garbled, field, short
from lading.runner.http.connection import Call
from lading.runner.platform import Accepted, Context, Download, Lacking, LogLine, LogQuery, Outgoing
from lading.runner.platforms.aihub import live, protocol
from lading.runner.platforms.aihub.catalog import catalog_of
from lading.runner.platforms.aihub.elsewhere import fetched, opened, relayed
from lading.runner.platforms.aihub.listing import Listing
from lading.runner.platforms.aihub.logs import Logs
from lading.runner.platforms.aihub.protocol import KINDS, LONGEST_NUMBER, NAME, Kind, number_of
from lading.runner.platforms.aihub.services import Services
from lading.runner.secrets.vault import revealed
from lading.runner.states import State, Status

FEW = 5
"""So many of a kind are asked about one by one; of more, their list is asked for first."""


SETTLING = (0.0, 0.5, 1.5, 3.0)
"""Seconds before each look at whether what was told to run again does."""


def connect(context: Context) -> "Client":
    """A client of the target. Nothing is asked yet."""
    return Client(context)


class Client(Lacking):
    """One AIHub, as one of its users. Native ids are ``KIND/NUMBER``, since each kind counts for itself."""

    platform = NAME

    def __init__(self, context: Context, sleep: Callable[[float], None] = time.sleep) -> None:
        self._context, self._sleep = context, sleep
        self._services = Services(context)

    def submit(self, outgoing: Outgoing) -> Accepted:
        """The work was accepted; its description begins with the token, which is how it can be found again, also where
        long descriptions are cut.
        """
        kind = protocol.kind_at(outgoing.path)
        api = self._services.of(outgoing.path)
        body = dict(revealed(outgoing.body))
        if KINDS[kind].items:
            body["description"] = f"{marker(outgoing.token)} {body.get('description') or ''}".rstrip()
        with _sendable(outgoing.path, body) as call:
            said = api.order(call)
        with api.reading(OutcomeUnknown):
            return Accepted(f"{kind}/{number_of(said)}", {"data": said})

    def bring(self, outgoing: Outgoing) -> Any:
        """The file is where a later request finds it."""
        api = self._services.of(outgoing.path)
        with _sendable(outgoing.path, outgoing.body) as call:
            said = api.order(call)
        with api.reading(OutcomeUnknown):
            field(said, "path", of=str)
        return {"data": said}

    def find(self, token: str, path: str = "") -> Accepted | None:
        """The work of the kind that was asked for at the path, whose description has the token."""
        kind = protocol.kind_at(path)
        if not KINDS[kind].items:
            raise OutcomeUnknown(f"{NAME} can not be asked for what was handed in", "look for it in its own pages")
        api = self._services.of(path)
        try:
            with api.reading():
                row = Listing(api, KINDS[kind].items).find(marker(token), token)
                return Accepted(f"{kind}/{number_of(row)}", {"data": row}) if row else None
        except Unreachable:
            raise  # it may be back soon
        except RunnerError as error:
            raise OutcomeUnknown(str(error), error.help) from None

    def look_up(self, what: Mapping[str, Any]) -> Any:
        """The number of the version of a data set that people call ``NAME/V3``."""
        name = what["datasetVersion"]
        try:
            return self._asked(protocol.VERSION_OF, number_of, name=name)
        except NoSuchJob:
            raise Refused(f"{NAME} has no version {name}", "correct `parent` in the spec") from None

    def status(self, ids: Sequence[str]) -> Mapping[str, Status]:
        """One by one where there are few of a kind; else from the kind's list, and what that lacks one by one."""
        rows: dict[str, Mapping[str, Any]] = {}
        known = [native_id for native_id in ids if _is_known(native_id)]
        for name in {_kind(native_id)[0] for native_id in known}:
            own = [native_id for native_id in known if native_id.startswith(f"{name}/")]
            if len(own) > FEW and KINDS[name].states:
                rows |= self._listed(name, own)
        for native_id in known:
            if native_id not in rows and (row := self._row(native_id)) is not None:
                rows[native_id] = row
        return {native_id: self._status(native_id, row) for native_id, row in rows.items()}

    def stop(self, native_id: str) -> None:
        """The work was told to end; what has ended already is fine."""
        kind, number = self._known(native_id)
        if kind.stop is None:
            raise NotSupported(f"{NAME} can not stop a {native_id.partition('/')[0]}", "it ends by itself")
        method, step = kind.stop
        try:
            self._services.of(kind.items).order(Call(method, f"{kind.items}/{number}/{step}"))
        except Refused:
            now = self.status([native_id]).get(native_id)
            if now is None or not now.state.is_final:
                raise

    def start(self, native_id: str) -> str:
        """A run of a pipeline that has ended runs again: only what failed of one that has failed, all of another."""
        kind, number = self._known(native_id)
        if kind.again is None:
            raise NotSupported(f"{NAME} starts a {native_id.partition('/')[0]} once", "submit it again")
        before = self.status([native_id]).get(native_id)
        if before and not before.state.is_final:
            raise Refused(f"{native_id} has not ended: it is {before.state}", "stop it first, or wait for its end")
        step = kind.again[0 if before and before.state is State.FAILED else 1]
        api = self._services.of(kind.items)
        said = api.order(Call("PUT", f"{kind.items}/{number}/{step}"))
        with api.reading(OutcomeUnknown):
            now = native_id if said is None else f"{native_id.partition('/')[0]}/{number_of(said)}"
        if now == native_id:
            self._await_other(native_id, before)
        return now

    def live(self, native_id: str, sent: Mapping[str, Any]) -> Mapping[str, Any]:
        """The work's record, in the words of a request."""
        kind, _ = self._known(native_id)
        if not kind.items:
            raise NotSupported(f"{NAME} can not be asked for what was handed in", "look for it in its own pages")
        row = self._row(native_id)
        if row is None:
            raise NoSuchJob(f"{NAME} has no {native_id}")
        with self._services.of(kind.items).reading():
            return live.body(sent, row)

    def logs(self, native_id: str, query: LogQuery) -> Iterator[LogLine]:
        """The output of a task's pods, or of a run's nodes."""
        kind, number = self._known(native_id)
        if not (kind.has_pods or kind.again):
            raise NotSupported(f"a {native_id.partition('/')[0]} of {NAME} prints nothing", "`lading status` says more")
        api = self._services.of(kind.items)
        return Logs(api, self._context, kind, number, query, self._sleep).lines()

    def result(self, native_id: str) -> Download | None:
        """The CSV of a search that has succeeded."""
        row = self._row(native_id)
        url = (row or {}).get("result_url")
        return fetched(url, self._context) if isinstance(url, str) and url else None

    def upload(self, file: Path, place: str) -> str:
        """The file is in the object store, at BUCKET/KEY."""
        return relayed(file, place, self._context)

    def catalog(self) -> Mapping[str, Any]:
        """The clusters with their SKUs, the models of their GPUs, and the storages."""
        clusters = self._clusters()
        storages = self._asked(protocol.STORAGES, protocol.rows)
        with self._services.of(protocol.CLUSTERS).reading():
            return catalog_of(clusters, storages, self._used)

    def check(self) -> Sequence[tuple[str, str]]:
        """Whether the login is good, and how much the user can see."""
        storages = self._asked(protocol.STORAGES, protocol.rows)
        clusters = self._clusters()
        projects = self._asked(protocol.PROJECTS, protocol.rows)
        seen = {"storages": storages, "clusters": clusters, "projects": projects}
        return [("login", "good"), *((name, str(len(found))) for name, found in seen.items())]

    def close(self) -> None:
        """Nothing is open any more."""
        self._services.close()

    def _await_other(self, native_id: str, before: Status | None) -> None:
        """For a moment, until the platform does not tell the old end any more of what runs again."""
        for pause in SETTLING:
            self._sleep(pause)
            if self.status([native_id]).get(native_id) != before:
                return

    def _clusters(self) -> Sequence[Mapping[str, Any]]:
        """Those that tasks of this user can be sent to."""
        query = {"module_type": protocol.FOR_TRAINING, **self._services.asker}
        found: list[Mapping[str, Any]] = self._asked(protocol.CLUSTERS, protocol.rows, **query)
        return found

    def _used(self, cluster: int) -> Mapping[str, Any]:
        """The cluster as a task has it: a training, or where there never was one, a quota task."""
        for name in ("training", "quota"):
            with suppress(NotSupported, Refused):
                for row in self._asked(KINDS[name].items, protocol.rows, page_size=1, virtual_cluster_id=cluster):
                    found: Mapping[str, Any] = field(row, "virtual_cluster", of=Mapping, default={})
                    if found.get("id") == cluster:
                        return found
        return {}

    def _asked(self, path: str, read: Any, **query: str | int) -> Any:
        api = self._services.of(path)
        data = api.ask(Call("GET", path, query=query))
        with api.reading():
            return read(data)

    def _row(self, native_id: str) -> Mapping[str, Any] | None:
        kind, number = self._known(native_id)
        if not kind.items:
            return {}
        api = self._services.of(kind.items)
        try:
            row = api.ask(Call("GET", f"{kind.items}/{number}"))
        except NoSuchJob:
            return None
        with api.reading():
            if number_of(row) != number:
                raise Garbled("it tells of something else")
        return dict(row)

    def _listed(self, name: str, ids: Sequence[str]) -> dict[str, Mapping[str, Any]]:
        api = self._services.of(KINDS[name].items)
        with api.reading():
            rows = Listing(api, KINDS[name].items).several({_kind(native_id)[1] for native_id in ids})
        return {f"{name}/{number}": row for number, row in rows.items()}

    def _status(self, native_id: str, row: Mapping[str, Any]) -> Status:
        kind, _ = self._known(native_id)
        if kind.states is None:
            return Status(State.SUCCEEDED, "there")
        with self._services.of(kind.items).reading():
            return status_of(row, kind)

    def _known(self, native_id: str) -> tuple[Kind, int]:
        if not _is_known(native_id):
            raise NoSuchJob(f"{NAME} knows no {short(native_id)}", f"its ids are KIND/NUMBER, of {', '.join(KINDS)}")
        name, number = _kind(native_id)
        return KINDS[name], number


def marker(token: str) -> str:
    """What a description begins with."""
    return f"[lading:{token}]"


def status_of(row: Mapping[str, Any], kind: Kind) -> Status:
    """What a record says; its times are in milliseconds, and 0 where there is none."""
    number = field(row, "status", of=int)
    state = (kind.states or {}).get(number, State.UNKNOWN)
    word = f"{number} {protocol.WORDS[state]}" if state in protocol.WORDS else str(number)
    message = field(row, "message", of=str, default="")
    started, ended = (field(row, name, of=int, default=0) / 1000 for name in ("started_at", "finished_at"))
    url = field(row, "result_url", of=str, default="")
    return Status(
        state,
        word,
        reason="" if state is State.SUCCEEDED else short(message),
        started=started if started > 0 else None,
        ended=ended if ended > 0 and state.is_final else None,
        result={"url": url} if url and state is State.SUCCEEDED else None,
    )


@contextmanager
def _sendable(path: str, body: Mapping[str, Any]) -> Iterator[Call]:
    """A request whose files are open for as long as it is on its way: one with files goes out as a form."""
    paths = {name: value for name, value in body.items() if isinstance(value, Path)}
    if not paths:
        yield Call("POST", path, json=body)
        return
    texts = {name: value for name, value in body.items() if name not in paths}
    with ExitStack() as stack:
        files = {name: (file.name, stack.enter_context(opened(file))) for name, file in paths.items()}
        yield Call("POST", path, form=texts, files=files)


def _kind(native_id: str) -> tuple[str, int]:
    name, _, number = native_id.partition("/")
    return name, int(number)


def _is_known(native_id: str) -> bool:
    name, _, number = native_id.partition("/")
    return name in KINDS and number.isdecimal() and number.isascii() and len(number) <= LONGEST_NUMBER
