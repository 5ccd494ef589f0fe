"""A run that was drawn towards relatives, in print: by which shares, that its worth is not known, and both arms."""

from __future__ import annotations

from collections.abc import Sequence

from reportlab.lib.units import mm
from reportlab.platypus import Flowable, KeepTogether, Spacer, Table

from forensic_app.reports.grid import first_variants
from forensic_app.reports.layout import headed, text
from forensic_app.reports.personal import columns_table
from forensic_app.reports.run_content import RelativesUse, ResultImage, RunSection
from forensic_app.reports.texts import Texts


def relatives_arms(run: RunSection, texts: Texts) -> list[Flowable]:
    """Return a run that was drawn towards relatives beside the same run without them; nothing for other runs."""
    use = run.relatives_use
    if use is None:
        return []
    shares = ", ".join(
        texts("relatives.share", number=run.number_of(sha256), percent=texts.numeral(f"{100 * share:g}"))
        for sha256, share in use.shares
    )
    told = " ".join((texts("relatives.intro", shares=shares), texts("relatives.not_measured")))
    blocks: list[Flowable] = [text(told, "body"), text(_arm_words(run, use, texts), "body")]
    return [
        *headed(texts("relatives.heading", run=run.run_id), *blocks),
        KeepTogether([_table(run, use, texts), text(texts("relatives.table_note"), "small")]),
        Spacer(0, 3 * mm),
    ]


def _arm_words(run: RunSection, use: RelativesUse, texts: Texts) -> str:
    if use.without is None:
        return texts("relatives.missing")
    key = "made" if use.without.images else "withheld"
    both = "_both" if run.adapter_use is not None else ""
    return texts(f"relatives.{key}{both}", run=use.without.run_id)


def _table(run: RunSection, use: RelativesUse, texts: Texts) -> Table:
    """Return one row for each target age; the untouched photograph, without and with relatives for each measure."""
    own = first_variants(run.images)
    without = first_variants(use.without.images) if use.without is not None else {}
    ages = sorted(own, key=lambda each: -1.0 if each is None else each)
    columns: list[tuple[str, list[float | None]]] = []

    def add(group: str, arm: str, values: Sequence[float | None]) -> None:
        columns.append((f"{texts(f'arms.group_{group}')} {texts(f'relatives.col_{arm}')}", list(values)))

    def differences(images: dict[float | None, ResultImage]) -> list[float | None]:
        return [images[age].measures.difference(age) if age in images else None for age in ages]

    def scores(images: dict[float | None, ResultImage]) -> list[float | None]:
        return [images[age].measures.score_to_exhibit if age in images else None for age in ages]

    add("difference", "nothing", [run.control.difference(age) for age in ages])
    add("difference", "without", differences(without))
    add("difference", "with", differences(own))
    add("score", "without", scores(without))
    add("score", "with", scores(own))
    return columns_table(ages, columns, texts)
