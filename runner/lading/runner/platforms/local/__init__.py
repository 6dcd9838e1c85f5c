"""The machine that lading runs on: supervised process groups that outlive the command that started them."""

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from lading.runner.platform import Context
    from lading.runner.platforms.local.client import Client


def connect(context: "Context") -> "Client":
    """The client of this machine. The supervisor is started through this package too, so nothing is imported before."""
    from lading.runner.platforms.local.client import Client

    return Client(context)
