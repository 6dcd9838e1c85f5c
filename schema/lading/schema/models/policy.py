# ruff: noqa: N815 - a field has the language's own name, everywhere
"""When, how often and after what a job runs, and how its health is told."""

from collections.abc import Sequence
from typing import Annotated, Literal

from lading.schema.models.common import (
    AbsolutePath,
    Amount,
    Argv,
    Count,
    Duration,
    Indices,
    Line,
    Model,
    PortNumber,
    Seconds,
    Shaped,
    optional,
    required,
)


class After(Model):
    """What must have ended before this starts; every condition must hold. A list instead of a map means `ok`."""

    ok: Sequence[Line] | None = optional("[prepare-data]")
    """These must have succeeded: names (the newest submission on this target), lading ids or native ids."""

    any: Sequence[Line] | None = optional("[cleanup]")
    """These must have ended, well or not."""

    notOk: Sequence[Line] | None = optional("[train]")
    """These must have ended without success."""


class _Queued(Model):
    """Where it waits."""

    queue: Line | None = optional("work")
    """The portable name of the queue; the catalog spells it as the target's partition, queue, namespace or cluster."""


class _Limited(Model):
    """How long it may run."""

    timeLimit: Duration | None = optional("12h")
    """The longest run time of the job, or of one element of an array: `90s`, `1d12h`. The platform kills it then."""

    estimate: Duration | None = optional("9h")
    """The expected run time, such as `9h`. Only a hint."""


class _Attempted(Model):
    """How often, and how soon."""

    priority: Literal["low", "normal", "high"] | None = optional("high", default="normal")
    """How soon it starts, compared with the others that wait."""

    retries: Amount | None = optional("3", default=0)
    """How many more attempts there are at most after the first has failed."""

    restart: Literal["never", "on-failure", "always"] | None = optional("on-failure", default="never")
    """Whether an instance that has ended is started again in place, and when."""

    preemptible: bool | None = optional("true", default=False)
    """Whether the platform may take the resources away before the end (spot)."""


class _Started(Model):
    """What it waits for."""

    hold: bool | None = optional("true", default=False)
    """Whether it is created but not started until `lading start`."""

    after: Annotated[After, Shaped(form="after")] | None = optional("{ok: [prepare-data]}")
    """What must have ended before: a list of names or ids that must succeed, or a map with ok, any and notOk."""


class Schedule(_Started, _Attempted, _Limited, _Queued):
    """When and how often the job runs."""


class ServiceSchedule(_Started, _Attempted, _Queued):
    """When and how often the service runs; it has no end, hence no time limit."""

    restart: Literal["never", "on-failure", "always"] | None = optional("always", default="always")
    """Whether an instance that has ended is started again in place, and when."""


class StepSchedule(_Attempted, _Limited, _Queued):
    """When and how often the step runs; what it waits for is the step's own `after`."""


class WorkflowSchedule(_Queued):
    """Where the steps wait that do not say so themselves."""


class Array(Model):
    """The job many times over; each element finds its index in LADING_ARRAY_INDEX."""

    indices: Indices = required("0-99")
    """The indices, ascending and at most 100,000 of them: `0-99`, `1,5`, `0-98:2` or a list.

    Programs give a list of [first, last, step].
    """

    parallelism: Count | None = optional("10")
    """How many elements run at the same time at most."""


class HttpProbe(Model):
    """A GET request; an answer from 200 to 399 is healthy."""

    path: AbsolutePath = required("/healthz")
    """The path that is requested."""

    port: PortNumber = required("8080")
    """The port that is asked."""


class TcpProbe(Model):
    """A connection; being accepted is healthy."""

    port: PortNumber = required("8080")
    """The port that is tried."""


class Probe(Model):
    """One test of a replica's health: exactly one of http, tcp and exec."""

    one_of = (("http",), ("tcp",), ("exec",))
    exactly_one = True

    http: HttpProbe | None = optional("{path: /healthz, port: 8080}")
    """Healthy if this request is answered with 200 to 399."""

    tcp: TcpProbe | None = optional("{port: 8080}")
    """Healthy if this port accepts a connection."""

    exec: Argv | None = optional("[python, check.py]")
    """Healthy if this command, as argv, ends with 0 inside the replica."""

    initialDelay: Seconds | None = optional("30s", default=0)
    """How long after the start the first test is made."""

    period: Duration | None = optional("10s", default=10)
    """How long after the start of one test the next is made."""

    timeout: Duration | None = optional("1s", default=1)
    """How long a test may take; longer is a failure."""

    failureThreshold: Count | None = optional("3", default=3)
    """How many tests in a row must fail before the replica counts as unhealthy."""


class Probes(Model):
    """How the platform tells whether a replica is well."""

    liveness: Probe | None = optional("{http: {path: /healthz, port: 8080}}")
    """Whether the replica still works; one that does not is restarted."""

    readiness: Probe | None = optional("{tcp: {port: 8080}}")
    """Whether the replica can take requests; one that can not gets none."""

    startup: Probe | None = optional("{exec: [test, -f, /tmp/started]}")
    """Whether the replica has started; the other two wait for it."""
