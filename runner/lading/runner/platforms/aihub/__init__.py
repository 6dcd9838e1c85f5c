"""AIHub, over its services' HTTP interfaces."""

from lading.runner.platforms.aihub.client import Client, connect

__all__ = ["Client", "connect"]
