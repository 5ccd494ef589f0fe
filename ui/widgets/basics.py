"""Labels, pills, banners, cards, buttons and empty states."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import QEvent, QObject, QPoint, QRect, QSize, Qt, QTimer
from PySide6.QtGui import (
    QGuiApplication,
    QHideEvent,
    QIcon,
    QImage,
    QPainter,
    QPaintEvent,
    QPixmap,
    QWheelEvent,
)
from PySide6.QtWidgets import (
    QAbstractSpinBox,
    QApplication,
    QComboBox,
    QFormLayout,
    QFrame,
    QHBoxLayout,
    QLayout,
    QLineEdit,
    QPushButton,
    QScrollArea,
    QSizePolicy,
    QSlider,
    QToolButton,
    QVBoxLayout,
    QWidget,
)

from ui.theme import Theme
from ui.widgets.plain import PlainLabel, set_tip


def label(text: str = "", name: str = "", *, wraps: bool = False, selectable: bool = False) -> PlainLabel:
    """Return a plain-text label; ``name`` is one of the style sheet's."""
    made = PlainLabel(text)
    made.setObjectName(name)
    made.setWordWrap(wraps)
    if selectable:
        made.setTextInteractionFlags(
            Qt.TextInteractionFlag.TextSelectableByMouse | Qt.TextInteractionFlag.TextSelectableByKeyboard
        )
    return made


def set_property(widget: QWidget, name: str, value: object) -> None:
    """Set a property that the style sheet looks at, and have it looked at."""
    if widget.property(name) == value:
        return
    widget.setProperty(name, value)
    widget.style().unpolish(widget)
    widget.style().polish(widget)


def pill(text: str, tone: str = "neutral") -> PlainLabel:
    """Return a small rounded label; ``tone`` is neutral, accent, good, warning or bad."""
    made = label(text)
    made.setProperty("pill", tone)
    made.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Fixed)
    return made


def button(
    text: str,
    on_click: Callable[[], object] | None = None,
    *,
    kind: str = "",
    icon: str = "",
    theme: Theme | None = None,
    tip: str = "",
) -> QPushButton:
    """Return a push button; ``kind`` is empty, primary or danger."""
    made = QPushButton(text)
    made.setProperty("kind", kind)
    made.setAutoDefault(False)
    set_tip(made, tip)
    if icon and theme is not None:
        keep_icon(made, theme, icon, role="accent_text" if kind == "primary" else "text")
    if on_click is not None:
        made.clicked.connect(lambda _=False: on_click())
    return made


def keep_icon(widget: QPushButton | QToolButton, theme: Theme, name: str, *, role: str = "text") -> None:
    """Give a button an icon in a colour of the theme, also after the theme changed."""

    def paint() -> None:
        widget.setIcon(theme.icon(name, colour=getattr(theme.tokens, role)))

    follow(widget, theme, paint)


def follow(owner: QObject, theme: Theme, paint: Callable[[], None]) -> None:
    """Call ``paint`` now and after each change of the theme, as long as ``owner`` lives."""
    theme.follow(owner, paint)


def make_clearable(field: QLineEdit, theme: Theme) -> None:
    """Give a field a sign at its end that empties it, while there is something in it."""
    action = field.addAction(theme.icon("cross"), QLineEdit.ActionPosition.TrailingPosition)
    action.setObjectName("clear")
    action.triggered.connect(field.clear)
    action.setVisible(bool(field.text()))
    field.textChanged.connect(lambda text: action.setVisible(bool(text)))
    follow(field, theme, lambda: action.setIcon(theme.icon("cross")))


class ElidedLabel(PlainLabel):
    """A line of text that is cut with an ellipsis where there is no room."""

    def minimumSizeHint(self) -> QSize:
        """Ask for little."""
        return QSize(60, super().minimumSizeHint().height())

    def paintEvent(self, _event: QPaintEvent) -> None:
        """Draw what fits."""
        painter = QPainter(self)
        painter.setFont(self.font())
        painter.setPen(self.palette().color(self.foregroundRole()))
        words = self.fontMetrics().elidedText(self.text(), Qt.TextElideMode.ElideRight, self.width())
        painter.drawText(self.rect(), Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter, words)
        set_tip(self, self.text() if words != self.text() else "")
        painter.end()


def picture_icon(image: QImage | QPixmap) -> QIcon:
    """Return an icon of a picture that keeps its colours when it is selected."""
    pixmap = image if isinstance(image, QPixmap) else QPixmap.fromImage(image)
    icon = QIcon(pixmap)
    icon.addPixmap(pixmap, QIcon.Mode.Selected)
    return icon


def padded(field: QAbstractSpinBox) -> None:
    """Keep a spin box's text off its frame."""
    line = field.findChild(QLineEdit)
    if line is not None:
        line.setTextMargins(5, 0, 0, 0)


class Banner(QFrame):
    """A sentence with its advice, across the page; hidden while it says nothing.

    Whoever has read it closes it. Good news that is told with ``fades`` goes with its page: whoever comes back later is
    not told it again.
    """

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._fades = False
        self._text = label(wraps=True, selectable=True)
        self.close_button = QToolButton()
        self.close_button.setObjectName("bannerClose")
        self.close_button.setText("✕")
        self.close_button.setAccessibleName(self.tr("Close this message"))
        set_tip(self.close_button, self.tr("Close this message"))
        self.close_button.clicked.connect(lambda: self.say(""))
        row = QHBoxLayout(self)
        row.setContentsMargins(12, 9, 6, 9)
        row.addWidget(self._text, 1)
        row.addWidget(self.close_button, 0, Qt.AlignmentFlag.AlignTop)
        self.hide()

    def say(self, text: str, tone: str = "info", *, fades: bool = False) -> None:
        """Show ``text``; ``tone`` is info, good, warning or bad. Empty text hides the banner."""
        self._fades = fades
        set_property(self, "banner", tone)
        self._text.setText(text)
        self.setAccessibleName(text)
        self.setVisible(bool(text))

    def text(self) -> str:
        """Return what is shown."""
        return self._text.text()

    def hideEvent(self, event: QHideEvent) -> None:
        """Forget what is stale once its page is left."""
        super().hideEvent(event)
        if self._fades and not event.spontaneous():
            self._fades = False
            self._text.setText("")
            self.hide()


class Card(QFrame):
    """A white panel with a heading."""

    def __init__(self, heading: str = "", parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("card")
        self.body = QVBoxLayout(self)
        self.body.setContentsMargins(16, 14, 16, 16)
        self.body.setSpacing(8)
        self.top = QHBoxLayout()
        if heading:
            self.top.addWidget(label(heading, "heading"))
            self.top.addStretch(1)
            self.body.addLayout(self.top)


class EmptyState(QWidget):
    """What stands where nothing is yet: what would be here and how to get it."""

    def __init__(self, title: str, text: str, action: QPushButton | None = None) -> None:
        super().__init__()
        column = QVBoxLayout(self)
        column.setContentsMargins(24, 24, 24, 24)
        column.addStretch(1)
        for each in (label(title, "heading"), label(text, "muted", wraps=True)):
            each.setAlignment(Qt.AlignmentFlag.AlignCenter)
            column.addWidget(each)
        if action is not None:
            column.addSpacing(8)
            column.addWidget(action, 0, Qt.AlignmentFlag.AlignCenter)
        column.addStretch(2)


class DigestLabel(QWidget):
    """A SHA-256 with a button that copies it whole."""

    def __init__(self, theme: Theme, digest: str = "", *, is_short: bool = True) -> None:
        super().__init__()
        self._is_short = is_short
        self._digest = ""
        self._label = label(name="digest", selectable=True)
        self.copy_button = QToolButton()
        self.copy_button.setAccessibleName(self.tr("Copy the SHA-256"))
        set_tip(self.copy_button, self.tr("Copy the whole SHA-256"))
        self.copy_button.clicked.connect(self._copy)
        keep_icon(self.copy_button, theme, "copy", role="muted")
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.addWidget(self._label)
        row.addWidget(self.copy_button)
        self.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Fixed)
        self.show_digest(digest)

    def show_digest(self, digest: str) -> None:
        """Show another digest."""
        self._digest = digest
        shown = f"{digest[:12]}…{digest[-6:]}" if self._is_short and len(digest) > 24 else digest
        self._label.setText(shown)
        set_tip(self._label, digest)
        self.copy_button.setEnabled(bool(digest))

    def _copy(self) -> None:
        QGuiApplication.clipboard().setText(self._digest)
        set_tip(self.copy_button, self.tr("Copied"))
        QTimer.singleShot(
            1500, self.copy_button, lambda: set_tip(self.copy_button, self.tr("Copy the whole SHA-256"))
        )


_BESIDE_AREAS_PX = 130
"""What margins and frames around the areas of a window take, in pixels."""
_TURNED_BY_THE_WHEEL = (QComboBox, QAbstractSpinBox, QSlider)


class PageArea(QScrollArea):
    """Scrolls vertically, and is as wide as its page needs wherever the screen has room for that.

    The focus stops on it, in a frame, where there is something to scroll. The wheel scrolls the page wherever the
    pointer is: it changes no value of a field that comes to lie under it.
    """

    _is_following = False

    def __init__(self) -> None:
        super().__init__()
        self._wanted = 0
        self.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self.verticalScrollBar().rangeChanged.connect(self._follow_range)
        if not PageArea._is_following:
            PageArea._is_following = True
            QApplication.instance().focusChanged.connect(_show_focus)  # type: ignore[union-attr]

    def _follow_range(self, _least: int, most: int) -> None:
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus if most > 0 else Qt.FocusPolicy.NoFocus)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """Follow the width that the page needs, and keep the wheel from its fields."""
        if isinstance(event, QWheelEvent) and isinstance(watched, _TURNED_BY_THE_WHEEL):
            self.wheelEvent(event)
            return True
        page = self.widget()
        if watched is page and event.type() in (QEvent.Type.LayoutRequest, QEvent.Type.Show):
            self._wanted = page.minimumSizeHint().width() + self.verticalScrollBar().sizeHint().width()
            if self.minimumWidth() != self.maximumWidth():
                self._ask_for_width()
            for kind in _TURNED_BY_THE_WHEEL:
                for field in page.findChildren(kind):
                    field.installEventFilter(self)
        return super().eventFilter(watched, event)

    def _ask_for_width(self) -> None:
        """Ask for what the page needs, or for a fair part of a screen that is too narrow, and scroll sideways there."""
        screen = self.screen()
        room = screen.availableGeometry().width() - _BESIDE_AREAS_PX if screen is not None else self._wanted
        areas = [each for each in self.window().findChildren(PageArea) if each.isVisible()]
        total = max(sum(each._wanted for each in areas), self._wanted)
        is_wide = total > room
        policy = Qt.ScrollBarPolicy
        self.setHorizontalScrollBarPolicy(policy.ScrollBarAsNeeded if is_wide else policy.ScrollBarAlwaysOff)
        self.setMinimumWidth(self._wanted * room // total if is_wide else self._wanted)


def show_whole(area: QScrollArea, widget: QWidget) -> None:
    """Scroll until the whole of a widget of the page is seen, or its beginning; Qt is content with its middle."""
    page = area.widget()
    if page is not None and page.isAncestorOf(widget):
        room = area.viewport().size() - QSize(12, 12)
        place = QRect(widget.mapTo(page, QPoint(0, 0)), widget.size().boundedTo(room))
        middle = place.center()
        area.ensureVisible(middle.x(), middle.y(), place.width() // 2 + 6, place.height() // 2 + 6)


def _show_focus(_old: QWidget | None, now: QWidget | None) -> None:
    """Have the areas around what got the focus by a key show the whole of it; nothing moves under a pointer."""
    is_clicked = QGuiApplication.mouseButtons() != Qt.MouseButton.NoButton
    area = now.parentWidget() if now is not None and not is_clicked else None
    while now is not None and area is not None:
        if isinstance(area, QScrollArea):
            show_whole(area, now)
        area = area.parentWidget()


def scrolled(content: QWidget) -> QScrollArea:
    """Return ``content`` in a frame that scrolls vertically."""
    content.setObjectName("page")
    area = PageArea()
    area.setWidgetResizable(True)
    area.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
    area.setWidget(content)
    return area


def clear(layout: QLayout) -> None:
    """Remove everything from a layout."""
    if isinstance(layout, QFormLayout):
        while layout.rowCount():
            layout.removeRow(0)
        return
    while layout.count() and (item := layout.takeAt(0)) is not None:
        if (widget := item.widget()) is not None:
            widget.hide()
            widget.deleteLater()
        elif (inner := item.layout()) is not None:
            clear(inner)
