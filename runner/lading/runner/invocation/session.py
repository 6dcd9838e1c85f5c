"""One command at work: its settings, its screen, and the sites, ledger and channels that it opens on first use."""

import os
from collections.abc import Iterable, Sequence
from dataclasses import replace
from functools import cached_property
from typing import TYPE_CHECKING

from lading.runner.invocation.options import Settings, WrongUsage
from lading.runner.output.screen import Screen
from lading.runner.specs.trees import DISK, Tree

if TYPE_CHECKING:
    from lading.runner.ledger.ledger import Ledger
    from lading.runner.targets.channel import Channel
    from lading.runner.targets.sites import Site


class Session:
    """What a command's function is given to work with."""

    def __init__(self, settings: Settings, tree: Tree = DISK) -> None:
        self.settings = settings
        self.tree = tree
        self.screen = Screen(settings)
        self._sites: dict[str, Site] = {}
        self._files: dict[str | None, Site] = {}
        self._opened: dict[tuple[str, str], Channel] = {}
        self._channels: dict[tuple[str, str], Channel] = {}

    def site(self, spec: str = "") -> "Site":
        """The site that holds for a spec; for no spec in particular, the one that holds in the current folder."""
        folder = os.path.dirname(spec)
        if folder not in self._sites:
            from lading.runner.targets.sites import read_site

            if self.settings.site and not self.tree.is_file(self.settings.site):
                raise WrongUsage(
                    f"there is no site file {self.settings.site}", "name one that is there, or leave out --site"
                )
            file = self.site_file(spec)
            if file not in self._files:
                self._files[file] = read_site(file, self.tree)
            self._sites[folder] = self._files[file]
        return self._sites[folder]

    def site_file(self, spec: str = "") -> str | None:
        """The file of the site that holds for a spec, as people would name it from here; None for the built-in one."""
        from lading.runner.targets.search import find_site

        return _near(find_site(self.settings.site, os.path.dirname(spec), tree=self.tree))

    @cached_property
    def ledger(self) -> "Ledger":
        """The ledger of this user."""
        from lading.runner.ledger.ledger import Ledger, state_folder

        return Ledger(state_folder())

    def channel(self, target: str, spec: str = "") -> "Channel":
        """The target to work with, as the spec's site has it, for all specs of a folder. Specs of one site share the
        target's client.
        """
        key = os.path.dirname(spec), target
        if key not in self._channels:
            from pathlib import Path

            spec_dir = Path(os.path.dirname(spec)).absolute()
            self._channels[key] = replace(self._shared(target, spec), spec_dir=spec_dir, tell=self.screen.remark)
        return self._channels[key]

    def _shared(self, target: str, spec: str) -> "Channel":
        from lading.runner.targets.channel import open_channel

        site = self.site(spec)
        key = site.file.file, target
        if key not in self._opened:
            check_targets(site, [target])
            self._opened[key] = open_channel(site, target, self.ledger)
        return self._opened[key]

    def close(self) -> None:
        """Nothing is open any more."""
        for channel in self._opened.values():
            channel.client.close()
        if "ledger" in vars(self):
            self.ledger.close()


def _near(file: str | None) -> str | None:
    """The file as people would name it from here."""
    return file.removeprefix(os.path.join(os.getcwd(), "")) if file else None


NO_SITE = "go to the folder of your site, name it with --site, or write one with `lading init`"
"""What to do where only the built-in site holds, and another target than its own was meant."""


def check_targets(site: "Site", names: Iterable[str]) -> None:
    """Every name is one of the site's targets; a wrong one is the command line's fault."""
    from lading.schema.nearest import did_you_mean

    for name in names:
        if name not in site.names:
            if site.folder is None:
                raise WrongUsage(f'no site file is found, so there is no target "{name}"', NO_SITE)
            help_ = did_you_mean(name, site.names, "its targets are")
            raise WrongUsage(f'{site.file.file} names no target "{name}"', help_)


def chosen_targets(site: "Site", named: Sequence[str]) -> list[str]:
    """The targets that were named, each once; where none was, the site's default."""
    check_targets(site, named)
    return list(dict.fromkeys(named)) or [site.default]
