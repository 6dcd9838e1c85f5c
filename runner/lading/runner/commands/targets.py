"""``lading targets``: what the site names."""

from lading.runner.invocation.options import subcommand
from lading.runner.invocation.session import Session


@subcommand("lading targets")
def command(session: Session) -> None:
    """List the targets of the site.

    As the site names them that holds in this folder.
    """
    from lading.runner.output.tables import Column

    site = session.site()
    targets = [site.target(name) for name in site.names]
    default = site.file.value.get("default")
    if session.screen.is_human:
        columns = (Column("TARGET"), Column("PLATFORM"), Column("DEFAULT"), Column("ENDPOINT", needs=60))
        rows = [[t.name, t.platform.NAME, "yes" if t.name == default else "", t.endpoint] for t in targets]
        session.screen.table(columns, rows)
        session.screen.remark(f"as {site.file.file} names them")
        return
    data = [
        {"name": t.name, "platform": t.platform.NAME, "default": t.name == default, "endpoint": t.endpoint or None}
        for t in targets
    ]
    session.screen.document({"site": site.file.file if site.folder else None, "targets": data})
