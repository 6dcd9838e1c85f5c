"""Which clients there are: the modules under ``platforms/``, and other packages' entry points. Imported on use."""

from importlib import import_module
from importlib.util import find_spec
from types import ModuleType
from typing import cast

from lading.compiler.registry import own_platforms
from lading.runner.errors import NotSupported
from lading.runner.platform import Client, Context, Lacking

GROUP = "lading.clients"


def connect(platform: str, context: Context) -> Client:
    """A client of the platform for the target that the context describes. Nothing is sent yet."""
    module = _own(platform) or _other(platform)
    if module is None:
        raise NotSupported(
            f"lading compiles for {platform} and can not talk to it yet: `lading compile -o DIR` writes what it takes"
        )
    return cast("Client", module.connect(context))


def who_has(operation: str) -> list[str]:
    """The platforms whose clients have an operation that others lack."""
    clients = {name: import_module(f"lading.runner.platforms.{name}.client").Client for name in own_clients()}
    lacking = getattr(Lacking, operation)
    return [name for name, client in clients.items() if getattr(client, operation) is not lacking]


def own_clients() -> list[str]:
    """The platforms of lading itself that it can talk to."""
    return [name for name in own_platforms() if _own(name)]


def _own(platform: str) -> ModuleType | None:
    name = f"lading.runner.platforms.{platform}"
    return import_module(name) if platform.isidentifier() and find_spec(name) else None


def _other(platform: str) -> ModuleType | None:
    from importlib.metadata import entry_points

    found = next(iter(entry_points(group=GROUP, name=platform)), None)
    return import_module(found.value) if found else None
