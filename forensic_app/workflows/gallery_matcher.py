"""The matcher of a gallery: loaded, and refused where it is not the one that made the gallery's templates."""

from __future__ import annotations

from typing import Final

from forensic_app.engines.matcher.schema import ANALYSER_NAME, DEFAULT_PACK, EMBEDDING_SIZE
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


def create_gallery(store: CaseStore, name: str, *, analyser: str = "dlib", pack: str = "") -> Gallery:
    """Make an empty gallery for one matcher; event ``gallery_created``.

    Args:
        store: The casebook, open for writing.
        name: Unique in the casebook.
        analyser: ``dlib``, or ``matcher`` for a pack.
        pack: Name of the matcher's pack; the default one when empty. For ``matcher`` alone.

    Raises:
        DuplicateRecord: A gallery has the name.
        InvalidInput: The name is malformed, or there is no such matcher.
        LicenceNotAccepted: The pack's licence was not accepted in this casebook.
        PackMissing: There is no such pack.
    """
    comparison_of(analyser)
    pack_name = (pack or DEFAULT_PACK) if analyser == ANALYSER_NAME else ""
    matcher = _loaded(store, analyser, pack_name)
    return store.create_gallery(
        name, made_with=made_with(matcher), pack_name=pack_name, embedding_size=_EMBEDDING_SIZES[analyser]
    )


def matcher_of(store: CaseStore, gallery: Gallery, *, asked: str = "") -> FaceAnalyser:
    """Return the matcher that made a gallery's templates.

    Args:
        store: The casebook.
        gallery: The gallery.
        asked: Name of the matcher that was asked for; empty for the gallery's own.

    Raises:
        InvalidInput: Another one was asked for, or the installed one has another version or other weights.
        LicenceNotAccepted: The pack's licence was not accepted in this casebook.
        PackMissing: The pack is not there any more.
    """
    if asked:
        comparison_of(asked)
    if asked and asked != gallery.analyser:
        refuse_other_matcher(gallery, MadeWith(asked, "", {}))
    matcher = _loaded(store, gallery.analyser, gallery.pack_name)
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


def _loaded(store: CaseStore, analyser: str, pack_name: str) -> FaceAnalyser:
    if analyser != ANALYSER_NAME:
        return load_analyser(analyser)
    from forensic_app.engines.matcher.loading import load_matcher

    pack = find_pack(pack_name, store.packs_dir)
    if not store.is_licence_accepted(pack.sha256):
        raise LicenceNotAccepted(
            f"The licence of the model pack {pack.name} was not accepted in this casebook.",
            f"Read it and accept it: forensic-app pack accept {pack.name}.",
        )
    return load_matcher(pack)
