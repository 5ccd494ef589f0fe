"""An exhibit against its subject's other photographs, drawn on what real photographs of one person score by the gap."""

from __future__ import annotations

from reportlab.lib.units import mm
from reportlab.platypus import Flowable, KeepTogether, Spacer

from forensic_app.real_ageing import GapPoint
from forensic_app.reports import wording
from forensic_app.reports.ageing_content import AgeingPoint, AgeingSection
from forensic_app.reports.fonts import TEXT, TEXT_BOLD
from forensic_app.reports.layout import (
    ACCENT,
    INK,
    LANDSCAPE_WIDTH,
    MUTED,
    RULE,
    SHADE,
    data_table,
    plain_table,
    text,
)
from forensic_app.reports.texts import Texts

_PLOT = (118 * mm, 58 * mm)
_WIDTHS = (26 * mm, 20 * mm, 22 * mm)
_MOST_BESIDE = 5
"""Most photographs whose table stands beside the plot: there it cannot be continued on another page."""

_LEFT, _BOTTOM, _TOP, _RIGHT = 11 * mm, 8 * mm, 6 * mm, 3 * mm
_SMALL = 6.2
_GRID_SCORE = 0.2
_GRID_YEARS = 10


def ageing_blocks(section: AgeingSection, texts: Texts) -> list[Flowable]:
    """Return plot, table and how to read them."""
    dated = [each for each in section.points if each.gap_years is not None]
    undated = [each.exhibit_number for each in section.points if each.gap_years is None]
    is_beside = len(dated) <= _MOST_BESIDE
    width = LANDSCAPE_WIDTH - (_PLOT[0] + 5 * mm if is_beside else 0.0)
    table: list[Flowable] = []
    if dated:
        header = [texts(f"ageing.col_{name}") for name in ("exhibit", "gap", "score", "real")]
        rows = [_row(each, section, texts) for each in dated]
        table.append(data_table(header, rows, [*_WIDTHS, width - sum(_WIDTHS)]))
    if undated:
        table.append(text(texts("ageing.no_gap", numbers=wording.listed(undated, texts)), "small"))
    curve = section.curve
    people = max(point.people for point in curve.points)
    ages = texts.word("age_origins", curve.ages)
    note = text(texts("ageing.curve", people=people, data=curve.data, ages=ages), "small")
    plot: Flowable = AgeingPlot(section, texts)
    if is_beside:
        plot = plain_table([[plot, table]], [_PLOT[0] + 5 * mm, width])
    heading = texts("ageing.heading", number=section.exhibit_number, analyser=curve.analyser)
    drawn = KeepTogether([text(heading, "table_head"), plot, note])
    return [drawn, *([] if is_beside else table), Spacer(0, 1 * mm)]


def _row(point: AgeingPoint, section: AgeingSection, texts: Texts) -> list[Flowable]:
    gap = point.gap_years or 0.0
    real = section.curve.at(gap)
    words = texts("ageing.real_unknown")
    if real is not None:
        words = texts(
            "ageing.real",
            low=wording.score(real.low, texts),
            median=wording.score(real.median, texts),
            count=real.count,
            people=real.people,
        )
        place = "below" if point.score < real.low else "above" if point.score > real.high else "within"
        words = f"{texts(f'ageing.{place}')}: {words}"
    return [
        text(wording.one_line(point.exhibit_number), "strong"),
        text(wording.age(gap, texts), "cell"),
        text(wording.score(point.score, texts), "cell"),
        text(words, "cell"),
    ]


class AgeingPlot(Flowable):  # type: ignore[misc]
    """The band and the median of real photographs of one person by the gap, with an exhibit's scores on it."""

    def __init__(self, section: AgeingSection, texts: Texts) -> None:
        super().__init__()
        self._section, self._texts = section, texts
        self.title = texts("ageing.title", analyser=section.curve.analyser)
        self.x_words = texts("ageing.x")
        self.width, self.height = _PLOT
        scores = [each.score for each in section.points if each.gap_years is not None]
        reals = section.curve.points
        self._least = min(0.0, *scores, *(point.low for point in reals)) if scores else 0.0
        self._largest = max(*scores, *(point.high for point in reals)) * 1.06 if scores else 1.0
        gaps = [each.gap_years for each in section.points if each.gap_years is not None]
        self._years = max([reals[-1].gap_to, *gaps]) * 1.02

    def wrap(self, available_width: float, available_height: float) -> tuple[float, float]:  # noqa: ARG002
        """Return the size on paper in points."""
        return self.width, self.height

    def corners(self, name: str) -> list[tuple[float, float]]:
        """Return the places of ``low``, ``median`` or ``high`` of real photographs on the plot, in points."""
        return [self._at(each.middle, getattr(each, name)) for each in self._section.curve.points]

    def places(self) -> list[tuple[str, float, float]]:
        """Return the numbers of the photographs and their places on the plot, in points from its lower left."""
        return [
            (each.exhibit_number, *self._at(each.gap_years, each.score))
            for each in self._section.points
            if each.gap_years is not None
        ]

    def draw(self) -> None:
        """Draw axes, band, median and the exhibit's scores."""
        canvas, reals = self.canv, self._section.curve.points
        canvas.setFillColor(INK)
        canvas.setFont(TEXT_BOLD, 7.4)
        canvas.drawString(_LEFT, self.height - 4 * mm, self.title)
        self._path(
            [(each, "low") for each in reals] + [(each, "high") for each in reversed(reals)], is_filled=True
        )
        self._path([(each, "median") for each in reals])
        self._grid()
        for each in self._section.points:
            if each.gap_years is not None:
                self._point(each, each.gap_years)

    def _at(self, years: float, score: float) -> tuple[float, float]:
        across = (self.width - _LEFT - _RIGHT) / self._years
        up = (self.height - _BOTTOM - _TOP) / (self._largest - self._least)
        return _LEFT + years * across, _BOTTOM + (score - self._least) * up

    def _path(self, corners: list[tuple[GapPoint, str]], *, is_filled: bool = False) -> None:
        path = self.canv.beginPath()
        for place, (point, name) in enumerate(corners):
            where = self._at(point.middle, getattr(point, name))
            (path.lineTo if place else path.moveTo)(*where)
        if is_filled:
            path.close()
        self.canv.setFillColor(SHADE)
        self.canv.setStrokeColor(RULE if is_filled else MUTED)
        self.canv.setLineWidth(0.5 if is_filled else 1.1)
        self.canv.drawPath(path, fill=int(is_filled), stroke=1)

    def _grid(self) -> None:
        canvas = self.canv
        canvas.setStrokeColor(RULE)
        canvas.setLineWidth(0.5)
        canvas.rect(_LEFT, _BOTTOM, self.width - _LEFT - _RIGHT, self.height - _BOTTOM - _TOP)
        canvas.setFillColor(MUTED)
        canvas.setFont(TEXT, _SMALL)
        step = _GRID_SCORE if self._largest - self._least < 1.5 else 2 * _GRID_SCORE
        for number in range(int(self._least / step), int(self._largest / step) + 1):
            _, y = self._at(0, number * step)
            canvas.drawRightString(_LEFT - 1.2 * mm, y - 2, self._texts.numeral(f"{number * step:.1f}"))
        for years in range(0, int(self._years) + 1, _GRID_YEARS):
            x, _ = self._at(years, self._least)
            canvas.drawCentredString(x, _BOTTOM - 3.2 * mm, str(years))
        canvas.drawRightString(self.width - _RIGHT, _BOTTOM - 6.2 * mm, self.x_words)

    def _point(self, point: AgeingPoint, gap: float) -> None:
        x, y = self._at(gap, point.score)
        self.canv.setFillColor(ACCENT)
        self.canv.setStrokeColor(ACCENT)
        self.canv.circle(x, y, 1.9, fill=1, stroke=0)
        self.canv.setFillColor(INK)
        self.canv.setFont(TEXT, _SMALL)
        label = wording.shortened(wording.one_line(point.exhibit_number), 12)
        if x > self.width - 20 * mm:
            self.canv.drawRightString(x - 2.6, y + 1.6, label)
        else:
            self.canv.drawString(x + 2.6, y + 1.6, label)
