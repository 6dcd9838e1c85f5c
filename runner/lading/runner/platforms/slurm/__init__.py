"""Slurm, through its own commands."""

from lading.runner.platforms.slurm.client import connect

__all__ = ["connect"]
