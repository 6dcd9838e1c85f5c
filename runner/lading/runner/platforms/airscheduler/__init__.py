"""AirScheduler, through its HTTP interface of either edition, and its real-time monitor."""

from lading.runner.platforms.airscheduler.client import connect

__all__ = ["connect"]
