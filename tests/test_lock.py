"""The lock beside a site: read with places, weaker than the site, and written so that a diff says what changed."""

from pathlib import Path
from typing import Any

import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from kit.specs import HOSTILE_TEXT

from lading.compiler.registry import language, own_platforms
from lading.runner.targets.catalog import lock_text
from lading.runner.targets.lock import NAME, merged_catalog
from lading.runner.targets.sites import Site, read_site
from lading.schema.diagnostics import InvalidSpec
from lading.schema.load import load_lock

SITE = """\
lading: v1
kind: site
default: cluster
targets:
  here: {platform: local}
  cluster:
    platform: slurm
    catalog:
      gpus: {A100: a100}
      volumes: {imagenet: {path: /share/imagenet-2012}}
"""
LOCK = """\
lading: v1
kind: lock
targets:
  cluster:
    platform: slurm
    catalog:
      gpuMemory: {A100: 80Gi}
      volumes:
        imagenet: {path: /share/imagenet}
        scratch: {path: /scratch}
"""


def site_with(folder: Path, lock: str | bytes) -> Site:
    """The site of these tests with that lock beside it."""
    (folder / "lading.site.yaml").write_text(SITE)
    (folder / NAME).write_bytes(lock.encode() if isinstance(lock, str) else lock)
    return read_site(folder / "lading.site.yaml")


def objections(folder: Path, lock: str | bytes) -> list[tuple[str, str, int | None, str]]:
    """Code, sentence, line and help of everything that is wrong with a lock; each error keeps the site from use."""
    with pytest.raises(InvalidSpec) as caught:
        site_with(folder, lock)
    return [(d.code, d.message, d.place.line if d.place else None, d.help) for d in caught.value.diagnostics]


def test_an_entry_of_the_site_wins_and_every_other_one_is_there(tmp_path: Path) -> None:
    """Entry by entry, as a whole, in base units; a target without a lock keeps its own catalog."""
    site = site_with(tmp_path, LOCK)
    assert site.target("cluster").catalog == {
        "gpuMemory": {"A100": 80 * 2**30},
        "volumes": {"imagenet": {"path": "/share/imagenet-2012"}, "scratch": {"path": "/scratch"}},
        "gpus": {"A100": "a100"},
    }
    assert (site.target("here").catalog, site.lock.diagnostics) == ({}, ())


def test_without_a_lock_a_catalog_is_what_the_site_says(tmp_path: Path) -> None:
    """No lock is the usual case and nothing to talk about."""
    (tmp_path / "lading.site.yaml").write_text(SITE)
    site = read_site(tmp_path / "lading.site.yaml")
    assert site.target("cluster").catalog["volumes"] == {"imagenet": {"path": "/share/imagenet-2012"}}
    assert site.lock.diagnostics == ()


def test_an_entry_is_replaced_and_never_mixed() -> None:
    """Half of a machine that is gone and half of another would be no machine."""
    own, locked = {"a": {"x": {"size": 1}}}, {"a": {"x": {"memory": 2}, "y": {"size": 3}}, "b": {}}
    assert merged_catalog(own, locked) == {"a": {"x": {"size": 1}, "y": {"size": 3}}, "b": {}}


def test_a_lock_for_a_target_that_the_site_has_not_is_a_warning(tmp_path: Path) -> None:
    """Another site may share the folder, so it is said and does no harm."""
    (found,) = site_with(tmp_path, LOCK.replace("  cluster:", "  clutser:")).lock.diagnostics
    assert found.place is not None
    assert (found.code, found.severity, found.message, found.help, found.place.line) == (
        "LD510",
        "warning",
        'the site has no target "clutser", so what the lock says of it is not used',
        'did you mean "cluster"?',
        4,
    )


def test_a_lock_of_another_platform_is_an_error_at_both_places(tmp_path: Path) -> None:
    """Its names would mean something else."""
    with pytest.raises(InvalidSpec) as caught:
        site_with(tmp_path, "lading: v1\nkind: lock\ntargets:\n  cluster: {platform: local, catalog: {}}\n")
    (found,) = caught.value.diagnostics
    assert found.place is not None
    assert (found.code, found.message, Path(found.place.file).name, found.place.line) == (
        "LD509",
        "the lock was written for cluster on local, and the site has it on slurm",
        "lading.lock",
        4,
    )
    assert [(Path(label.place.file).name, label.place.line, label.text) for label in found.labels] == [
        ("lading.site.yaml", 7, "slurm here")
    ]


@pytest.mark.parametrize(
    ("lock", "expected"),
    [
        (
            LOCK.replace("80Gi", "80"),
            [
                (
                    "LD209",
                    "targets.cluster.catalog.gpuMemory.A100 needs a unit",
                    7,
                    "write an amount of memory with its unit, such as 64Gi",
                )
            ],
        ),
        (
            LOCK.replace("scratch: {path:", "scratch: {pth:"),
            [
                ("LD204", "targets.cluster.catalog.volumes.scratch needs path", 10, "add `path: /share/imagenet`"),
                ("LD203", 'unknown key "pth" in targets.cluster.catalog.volumes.scratch', 10, 'did you mean "path"?'),
            ],
        ),
        (
            "lading: v1\nname: a\ncommand: [a]\n",
            [("LD508", "this is not a lock", 2, "start it with `lading: v1` and `kind: lock`, or remove it")],
        ),
        (SITE, [("LD508", "this is not a lock", 2, "start it with `lading: v1` and `kind: lock`, or remove it")]),
        (b"\xff\xfe", [("LD102", "the file is UTF-16, not UTF-8", 1, "save it as UTF-8")]),
        (
            LOCK + "  cluster: {platform: slurm, catalog: {}}\n",
            [("LD131", 'the key "cluster" stands here twice', 11, "keep one of the two")],
        ),
    ],
    ids=["unit", "model", "spec", "site", "encoding", "twice"],
)
def test_everything_that_is_wrong_with_a_lock_is_said_at_its_line(
    tmp_path: Path, lock: str | bytes, expected: list[tuple[str, str, int | None, str]]
) -> None:
    """The same reader reads it, so the same sentences are said of it; none of it is used."""
    assert objections(tmp_path, lock) == expected


def test_a_lock_that_can_not_be_read_is_an_error(tmp_path: Path) -> None:
    """Compiling without it would make another payload."""
    (tmp_path / "lading.site.yaml").write_text(SITE)
    (tmp_path / NAME).mkdir()
    with pytest.raises(InvalidSpec) as caught:
        read_site(tmp_path / "lading.site.yaml")
    (found,) = caught.value.diagnostics
    assert (found.code, found.message) == ("LD507", f"the lock {tmp_path / NAME} can not be read: is a directory")


WRITTEN = """\
# What the targets of the site have, as lading found it. To have something otherwise, say so in the site.
lading: v1
kind: lock
targets:
  cluster:
    platform: slurm
    catalog:
      volumes:
        imagenet: {path: /share/imagenet}
        scratch: {path: /scratch}
      gpuMemory:
        A100: 80Gi
  here:
    platform: local
    catalog: {}
"""


def test_the_writer_sorts_and_gives_each_entry_a_line() -> None:
    """Targets and entries by name, parts in the order of the platform's model, quantities as people write them."""
    catalog = {
        "gpuMemory": {"A100": 80 * 2**30},
        "volumes": {"scratch": {"path": "/scratch"}, "imagenet": {"path": "/share/imagenet"}},
    }
    targets = {
        "here": {"platform": "local", "catalog": {}},
        "cluster": {"platform": "slurm", "catalog": catalog},
    }
    assert lock_text(targets) == WRITTEN
    assert load_lock(NAME, WRITTEN.encode(), language()).value["targets"] == targets


def test_nothing_is_a_lock_too() -> None:
    """A site whose targets were never asked."""
    found = load_lock(NAME, lock_text({}).encode(), language())
    assert (found.value["targets"], found.diagnostics) == ({}, ())


ENTRIES = {
    "volumes": st.fixed_dictionaries(
        {"path": st.from_regex(r"/[^\r\n\x00-\x1f\x7f-\x9f\ud800-\udfff]*", fullmatch=True)}
    ),
    "gpuMemory": st.integers(1, 2**60),
    "queues": HOSTILE_TEXT.filter(lambda text: text and not set(text) & set("\r\n\0")),
    "queueGpus": st.lists(HOSTILE_TEXT.filter(lambda text: text and not set(text) & set("\r\n\0")), max_size=3),
}
NAMES = HOSTILE_TEXT.filter(lambda text: text and not set(text) & set("\r\n\0"))
CATALOGS = st.fixed_dictionaries(
    {}, optional={name: st.dictionaries(NAMES, entry, max_size=4) for name, entry in ENTRIES.items()}
)


@given(CATALOGS)
@example({"volumes": {"“": {"path": "/数据：一"}}})
def test_what_is_written_reads_back(catalog: dict[str, Any]) -> None:
    """Whatever the names and values are, in the same bytes every time."""
    targets = {"cluster": {"platform": "slurm", "catalog": catalog}}
    text = lock_text(targets)
    found = load_lock(NAME, text.encode(), language())
    assert ([d.message for d in found.diagnostics], found.value.get("targets")) == ([], targets)
    assert lock_text(found.value["targets"]) == text


@pytest.mark.parametrize("platform", own_platforms())
def test_the_catalog_of_every_platform_can_be_locked(platform: str) -> None:
    """Each part of it is a map of names, and its own example survives being written and read."""
    found = language().platform(platform, "catalog")
    assert found is not None
    assert {name: field.shape.type for name, field in found[0].fields.items()} == dict.fromkeys(found[0].fields, "map")
    examples = "".join(f"      {name}: {field.example}\n" for name, field in found[0].fields.items())
    text = f"lading: v1\nkind: lock\ntargets:\n  t:\n    platform: {platform}\n    catalog:\n{examples}"
    locked = load_lock(NAME, text.encode(), language())
    assert locked.diagnostics == ()
    again = load_lock(NAME, lock_text(locked.value["targets"]).encode(), language())
    assert (again.value, again.diagnostics) == (locked.value, ())
