"""NEWT, a web service in front of a supercomputer's Slurm."""

from lading.runner.platforms.newt.client import connect

__all__ = ["connect"]
