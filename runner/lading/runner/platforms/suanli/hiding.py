"""Taking out of a text what is secret for a moment only, also where it was cut before it came here."""

from collections.abc import Iterable
from urllib.parse import quote

from lading.runner.secrets.vault import HIDDEN

PIECE = 12
"""So many letters in a row that also stand in a secret are no coincidence."""


def without(text: str, secrets: Iterable[str]) -> str:
    """The text with every secret, and every piece of one, hidden: as it is, and as URLs and JSON have it."""
    forms = [form for secret in secrets for form in {secret, quote(secret, safe=""), secret.replace("/", r"\/")}]
    shown, place = "", 0
    while place < len(text):
        size = max((_common(text, place, form) for form in forms), default=0)
        shown += HIDDEN if size else text[place]
        place += size or 1
    return shown


def _common(text: str, place: int, form: str) -> int:
    """How many letters from there on are a piece of the form; none where it is too short to be one."""
    least = min(PIECE, len(form))
    piece = text[place : place + least]
    if not least or len(piece) < least or piece not in form:
        return 0
    size = least
    while place + size < len(text) and text[place : place + size + 1] in form:
        size += 1
    return size
