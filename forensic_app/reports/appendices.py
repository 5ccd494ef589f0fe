"""Custody log, checkpoint and verification, glossary."""

from __future__ import annotations

from reportlab.lib.units import mm
from reportlab.platypus import Flowable, KeepTogether, Spacer

from forensic_app.records import CustodyEvent
from forensic_app.reports import wording
from forensic_app.reports.content import ReportContent
from forensic_app.reports.layout import (
    PORTRAIT_WIDTH,
    QrCode,
    boxed,
    data_table,
    facts_table,
    plain_table,
    text,
)
from forensic_app.reports.texts import Texts

_QR_SIDE = 62 * mm


def custody_section(content: ReportContent, texts: Texts) -> list[Flowable]:
    """Return the events of the case as a table."""
    events = content.chain.events
    if not events:
        return [text(texts("custody.none"))]
    names = ("seq", "time", "examiner", "action", "object", "file_digest", "event_digest")
    header = [texts(f"custody.{name}") for name in names]
    widths = [9 * mm, 31 * mm, 25 * mm, 38 * mm, 27 * mm, 21 * mm]
    rows = [_event(event, texts) for event in events]
    return [
        text(texts("custody.intro")),
        data_table(header, rows, [*widths, PORTRAIT_WIDTH - sum(widths)]),
        text(texts("custody.short"), "small"),
    ]


def _event(event: CustodyEvent, texts: Texts) -> list[Flowable]:
    when = wording.clock(event.occurred_at, texts)
    is_held = event.action == "exhibit_refused" and event.object_type == "exhibit"
    action = texts.word("actions", "exhibit_refused_as_held" if is_held else event.action)
    name = f"{texts.word('objects', event.object_type)} {event.object_id}".strip()
    return [
        text(str(event.sequence), "cell"),
        text(when, "cell"),
        text(event.examiner, "cell"),
        text(action[:1].upper() + action[1:], "cell"),
        text(name, "cell"),
        text(wording.short(_file_digest(event)) or "–", "mono"),
        text(wording.short(event.sha256), "mono"),
    ]


def _file_digest(event: CustodyEvent) -> str:
    """Return the digest of the file that an event is about, where its details name one."""
    named = (event.details.get(name) for name in ("sha256", "exhibit_sha256"))
    return next((each for each in named if isinstance(each, str)), "")


def chain_section(content: ReportContent, texts: Texts) -> list[Flowable]:
    """Return the head of the log, the signed checkpoint with its QR code, and how to verify.

    In a preview of a log that no checkpoint covers it is said that the issue signs one.
    """
    chain, checkpoint = content.chain, content.chain.checkpoint
    head = (
        (texts("chain.head"), texts("chain.head_text", sequence=chain.head.sequence)),
        (texts("chain.head_digest"), chain.head.sha256),
    )
    if checkpoint is None:
        unsigned = boxed([text(texts("chain.unsigned"), "body")], width=PORTRAIT_WIDTH, is_warning=True)
        return [facts_table(head, width=PORTRAIT_WIDTH), Spacer(0, 3 * mm), unsigned]
    rows = (
        *head,
        (texts("chain.size"), str(checkpoint.size)),
        (texts("chain.root"), checkpoint.root_sha256),
        (texts("chain.signed_at"), wording.utc(checkpoint.created_at, texts)),
        (texts("chain.key"), checkpoint.key_id),
        (texts("chain.public_key"), chain.public_key_hex),
    )
    return [
        facts_table(rows, width=PORTRAIT_WIDTH),
        Spacer(0, 3 * mm),
        _signed_note(checkpoint.note, texts),
        *_how_to_verify(chain.public_key_hex, texts),
    ]


def _signed_note(words: str, texts: Texts) -> Flowable:
    note_width = PORTRAIT_WIDTH - _QR_SIDE - 4 * mm
    note = boxed([text(words, "note")], width=note_width)
    code = QrCode(words, side=_QR_SIDE)
    table = plain_table([[note, code]], [note_width + 4 * mm, _QR_SIDE])
    return KeepTogether([text(texts("chain.note_intro")), table])


def _how_to_verify(public_key_hex: str, texts: Texts) -> list[Flowable]:
    blocks: list[Flowable] = [text(texts("chain.verify_heading"), "h2")]
    steps = zip(texts.paragraphs("chain.verify"), texts.paragraphs("chain.commands"), strict=True)
    for place, (words, command) in enumerate(steps, start=1):
        step = [text(f"{place}. {words}", "body")]
        step.append(text(command.format(public_key=public_key_hex), "command"))
        blocks.append(KeepTogether(step))
    return blocks


def glossary_section(content: ReportContent, texts: Texts) -> list[Flowable]:  # noqa: ARG001 - as all sections
    """Return the glossary."""
    header = [texts("glossary.term"), texts("glossary.meaning")]
    rows = [[text(term, "strong"), text(meaning, "cell")] for term, meaning in texts.pairs("terms")]
    return [data_table(header, rows, [46 * mm, PORTRAIT_WIDTH - 46 * mm])]
