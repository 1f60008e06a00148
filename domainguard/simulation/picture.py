"""Draws the report as one SVG picture: exposure by policy, and the share of lives taken over."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from xml.sax.saxutils import escape

from .report import Figures

_WIDTH, _LEFT, _BAR = 760, 190, 400
_LINE = 34
_INK, _PALE, _DARK, _FILL = "#1f2933", "#52606d", "#ffffff", "#b42318"
_OURS = "#0b6e4f"


def picture(figures: Sequence[Figures]) -> str:
    """Give the picture; its text says all that its bars show."""
    panel = 56 + _LINE * len(figures)
    height = 2 * panel + 16
    parts = [
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {_WIDTH} {height}" role="img" '
        'font-family="sans-serif" font-size="14">',
        f"<title>Exposure and takeovers of {len(figures)} policies</title>",
        f'<rect width="{_WIDTH}" height="{height}" fill="{_DARK}"/>',
        *_bars("Share of lives taken over", _shares(figures), 0),
        *_bars("Hours a stranger's reset would be mailed, mean", _hours(figures), panel),
        "</svg>",
    ]
    return "\n".join(parts) + "\n"


_Bar = tuple[str, float, str]


def _shares(figures: Sequence[Figures]) -> list[_Bar]:
    taken = [(each, each.takeovers_with_trace + each.takeovers_without_trace) for each in figures]
    return [
        (each.policy, count / max(1, each.lives), f"{count / max(1, each.lives):.1%}")
        for each, count in taken
    ]


def _hours(figures: Sequence[Figures]) -> list[_Bar]:
    return [
        (each.policy, each.exposure_hours_mean, f"{each.exposure_hours_mean:,.1f} h")
        for each in figures
    ]


def _bars(title: str, bars: Sequence[_Bar], top: int) -> Iterator[str]:
    most = max((value for _, value, _ in bars), default=0) or 1
    yield f'<text x="16" y="{top + 32}" fill="{_INK}" font-weight="bold">{escape(title)}</text>'
    for number, (name, value, label) in enumerate(bars):
        y = top + 50 + number * _LINE
        width = round(value / most * _BAR, 1)
        colour = _OURS if name == "domainguard" else _FILL
        yield f'<text x="16" y="{y + 17}" fill="{_PALE}">{escape(name)}</text>'
        yield f'<rect x="{_LEFT}" y="{y}" width="{width}" height="22" fill="{colour}"/>'
        yield f'<text x="{_LEFT + width + 8}" y="{y + 17}" fill="{_INK}">{escape(label)}</text>'
