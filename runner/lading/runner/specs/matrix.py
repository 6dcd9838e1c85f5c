"""The two matrices: fields × platforms from the tables, and jobs × targets from what compiling them came to."""

from collections.abc import Sequence

from lading.compiler.capability import Fidelity
from lading.compiler.matrix import Cell, Line, Matrix, field_matrix
from lading.compiler.pipeline import Compilation, compile_spec
from lading.runner.invocation.session import Session, check_targets
from lading.runner.specs.compilation import SpecFile, open_specs
from lading.schema.load import Spec

WORST_FIRST = (
    Fidelity.REFUSED,
    Fidelity.DROPPED,
    Fidelity.EMULATED,
    Fidelity.ROUNDED,
    Fidelity.RECORDED,
    Fidelity.EXACT,
)


def fields_on_platforms(session: Session, targets: Sequence[str]) -> Matrix:
    """Every field of the language on every platform; on those of the targets, where any are named."""
    if not targets:
        return field_matrix()
    site = session.site()
    check_targets(site, targets)
    return field_matrix(list(dict.fromkeys(site.target(name).platform.NAME for name in targets)))


def jobs_on_targets(session: Session, paths: Sequence[str], targets: Sequence[str], sets: Sequence[str]) -> Matrix:
    """Every job of the files on every target of its site, or on those that are named."""
    files = [file for file in open_specs(session, paths, sets) if file.loaded.specs]
    names = list(dict.fromkeys(name for file in files for name in _targets(file, targets)))
    return Matrix("job", [_line(file, spec, names) for file in files for spec in file.loaded.specs])


def _targets(file: SpecFile, named: Sequence[str]) -> Sequence[str]:
    check_targets(file.site, named)
    return named or file.site.names


def _line(file: SpecFile, spec: Spec, names: Sequence[str]) -> Line:
    cells = {name: _cell(file, spec, name) for name in names}
    return Line(f"{file.name}: {spec.name}", str(spec.base.value.get("description", "")), cells)


def _cell(file: SpecFile, spec: Spec, name: str) -> Cell:
    if name not in file.site.names:
        return Cell(Fidelity.REFUSED, "", "its site has no such target")
    return cell_of(compile_spec(spec, file.site.target(name)))


def cell_of(compilation: Compilation) -> Cell:
    """How well the job as a whole is carried: as its worst field is; refused where it can not be sent."""
    if not compilation.is_valid:
        return Cell(Fidelity.REFUSED, "", "; ".join(d.message for d in compilation.diagnostics if d.is_error))
    known = {entry.fidelity: entry for entry in reversed(compilation.entries)}
    worst = next(fidelity for fidelity in WORST_FIRST if fidelity in known)
    notes = dict.fromkeys(e.note for e in compilation.entries if e.fidelity is worst)
    return Cell(worst, "", "" if worst is Fidelity.EXACT else "; ".join(notes))
