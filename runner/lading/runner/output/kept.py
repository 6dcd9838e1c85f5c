"""Payloads in files that are not what their specs make: a diff of each for people, a list for programs."""

from collections.abc import Sequence

from lading.runner.output.screen import Screen
from lading.runner.review.payloads import Kept
from lading.schema.render.json import as_data
from lading.schema.visible import visible


def show_kept(screen: Screen, wrong: Sequence[Kept], total: int) -> None:
    """What has to change stands on standard output, and on standard error what is wrong with each file."""
    diagnostics = [kept.diagnostic for kept in wrong]
    if not screen.is_human:
        files = [{"file": kept.file, "code": found.code} for kept, found in zip(wrong, diagnostics, strict=True)]
        screen.document({"equal": not wrong, "payloads": files, "diagnostics": as_data(diagnostics)})
        return
    for kept in wrong:
        screen.result("".join(f"{visible(line.removesuffix(chr(10)))}\n" for line in kept.diff))
    screen.diagnostics(diagnostics)
    if not wrong:
        screen.remark(f"{total} payload{'' if total == 1 else 's'} as the specs make {'it' if total == 1 else 'them'}")
