"""What is written reads back as the same values, and looks as if a person had written it."""

import json
from collections.abc import Mapping
from pathlib import Path as File
from typing import Any

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st
from kit.specs import HOSTILE_WORDS, valid_document

from lading.compiler.registry import language
from lading.schema.layout import laid_out, remarks, value_leaf
from lading.schema.load import load, load_site
from lading.schema.loader import Loader
from lading.schema.node import Mapping as MapNode
from lading.schema.node import Node
from lading.schema.node import Sequence as ListNode
from lading.schema.paths import Path
from lading.schema.scalars import resolve
from lading.schema.writer import as_yaml

SPECS = sorted((File(__file__).parents[1] / "specs").glob("*.yaml"))
CHARACTERS = st.characters(exclude_categories=["Cs"])
CURIOUS = [*HOSTILE_WORDS, "yes", "0777", "2020-01-01", "1:30", "1_000", "=", "<<", "-", "- a", "--", "---", "...", "?"]
CURIOUS += ["? a", ":", ": a", "a:", "a: b", "a:b", "#a", "a #b", "a# b", "[", "a]", "{a}", "a,b", "&a", "!a", "@a"]
CURIOUS += ["%a", "|", ">-", "'a'", '"it\'s"', " a", "a ", "\ta", "a\t", "\u2028", "\ufeff", "\x85", "\u200b", "\xa0"]
CURIOUS += ["a\n", "\na", "\n\n", "a\n\n", " a\nb", "\ta\nb\n", "a\n\n  b\n \n", "a \nb", "a\r\nb", " \n ", "\n \n"]
TEXT = st.one_of(st.sampled_from(CURIOUS), st.text(CHARACTERS), st.text(" \n\t#:-'\"ab|>{[,]}?&*!%@=", max_size=12))
NUMBER = st.one_of(st.integers(), st.floats(allow_nan=False, allow_infinity=False))
VALUE: st.SearchStrategy[Any] = st.recursive(
    st.one_of(st.none(), st.booleans(), NUMBER, TEXT),
    lambda inner: st.one_of(st.lists(inner, max_size=5), st.dictionaries(TEXT, inner, max_size=4)),
    max_leaves=12,
)


def written(document: Mapping[str, Any], **comments: list[str]) -> str:
    """The YAML of the document, which knows the platforms."""
    return as_yaml(document, {(name,): texts for name, texts in comments.items()}, known=language())


def read(text: str) -> Any:
    """What the loader makes of the spec, without an objection to its text."""
    loaded = load("spec.yaml", text.encode(), language=language())
    assert [problem for problem in loaded.diagnostics if problem.is_error] == []
    return loaded.specs[0].base.value


def plain(node: Node) -> Any:
    """The values of the nodes, as YAML 1.2 has them."""
    if isinstance(node, MapNode):
        return {key: plain(item) for key, (_, item) in node.items.items()}
    return [plain(item) for item in node.items] if isinstance(node, ListNode) else resolve(node)


def leaves(value: Any) -> Any:
    """The value as nodes to be laid out."""
    if isinstance(value, dict):
        return {key: leaves(item) for key, item in value.items()}
    return [leaves(item) for item in value] if isinstance(value, list) else value_leaf(value)


def parsed(text: str) -> Any:
    """The values in the text, in which the loader has found nothing wrong."""
    loader = Loader("file.yaml")
    loader.load(text)
    assert loader.diagnostics == []
    return plain(loader.documents[0].root)


def test_a_spec_looks_as_a_person_would_write_it() -> None:
    """Order, units, short forms, flow and block style, quotes and comments, all in one."""
    document = {
        "resources": {"gpu": {"count": 8, "model": "A800"}, "memory": 64 << 30, "cpu": 500, "shm": 1500 << 20},
        "native": {"slurm": {"raw": {"/script": "x: y", "/a": None, "/b": [{"c": 1.5, "d": "1.5"}]}, "account": "vis"}},
        "name": "train",
        "lading": "v1",
        "script": "set -e\n\npython train.py --note 'a: b'\n",
        "env": {"EPOCHS": "90", "DEBUG": "true", "ANSWER": "yes", "EMPTY": "", "KEY": {"secret": "wandb"}},
        "args": ["--lr", "0.1", "a b", "a:b", "it's", 'say "hi"'],
        "mounts": [
            {"path": "/data", "readOnly": True, "volume": "imagenet"},
            {"nfs": {"server": "nas.example.com", "path": "/export"}, "path": "/code"},
            {"tmpfs": 8 << 30, "path": "/ram"},
        ],
        "schedule": {"timeLimit": 129600, "retries": 3, "after": {"ok": ["prepare", "101"]}},
        "array": {"indices": [[0, 98, 2], [101, 101, 1]]},
        "labels": {"team": "vision", "tier": "1.10"},
    }
    comments: dict[Path, list[str]] = {
        ("name",): ["Its name in the payload was Train.", ""],
        ("mounts", 1): ["The export is the platform's own."],
        ("native", "slurm", "raw", "/a"): ["null removes it"],
        ("nowhere", "at", "all"): ["For the whole."],
    }
    assert as_yaml(document, comments, ["Imported from x.sh."], known=language()) == (
        "# Imported from x.sh.\n"
        "# For the whole.\n"
        "lading: v1\n"
        "# Its name in the payload was Train.\n"
        "#\n"
        "name: train\n"
        "labels: {team: vision, tier: 1.10}\n"
        'args: [--lr, 0.1, a b, "a:b", it\'s, say "hi"]\n'
        "script: |\n"
        "  set -e\n"
        "\n"
        "  python train.py --note 'a: b'\n"
        "env:\n"
        "  EPOCHS: 90\n"
        "  DEBUG: true\n"
        '  ANSWER: "yes"\n'
        '  EMPTY: ""\n'
        "  KEY: {secret: wandb}\n"
        "resources:\n"
        "  cpu: 500m\n"
        "  memory: 64Gi\n"
        "  gpu: {model: A800, count: 8}\n"
        "  shm: 1500Mi\n"
        "mounts:\n"
        "  - {volume: imagenet, path: /data, readOnly: true}\n"
        "  # The export is the platform's own.\n"
        "  - {nfs: {server: nas.example.com, path: /export}, path: /code}\n"
        "  - {tmpfs: 8Gi, path: /ram}\n"
        "schedule:\n"
        "  timeLimit: 1d12h\n"
        "  retries: 3\n"
        "  after: [prepare, 101]\n"
        'array: {indices: "0-98:2,101"}\n'
        "native:\n"
        "  slurm:\n"
        "    account: vis\n"
        "    raw:\n"
        '      /script: "x: y"\n'
        "      # null removes it\n"
        "      /a: null\n"
        "      /b:\n"
        '        - {c: 1.5, d: "1.5"}\n'
    )


@pytest.mark.parametrize(
    ("value", "text"),
    [
        ({"gpu": {"count": 8}}, "resources: {gpu: 8}\n"),
        ({"gpu": {"count": 256}}, "resources:\n  gpu: {count: 256}\n"),
        ({"gpu": {}}, "resources:\n  gpu: {}\n"),
        ({"cpu": 8000, "memory": 10**9}, "resources: {cpu: 8, memory: 1G}\n"),
        ({"memory": 1}, "resources: {memory: 0.001k}\n"),
        ({}, "resources: {}\n"),
        ({"memory": "a lot"}, "resources: {memory: a lot}\n"),
        ({"speed": [[1, 2], {"a": []}]}, "resources:\n  speed:\n    - [1, 2]\n    - {a: []}\n"),
    ],
)
def test_resources_are_written_in_their_units(value: dict[str, Any], text: str) -> None:
    """Quantities and counts as people write them; what is of no known type, as it is."""
    assert written({"resources": value}) == text


def test_a_comment_keeps_the_key_that_it_is_about() -> None:
    """No short form and no line of several values swallows it."""
    document = {"resources": {"gpu": {"count": 8}}, "schedule": {"after": {"ok": ["a"]}}}
    comments = {("resources", "gpu", "count"): ["one"], ("schedule", "after", "ok", 0): ["two", "lines\nof it"]}
    assert as_yaml(document, comments) == (
        "resources:\n  gpu:\n    # one\n    count: 8\n"
        "schedule:\n  after:\n    ok:\n      # two\n      # lines\n      # of it\n      - a\n"
    )


def test_a_long_line_becomes_lines_of_one_value_each() -> None:
    """What does not fit stands below; a single value is never broken, and a script in an argv keeps its lines."""
    words = [f"--option-number-{number}" for number in range(6)]
    below = "".join(f"  - {word}\n" for word in words)
    assert written({"command": words}) == f"command:\n{below}"
    assert written({"command": ["x" * 300]}) == f"command:\n  - {'x' * 300}\n"
    argv = "command:\n  - bash\n  - -c\n  - |\n    set -e\n    a\n"
    assert written({"command": ["bash", "-c", "set -e\na\n"]}) == argv


def test_sections_of_platforms_have_their_own_units() -> None:
    """Options and catalogs of a site are written as their platform reads them, without one as they are."""
    text = (
        "lading: v1\nkind: site\ntargets:\n  here:\n    platform: local\n    options: {grace: 1m}\n"
        "    catalog:\n      volumes:\n        data: {path: /share}\n"
    )
    site = load_site("site.yaml", text.encode(), language=language())
    assert site.diagnostics == ()
    document = {"lading": "v1", "kind": "site", "targets": {"here": {"platform": "local", "options": {"grace": 60}}}}
    document["targets"]["here"]["catalog"] = {"volumes": {"data": {"path": "/share"}}}  # type: ignore[index]
    assert written(document) == text
    assert as_yaml(document, {}) == text.replace("1m", "60")


def beside(spec: str, relative: str) -> tuple[str, bytes]:
    """The file that a step of the spec uses."""
    return relative, (File(spec).parent / relative).read_bytes()


@pytest.mark.parametrize("file", [file for file in SPECS if file.stem != "matrix"], ids=lambda file: file.stem)
def test_examples_read_back_the_same(file: File) -> None:
    """Every example, written anew, is the same spec, and written once more the same text."""
    loaded = load(str(file), file.read_bytes(), language=language(), read_file=beside)
    value = loaded.specs[0].base.value
    text = written(value)
    assert read(text) == value
    assert written(read(text)) == text


@settings(deadline=None)
@given(valid_document())
def test_every_field_reads_back_the_same(document: dict[str, Any]) -> None:
    """Whatever field is set, in base units, comes back from its text."""
    loaded = load("spec.yaml", json.dumps(document).encode(), language=language())
    for spec in loaded.specs:
        if not {"matrix", "params", "steps"} & set(spec.base.value) and spec.is_whole:
            again = load("spec.yaml", written(spec.base.value).encode(), language=language())
            assert again.specs[0].base.value == spec.base.value


@settings(deadline=None)
@given(VALUE, st.lists(TEXT, max_size=3))
@example({"a": ["\n a\n", {"b\n": " \n"}, [["|", "#"]], {}, []]}, ["a\n\nb"])
@example({"x" * 2000: {"y" * 1001: "a\nb"}}, [])
@example({"a": ["x" * 70, "\u200d" * 40, "é" * 2000]}, [])
def test_every_value_reads_back_the_same(value: Any, comment: list[str]) -> None:
    """Whatever JSON holds comes back from its text, with comments wherever there may be one and without."""
    tree = {"root": value, "last": "\n a\n\n"}
    lines = laid_out(leaves(tree), {})
    assert parsed("\n".join(lines) + "\n") == tree
    told = [text.translate(dict.fromkeys(map(ord, "\0\r\x85\ufeff"))) for text in comment]
    above = {path: [line for line in told if line.isprintable()] for path in paths(tree)}
    assert parsed("\n".join([*remarks(["top"]), *laid_out(leaves(tree), above)]) + "\n") == tree


def paths(value: Any, path: Path = ()) -> list[Path]:
    """The path of everything in the value."""
    items = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    return [path, *(below for step, item in items for below in paths(item, (*path, step)))]


SAYABLE = TEXT.filter(lambda text: "\0" not in text and "${{" not in text)


@settings(deadline=None)
@given(st.lists(SAYABLE, min_size=1), SAYABLE.filter(bool), st.dictionaries(st.sampled_from(["A", "b", "y"]), SAYABLE))
@example([*(word for word in CURIOUS if "${{" not in word and "\0" not in word)], "a", {"y": "no"})
def test_every_text_of_a_spec_reads_back_the_same(argv: list[str], script: str, env: dict[str, str]) -> None:
    """Arguments, scripts and variables come back byte for byte, whatever stands in them."""
    job = {"lading": "v1", "name": "a", "command": argv, "env": env}
    assert read(written(job)) == job
    if "#SBATCH" not in script and "#PBS" not in script and not script.startswith("#!"):
        job = {"lading": "v1", "name": "a", "script": script, "env": env}
        assert read(written(job)) == job


@pytest.mark.parametrize(
    ("text", "alone", "among"),
    [
        ("a b", "a b", "a b"),
        ("--lr", "--lr", "--lr"),
        ("a:b", "a:b", '"a:b"'),
        ("a, b", "a, b", '"a, b"'),
        ("a#b", "a#b", "a#b"),
        ("1.5", '"1.5"', '"1.5"'),
        ("1.5.2", "1.5.2", "1.5.2"),
        ("no", '"no"', '"no"'),
        ("", '""', '""'),
        ("- a", '"- a"', '"- a"'),
        ('"a"', "'\"a\"'", "'\"a\"'"),
        ("'\\", '"\'\\\\"', '"\'\\\\"'),
        ("a\tb\r\n", '"a\\tb\\r\\n"', '"a\\tb\\r\\n"'),
        ("\u200b\U000e0001", '"\\u200b\\U000e0001"', '"\\u200b\\U000e0001"'),
        ("é 日本 🙂", "é 日本 🙂", "é 日本 🙂"),
        ("你好，世界", "你好，世界", '"你好，世界"'),
    ],
)
def test_quotes_stand_only_where_they_are_needed(text: str, alone: str, among: str) -> None:
    """What would be something else without quotes has them; what can not be seen is escaped."""
    leaf = value_leaf(text)
    assert laid_out({"a": leaf, "b": [leaf, leaf]}, {}) == [f"a: {alone}", f"b: [{among}, {among}]"]


def test_a_key_with_what_only_looks_like_punctuation_has_quotes() -> None:
    """Without them the reader takes it for a slip of the keyboard."""
    text = "\n".join(laid_out({"队列：一": value_leaf("a，b"), "c": {"“": value_leaf(1)}}, {}))
    assert text == '"队列：一": a，b\nc: {"“": 1}'
    assert parsed(text) == {"队列：一": "a，b", "c": {"“": 1}}
