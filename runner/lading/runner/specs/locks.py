"""The locks that specs are compiled with: what is only worth a warning while specs are checked is wrong with a lock."""

from collections.abc import Iterator, Sequence

from lading.runner.invocation.session import Session
from lading.runner.specs.checked import Checked
from lading.schema.codes import Severity

STALE = "LD510"
"""A target that the site has no longer."""


def check_locks(session: Session, found: Sequence[Checked]) -> Iterator[Checked]:
    """What else is wrong with the lock of each site that holds for one of the files, each lock once."""
    told = [diagnostic for checked in found for diagnostic in checked.diagnostics]
    sites = {site.file.file: site for checked in found if (site := session.site(checked.file)).folder}
    for site in sites.values():
        if site.lock.value:
            wrong = tuple(diagnostic for diagnostic in site.lock.diagnostics if diagnostic not in told)
            yield strict(Checked(site.lock.file, locks=1, diagnostics=wrong))


def strict(checked: Checked) -> Checked:
    """The same, where nothing that the lock has too much is only a warning."""
    judged = (one._replace(severity=Severity.ERROR) if one.code == STALE else one for one in checked.diagnostics)
    return checked._replace(diagnostics=tuple(judged))
