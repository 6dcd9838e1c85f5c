"""What a code of a diagnostic means, for people and as data."""

from lading.runner.invocation.options import WrongUsage
from lading.runner.output.screen import Screen
from lading.schema.codes import CODES


def is_code(text: str) -> bool:
    """Whether the text is a code, or means to be one: no field begins so."""
    return text.upper().startswith("LD") and text[2:].isdigit()


def show_code(screen: Screen, text: str) -> None:
    """All that is known of one code."""
    name = text.upper()
    if name not in CODES:
        raise WrongUsage(f"there is no code {name}", "write one as it was printed, such as LD203")
    code = CODES[name]
    if not screen.is_human:
        data = {"severity": str(code.severity), "title": code.title, "message": code.says, "help": code.does}
        screen.document({"code": {"code": name, **{key: value or None for key, value in data.items()}}})
        return
    facts = {"says": code.says, "do": code.does}
    lines = [f"  {fact:<6}{said}" for fact, said in facts.items() if said]
    screen.result("".join(f"{line}\n" for line in [f"{name}  {code.severity}: {code.title}", *lines]))
