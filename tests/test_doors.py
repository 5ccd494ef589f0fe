"""Every door through which a text from outside is shown: none lets a character through that acts or hides.

The first half reads the code: nobody writes to a terminal, or makes a widget with text, beside the doors. The second
half feeds each door.
"""

from __future__ import annotations

import ast
import io
import json
import re
import unicodedata
from collections.abc import Callable, Iterator
from contextlib import redirect_stderr, redirect_stdout
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from PySide6.QtCore import Qt
from PySide6.QtGui import QIcon
from PySide6.QtWidgets import QLabel

from forensic_app import verify
from forensic_app.cli import output, progress
from forensic_app.errors import InvalidInput
from forensic_app.reports import fonts, layout
from forensic_app.reports.wording import one_line
from forensic_app.visible import visible
from ui.widgets.markdown_page import MarkdownPage
from ui.widgets.plain import (
    PlainBox,
    PlainLabel,
    list_item,
    plain,
    plain_lines,
    plain_tip,
    set_tip,
    table_item,
)

ROOT = Path(__file__).resolve().parent.parent

TERMINAL_DOORS = {
    "forensic_app/cli/output.py": "the door",
    "forensic_app/cli/progress.py": "bars, whose words are made visible",
    "forensic_app/verify.py": "stands alone, with a door of its own",
    "forensic_app/bundles/verify_bundle.py": "stands alone in each bundle, with a door of its own",
    "forensic_app/runs/worker.py": "its standard error is its log",
    "forensic_app/faces/coverage_training.py": "prints figures only",
}
WINDOW_DOORS = {
    "ui/widgets/plain.py": "the door",
    "ui/widgets/markdown_page.py": "texts with headings and links, of which nothing acts",
}

TERMINAL = {
    "print",
    "echo",
    "secho",
    "echo_via_pager",
    "prompt",
    "confirm",
    "Console",
    "print_exc",
    "print_exception",
}
STREAMS = {"stdout", "stderr"}
WIDGETS = {
    "QLabel", "QMessageBox", "QErrorMessage", "QTextEdit", "QTextBrowser", "QListWidgetItem", "QTableWidgetItem",
    "QTreeWidgetItem", "QStandardItem", "QTextDocument",
}  # fmt: skip
SETTERS = {
    "setToolTip", "setWhatsThis", "setHtml", "insertHtml", "appendHtml", "setMarkdown", "setTextFormat", "showText",
}  # fmt: skip


def called(node: ast.AST) -> str:
    """Return the last name of what is called."""
    if not isinstance(node, ast.Call):
        return ""
    return node.func.attr if isinstance(node.func, ast.Attribute) else getattr(node.func, "id", "")


def writes_to_stream(node: ast.AST) -> bool:
    return (
        isinstance(node, ast.Call)
        and isinstance(node.func, ast.Attribute)
        and node.func.attr in {"write", "writelines"}
        and isinstance(node.func.value, ast.Attribute)
        and node.func.value.attr in STREAMS
    )


def terminal_faults(tree: ast.AST) -> Iterator[int]:
    for node in ast.walk(tree):
        if called(node) in TERMINAL or writes_to_stream(node):
            yield node.lineno  # type: ignore[attr-defined]


def window_faults(tree: ast.AST) -> Iterator[int]:
    for node in ast.walk(tree):
        is_static = isinstance(node, ast.Call) and ast.unparse(node.func).startswith(
            ("QMessageBox.", "QToolTip.")
        )
        bases = {ast.unparse(each) for each in node.bases} if isinstance(node, ast.ClassDef) else set()
        if called(node) in WIDGETS | SETTERS or is_static or bases & WIDGETS:
            yield node.lineno  # type: ignore[attr-defined]
        if called(node) == "setLabelText" and called(node.args[0]) != "tr":  # type: ignore[attr-defined]
            yield node.lineno  # type: ignore[attr-defined]


Faults = Callable[[ast.AST], Iterator[int]]


@pytest.mark.parametrize(
    ("folder", "doors", "faults"),
    [
        ("forensic_app", TERMINAL_DOORS, terminal_faults),
        ("ui", {}, terminal_faults),
        ("ui", WINDOW_DOORS, window_faults),
    ],
    ids=["terminal", "terminal of the window", "window"],
)
def test_nothing_is_shown_beside_the_doors(folder: str, doors: dict[str, str], faults: Faults) -> None:
    found = []
    for path in sorted((ROOT / folder).rglob("*.py")):
        name = path.relative_to(ROOT).as_posix()
        if name not in doors:
            found += [f"{name}:{line}" for line in faults(ast.parse(path.read_text(encoding="utf-8")))]
    assert found == []
    assert all(list(faults(ast.parse((ROOT / each).read_text(encoding="utf-8")))) for each in doors)


@pytest.mark.parametrize(
    ("code", "faults"),
    [
        ("print(name)", terminal_faults),
        ("typer.echo(name)", terminal_faults),
        ("sys.stderr.write(name)", terminal_faults),
        ("traceback.print_exc()", terminal_faults),
        ("QLabel(name)", window_faults),
        ("class Mine(QLabel): pass", window_faults),
        ("item.setToolTip(name)", window_faults),
        ("QMessageBox.warning(self, '', name)", window_faults),
        ("dialog.setLabelText(name)", window_faults),
    ],
)
def test_the_search_finds_what_it_is_for(code: str, faults: Faults) -> None:
    assert list(faults(ast.parse(code))) == [1]


ANYTHING = st.text(
    st.one_of(
        st.characters(),
        st.characters(categories=["Cc", "Cf", "Cs", "Zl", "Zp"]),
        st.sampled_from(list("ab <b>&;[]{}\\\x1b\n\r\t\x9b\u202e\u2066\u200c\u0647")),
    ),
    max_size=30,
)
FED = settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])


def acts(text: str) -> list[str]:
    """Return the characters that would act on a screen, line feeds aside."""
    joiners = "\u200c\u200d\u180e\u0600\u0601\u0602\u0603\u0604\u0605\u06dd\u070f\u0890\u0891\u08e2\U000110bd\U000110cd"
    return [
        each
        for each in text
        if each != "\n"
        and each not in joiners
        and unicodedata.category(each) in {"Cc", "Cf", "Cs", "Zl", "Zp"}
    ]


def printed(act: Callable[[], object]) -> str:
    """Return what is printed on both streams."""
    stream = io.StringIO()
    with redirect_stdout(stream), redirect_stderr(stream):
        act()
    return stream.getvalue()


@given(ANYTHING)
@FED
def test_the_terminal(text: str) -> None:
    one = [
        lambda: output.say(f"File {text}."),
        lambda: output.note(f"Note: {text}"),
        lambda: output.print_facts([("File", f"a{text}")]),
        lambda: output.print_known_error(InvalidInput(f"There is no {text}.", f"Not {text}."), as_json=False),
        lambda: progress._stage_printer()(0.5, f"Reading {text}"),
        lambda: progress._end_printer()(f"Reading {text}", 2, 2),
    ]
    for act in one:
        told = printed(act)
        assert told.count("\n") == 1
        assert acts(told) == []
    several = printed(lambda: output.say_lines(text)) + printed(lambda: output.note_lines(text))
    table = printed(lambda: output.print_table(("A", "B"), [(text, "x")], title=f"T{text}"))
    assert acts(several) == []
    assert acts(table) == []


@given(ANYTHING)
@FED
def test_a_table_has_as_many_lines_as_it_has_rows(text: str) -> None:
    table = printed(lambda: output.print_table(("Name", "B"), [(f"a{text}", "x"), ("c", "y")]))
    assert len(table.splitlines()) == len(
        printed(lambda: output.print_table(("Name", "B"), [("a", "x"), ("c", "y")])).splitlines()
    )


@given(ANYTHING)
@FED
def test_json(text: str) -> None:
    told = printed(lambda: output.print_json({"name": text, f"k{text}": [text]}))
    assert acts(told) == []
    assert json.loads(told)["name"] == json.loads(json.dumps(text))


@given(ANYTHING)
@FED
def test_the_verifier(text: str) -> None:
    result = verify.VerificationResult(
        is_intact=False, findings=[f"The file {text} is a stray."], notes=[text], files=1, events=1, checkpoints=1,
        seconds=0.1,
    )  # fmt: skip
    told = verify._as_text(result)
    assert told.count("\n") == 3
    assert acts(told) == []


@given(ANYTHING)
@FED
def test_the_pdf(text: str) -> None:
    value = one_line(text)
    assert acts(fonts.printable(value)) == []
    assert "\n" not in fonts.printable(value)
    assert "\u2028" not in fonts.printable(value)
    for style in ("cell", "label", "mono"):
        layout.text(value, style).wrap(200, 1000)
    assert "<" not in re.sub(r"</?font[^>]*>|<br/>", "", fonts.markup(text))


@given(ANYTHING)
@FED
def test_the_window(qapp: object, text: str) -> None:
    label = PlainLabel(f"<b>{text}</b>")
    assert label.textFormat() is Qt.TextFormat.PlainText
    assert label.text().startswith("<b>")
    label.setText(text)
    assert acts(label.text()) == []
    box = PlainBox()
    box.setText(text)
    box.setInformativeText(f"<img src=x>{text}")
    box.setDetailedText(text)
    assert all(
        each.textFormat() is Qt.TextFormat.PlainText
        for each in box.findChildren(QLabel)
        if each.text() and each.objectName() != "qt_msgboxex_icon_label"
    )
    item, cell = list_item(QIcon(), text, "b", tip=text), table_item(text, tip=text)
    assert item.text() == f"{visible(text)}\nb"
    assert cell.text() == visible(text) == plain(text)
    for tip in (item.toolTip(), cell.toolTip(), plain_tip(text)):
        assert acts(tip) == []
        shown = re.sub(r'^<p style="white-space:pre-wrap">(.*)</p>$', r"\1", tip, flags=re.DOTALL)
        assert "<" not in shown
    set_tip(label, text)
    assert label.toolTip() == plain_tip(text)
    assert acts(plain_lines(text)) == []
    box.deleteLater()
    label.deleteLater()


@given(ANYTHING)
@FED
def test_a_page_of_markdown(qapp: object, text: str) -> None:
    page = MarkdownPage("Page")
    page.show_text(f"# {text}\n\n<b>{text}</b> ![x](/etc/passwd)\n\n[{text}](x.md)\n\n```\n{text}\n```")
    assert acts(page.toPlainText().replace("\ufffc", "").replace("\u2028", "")) == []
    page.deleteLater()


@pytest.mark.parametrize(
    ("text", "tip"),
    [
        ("photo.jpg", "photo.jpg"),
        ("<b>a</b> & b", '<p style="white-space:pre-wrap">&lt;b&gt;a&lt;/b&gt; &amp; b</p>'),
        ("&lt;b", '<p style="white-space:pre-wrap">&amp;lt;b</p>'),
    ],
)
def test_a_tool_tip_with_a_tag_is_escaped(text: str, tip: str) -> None:
    assert plain_tip(text) == tip
