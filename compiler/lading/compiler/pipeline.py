"""The compiler, top to bottom. Read this file first: it holds no detail.

A spec becomes a job (layers merged for the target), a plan (every set field weighed against the platform's table),
drafts (the emitter's, made from the plan alone) and requests (plain, validated, with canonical bytes). Each step
either goes on or leaves diagnostics; a compilation with an error in it has no requests. Same inputs, same bytes: no
clock, network, environment or home.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from types import MappingProxyType
from typing import Any

from lading.compiler.capability import Fidelity
from lading.compiler.catalog import site_findings
from lading.compiler.losses import loss_findings, missing_findings
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


@dataclass(frozen=True)
class Compilation:
    """What became of one spec on one target. ``requests`` is empty where there is an error.

    ``problems`` are what the language had against the spec, ``findings`` what the platform and the site have.
    """

    spec: Spec
    target: Target
    job: Job
    problems: tuple[Diagnostic, ...] = ()
    findings: tuple[Finding, ...] = ()
    plan: Plan | None = None
    requests: tuple[Request, ...] = ()

    @cached_property
    def diagnostics(self) -> tuple[Diagnostic, ...]:
        """Everything that there is to say, in the order of the files."""
        located = [diagnose(finding, self.job.places, self.target.name) for finding in self.findings]
        return tuple(in_order([*self.problems, *located]))

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
        """Whether there is something to send."""
        return not (has_errors(self.problems) or has_errors(self.findings))

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
    job, found = spec.for_target(target.name, target.defaults)
    problems = tuple(found)
    if has_errors(problems):
        return Compilation(spec, target, job, problems)
    has_raw = bool(raw_of(job, target))
    plan = make_plan(job, target, native_leaves(job, target), tuple(accept), has_raw=has_raw, is_bare=bare)
    objections = tuple(_objections(plan))
    if has_errors(objections):
        return Compilation(spec, target, job, problems, objections, plan)
    requests, late = _emitted(plan, verify=verify)
    findings = (*objections, *late)
    return Compilation(spec, target, job, problems, findings, plan, () if has_errors(late) else requests)


def _objections(plan: Plan) -> Iterator[Finding]:
    yield from clashes(plan)
    yield from loss_findings(plan)
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
        if entry.verdict.fidelity is Fidelity.RECORDED:
            top = plan.job.field_at(path[:1])
            if top and top.shape.type == "map" and len(path) == 2:
                kept.setdefault(str(path[0]), {})[path[1]] = entry.value
            else:
                kept[render(path)] = entry.value
    return kept
