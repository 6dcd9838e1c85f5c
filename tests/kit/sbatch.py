"""How sbatch reads the ``#SBATCH`` lines of a script, after its source (src/sbatch/opt.c, src/common/slurm_opt.c).

``test_slurm_cluster.py`` holds it against the real one.
"""

SPACE = " \t\n\v\f\r"


def options(script: str) -> list[str]:
    """Every option of the script, each as one argument."""
    found = []
    for line in script.split("\n"):
        if line.startswith("#SBATCH"):
            found += arguments(line.removeprefix("#SBATCH"))
        elif line.strip(SPACE) and not line.strip(SPACE).startswith("#"):
            break
    return found


def arguments(line: str) -> list[str]:
    """The arguments on one line: a backslash protects what follows, but no space outside quotes; ``#`` ends all."""
    found: list[str] = []
    at = 0
    while True:
        while at < len(line) and line[at] in SPACE:
            at += 1
        if at == len(line) or line[at] == "#":
            return found
        argument, at, is_last = _argument(line, at)
        found.append(argument)
        if is_last:
            return found


def _argument(line: str, at: int) -> tuple[str, int, bool]:
    text, quote, is_escaped = "", "", False
    while at < len(line) and (quote or line[at] not in SPACE):
        char = line[at]
        at += 1
        if is_escaped:
            text, is_escaped = text + char, False
        elif char == "\\":
            is_escaped = True
        elif quote:
            text, quote = (text, "") if char == quote else (text + char, quote)
        elif char in "\"'":
            quote = char
        elif char == "#":
            return text, at, True
        else:
            text += char
    if quote:
        raise ValueError(f"unmatched {quote}")
    return text, at, False
