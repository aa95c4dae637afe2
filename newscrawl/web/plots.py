"""Plots as SVG: pure functions of numbers. The style sheet sets colours by class; there are no scripts.

Time runs in the direction of the language: with ``rtl``, the newest day is on the left.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from markupsafe import Markup

TALL, WIDE = 160, 720
"""Height and width of a bar plot, in units of the SVG."""
LEAST = 4.0
"""Minimum height of a bar with a ``kind``, so that even a day without articles shows it."""
_BOTTOM, _SIDE, _TOP = 22, 36, 8
_LABEL = 56
"""Width of a label such as ``11-29`` on a phone, where letters are largest."""


@dataclass(frozen=True, slots=True)
class Bar:
    """The bar of one day."""

    label: str
    """The day. Example: ``2026-11-28``."""
    value: int
    kind: str = ""
    """An additional class of the style sheet: ``part``, ``open``, ``lost``."""
    tooltip: str = ""
    """Its tooltip."""


def bars(
    days: Sequence[Bar], *, title: str, usual: Sequence[float | None] = (), rtl: bool = False, ticks: int = 6
) -> Markup:
    """A bar for each day, the oldest first, and a dashed line for the usual number."""
    highest = scale(max([*(bar.value for bar in days), *(value or 0 for value in usual), 1]))
    step = (WIDE - _SIDE) / max(1, len(days))
    height = TALL - _BOTTOM - _TOP

    def x(place: float) -> float:
        return WIDE - _SIDE - (place + 1) * step if rtl else _SIDE + place * step

    def y(value: float) -> float:
        return _TOP + height * (1 - value / highest)

    parts = [_axis(highest, y, rtl=rtl)]
    every = max(1, math.ceil(len(days) / ticks))
    for place, bar in enumerate(days):
        left = x(place)
        tall = max(height * bar.value / highest, LEAST if bar.kind else 0.0)
        parts.append(
            Markup(
                '<g><title>{}</title><rect class="target" x="{:.1f}" y="{}" width="{:.1f}" height="{}"/>'
                '<rect class="bar {}" x="{:.1f}" y="{:.1f}" width="{:.1f}" height="{:.1f}"/></g>'
            ).format(
                bar.tooltip or f"{bar.label}: {bar.value}", left, _TOP, step, height,
                bar.kind, left + step * 0.12, _TOP + height - tall, step * 0.76, tall,
            )
        )  # fmt: skip
        if (len(days) - 1 - place) % every == 0:
            parts.append(_label(left, step, bar.label[5:]))
    parts.append(
        _line([(x(place) + step / 2, y(value)) for place, value in enumerate(usual) if value is not None])
    )
    return Markup('<svg class="plot" viewBox="0 0 {} {}" role="img" aria-label="{}">{}</svg>').format(
        WIDE, TALL, title, Markup("").join(parts)
    )


def _label(left: float, width: float, text: str) -> Markup:
    """The label of a bar; at either end of the plot, it is aligned with the edge of the bar."""
    middle = left + width / 2
    if middle < _LABEL / 2:
        return _text(left, TALL - 6, text, "start")
    if middle > WIDE - _LABEL / 2:
        return _text(left + width, TALL - 6, text, "end")
    return _text(middle, TALL - 6, text, "middle")


def _axis(highest: int, y: Callable[[float], float], *, rtl: bool) -> Markup:
    """Three lines with their numbers, on the side where time begins."""
    start, end = (0, WIDE - _SIDE) if rtl else (_SIDE, WIDE)
    parts = []
    for value in (0, highest // 2, highest):
        parts.append(
            Markup('<line class="axis" x1="{}" x2="{}" y1="{:.1f}" y2="{:.1f}"/>').format(
                start, end, y(value), y(value)
            )
        )
        side = (WIDE - _SIDE + 6, "start") if rtl else (_SIDE - 6, "end")
        parts.append(_text(side[0], y(value) + 4, str(value), side[1]))
    return Markup("").join(parts)


def _text(x: float, y: float, text: str, anchor: str) -> Markup:
    # Digits and dashes run left to right, so the anchor has that direction on Arabic pages, too.
    return Markup('<text x="{:.1f}" y="{:.1f}" text-anchor="{}" direction="ltr">{}</text>').format(
        x, y, anchor, text
    )


def _line(points: Sequence[tuple[float, float]]) -> Markup:
    if len(points) < 2:
        return Markup("")
    path = "M" + "L".join(f"{x:.1f} {y:.1f}" for x, y in points)
    return Markup('<path class="usual" d="{}"/>').format(path)


def scale(highest: float) -> int:
    """The end of an axis: a round, even number not below the highest value.

    >>> [scale(n) for n in (1, 7, 79, 480, 12001)]
    [2, 8, 80, 500, 15000]
    """
    power: int = 10 ** max(0, math.floor(math.log10(max(1.0, highest))))
    for step in (1, 1.5, 2, 3, 4, 5, 6, 8, 10):
        end = math.ceil(step * power)
        if end >= highest and end % 2 == 0:
            return end
    return 2 * math.ceil(highest)


def spark(values: Sequence[int], *, title: str, rtl: bool = False) -> Markup:
    """A few days at a glance; a day without articles is marked."""
    highest = max([*values, 1])
    parts = []
    for place, value in enumerate(values):
        left = (len(values) - 1 - place if rtl else place) * 4
        tall = 20 * value / highest if value else 2
        kind = "bar" if value else "bar none"
        parts.append(_block(kind, left, 20 - tall, 3, tall))
    return _small("spark", max(1, 4 * len(values) - 1), title, parts)


def strip(
    columns: Sequence[Mapping[str, float]], order: Sequence[str], *, title: str, rtl: bool = False
) -> Markup:
    """Shares over time: a column for each moment, the oldest first, with its kinds stacked in this order."""
    parts = []
    for place, shares in enumerate(columns):
        left = (len(columns) - 1 - place if rtl else place) * 10
        top = 0.0
        for kind in order:
            if tall := 20 * shares.get(kind, 0.0):
                parts.append(_block(f"o-{kind}", left, top, 9.5, tall))
                top += tall
    return _small("strip", max(10, 10 * len(columns)), title, parts)


def _block(kind: str, x: float, y: float, width: float, height: float) -> Markup:
    return Markup('<rect class="{}" x="{}" y="{:.1f}" width="{}" height="{:.1f}"/>').format(
        kind, x, y, width, height
    )


def _small(kind: str, width: float, title: str, parts: Sequence[Markup]) -> Markup:
    """A plot with the height of a line of text and the full width."""
    return Markup(
        '<svg class="{}" viewBox="0 0 {} 20" preserveAspectRatio="none" role="img" aria-label="{}">{}</svg>'
    ).format(kind, width, title, Markup("").join(parts))
