"""The matcher of a gallery: loaded, and refused where it is not the one that made the gallery's templates."""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

from forensic_app.engines.matcher.schema import ANALYSER_NAME, DEFAULT_PACK, EMBEDDING_SIZE
from forensic_app.engines.packs.pack import Pack
from forensic_app.engines.packs.travelling import travelling
from forensic_app.errors import LicenceNotAccepted
from forensic_app.faces.analyser import FaceAnalyser
from forensic_app.faces.registry import load_analyser
from forensic_app.galleries.comparing import comparison_of
from forensic_app.gallery_files import MadeWith
from forensic_app.records import Gallery
from forensic_app.store.case_store import CaseStore
from forensic_app.store.galleries import refuse_other_matcher
from forensic_app.workflows.gallery_looking import MatcherRecipe
from forensic_app.workflows.packs import find_pack

_EMBEDDING_SIZES: Final = {"dlib": 128, ANALYSER_NAME: EMBEDDING_SIZE}

LoadMatcher = Callable[[str, Pack | None], FaceAnalyser]
"""Returns the matcher of a registry name, with its pack where it needs one."""


def load_here(analyser: str, pack: Pack | None) -> FaceAnalyser:
    """Return a matcher that computes in this process; see :data:`LoadMatcher`."""
    if pack is None:
        return load_analyser(analyser)
    from forensic_app.engines.matcher.loading import load_matcher

    return load_matcher(pack)


def create_gallery(
    store: CaseStore, name: str, *, analyser: str = "dlib", pack: str = "", load: LoadMatcher = load_here
) -> Gallery:
    """Make an empty gallery for one matcher; event ``gallery_created``.

    Args:
        store: The casebook, open for writing.
        name: Unique in the casebook.
        analyser: ``dlib``, or ``matcher`` for a pack.
        pack: Name of the matcher's pack; the default one when empty. For ``matcher`` alone.
        load: Loads the matcher.

    Raises:
        DuplicateRecord: A gallery has the name.
        InvalidInput: The name is malformed, or there is no such matcher.
        LicenceNotAccepted: The pack's licence was not accepted in this casebook.
        PackMissing: There is no such pack.
    """
    comparison_of(analyser)
    pack_name = (pack or DEFAULT_PACK) if analyser == ANALYSER_NAME else ""
    matcher = load_matcher_named(store, analyser, pack_name, load=load)
    return store.create_gallery(
        name, made_with=made_with(matcher), pack_name=pack_name, embedding_size=_EMBEDDING_SIZES[analyser]
    )


def matcher_of(
    store: CaseStore, gallery: Gallery, *, asked: str = "", load: LoadMatcher = load_here
) -> FaceAnalyser:
    """Return the matcher that made a gallery's templates.

    Args:
        store: The casebook.
        gallery: The gallery.
        asked: Name of the matcher that was asked for; empty for the gallery's own.
        load: Loads the matcher.

    Raises:
        InvalidInput: Another one was asked for, or the installed one has another version or other weights.
        LicenceNotAccepted: The pack's licence was not accepted in this casebook.
        PackMissing: The pack is not there any more.
    """
    if asked:
        comparison_of(asked)
    if asked and asked != gallery.analyser:
        refuse_other_matcher(gallery, MadeWith(asked, "", {}))
    matcher = load_matcher_named(store, gallery.analyser, gallery.pack_name, load=load)
    refuse_other_matcher(gallery, made_with(matcher))
    return matcher


def made_with(matcher: FaceAnalyser) -> MadeWith:
    """Return what templates say of the matcher that made them."""
    return MadeWith(matcher.name, matcher.version, dict(matcher.weights_sha256))


def matcher_recipe(store: CaseStore, gallery: Gallery) -> MatcherRecipe:
    """Return how a worker loads a gallery's matcher.

    Raises:
        PackMissing: The pack is not there any more.
        PackRefused: It cannot be read.
    """
    if gallery.analyser != ANALYSER_NAME:
        return MatcherRecipe(gallery.analyser)
    return MatcherRecipe(gallery.analyser, travelling(find_pack(gallery.pack_name, store.packs_dir)))


def load_matcher_named(
    store: CaseStore, analyser: str, pack_name: str = DEFAULT_PACK, *, load: LoadMatcher = load_here
) -> FaceAnalyser:
    """Return a matcher by its registry name.

    Args:
        store: The casebook, where the licence of its pack was accepted.
        analyser: ``dlib``, or ``matcher`` for a pack.
        pack_name: The pack of ``matcher``.
        load: Loads the matcher.

    Raises:
        LicenceNotAccepted: The pack's licence was not accepted in this casebook.
        PackMissing: There is no such pack.
    """
    if analyser != ANALYSER_NAME:
        return load(analyser, None)
    pack = find_pack(pack_name, store.packs_dir)
    if not store.is_licence_accepted(pack.sha256):
        raise LicenceNotAccepted(
            f"The licence of the model pack {pack.name} was not accepted in this casebook.",
            f"Read it and accept it: forensic-app pack accept {pack.name}.",
        )
    return load(analyser, pack)
