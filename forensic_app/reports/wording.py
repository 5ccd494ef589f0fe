"""Numbers, dates and digests in the report's words."""

from __future__ import annotations

import re
from collections.abc import Sequence
from datetime import UTC, datetime

from forensic_app import measured
from forensic_app.learned import training_photos
from forensic_app.measured import Measures
from forensic_app.recorded_texts import in_language
from forensic_app.reports.run_content import EstimatorError, RunSection
from forensic_app.reports.texts import Texts

SHORT_DIGEST = 12
_NUMBER = re.compile(r"-?[0-9,]+(\.[0-9]+)?(e[+-]?[0-9]+)?")


def one_line(value: str) -> str:
    """Return a value from outside with its line feeds spelt out, so that no line of the report is made by it.

    Other control and direction-changing characters are spelt out where text is printed (:mod:`.fonts`).
    """
    return value.replace("\r\n", "\n").replace("\n", "[U+000A]")


def utc(moment: datetime | None, texts: Texts) -> str:
    """Return a time in UTC to the second."""
    if moment is None:
        return texts("common.not_recorded")
    return f"{clock(moment, texts)} UTC"


def clock(moment: datetime, texts: Texts) -> str:
    """Return a time to the second, of UTC, without saying so."""
    here = moment.astimezone(UTC)
    return f"{texts.day(f'{here:%Y-%m-%d}')} {here:%H:%M:%S}"


def short(digest: str) -> str:
    """Return the first twelve characters of a digest and an ellipsis."""
    return f"{digest[:SHORT_DIGEST]}…" if len(digest) > SHORT_DIGEST else digest


def number(value: float, texts: Texts, decimals: int = 1) -> str:
    """Return a number with a fixed number of decimals."""
    return texts.numeral(f"{value:.{decimals}f}")


def count(value: int, texts: Texts) -> str:
    """Return a whole number with its thousands marked."""
    return texts.numeral(f"{value:,}")


def stated(value: str, texts: Texts) -> str:
    """Return a recorded value, in the language's form where it is nothing but a number."""
    return texts.numeral(value) if _NUMBER.fullmatch(value) else value


def age(value: float, texts: Texts) -> str:
    """Return an age in years without needless decimals."""
    return texts.numeral(f"{value:.1f}".removesuffix(".0"))


def score(value: float, texts: Texts) -> str:
    """Return a comparison score with three decimals."""
    return number(value, texts, 3)


def signed(value: float, texts: Texts) -> str:
    """Return a difference in years with its sign."""
    return texts.numeral(measured.signed(value, 1))


def shortened(words: str, limit: int) -> str:
    """Return ``words`` cut at ``limit`` characters, with an ellipsis where they were cut."""
    return words if len(words) <= limit else words[: limit - 1].rstrip() + "…"


def recorded(sentence: str, texts: Texts) -> str:
    """Return a sentence that a run recorded, such as a warning, in the report's language where it has words for it."""
    return in_language(sentence, texts.language)


def listed(names: Sequence[str], texts: Texts, limit: int = 6) -> str:
    """Return names separated by commas, the rest counted."""
    shown = ", ".join(names[:limit])
    rest = len(names) - limit
    return f"{shown} {texts('common.and_more', count=rest)}" if rest > 0 else shown


def counted(count: int, key: str, texts: Texts) -> str:
    """Return the text ``key_one`` or ``key_many`` for a count."""
    return texts(f"{key}_one") if count == 1 else texts(f"{key}_many", count=count)


def no_photographs(withdrawn: int, key: str, texts: Texts) -> str:
    """Return the text ``key`` of a case without photographs, or that those that it had were withdrawn."""
    return counted(withdrawn, "exhibits.withdrawn", texts) if withdrawn else texts(key)


def span(moments: Sequence[datetime], texts: Texts) -> str:
    """Return the first and last of some times, or the one time there is."""
    first, last = utc(min(moments), texts), utc(max(moments), texts)
    return first if first == last else texts("admin.span", first=first, last=last)


def estimated(measures: Measures, texts: Texts) -> str:
    """Return the estimated age, raw and calibrated."""
    read = measures.age
    if read.raw is None:
        return texts("runs.no_face" if measures.face_found is False else "runs.not_estimated")
    if read.calibrated is None:
        return texts("runs.estimated", age=number(read.raw, texts))
    return texts(
        "runs.estimated_calibrated", age=number(read.raw, texts), calibrated=number(read.calibrated, texts)
    )


def scored(value: float, threshold: float | None, texts: Texts) -> str:
    """Return a score, and how it stands to the threshold where there is one."""
    if threshold is None:
        return score(value, texts)
    return f"{score(value, texts)} {'≥' if value >= threshold else '<'} {score(threshold, texts)}"


def quality(measures: Measures, texts: Texts) -> str:
    """Return the overall quality, else the lowest of the named ones; empty when none was measured."""
    if not measures.quality:
        return ""
    name, value = min(measures.quality, key=lambda each: (each[0] != "overall", each[1]))
    if name == "overall":
        return f"{value:.0f}"
    return texts("runs.lowest_quality", name=texts.word("qualities", name), value=f"{value:.0f}")


def worked_on(run: RunSection, texts: Texts) -> str:
    """Return what a run worked on: the exhibit, or the derived image that goes back to it."""
    if not run.spec.source_derived_image_id:
        return texts("runs.of_exhibit", exhibit=run.exhibit.exhibit_number)
    target = None if run.source is None else run.source.target_age
    return texts(
        "runs.of_derived" if target is None else "runs.of_derived_aged",
        image=run.spec.source_derived_image_id,
        age="" if target is None else age(target, texts),
        exhibit=run.exhibit.exhibit_number,
    )


def run_title(run: RunSection, texts: Texts) -> str:
    """Return the title of a run."""
    engine = texts.word("engine_short", run.spec.engine)
    if run.adapter is not None:
        trained = sum(photo.is_trained for photo in training_photos(run.adapter.record.facts))
        subject = run.adapter.record.subject_id
        return texts("runs.title_adapter", run=run.run_id, engine=engine, subject=subject, count=trained)
    title = texts("runs.title", run=run.run_id, engine=engine, what=worked_on(run, texts))
    if run.adapter_use is not None:
        title += texts("runs.with_adapter", adapter=run.adapter_use.name)
    return title + (texts("relatives.with") if run.relatives_use is not None else "")


def estimator_error(error: EstimatorError | None, texts: Texts) -> str:
    """Return what is known of the age estimator's error."""
    if error is None:
        return texts("runs.error_unknown")
    return texts(
        "runs.error_known",
        error=number(error.mean_absolute_years, texts),
        kind=texts("runs.error_calibrated" if error.is_calibrated else "runs.error_raw"),
        sample=_sample(error, texts),
    )


def _sample(error: EstimatorError, texts: Texts) -> str:
    if error.photographs is None:
        return ""
    return texts("runs.error_sample", count=count(error.photographs, texts))
