"""Validation of one file at a time: its text, its model, and what every target of its site makes of it."""

import os
from collections.abc import Iterator, Sequence
from typing import NamedTuple

from lading.compiler.capability import Fidelity
from lading.compiler.pipeline import Compilation, judge_spec
from lading.compiler.registry import language
from lading.compiler.target import Target
from lading.runner.invocation.session import Session, check_targets
from lading.runner.specs.checked import Checked
from lading.runner.specs.circumstances import digest_of, digest_of_file, tells_notes
from lading.runner.specs.compilation import accepted_paths
from lading.runner.specs.files import Candidate, read_beside
from lading.runner.targets.lock import lock_beside
from lading.runner.targets.sites import Site, problems_of
from lading.schema.codes import Severity
from lading.schema.diagnostics import Diagnostic, Finding, diagnose, has_errors, in_order
from lading.schema.load import Loaded, Spec, load
from lading.schema.nearest import did_you_mean
from lading.schema.paths import parse, starts_with
from lading.schema.steps import ReadFile


class Checker:
    """How to check: on which targets (None: all of the site), with which losses agreed to and which fields set.

    ``is_kept`` where what is found is to be found again: then it knows the digests of what it rests on.
    """

    def __init__(
        self,
        session: Session,
        targets: Sequence[str] | None,
        accept: Sequence[str],
        sets: Sequence[str],
        *,
        is_kept: bool,
    ) -> None:
        self.session, self.targets, self.is_kept = session, targets, is_kept
        self.accept, self.sets = accept, sets
        self._tells_notes = tells_notes(session.settings)
        self._chosen: dict[str, Chosen] = {}  # by the folder that a site holds for

    def check(self, candidate: Candidate) -> Checked | None:
        """Everything that is wrong with the file; None where it is not one of ours.

        Only what is right by itself is compiled: a target would find the same again, in other words.
        """
        data = candidate.read()
        if data is None:
            return None
        uses: dict[str, str] = {}
        loaded = load(candidate.name, data, sets=self.sets, language=language(), read_file=self._read_file(uses))
        chosen = self._chosen_for(candidate) if loaded.specs and not has_errors(loaded.diagnostics) else NONE
        judged = [self._judged(spec, chosen.targets) for spec in loaded.specs]
        counts = not self._tells_notes and len(judged) == 1  # several specs may share a note, which counts once
        in_specs = [d for found in judged for d in self._in_spec(found, candidate, counts=counts)]
        found = in_order([*loaded.diagnostics, *_about_targets(loaded), *in_specs])
        told = tuple(d for d in found if self._tells_notes or d.severity is not Severity.NOTE)
        return Checked(
            file=candidate.name,
            specs=len(loaded.specs),
            sites=len(loaded.sites),
            locks=len(loaded.locks),
            targets=chosen.names,
            diagnostics=told,
            sources=loaded.sources if told else {},
            untold=len(found) - len(told) + (sum(one.notes for one in judged[0].compiled) if counts else 0),
            digest=digest_of_file(candidate.name, data) if self.is_kept else "",
            uses=uses,
        )

    def _read_file(self, uses: dict[str, str]) -> ReadFile:
        return _noting(uses) if self.is_kept else read_beside

    def _chosen_for(self, candidate: Candidate) -> "Chosen":
        folder = os.path.dirname(candidate.name)
        if folder not in self._chosen:
            site = self.session.site(candidate.name)
            check_targets(site, self.targets or ())
            names = site.names if self.targets is None else dict.fromkeys(self.targets)
            self._chosen[folder] = Chosen(tuple(site.target(name) for name in names), frozenset(names))
        return self._chosen[folder]

    def _judged(self, spec: Spec, chosen: Sequence[Target]) -> "Judged":
        agreed = accepted_paths(spec, self.accept)
        return Judged(spec, [judge_spec(spec, target, agreed) for target in chosen])

    def _in_spec(self, judged: "Judged", candidate: Candidate, *, counts: bool) -> Iterator[Diagnostic]:
        spec, compiled = judged
        for compilation in compiled:
            yield from compilation.beside_notes if counts else compilation.diagnostics
        if not compiled:
            yield from spec.for_target()[1]
        site = self.session.site(candidate.name)
        if site.folder:
            yield from _unused_overrides(spec, site)
        if site.folder and tuple(compilation.target.name for compilation in compiled) == site.names:
            yield from _unused_acceptances(spec, compiled)


def _noting(uses: dict[str, str]) -> ReadFile:
    """Reads what a spec names, and notes the digest of each file under the name that the spec has for it."""

    def read(spec: str, relative: str) -> tuple[str, bytes]:
        name, data = read_beside(spec, relative)
        uses[relative] = digest_of(data)
        return name, data

    return read


class Chosen(NamedTuple):
    """The targets that a file's specs are compiled for, and their names."""

    targets: tuple[Target, ...] = ()
    names: frozenset[str] = frozenset()


NONE = Chosen()


class Judged(NamedTuple):
    """A spec, and what compiling it for each target has to say."""

    spec: Spec
    compiled: Sequence[Compilation]


def _about_targets(loaded: Loaded) -> Iterator[Diagnostic]:
    """What is wrong with sites, the lock beside each included, and with locks."""
    for file in (*loaded.sites, *loaded.locks):
        yield from problems_of(file)
    for site in loaded.sites:
        yield from lock_beside(site).diagnostics


def _unused_overrides(spec: Spec, site: Site) -> Iterator[Diagnostic]:
    """Overrides for what is no target of the site: most likely a slip of the pen."""
    for name in spec.base.value.get("overrides", {}):
        if name not in site.names:
            words = {"name": name, "help": did_you_mean(name, site.names, "its targets are")}
            yield diagnose(Finding("LD504", ("overrides", name), words, at_key=True), spec.base.places)


def _unused_acceptances(spec: Spec, compiled: Sequence[Compilation]) -> Iterator[Diagnostic]:
    """Losses agreed to that happen on no target of the site; nothing where one of them could not be weighed."""
    if not all(compilation.is_valid for compilation in compiled):
        return
    lost = {e.path for c in compiled for e in c.entries if e.fidelity is Fidelity.DROPPED}
    for index, text in enumerate(spec.base.value.get("accept", ())):
        path = parse(text)
        if path and not any(starts_with(at, path) for at in lost):
            yield diagnose(Finding("LD440", ("accept", index), {"path": text}), spec.base.places)
