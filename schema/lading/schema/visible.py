"""Text of others on a terminal: what would move the cursor, colour the screen or hide a letter is shown, not obeyed."""

import re

_BEYOND = "\x7f-\x9f\u00ad\u061c\u200b-\u200f\u2028-\u202e\u2060-\u206f\ufeff\ufff9-\ufffb\ufffe\uffff\ud800-\udfff"
_UNSEEN = re.compile(f"[\0-\x1f{_BEYOND}]")
_UNSEEN_IN_JSON = re.compile(f"[{_BEYOND}]")
_SHORT = {"\t": r"\t", "\n": r"\n", "\r": r"\r", "\x1b": r"\e"}


def visible(text: str) -> str:
    """The text with every control character written out, tabs and line breaks too."""
    return _UNSEEN.sub(_written_out, text)


def visible_json(text: str) -> str:
    """The JSON text with the same characters as JSON's own escapes, which its writers leave as they are."""
    return _UNSEEN_IN_JSON.sub(lambda found: f"\\u{ord(found[0]):04x}", text)


def columns(text: str) -> int:
    """How many columns of a terminal the visible text takes."""
    if text.isascii():
        return len(text)
    from unicodedata import combining, east_asian_width

    return sum(0 if combining(c) else 2 if east_asian_width(c) in "WF" else 1 for c in text)


def _written_out(found: re.Match[str]) -> str:
    character = found[0]
    code = ord(character)
    return _SHORT.get(character) or (f"\\x{code:02x}" if code < 0x100 else f"\\u{code:04x}")
