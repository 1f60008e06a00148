"""Text for the cells of a spreadsheet: never a formula, and always to be read back."""

from __future__ import annotations

# What a spreadsheet takes for a formula or skips on its way to one (OWASP ASVS 5.0, 1.2.10),
# in the wide forms too that some of them fold. The quote itself is there for the way back.
_DANGEROUS = ("=", "+", "-", "@", "\t", "\r", "\n", "＝", "＋", "－", "＠", "'")  # noqa: RUF001
_QUOTE = "'"


def cell(text: str) -> str:
    """Give a text as a cell that no spreadsheet computes."""
    return _QUOTE + text if text.startswith(_DANGEROUS) else text


def text_of(cell: str) -> str:
    """Give the text that was made into this cell."""
    return cell.removeprefix(_QUOTE)
