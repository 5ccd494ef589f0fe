"""What each mark proves, and what it does not."""

from __future__ import annotations

from typing import Final

NO_MARK: Final = (
    "No mark was found. That says nothing about the picture: marks can be taken away, and most pictures never had one. "
    "It is not shown to be genuine, nor to be a photograph."
)
PROVES: Final = {
    "digest": "The file is, byte for byte, the one whose digest is in the custody log or in a record of this casebook.",
    "signature": "The file is the one that was signed, by whoever holds the key of that certificate.",
    "c2pa": "The file is the one that was signed, by whoever holds the key of that certificate, unchanged.",
    "xmp": "Nothing by itself: it is a statement in the file. The record that it names shows whether it is true.",
    "watermark": "Nothing by itself: it names a derived image. Compare the picture with the one in the casebook.",
    "band": "Nothing by itself: the picture says that it is a derived image. Its name and digest stand below the band.",
}
PROVES_NOT: Final = {
    "digest": "That the content is right, or who had the file meanwhile.",
    "signature": "That the content is right, or when it was signed: the time is the workstation's own statement.",
    "c2pa": "That the content is right, or when it was signed: no authority of time vouches for it.",
    "xmp": "That anything in it is true: whoever has the file can write it, change it or take it away.",
    "watermark": "Who put it there: the method is public, and a mark can be copied into another picture or taken away.",
    "band": "Anything about the picture: a band can be cut off, and drawn below any picture.",
}
