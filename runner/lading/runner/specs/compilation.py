"""From a spec's name on the command line to compilations; problems are raised all at once."""

from collections.abc import Iterator, Sequence
from functools import partial
from typing import NamedTuple

from lading.compiler.pipeline import Compilation, compile_spec
from lading.compiler.registry import language
from lading.runner.invocation.options import WrongUsage
from lading.runner.invocation.session import Session, chosen_targets
from lading.runner.specs.files import NO_SPEC, find, read, read_beside
from lading.runner.targets.sites import Site
from lading.schema.diagnostics import Diagnostic, InvalidSpec, has_errors
from lading.schema.job import field_at
from lading.schema.load import Loaded, Spec, load
from lading.schema.nearest import did_you_mean
from lading.schema.paths import Path, parse


class SpecFile(NamedTuple):
    """A file of specs without errors of its own, and the site that holds for it."""

    name: str
    loaded: Loaded
    site: Site


def open_spec(session: Session, name: str, sets: Sequence[str] = ()) -> SpecFile:
    """The specs of one file. Raises InvalidSpec with every problem of it."""
    file = _opened(session, name, read(name, session.tree), sets)
    if not file.loaded.specs:
        raise WrongUsage(f"{name} holds no spec", "a site file says where specs run; name a spec")
    return file


def open_paths(session: Session, paths: Sequence[str], sets: Sequence[str] = ()) -> list[SpecFile]:
    """The files with specs, of which one that was named alone must hold some."""
    if len(paths) == 1 and not session.tree.is_folder(paths[0]):
        return [open_spec(session, paths[0], sets)]
    return [file for file in open_specs(session, paths, sets) if file.loaded.specs]


def open_specs(session: Session, paths: Sequence[str], sets: Sequence[str] = ()) -> list[SpecFile]:
    """The specs of every file that the paths lead to. Raises InvalidSpec with every problem of all of them."""
    problems: list[Diagnostic] = []
    files = list(each_spec(session, paths, sets, problems))
    if problems:
        raise InvalidSpec(problems)
    return files


def each_spec(
    session: Session, paths: Sequence[str], sets: Sequence[str], problems: list[Diagnostic]
) -> Iterator[SpecFile]:
    """The specs file by file; what is wrong with a file is among the problems, and the next one comes.

    Raises WrongUsage where there is no spec at all.
    """
    has_specs = False
    for file in each_file(session, paths, sets, problems):
        has_specs = has_specs or bool(file.loaded.specs)
        yield file
    if not has_specs and not problems:
        raise WrongUsage(f"there is no spec in {', '.join(paths)}", NO_SPEC)


def each_file(
    session: Session, paths: Sequence[str], sets: Sequence[str], problems: list[Diagnostic]
) -> Iterator[SpecFile]:
    """The same, of any number of specs."""
    for candidate in find(paths, session.tree):
        data = candidate.read()
        try:
            file = None if data is None else _opened(session, candidate.name, data, sets)
        except InvalidSpec as error:
            problems += error.diagnostics
            continue
        if file:
            yield file


def _opened(session: Session, name: str, data: bytes, sets: Sequence[str]) -> SpecFile:
    beside = partial(read_beside, tree=session.tree)
    loaded = load(name, data, sets=sets, language=language(), read_file=beside)
    session.screen.sources.update(loaded.sources)
    if has_errors(loaded.diagnostics):
        raise InvalidSpec(loaded.diagnostics)
    return SpecFile(name, loaded, session.site(name))


def compilations(
    file: SpecFile, targets: Sequence[str], accept: Sequence[str] = (), *, verify: bool = False
) -> list[Compilation]:
    """Every spec of the file on every target, whatever became of it; on the site's default where none is named."""
    chosen = [file.site.target(name) for name in chosen_targets(file.site, targets)]
    specs = [(spec, accepted_paths(spec, accept)) for spec in file.loaded.specs]
    return [compile_spec(spec, target, paths, verify=verify) for spec, paths in specs for target in chosen]


def accepted_paths(spec: Spec, texts: Sequence[str]) -> tuple[Path, ...]:
    """The losses that ``--accept`` agrees to, each one a field of the spec's kind."""
    paths = [(text, parse(text)) for text in texts]
    for text, path in paths:
        if path is None or field_at(spec.language, spec.struct, path) is None:
            near = did_you_mean(text.split(".")[0].split("[")[0], spec.struct.fields, "fields")
            raise WrongUsage(f'--accept names "{text}", which is no field of a {spec.kind}', near)
    return tuple(path for _, path in paths if path)


def checked(session: Session, found: Sequence[Compilation]) -> Sequence[Compilation]:
    """The same compilations; the user has seen every note. Raises InvalidSpec if one of them can not be sent."""
    tell(session, [diagnostic for compilation in found for diagnostic in compilation.diagnostics])
    return found


def tell(session: Session, diagnostics: Sequence[Diagnostic]) -> None:
    """The user has seen all of it. Raises InvalidSpec where there is an error."""
    if has_errors(diagnostics):
        raise InvalidSpec(diagnostics)
    if session.screen.is_human:
        session.screen.diagnostics(diagnostics)
