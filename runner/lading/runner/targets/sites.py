"""Sites: the targets that a site file names, or ``local`` where there is no file.

Which file holds, ``search.py`` says. What the targets were seen to have stands in the lock beside it (``lock.py``), and
the file itself over that.
"""

import os
from collections.abc import Iterator, Mapping
from typing import Any, NamedTuple

from lading.compiler.registry import default_options, language, module_of, platform, platforms, sections
from lading.compiler.secrets import login_secret
from lading.compiler.target import Target
from lading.runner.specs.trees import DISK, Tree
from lading.runner.targets.lock import NO_LOCK, lock_beside, merged_catalog
from lading.schema.diagnostics import Diagnostic, Finding, InvalidSpec, diagnose, has_errors, in_order
from lading.schema.job import field_at
from lading.schema.load import load_site
from lading.schema.nearest import did_you_mean
from lading.schema.paths import Path as Steps
from lading.schema.paths import parse
from lading.schema.site import SiteFile

BUILT_IN = b"""\
lading: v1
kind: site
default: local
targets:
  local: {platform: local, accept: [image, schedule.queue, schedule.priority]}
"""
"""What holds where there is no site file: a machine to try things out on."""


class Site(NamedTuple):
    """A site without errors, and the lock beside it.

    ``folder`` is where its relative file names start, None where it is the built-in one.
    """

    file: SiteFile
    folder: str | None = None
    lock: SiteFile = NO_LOCK

    @property
    def names(self) -> tuple[str, ...]:
        """The names of its targets, in its own order."""
        return tuple(self.file.value.get("targets", {}))

    @property
    def secrets(self) -> Mapping[str, Any]:
        """Where the value of each secret is found, by name."""
        return dict(self.file.value.get("secrets", {}))

    @property
    def logins(self) -> Mapping[str, Any]:
        """Where the logins of image registries are found, by what they go by among the secrets."""
        registries: Mapping[str, Any] = self.file.value.get("registries", {})
        return {
            login_secret(host, part): source for host, login in registries.items() for part, source in login.items()
        }

    @property
    def default(self) -> str:
        """The target that is meant where none is named: the one that the site says, or its only one."""
        if said := self.file.value.get("default"):
            return str(said)
        if len(self.names) == 1:
            return self.names[0]
        raise InvalidSpec([self._objection("LD505", (), {"known": ", ".join(self.names)})])

    def target(self, name: str) -> Target:
        """The target of that name, to compile for."""
        value = self.entry(name)
        found = platform(value["platform"])
        assert found is not None, "a site with an unknown platform is never made"
        return Target(
            name=name,
            platform=found,
            options={**default_options(value["platform"]), **value.get("options", {})},
            catalog=self.catalog(name),
            accept=tuple(path for text in value.get("accept", ()) if (path := parse(text))),
            defaults=self.file.layer.below(("targets", name, "defaults")),
            endpoint=value.get("endpoint", ""),
            registries=self.file.value.get("registries", {}),
            secrets=frozenset(self.secrets),
        )

    def entry(self, name: str) -> Mapping[str, Any]:
        """What the site says of the target of that name, normalised."""
        targets: Mapping[str, Any] = self.file.value.get("targets", {})
        if name not in targets:
            help_ = did_you_mean(name, targets, "its targets are")
            raise InvalidSpec([self._objection("LD503", ("targets",), {"name": name, "help": help_})])
        return dict(targets[name])

    def catalog(self, name: str) -> Mapping[str, Any]:
        """The catalog of the target of that name: what the lock has, under what the site says itself."""
        locked: Mapping[str, Any] = self.lock.value.get("targets", {}).get(name, {})
        return merged_catalog(self.entry(name).get("catalog", {}), locked.get("catalog", {}))

    def _objection(self, code: str, path: Steps, words: Mapping[str, object]) -> Diagnostic:
        return diagnose(Finding(code, path, words, at_key=True), self.file.places)


def read_site(file: str | os.PathLike[str] | None, tree: Tree = DISK) -> Site:
    """The site in the file, or the built-in one. Every problem of the file is raised at once, as ``InvalidSpec``."""
    if file is None:
        return Site(load_site("the built-in site", BUILT_IN, language()))
    name = os.fspath(file)
    try:
        with tree.open(name) as stream:
            data = stream.read()
    except OSError as error:
        words = {"file": name, "why": (error.strerror or str(error)).lower()}
        raise InvalidSpec([diagnose(Finding("LD506", (), words), {})]) from None
    found = load_site(name, data, language())
    lock = lock_beside(found, tree)
    problems = [*found.diagnostics, *problems_of(found), *lock.diagnostics]
    if has_errors(problems):
        raise InvalidSpec(in_order(problems))
    return Site(found, os.path.dirname(os.path.join(os.getcwd(), name)), lock)


def problems_of(file: SiteFile) -> Iterator[Diagnostic]:
    """What is wrong with a site, or with a lock by itself, beyond its model: names that nothing bears."""
    for finding in (*_unknown_platforms(file), *_unknown_names(file), *_missing_options(file)):
        yield diagnose(finding, file.places)


def _unknown_platforms(file: SiteFile) -> Iterator[Finding]:
    for name, value in file.value.get("targets", {}).items():
        called = value.get("platform", "")
        if called and module_of(called) is None:
            help_ = did_you_mean(called, platforms(), "the platforms are")
            yield Finding("LD214", ("targets", name, "platform"), {"name": called, "help": help_})


def _missing_options(file: SiteFile) -> Iterator[Finding]:
    """What a platform must be told: of options that are written, the reader says it."""
    for name, value in file.value.get("targets", {}).items() if file.value.get("kind") == "site" else ():
        found = sections(value.get("platform", ""))
        fields = found[0]["options"].fields if found and "options" not in value else {}
        for option, field in fields.items():
            if field.required:
                words = {"parent": f"targets.{name}", "field": "options", "example": f"{{{option}: {field.example}}}"}
                yield Finding("LD204", ("targets", name), words, at_key=True)


def _unknown_names(site: SiteFile) -> Iterator[Finding]:
    targets = site.value.get("targets", {})
    for name, value in targets.items():
        for index, text in enumerate(value.get("accept", ())):
            if not _is_a_field(parse(text)):
                yield Finding("LD230", ("targets", name, "accept", index), {"text": text})
    default = site.value.get("default")
    if default is not None and default not in targets:
        help_ = did_you_mean(default, targets, "its targets are")
        yield Finding("LD503", ("default",), {"name": default, "help": help_})


def _is_a_field(path: Steps | None) -> bool:
    """Whether any kind of spec has the field."""
    known = language()
    return bool(path) and any(field_at(known, known.structs[top], path or ()) for top in known.kinds.values())
