"""The storages of an account, as volumes of a catalog."""

from collections import Counter
from collections.abc import Iterator
from typing import Any

from lading.runner.http.answer import field
from lading.runner.platforms.suanli import protocol
from lading.runner.platforms.suanli.account import Account

KINDS = {
    "storage": (protocol.STORAGES, {"storage_type": "Juicefs", "status": "Activate"}, "storage_name"),
    "share": (protocol.STORAGES, {"storage_type": "ShareStorage", "status": "Activate"}, "storage_name"),
    "nas": (protocol.NAS, {"statuses": "Active"}, "name"),
}
"""By what a catalog calls a kind: the list in which it stands, those of the list that can be used, and their names."""


def volumes(account: Account) -> dict[str, dict[str, Any]]:
    """Every storage that can be used, by its name; where several have one name, that and their ids."""
    found = list(_found(account))
    taken = Counter(name for name, _, _ in found)
    names = [(name if taken[name] == 1 else f"{name}-{kind}-{id_}", kind, id_) for name, kind, id_ in found]
    return {name: {kind: id_} for name, kind, id_ in sorted(names)}


def _found(account: Account) -> Iterator[tuple[str, str, int]]:
    for kind, (path, query, name) in KINDS.items():
        rows = account.rows(path, **query)
        with account.reading():
            for row in rows:
                id_ = protocol.amount(row, "storage_id")
                yield field(row, name, of=str, default="") or f"{kind}-{id_}", kind, id_
