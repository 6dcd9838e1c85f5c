"""The compiler, top to bottom. Read this file first: it holds no detail.

A spec becomes a job (layers merged for the target), a plan (every set field weighed against the platform's table),
drafts (the emitter's, made from the plan alone) and requests (plain, validated, with canonical bytes). Each step
either goes on or leaves diagnostics; a compilation with an error in it has no requests. Same inputs, same bytes: no
clock, network, environment or home.
"""

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from types import MappingProxyType
from typing import Any

from lading.compiler.capability import Fidelity
from lading.compiler.catalog import site_findings
from lading.compiler.losses import Loss, loss_findings, losses, missing_findings
from lading.compiler.native import clashes, native_leaves, raw_of
from lading.compiler.payload import Request, digest, settle
from lading.compiler.plan import Entry, Plan, make_plan
from lading.compiler.raw import apply_raw
from lading.compiler.secrets import secret_findings, secret_names
from lading.compiler.target import Target
from lading.schema.diagnostics import Diagnostic, Finding, diagnose, has_errors, in_order
from lading.schema.job import Job
from lading.schema.load import Spec
from lading.schema.paths import Path, render


@dataclass(eq=False)
class Compilation:
    """What became of one spec on one target. ``requests`` is empty where there is an error.

    ``problems`` are what the language had against the spec, ``objections`` what the platform and the site have,
    beside what the plan says of each field.
    """

    spec: Spec
    target: Target
    job: Job
    problems: tuple[Diagnostic, ...] = ()
    objections: tuple[Finding, ...] = ()
    plan: Plan | None = None
    requests: tuple[Request, ...] = ()

    @cached_property
    def losses(self) -> Collection[Loss]:
        """What is said of the fields that are not carried exactly."""
        return losses(self.plan) if self.plan else ()

    @cached_property
    def findings(self) -> tuple[Finding, ...]:
        """Everything that the platform and the site say of the job."""
        return (*loss_findings(self.plan), *self.objections) if self.plan else ()

    @cached_property
    def diagnostics(self) -> tuple[Diagnostic, ...]:
        """Everything that there is to say, in the order of the files."""
        return tuple(in_order([*self.problems, *self._located(self.findings)]))

    @property
    def beside_notes(self) -> list[Diagnostic]:
        """Everything that there is to say but how each field is carried, as far as that is only noted."""
        lost = loss_findings(self.plan) if self.plan and self.plan.is_refused else ()
        serious = [finding for finding in lost if finding.is_error]
        return [*self.problems, *self._located([*serious, *self.objections])]

    @property
    def notes(self) -> int:
        """How many fields there is something to be noted of, beside what is objected to."""
        return sum(loss.is_note for loss in self.losses)

    def _located(self, findings: Iterable[Finding]) -> Iterator[Diagnostic]:
        return (diagnose(finding, self.job.places, self.target.name) for finding in findings)

    @property
    def name(self) -> str:
        """The job's name."""
        return self.spec.name

    @property
    def digest(self) -> str:
        """The digest of what would be sent; empty where there is nothing."""
        return digest(self.requests) if self.requests else ""

    @property
    def is_valid(self) -> bool:
        """Whether there is nothing against sending it."""
        is_refused = self.plan is not None and self.plan.is_refused
        return not (is_refused or has_errors(self.problems) or has_errors(self.objections))

    @property
    def entries(self) -> tuple[Entry, ...]:
        """What became of each set field, in the order of the file."""
        return tuple(self.plan.entries.values()) if self.plan else ()

    @property
    def secrets(self) -> tuple[str, ...]:
        """The names of the secrets that the requests need, sorted."""
        return secret_names(self.requests)

    @property
    def recorded(self) -> Mapping[str, Any]:
        """What only the ledger keeps."""
        return _recorded(self.plan) if self.plan and self.requests else MappingProxyType({})


def compile_spec(
    spec: Spec, target: Target, accept: Sequence[Path] = (), *, verify: bool = False, bare: bool = False
) -> Compilation:
    """The spec, compiled for the target. Never raises for what a spec or a site says.

    ``accept`` are losses agreed to on the command line. ``verify`` holds the payload against the platform's JSON
    Schema, which is done before anything is sent, and always where ``raw`` has changed the payload. ``bare`` leaves
    lading's own variables out, to compare with a payload that lading has not made.
    """
    judged = _judged(spec, target, accept, bare=bare)
    if judged.plan is None or not judged.is_valid:
        return judged
    requests, late = _emitted(judged.plan, verify=verify)
    objections = (*judged.objections, *late)
    sent = () if has_errors(late) else requests
    return Compilation(spec, target, judged.job, judged.problems, objections, judged.plan, sent)


def judge_spec(spec: Spec, target: Target, accept: Sequence[Path] = ()) -> Compilation:
    """All that compiling the spec would say, with requests only where that can not be said without them."""
    judged = _judged(spec, target, accept)
    return compile_spec(spec, target, accept) if judged.plan and judged.plan.has_raw else judged


def _judged(spec: Spec, target: Target, accept: Sequence[Path], *, bare: bool = False) -> Compilation:
    job, found = spec.for_target(target.name, target.defaults)
    problems = tuple(found)
    if has_errors(problems):
        return Compilation(spec, target, job, problems)
    has_raw = bool(raw_of(job, target))
    plan = make_plan(job, target, native_leaves(job, target), tuple(accept), has_raw=has_raw, is_bare=bare)
    return Compilation(spec, target, job, problems, tuple(_objections(plan)), plan)


def _objections(plan: Plan) -> Iterator[Finding]:
    yield from clashes(plan)
    yield from site_findings(plan)
    yield from secret_findings(plan)
    if plan.takes_kind:
        yield from missing_findings(plan)
        yield from plan.target.platform.check(plan)


def _emitted(plan: Plan, *, verify: bool) -> tuple[tuple[Request, ...], list[Finding]]:
    plan.read.clear()  # what the rules have looked at does not count
    requests = tuple(settle(draft) for draft in plan.target.platform.emit(plan))
    forgotten = [] if plan.is_bare else plan.unread()
    if forgotten:
        raise AssertionError(f"{plan.target.platform.NAME} did not read what its table says it carries: {forgotten}")
    requests, findings = apply_raw(plan, requests)
    if (verify or plan.has_raw) and not findings:
        from lading.compiler.verify import payload_findings

        findings = list(payload_findings(plan, requests))
    return requests, findings


def _recorded(plan: Plan) -> dict[str, Any]:
    """What only the ledger keeps: the job's labels and annotations as maps, everything else by its path."""
    kept: dict[str, Any] = {}
    for path, entry in plan.entries.items():
        if entry.fidelity is Fidelity.RECORDED:
            top = plan.job.field_at(path[:1])
            if top and top.shape.type == "map" and len(path) == 2:
                kept.setdefault(str(path[0]), {})[path[1]] = entry.value
            else:
                kept[render(path)] = entry.value
    return kept
