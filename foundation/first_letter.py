"""The first letter of a text: large where the text begins a sentence, small where it stands inside one."""

__all__ = ["large_first", "small_first"]


def large_first(text: str) -> str:
    """`text` as it begins a sentence or stands in a list."""
    return text[:1].upper() + text[1:]


def small_first(text: str) -> str:
    """`text` as it stands inside a sentence; an abbreviation such as NAV keeps its letters."""
    word = text.partition(" ")[0]
    return text if word.isupper() and len(word) > 1 else text[:1].lower() + text[1:]
