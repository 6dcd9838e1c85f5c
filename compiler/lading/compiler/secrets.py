"""Names of secrets in payloads. The compiler never sees a value."""

from collections.abc import Iterator, Sequence

from lading.compiler.payload import Request
from lading.compiler.plan import Plan
from lading.schema.diagnostics import Finding
from lading.schema.nearest import did_you_mean


def secret_names(requests: Sequence[Request]) -> tuple[str, ...]:
    """Every secret that the requests need, sorted, each once."""
    return tuple(sorted({name for request in requests for name in request.secrets.values()}))


def login_secret(host: str, part: str) -> str:
    """What the ``username`` or ``password`` of an image registry goes by among the secrets; no spec can name it so."""
    return f"registries/{host}/{part}"


def is_secret(value: object) -> bool:
    """Whether a variable of a job is the name of a secret."""
    return isinstance(value, dict)


def exposed(platform: str) -> str:
    """What is said of a secret on a platform that has nothing but plain variables."""
    return f"{platform} keeps it as plain text: whoever may see the job can read it"


def secret_findings(plan: Plan) -> Iterator[Finding]:
    """Secrets that the site does not know; nothing where there is no site to ask."""
    known = plan.target.secrets
    if known is None:
        return
    maps = [(path, entry.value) for path, entry in plan.entries.items() if isinstance(entry.value, dict)]
    for path, value in maps:
        name = value.get("secret")
        field = plan.job.field_at(path) if name is not None else None
        if name is not None and field and field.shape.type == "env" and name not in known:
            yield Finding("LD502", path, {"name": name, "help": did_you_mean(name, known, "the site names")})
