"""Names of secrets in payloads. The compiler never sees a value."""

from collections.abc import Iterator, Mapping, Sequence

from lading.compiler.payload import Request
from lading.compiler.plan import Plan
from lading.schema.diagnostics import Finding
from lading.schema.nearest import did_you_mean


def secret_names(requests: Sequence[Request]) -> tuple[str, ...]:
    """Every secret that the requests need, sorted, each once."""
    return tuple(sorted({name for request in requests for name in request.secrets.values()}))


def secret_findings(plan: Plan) -> Iterator[Finding]:
    """Secrets that the site does not know; nothing where there is no site to ask."""
    known = plan.target.secrets
    if known is None:
        return
    for path, entry in plan.entries.items():
        field = plan.job.field_at(path)
        is_secret = field and field.shape.type == "env" and isinstance(entry.value, Mapping)
        if is_secret and entry.value["secret"] not in known:
            name = entry.value["secret"]
            yield Finding("LD502", path, {"name": name, "help": did_you_mean(name, known, "the site names")})
