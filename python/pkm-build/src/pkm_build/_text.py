"""Small things about text that both halves of the backend do alike."""


def order(text):
    """Sorts as pkm does, by units of UTF-16: the same on every machine and in both languages."""
    return text.encode("utf-16-be", "surrogatepass")


def nearest(word, candidates):
    """The candidate a misspelt word may stand for, if one is near enough."""
    limit = max(1, min(3, len(word) // 3))
    ranked = sorted((_distance(word, candidate), candidate) for candidate in candidates)
    return ranked[0][1] if ranked and ranked[0][0] <= limit else None


def _distance(a, b):
    """Damerau and Levenshtein's, with swaps of neighbours."""
    before, last = [], list(range(len(b) + 1))
    for i, left in enumerate(a, 1):
        row = [i]
        for j, right in enumerate(b, 1):
            cost = min(last[j] + 1, row[j - 1] + 1, last[j - 1] + (left != right))
            if i > 1 and j > 1 and left == b[j - 2] and a[i - 2] == right:
                cost = min(cost, before[j - 2] + 1)
            row.append(cost)
        before, last = last, row
    return last[-1]


def path_in_tree(text):
    """A path as pyproject.toml has it in its shortest form, or None when it leads out of the tree."""
    if text.startswith("/") or "\\" in text:
        return None
    parts = [part for part in text.split("/") if part not in ("", ".")]
    return None if not parts or ".." in parts else "/".join(parts)
