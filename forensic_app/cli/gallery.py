"""Commands on galleries: sets of faces of known people that probes are searched in."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from forensic_app.cli.context import invocation, writer_or_reader
from forensic_app.cli.gallery_decision_output import known_value, print_search, print_searches, recorded_value
from forensic_app.cli.gallery_output import (
    print_augmented,
    print_candidates,
    print_enrolled,
    print_galleries,
    print_gallery,
    search_value,
)
from forensic_app.cli.output import AsJson, json_value, note, print_json, say
from forensic_app.cli.progress import progress_bar
from forensic_app.errors import InvalidInput

if TYPE_CHECKING:
    from forensic_app.store.case_store import CaseStore

app = typer.Typer(
    help="Enrol photographs of known people, and search a face among them.", no_args_is_help=True
)

GalleryName = Annotated[str, typer.Argument(metavar="NAME", help="Name or id of the gallery.")]
Asked = Annotated[
    str,
    typer.Option(
        "--analyser", metavar="NAME", help="The matcher, dlib or matcher; it must be the gallery's."
    ),
]
Workers = Annotated[
    int, typer.Option(metavar="N", help="Processes that do the work; one for each processor core is most.")
]
Cluster = Annotated[
    str,
    typer.Option(metavar="HOST:PORT", help="A Ray cluster that does the work, in place of --workers."),
]


@app.command("new")
def new(
    ctx: typer.Context,
    name: Annotated[str, typer.Argument(metavar="NAME", help="Unique in the casebook.")],
    analyser: Annotated[
        str, typer.Option(metavar="NAME", help="The matcher of all its templates: dlib or matcher.")
    ] = "dlib",
    pack: Annotated[
        str, typer.Option(metavar="NAME", help="The matcher's pack, with --analyser matcher.")
    ] = "",
    accept_licence: Annotated[
        bool,
        typer.Option("--accept-licence", help="Accept the licence of the matcher's pack, for the record."),
    ] = False,
    as_json: AsJson = False,
) -> None:
    """Make an empty gallery in the casebook; use a casebook of its own to keep it outside a case's."""
    from forensic_app.workflows.gallery_matcher import create_gallery

    with invocation(ctx).writer(makes_casebook=True) as store:
        if analyser == "matcher":
            _accept(store, pack or "matcher", is_accepted=accept_licence)
        made = create_gallery(store, name, analyser=analyser, pack=pack)
    if as_json:
        print_json(made)
    else:
        say(f"The gallery {made.name} ({made.gallery_id}) was made; matcher {made.analyser_version}.")


@app.command("add")
def add(
    ctx: typer.Context,
    name: GalleryName,
    photographs: Annotated[
        Path,
        typer.Argument(
            metavar="DIR|CSV",
            help="A folder with one folder for each person, or loose files named after them; or a list with the "
            "columns name, birth date, photo date, source, file.",
        ),
    ],
    source: Annotated[str, typer.Option(help="From whom or where they came, where no list says so.")] = "",
    largest_face: Annotated[
        bool, typer.Option("--largest-face", help="Of a photograph with several faces enrol the largest.")
    ] = False,
    analyser: Asked = "",
    workers: Workers = 1,
    cluster: Cluster = "",
    as_json: AsJson = False,
) -> None:
    """Enrol photographs; what cannot be enrolled is told line by line, and the others go on.

    Stopped at any point, the same command goes on where it was.
    """
    from forensic_app.galleries.entries import read_entries
    from forensic_app.workflows.gallery_crews import hire_for
    from forensic_app.workflows.gallery_enrolment import enrol
    from forensic_app.workflows.gallery_matcher import matcher_of

    with invocation(ctx).writer() as store:
        gallery = store.gallery(name)
        entries = read_entries(photographs, source=source)
        matcher = matcher_of(store, gallery, asked=analyser)
        done = enrol(
            store,
            gallery,
            entries,
            matcher,
            largest_face=largest_face,
            hire=hire_for(store, workers=workers, cluster=cluster),
            tell=lambda line: note(f"{line.place}: {line.words}."),
            on_batch=lambda written: note(f"{written:,} faces enrolled"),
        )
    if as_json:
        print_json(
            {
                "gallery": gallery.name,
                "counts": done.counts,
                "lines": done.lines,
                "batches": done.batches,
                "looked_at": done.looked_at,
                "seconds": {stage: round(value, 3) for stage, value in done.seconds.items()},
                "lost_tasks": done.attempts.lost,
            }
        )
    else:
        print_enrolled(gallery, done)


@app.command("list")
def list_galleries(ctx: typer.Context, as_json: AsJson = False) -> None:
    """List the casebook's galleries."""
    from forensic_app.workflows.gallery_contents import GalleryContents

    with invocation(ctx).reader() as store:
        found = [_summary(GalleryContents(store, each)) for each in store.galleries()]
    if as_json:
        print_json({"galleries": found})
    else:
        print_galleries(found)


@app.command("show")
def show(
    ctx: typer.Context,
    name: GalleryName,
    faces: Annotated[bool, typer.Option("--faces", help="List every face too.")] = False,
    as_json: AsJson = False,
) -> None:
    """Show a gallery, its subjects and what was removed; its files are checked against their digests."""
    from forensic_app.workflows.gallery_contents import GalleryContents

    with invocation(ctx).reader() as store:
        gallery = store.gallery(name)
        contents = GalleryContents(store, gallery)
        answer = {
            **_summary(contents),
            "subjects": len({each.face.subject for each in contents.faces()}),
            "batches": contents.batches,
            "removals": store.gallery_removals(gallery.gallery_id),
        }
        if faces:
            answer["faces"] = [{"face": each.face_id, **json_value(each.face)} for each in contents.faces()]
    if as_json:
        print_json(answer)
    else:
        print_gallery(answer)


@app.command("remove")
def remove(
    ctx: typer.Context,
    name: GalleryName,
    which: Annotated[
        str,
        typer.Argument(
            metavar="SUBJECT|FACE", help="Id or name of a subject, or a face such as GB-000001-017."
        ),
    ],
    reason: Annotated[str, typer.Option(help="Why; kept in the custody log.")],
    as_json: AsJson = False,
) -> None:
    """Take a subject or a face out of what is searched; the files stay, and the log says why."""
    from forensic_app.workflows.gallery_contents import remove_from_gallery

    with invocation(ctx).writer() as store:
        removal = remove_from_gallery(store, name, which, reason=reason)
    if as_json:
        print_json(removal)
    else:
        say(f"{len(removal.faces)} faces of the subject {removal.subject} are searched no more.")


@app.command("augment")
def augment_gallery(
    ctx: typer.Context,
    name: GalleryName,
    ages: Annotated[str, typer.Option(metavar="YEARS", help="Ages to show, such as 10,20,30.")],
    pack: Annotated[str, typer.Option(metavar="NAME", help="Pack that changes ages.")] = "base",
    analyser: Asked = "",
    accept_licence: Annotated[
        bool, typer.Option("--accept-licence", help="Accept the pack's licence, for the record.")
    ] = False,
    workers: Workers = 1,
    cluster: Cluster = "",
    as_json: AsJson = False,
) -> None:
    """Add templates of each photograph's face at other ages, marked as derived for ever.

    Stopped at any point, the same command goes on where it was.
    """
    from forensic_app.workflows.gallery_ageing import augment
    from forensic_app.workflows.gallery_crews import hire_for
    from forensic_app.workflows.gallery_matcher import matcher_of

    wanted = _ages(ages)
    with invocation(ctx).writer() as store, progress_bar() as advance:
        gallery = store.gallery(name)
        _accept(store, pack, is_accepted=accept_licence)
        matcher = matcher_of(store, gallery, asked=analyser)
        hire = hire_for(store, workers=workers, cluster=cluster)
        done = augment(store, gallery, matcher, ages=wanted, pack=pack, hire=hire, report=advance)
    if as_json:
        print_json({"gallery": gallery.name, **json_value(done)})
    else:
        print_augmented(gallery, done)


@app.command("search")
def search(
    ctx: typer.Context,
    name: GalleryName,
    probe: Annotated[
        str,
        typer.Argument(
            metavar="EXHIBIT|DERIVED|FILE",
            help="Such as E-0001, D-000001 or ./photo.jpg: a / makes it a file.",
        ),
    ],
    top: Annotated[int, typer.Option(min=1, max=1000, help="Most candidates.")] = 20,
    fmr: Annotated[float, typer.Option(help="False match rate that the threshold is set at.")] = 0.001,
    threshold: Annotated[
        float | None, typer.Option(help="A threshold that is known from elsewhere, in place of --fmr.")
    ] = None,
    face: Annotated[int | None, typer.Option(min=1, help="Which face of the probe, 1 = largest.")] = None,
    seed: Annotated[int, typer.Option(min=0, help="Seed of the comparisons behind the threshold.")] = 0,
    analyser: Asked = "",
    as_json: AsJson = False,
) -> None:
    """Search a face: the subjects most like it, as leads for an examiner and never as an identification."""
    from forensic_app.workflows.gallery_matcher import matcher_of
    from forensic_app.workflows.gallery_search import search_gallery

    with writer_or_reader(ctx) as store, progress_bar() as advance:
        gallery = store.gallery(name)
        matcher = matcher_of(store, gallery, asked=analyser)
        found = search_gallery(
            store,
            gallery,
            probe,
            matcher,
            top=top,
            fmr=fmr,
            threshold=threshold,
            face=face,
            seed=seed,
            report=advance,
        )
    for remark in found.opened.remarks:
        note(f"Note: {remark}")
    if as_json:
        print_json(search_value(found))
    else:
        print_candidates(found)


@app.command("searches")
def searches(
    ctx: typer.Context,
    name: GalleryName,
    number: Annotated[
        int | None, typer.Option("--search", min=1, help="Show the candidates of this search alone.")
    ] = None,
    as_json: AsJson = False,
) -> None:
    """Show the recorded searches of a gallery, or one with its candidates and the decisions on them."""
    from forensic_app.workflows.gallery_contents import GalleryContents
    from forensic_app.workflows.gallery_decisions import known_candidates, recorded_search

    with invocation(ctx).reader() as store:
        gallery = store.gallery(name)
        if number is None:
            found = store.gallery_searches(gallery.gallery_id)
            candidates = []
        else:
            found = [recorded_search(store, gallery, number)]
            candidates = known_candidates(GalleryContents(store, gallery), found[0])
    if as_json:
        values = [recorded_value(each) for each in found]
        print_json(values if number is None else {**values[0], "candidates": known_value(candidates)})
    elif number is None:
        print_searches(found)
    else:
        print_search(found[0], candidates)


@app.command("decide")
def decide(
    ctx: typer.Context,
    name: GalleryName,
    search_number: Annotated[
        int, typer.Argument(metavar="SEARCH", help="Number of the search; see gallery searches.")
    ],
    candidate: Annotated[
        str, typer.Argument(metavar="CANDIDATE", help="Rank, face or subject of the candidate.")
    ],
    verdict: Annotated[
        str, typer.Argument(metavar="DECISION", help="lead, excluded or undecided; none of them identifies.")
    ],
    reason: Annotated[str, typer.Option(help="Why; kept in the custody log.")],
    as_json: AsJson = False,
) -> None:
    """Record what you make of a candidate; the newest decision counts and none is taken back."""
    from forensic_app.workflows.gallery_decisions import decide_candidate

    with invocation(ctx).writer() as store:
        made = decide_candidate(store, name, search_number, candidate, verdict=verdict, reason=reason)
    if as_json:
        print_json(made)
    else:
        say(f"The candidate {made.face} of the search {made.search} is decided: {made.verdict.value}.")


def _summary(contents: Any) -> dict[str, Any]:
    return {
        **json_value(contents.gallery),
        "templates": contents.template_count,
        "photographs": contents.template_count - contents.derived_count,
        "derived": contents.derived_count,
        "removed": len(contents.removed),
    }


def _ages(text: str) -> list[float]:
    try:
        return [float(part) for part in text.split(",") if part.strip()]
    except ValueError:
        raise InvalidInput(f"{text} are no ages.", "Write 10,20,30.") from None


def _accept(store: CaseStore, pack: str, *, is_accepted: bool) -> None:
    from forensic_app.cli.pack import ensure_accepted
    from forensic_app.workflows.packs import find_pack

    ensure_accepted(store, find_pack(pack, store.packs_dir), is_accepted=is_accepted)
