"""Small plots drawn as vectors: deterministic, in the report's own fonts."""

from __future__ import annotations

from collections.abc import Sequence

from reportlab.lib.units import mm
from reportlab.platypus import Flowable

from forensic_app.reports.fonts import TEXT, TEXT_BOLD
from forensic_app.reports.layout import ACCENT, INK, MUTED, RULE
from forensic_app.reports.texts import Texts

Points = Sequence[tuple[float, float]]

_LEFT = 13 * mm
_BOTTOM = 7 * mm
_TOP = 5.5 * mm
_SMALL = 5.8
_SMOOTHED_SHARE = 10


class CurvePlot(Flowable):  # type: ignore[misc]
    """A curve over its axes with the least and largest value written beside them.

    The points are drawn thin, their running mean over a tenth of them thick.
    """

    def __init__(
        self, title: str, points: Points, *, x_words: str, texts: Texts, width: float, height: float
    ) -> None:
        super().__init__()
        self.title = title
        self.points = [(float(x), float(y)) for x, y in points]
        self.x_words = x_words
        self._texts = texts
        self.width = width
        self.height = height

    def wrap(self, available_width: float, available_height: float) -> tuple[float, float]:  # noqa: ARG002
        """Return the size on paper in points."""
        return self.width, self.height

    def draw(self) -> None:
        """Draw axes, bounds and both curves."""
        canvas = self.canv
        canvas.setFillColor(INK)
        canvas.setFont(TEXT_BOLD, 7.2)
        canvas.drawString(_LEFT, self.height - 3.6 * mm, self.title)
        canvas.setStrokeColor(RULE)
        canvas.setLineWidth(0.5)
        canvas.rect(_LEFT, _BOTTOM, self.width - _LEFT - 2 * mm, self.height - _BOTTOM - _TOP)
        if not self.points:
            return
        least, largest = self._bounds()
        canvas.setFillColor(MUTED)
        canvas.setFont(TEXT, _SMALL)
        numeral = self._texts.numeral
        canvas.drawRightString(_LEFT - 1.2 * mm, _BOTTOM, numeral(f"{least:.3g}"))
        canvas.drawRightString(_LEFT - 1.2 * mm, self.height - _TOP - 4, numeral(f"{largest:.3g}"))
        canvas.drawString(_LEFT, _BOTTOM - 3.2 * mm, numeral(f"{self.points[0][0]:g}"))
        canvas.drawRightString(self.width - 2 * mm, _BOTTOM - 3.2 * mm, numeral(f"{self.points[-1][0]:g}"))
        canvas.drawCentredString((_LEFT + self.width) / 2, _BOTTOM - 3.2 * mm, self.x_words)
        self._line(self.points, MUTED, 0.35)
        self._line(smoothed(self.points), ACCENT, 1.1)

    def _bounds(self) -> tuple[float, float]:
        values = [value for _, value in self.points]
        return min(0.0, *values), max(values)

    def _line(self, points: Points, colour: object, width: float) -> None:
        least, largest = self._bounds()
        first, last = self.points[0][0], self.points[-1][0]
        across = (self.width - _LEFT - 2 * mm) / ((last - first) or 1.0)
        up = (self.height - _BOTTOM - _TOP) / ((largest - least) or 1.0)
        path = self.canv.beginPath()
        for place, (x, y) in enumerate(points):
            where = (_LEFT + (x - first) * across, _BOTTOM + (y - least) * up)
            (path.lineTo if place else path.moveTo)(*where)
        self.canv.setStrokeColor(colour)
        self.canv.setLineWidth(width)
        self.canv.drawPath(path)


def smoothed(points: Points) -> list[tuple[float, float]]:
    """Return the running mean of a curve over a tenth of its points, at the same places."""
    reach = max(1, len(points) // (2 * _SMOOTHED_SHARE))
    found = []
    for place, (x, _) in enumerate(points):
        near = [value for _, value in points[max(0, place - reach) : place + reach + 1]]
        found.append((x, sum(near) / len(near)))
    return found
