"""Did you mean: the known name nearest to what somebody wrote."""

from collections.abc import Iterable


def nearest(word: str, known: Iterable[str]) -> str | None:
    """The known name that was most likely meant, or None where nothing is near."""
    import difflib

    by_folded = {name.casefold().replace("_", "").replace("-", ""): name for name in known}
    folded = word.casefold().replace("_", "").replace("-", "")
    if folded in by_folded:
        return by_folded[folded]
    found = difflib.get_close_matches(folded, by_folded, n=1, cutoff=0.6)
    return by_folded[found[0]] if found else None


def did_you_mean(word: str, known: Iterable[str], what: str = "known") -> str:
    """One thing to do about an unknown name: the nearest one, else the whole list."""
    names = sorted(known)
    if found := nearest(word, names):
        return f'did you mean "{found}"?'
    return f"{what}: {', '.join(names)}" if names else ""
