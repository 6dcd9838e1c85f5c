"""Suanli, over its open API."""

from lading.runner.platforms.suanli.client import Client, connect

__all__ = ["Client", "connect"]
