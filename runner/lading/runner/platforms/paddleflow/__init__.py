"""PaddleFlow, over its HTTP interface."""

from lading.runner.platforms.paddleflow.client import Client, connect

__all__ = ["Client", "connect"]
