"""A channel: one target as the runner works with it, and what every operation on it needs."""

import time
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from threading import Event

from lading.compiler.registry import default_options
from lading.runner.errors import RunnerError
from lading.runner.ledger.ledger import Ledger
from lading.runner.ledger.record import Submission
from lading.runner.platform import Client, Context
from lading.runner.secrets.vault import Vault
from lading.runner.submission.ids import Ids
from lading.runner.targets.registry import connect
from lading.runner.targets.sites import Site


@dataclass(frozen=True, slots=True)
class Channel:
    """A client, the ledger that keeps what it does, the secrets that it is given, and where a spec's files start.

    ``tell`` says something to whoever waits. ``platform`` and ``endpoint`` are what the site says of the target now.
    ``is_away`` is set while the target is known not to be reached, however long one waits.
    """

    client: Client
    ledger: Ledger
    vault: Vault
    platform: str = ""
    endpoint: str = ""
    spec_dir: Path = Path()
    ids: Ids = field(default_factory=Ids)
    sleep: Callable[[float], None] = time.sleep
    clock: Callable[[], float] = time.time
    tell: Callable[[str], None] = lambda _: None
    is_away: Event = field(default_factory=Event)


def open_channel(site: Site, target: str, ledger: Ledger) -> Channel:
    """A channel to the site's target of that name. Nothing is sent yet; what its server was given before is known."""
    entry = site.entry(target)
    folder = Path(site.folder or "")
    vault = Vault({**site.secrets, **site.logins}, folder)
    vault.recall(ledger.secrets_sent(target) if vault.asks_somebody else ())
    context = Context(
        target=target,
        options={**default_options(entry["platform"]), **entry.get("options", {})},
        endpoint=entry.get("endpoint", ""),
        auth=vault.login(target, entry.get("auth", {})),
        state_dir=ledger.folder,
        ca_file=_beside(folder, entry.get("caFile")),
        secret=vault.value,
    )
    return Channel(connect(entry["platform"], context), ledger, vault, entry["platform"], context.endpoint)


def check_same_place(submission: Submission, channel: Channel) -> None:
    """The submission's native ids mean something there: ids start anew where a target's name stands for another server.

    Raises where the site has given the target another platform or address since.
    """
    then, now = submission.platform, channel.platform
    if then == now or not now:
        then, now = submission.endpoint.rstrip("/"), channel.endpoint.rstrip("/")
    if then and then != now:
        target = submission.target
        raise RunnerError(
            f"{submission.id} was submitted to {then}, and {target} is {now or 'without an endpoint'} now",
            f"set {target} back in the site, or name a job that is there now as {target}:NATIVE-ID",
        )


def _beside(folder: Path, name: str | None) -> Path | None:
    """The file that a site names; relative names start at the site's folder."""
    return folder / Path(name).expanduser() if name else None
