"""Rows, columns and splitters that fold where the window is too narrow for them: large letters need a second line."""

from __future__ import annotations

from PySide6.QtCore import QEvent, QRect, QSize, Qt
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QBoxLayout, QSizePolicy, QSplitter, QWidget


class _Arranged(QWidget):
    """A widget that places its own parts, and is as high as they are at its width."""

    def __init__(self, spacing: int) -> None:
        super().__init__()
        self._spacing = spacing
        self.setSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Fixed)

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Place the parts anew."""
        super().resizeEvent(event)
        self._arrange()
        self.updateGeometry()

    def event(self, event: QEvent) -> bool:
        """Place the parts anew when one became larger, smaller, shown or hidden."""
        if event.type() is QEvent.Type.LayoutRequest:
            self.updateGeometry()
            self._arrange()
        return super().event(event)

    def _take(self, widget: QWidget) -> None:
        """Take a widget as a part."""
        widget.setParent(self)
        self.updateGeometry()

    def _arrange(self) -> None:
        raise NotImplementedError


class WrappingRow(_Arranged):
    """Widgets in one line, and in as many more as the width asks for; it is as high as its lines.

    A widget that stretches is as narrow as it can be where the line is full, and takes what is left elsewhere.
    """

    def __init__(self, spacing: int = 8) -> None:
        super().__init__(spacing)
        self._items: list[tuple[QWidget | None, int]] = []

    def addWidget(self, widget: QWidget, stretch: int = 0) -> None:
        """Add a widget at the end of the row, as ``QHBoxLayout`` does."""
        self._items.append((widget, stretch))
        self._take(widget)

    def addStretch(self, stretch: int = 1) -> None:
        """Add room that grows; what follows it stands at the right of its line."""
        self._items.append((None, stretch))

    def minimumSizeHint(self) -> QSize:
        """Return the width of the widest widget, and the height of the lines at the present width."""
        widths = [_least(each).width() for each, _ in self._shown() if each is not None]
        return QSize(max(widths, default=0), self._height())

    def sizeHint(self) -> QSize:
        """Return the width of one line, and the height of the lines at the present width."""
        widths = [each.sizeHint().width() for each, _ in self._shown() if each is not None]
        return QSize(sum(widths) + self._spacing * max(0, len(widths) - 1), self._height())

    def _shown(self) -> list[tuple[QWidget | None, int]]:
        return [(each, stretch) for each, stretch in self._items if each is None or not each.isHidden()]

    def _lines(self) -> list[list[tuple[QWidget | None, int]]]:
        lines: list[list[tuple[QWidget | None, int]]] = [[]]
        taken = 0
        for each, stretch in self._shown():
            width = 0 if each is None else _narrow(each, stretch)
            if each is not None and taken and taken + width > self.width():
                lines.append([])
                taken = 0
            lines[-1].append((each, stretch))
            taken += width + (self._spacing if each is not None else 0)
        return lines

    def _height(self) -> int:
        heights = [_line_height(line) for line in self._lines()]
        return sum(heights) + self._spacing * max(0, len(heights) - 1)

    def _arrange(self) -> None:
        top = 0
        is_mirrored = self.layoutDirection() is Qt.LayoutDirection.RightToLeft
        for line in self._lines():
            height = _line_height(line)
            widths = self._widths(line)
            left = 0
            for (each, _), width in zip(line, widths, strict=True):
                if each is None:
                    left += width
                    continue
                tall = (
                    height
                    if each.sizePolicy().verticalPolicy().value & QSizePolicy.PolicyFlag.GrowFlag.value
                    else 0
                )
                tall = min(height, max(tall, each.sizeHint().height()))
                x = self.width() - left - width if is_mirrored else left
                each.setGeometry(QRect(x, top + (height - tall) // 2, width, tall))
                left += width + self._spacing
            top += height + self._spacing

    def _widths(self, line: list[tuple[QWidget | None, int]]) -> list[int]:
        widths = [0 if each is None else min(_narrow(each, s), self.width()) for each, s in line]
        widgets = sum(each is not None for each, _ in line)
        rest = max(0, self.width() - sum(widths) - self._spacing * max(0, widgets - 1))
        total = sum(stretch for _, stretch in line)
        return [
            width + (rest * stretch // total if total else 0)
            for width, (_, stretch) in zip(widths, line, strict=True)
        ]


class FoldingGrid(_Arranged):
    """Widgets of one width in a few columns, and in fewer where their texts need more room."""

    def __init__(self, columns: int, spacing: int = 6) -> None:
        super().__init__(spacing)
        self._most = columns
        self._widgets: list[QWidget] = []

    def addWidget(self, widget: QWidget) -> None:
        """Add a widget at the next place."""
        self._widgets.append(widget)
        self._take(widget)

    def minimumSizeHint(self) -> QSize:
        """Return the size of one column as wide as its widest widget, as high as the present ones are."""
        return QSize(self._cell().width(), self._height())

    def sizeHint(self) -> QSize:
        """Return the size of all columns."""
        return QSize((self._cell().width() + self._spacing) * self._most - self._spacing, self._height())

    def _shown(self) -> list[QWidget]:
        return [each for each in self._widgets if not each.isHidden()]

    def _cell(self) -> QSize:
        sizes = [_least(each) for each in self._shown()]
        return QSize(
            max((each.width() for each in sizes), default=0),
            max((each.height() for each in sizes), default=0),
        )

    def _columns(self) -> int:
        fitting = (self.width() + self._spacing) // max(1, self._cell().width() + self._spacing)
        return max(1, min(self._most, fitting, len(self._shown())))

    def _height(self) -> int:
        rows = -(-len(self._shown()) // self._columns())
        return max(0, rows * (self._cell().height() + self._spacing) - self._spacing)

    def _arrange(self) -> None:
        shown, columns, height = self._shown(), self._columns(), self._cell().height()
        width = (self.width() + self._spacing) / columns
        is_mirrored = self.layoutDirection() is Qt.LayoutDirection.RightToLeft
        for place, each in enumerate(shown):
            row, column = divmod(place, columns)
            column = columns - 1 - column if is_mirrored else column
            left, right = round(column * width), round((column + 1) * width) - self._spacing
            each.setGeometry(left, row * (height + self._spacing), right - left, height)


class FoldingColumns(QWidget):
    """Columns beside each other where there is room for them, and below each other elsewhere."""

    def __init__(self, spacing: int) -> None:
        super().__init__()
        self._box = QBoxLayout(QBoxLayout.Direction.LeftToRight, self)
        self._box.setContentsMargins(0, 0, 0, 0)
        self._box.setSpacing(spacing)

    def addWidget(self, column: QWidget, stretch: int = 0) -> None:
        """Add a column."""
        self._box.addWidget(column, stretch)

    def minimumSizeHint(self) -> QSize:
        """Return what the widest column needs, at the height that all of them have now."""
        return QSize(max(self._widths(), default=0), self._box.minimumSize().height())

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Fold or unfold."""
        needed = sum(self._widths()) + self._box.spacing() * (self._box.count() - 1)
        is_folded = needed > event.size().width()
        direction = QBoxLayout.Direction.TopToBottom if is_folded else QBoxLayout.Direction.LeftToRight
        if direction is not self._box.direction():
            self._box.setDirection(direction)
            self.updateGeometry()
        super().resizeEvent(event)

    def _widths(self) -> list[int]:
        items = [self._box.itemAt(place) for place in range(self._box.count())]
        return [item.minimumSize().width() for item in items if item is not None]


class FoldingSplitter(QSplitter):
    """Its parts stand beside each other where there is room for that, and below each other elsewhere."""

    def minimumSizeHint(self) -> QSize:
        """Return what the widest part needs."""
        parts = self._parts()
        heights = [_least(each).height() for each in parts]
        is_folded = self.orientation() is Qt.Orientation.Vertical
        return QSize(
            max((_least(each).width() for each in parts), default=0),
            sum(heights) + self.handleWidth() * (len(parts) - 1) if is_folded else max(heights, default=0),
        )

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Fold or unfold."""
        parts = self._parts()
        needed = sum(_least(each).width() for each in parts) + self.handleWidth() * (len(parts) - 1)
        wanted = Qt.Orientation.Vertical if needed > event.size().width() else Qt.Orientation.Horizontal
        if wanted is not self.orientation():
            self.setOrientation(wanted)
            self.updateGeometry()
        super().resizeEvent(event)

    def _parts(self) -> list[QWidget]:
        parts = [self.widget(place) for place in range(self.count())]
        return [each for each in parts if each is not None and not each.isHidden()]


def _least(widget: QWidget) -> QSize:
    """Return the least size that a widget can have."""
    hint, policy = widget.minimumSizeHint(), widget.sizePolicy().horizontalPolicy().value
    width = hint.width() if policy & QSizePolicy.PolicyFlag.ShrinkFlag.value else widget.sizeHint().width()
    return QSize(width, hint.height()).expandedTo(widget.minimumSize()).boundedTo(widget.maximumSize())


def _narrow(widget: QWidget, stretch: int) -> int:
    """Return the width that a widget is given before what is left of its line is shared out."""
    least = _least(widget).width()
    return least if stretch else max(least, min(widget.sizeHint().width(), widget.maximumWidth()))


def _line_height(line: list[tuple[QWidget | None, int]]) -> int:
    return max((max(e.sizeHint().height(), _least(e).height()) for e, _ in line if e is not None), default=0)
