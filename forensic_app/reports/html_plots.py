"""The plots of a report as SVG for the HTML twin, with what they show in words."""

from __future__ import annotations

from collections.abc import Sequence
from html import escape

from forensic_app.reports.ageing import AgeingPlot
from forensic_app.reports.fonts import printable
from forensic_app.reports.plots import CurvePlot, smoothed
from forensic_app.reports.texts import Texts

_PLOT_WIDTH, _PLOT_HEIGHT = 320, 150


def words_of(value: str) -> str:
    """Return text as HTML: what acts or hides is spelt out as in the PDF."""
    return escape(printable(value))


def curve_figure(block: CurvePlot, texts: Texts) -> str:
    """Return a curve with its title, and its first, least, largest and last value in words."""
    title = words_of(block.title)
    if not block.points:
        return f"<p>{title}</p>"
    xs, ys = [x for x, _ in block.points], [y for _, y in block.points]
    least, largest = min(0.0, *ys), max(ys)
    across, up = _PLOT_WIDTH / ((xs[-1] - xs[0]) or 1.0), _PLOT_HEIGHT / ((largest - least) or 1.0)

    def line(points: Sequence[tuple[float, float]], colour: str, width: float) -> str:
        places = " ".join(f"{(x - xs[0]) * across:.1f},{(largest - y) * up:.1f}" for x, y in points)
        return f'<polyline points="{places}" fill="none" stroke="{colour}" stroke-width="{width}"/>'

    said = (
        f"{_g(xs[0], texts)}–{_g(xs[-1], texts)} {words_of(block.x_words)}: "
        f"{_short(ys[0], texts)} … {_short(ys[-1], texts)} ({_short(least, texts)}–{_short(largest, texts)})"
    )
    drawn = line(block.points, "#8a949f", 1) + line(smoothed(block.points), "#1f3f66", 2.5)
    return (
        f'<figure><svg role="img" aria-label="{title}" viewBox="0 0 {_PLOT_WIDTH} {_PLOT_HEIGHT}">{drawn}</svg>'
        f"<figcaption><p>{title}</p><p>{said}</p></figcaption></figure>"
    )


def ageing_figure(block: AgeingPlot) -> str:
    """Return the scores of an exhibit on the band of real photographs; the table beside it holds the numbers."""
    title, high = words_of(block.title), block.height

    def places(corners: Sequence[tuple[float, float]]) -> str:
        return " ".join(f"{x:.1f},{high - y:.1f}" for x, y in corners)

    band = [*block.corners("low"), *reversed(block.corners("high"))]
    drawn = f'<polygon points="{places(band)}" fill="#e6ebf1" stroke="#c8d0d9"/>'
    drawn += f'<polyline points="{places(block.corners("median"))}" fill="none" stroke="#4d5763" stroke-width="1.2"/>'
    for number, x, y in block.places():
        drawn += f'<circle cx="{x:.1f}" cy="{high - y:.1f}" r="2.2" fill="#1f3f66"/>'
        drawn += f'<text x="{x + 3:.1f}" y="{high - y - 2:.1f}" font-size="7">{words_of(number)}</text>'
    return (
        f'<figure><svg role="img" aria-label="{title}" viewBox="0 0 {block.width:.0f} {high:.0f}">{drawn}</svg>'
        f"<figcaption><p>{title}</p><p>{words_of(block.x_words)}</p></figcaption></figure>"
    )


def _g(value: float, texts: Texts) -> str:
    return texts.numeral(f"{value:g}")


def _short(value: float, texts: Texts) -> str:
    return texts.numeral(f"{value:.3g}")
