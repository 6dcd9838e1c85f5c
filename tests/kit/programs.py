"""Programs of specs as emitters see them, and the words that are hard to say in a shell."""

from collections.abc import Mapping
from typing import Any

from hypothesis import strategies as st

from lading.compiler.payload import From
from lading.compiler.plan import make_plan
from lading.compiler.registry import language, platform
from lading.compiler.shell import FOLDABLE, shell_text
from lading.compiler.target import Target
from lading.compiler.view import View
from lading.schema.job import Job

HOSTILE = ["", " ", "-", "--", "-n", "+x", "it's", '"', "\\", "\\\n", "$HOME", "$(id)", "`id`", "a\nb", "\n", "\r\n"]
HOSTILE += [
    "\t",
    "#",
    ";",
    "&",
    "|",
    "*",
    "?",
    "~",
    "{a,b}",
    "!",
    "if",
    "A=b",
    "=",
    "%1",
    "日本",
    "é\n",
    "🙂\r",
    "\x81",
]
CHARACTERS = st.characters(exclude_categories=["Cs"], exclude_characters="\0")
WORD = st.one_of(st.sampled_from(HOSTILE), st.text(CHARACTERS, max_size=20), st.text("'\"\\$`\n\r #é=", max_size=12))
NAMES = st.from_regex(r"[A-Za-z_][A-Za-z0-9_]{0,8}", fullmatch=True).map(lambda name: f"X{name}")


def view_of(spec: Mapping[str, Any]) -> View:
    """The spec's program as an emitter sees it."""
    job = Job({"name": "train", **spec}, {}, language())
    local = platform("local")
    assert local
    return make_plan(job, Target("here", local), {}, ()).root


def text_of(spec: Mapping[str, Any], env: Mapping[str, str] = {}) -> str:
    """The text for the spec, with everything in it that a text can say."""
    found = shell_text(view_of(spec), env={name: From(value, ()) for name, value in env.items()}, fold=FOLDABLE)
    assert found
    return str(found.value)
