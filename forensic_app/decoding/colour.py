"""Colours of a decoded picture as sRGB, transparent parts on white.

Rules:
    * A profile is judged by what it does to colours, never by what it is called.
    * A profile that is for other channels than the picture has, or that cannot be used, is left out, and the note says
      so: a note of a conversion means that the conversion was made.
    * Channels are converted before transparency is laid on white.

References:
    ICC.1:2022 (profile format); IEC 61966-2-1 (sRGB); Adobe RGB (1998) colour image encoding, 4.3; DCF 2.0
    (JEITA CP-3461B), option file: interoperability index ``R03``.
"""

from __future__ import annotations

import io
import struct
from dataclasses import dataclass
from functools import cache

import numpy as np
from PIL import Image, ImageCms

MOST_TEXT = 500
LEAST_DIFFERENCE = 4
"""From how many steps of 255 on a profile's colours are others than those of sRGB; below lies rounding."""
_INTEROPERABILITY, _INDEX = 0xA005, 1
_CHANNELS = {"L": "GRAY", "RGB": "RGB", "CMYK": "CMYK"}
_CHANNEL_WORDS = {"GRAY": "grey", "RGB": "RGB", "CMYK": "CMYK"}
_SRGB_GAMMA, _SAME_WITHIN = 0.45455, 0.02
_SRGB_PRIMARIES = (0.3127, 0.329, 0.64, 0.33, 0.3, 0.6, 0.15, 0.06)
"""White, red, green and blue as x and y, in the order of cHRM."""
_UNUSABLE = (ImageCms.PyCMSError, OSError, ValueError)


@dataclass(frozen=True, slots=True)
class ColourSpace:
    """In what colours a picture's numbers are.

    Attributes:
        profile: ICC profile to convert from; ``None`` where the numbers are taken for sRGB.
        note: What is done about it, in words; empty where nothing was said of colours.
    """

    profile: bytes | None = None
    note: str = ""


def colour_space(image: Image.Image) -> ColourSpace:
    """Return in what colours ``image`` is, by its profile or else by its EXIF, having tried the conversion."""
    profile = image.info.get("icc_profile")
    mode = _base_mode(image)
    if not profile:
        return _by_exif(image, mode)
    try:
        opened = ImageCms.ImageCmsProfile(io.BytesIO(profile))
        name = ImageCms.getProfileDescription(opened).strip()[:MOST_TEXT] or "without a name"
    except _UNUSABLE:
        return ColourSpace(note="colour profile unreadable: ignored")
    channels = str(opened.profile.xcolor_space).strip()
    if channels != _CHANNELS[mode]:
        return ColourSpace(
            note=f"colour profile {name} is for {_CHANNEL_WORDS.get(channels, channels)}, the picture is "
            f"{_CHANNEL_WORDS[_CHANNELS[mode]]}: ignored"
        )
    difference = _difference(mode, profile)
    if difference is None:
        return ColourSpace(note=f"colour profile {name} cannot be used: ignored")
    is_called_srgb = name.lower().startswith("srgb")
    if difference < LEAST_DIFFERENCE:
        return ColourSpace(
            note="colour profile is sRGB" if is_called_srgb else f"colour profile {name} equals sRGB"
        )
    by = " by its own curves: it is no sRGB" if is_called_srgb else ""
    return ColourSpace(profile, f"colour profile {name} converted to sRGB{by}")


def as_srgb(image: Image.Image, space: ColourSpace) -> Image.Image:
    """Return ``image``, eight bits a channel, as RGB in sRGB, transparent parts on white."""
    if not has_alpha(image):
        return _converted(image, space)
    layer = image.convert("RGBA")
    base = image.convert("L") if _base_mode(image) == "L" else layer.convert("RGB")
    colours = _converted(base, space).convert("RGBA")
    colours.putalpha(layer.getchannel("A"))
    white = Image.new("RGBA", layer.size, (255, 255, 255, 255))
    return Image.alpha_composite(white, colours).convert("RGB")


def has_alpha(image: Image.Image) -> bool:
    """Whether parts of ``image`` can be transparent."""
    return image.mode in {"RGBA", "LA", "PA", "RGBa", "La"} or "transparency" in image.info


def _base_mode(image: Image.Image) -> str:
    """Return the mode that the colours of ``image`` have when they are converted."""
    if image.mode in {"L", "LA", "La", "1"} or image.mode.startswith("I;16"):
        return "L"
    return "CMYK" if image.mode == "CMYK" else "RGB"


def _converted(image: Image.Image, space: ColourSpace) -> Image.Image:
    base = image if image.mode in _CHANNELS else image.convert(_base_mode(image))
    return base.convert("RGB") if space.profile is None else _to_srgb(base, space.profile)


def _to_srgb(image: Image.Image, profile: bytes) -> Image.Image:
    converted = ImageCms.profileToProfile(
        image,
        ImageCms.ImageCmsProfile(io.BytesIO(profile)),
        ImageCms.createProfile("sRGB"),
        renderingIntent=ImageCms.Intent.RELATIVE_COLORIMETRIC,
        outputMode="RGB",
    )
    if converted is None:  # only where asked to convert in place
        raise ValueError("the picture was not converted")
    return converted


def _difference(mode: str, profile: bytes) -> int | None:
    """Return how far a profile's colours are from sRGB's at most, of 255; ``None`` where it cannot be used."""
    probe = _probe(mode)
    try:
        converted = np.asarray(_to_srgb(probe, profile), dtype=np.int16)
    except _UNUSABLE:
        return None
    if mode == "CMYK":
        return 255
    return int(np.abs(converted - np.asarray(probe.convert("RGB"), dtype=np.int16)).max())


@cache
def _probe(mode: str) -> Image.Image:
    """Return a small picture of colours from all over: a ramp of grey, or nine steps of each channel."""
    if mode == "L":
        return Image.fromarray(np.arange(256, dtype=np.uint8)[None, :])
    steps = np.linspace(0, 255, 9).round().astype(np.uint8)
    cube = np.stack(np.meshgrid(steps, steps, steps, indexing="ij"), axis=-1).reshape(27, 27, 3)
    return Image.fromarray(cube).convert(mode)


def _by_exif(image: Image.Image, mode: str) -> ColourSpace:
    """Return Adobe RGB where the EXIF says so, as cameras without a profile do."""
    index = image.getexif().get_ifd(_INTEROPERABILITY).get(_INDEX)
    text = index.decode("latin-1") if isinstance(index, bytes) else str(index)
    if mode == "RGB" and text.strip("\0 ") == "R03":
        return ColourSpace(adobe_rgb_profile(), "Adobe RGB (EXIF R03) converted to sRGB")
    if _states_other_colours(image):
        return ColourSpace(note="gamma or primaries stated in the PNG are not those of sRGB: not applied")
    return ColourSpace()


def _states_other_colours(image: Image.Image) -> bool:
    """Whether the gAMA or cHRM of a PNG without a profile say that its numbers are no sRGB."""
    if image.format != "PNG" or "srgb" in image.info:
        return False
    gamma, primaries = image.info.get("gamma", _SRGB_GAMMA), image.info.get("chromaticity", _SRGB_PRIMARIES)
    pairs = zip((gamma, *primaries), (_SRGB_GAMMA, *_SRGB_PRIMARIES), strict=False)
    return any(abs(stated - usual) > _SAME_WITHIN for stated, usual in pairs)


@cache
def adobe_rgb_profile() -> bytes:
    """Return an ICC profile (version 2) of Adobe RGB (1998), its primaries adapted to D50."""
    columns = {
        b"rXYZ": (0.60974, 0.31111, 0.01947),
        b"gXYZ": (0.20528, 0.62567, 0.06087),
        b"bXYZ": (0.14919, 0.06322, 0.74457),
        b"wtpt": (0.96420, 1.0, 0.82491),
    }
    name = b"Adobe RGB (1998) by EXIF\0"
    curve = b"curv\0\0\0\0" + struct.pack(">IH", 1, 0x0233)
    tags = {
        b"desc": b"desc\0\0\0\0" + struct.pack(">I", len(name)) + name + b"\0" * 78,
        b"cprt": b"text\0\0\0\0none\0",
        **{tag: b"XYZ \0\0\0\0" + _fixed(*values) for tag, values in columns.items()},
        **dict.fromkeys((b"rTRC", b"gTRC", b"bTRC"), curve),
    }
    table, body = struct.pack(">I", len(tags)), b""
    for tag, data in tags.items():
        table += tag + struct.pack(">II", 128 + 4 + 12 * len(tags) + len(body), len(data))
        body += data + b"\0" * (-len(data) % 4)
    header = struct.pack(
        ">I4xI4s4s4s12x4s28x12s48x",
        128 + len(table) + len(body), 0x02100000, b"mntr", b"RGB ", b"XYZ ", b"acsp", _fixed(0.9642, 1.0, 0.82491),
    )  # fmt: skip
    return header + table + body


def _fixed(*values: float) -> bytes:
    """Return numbers as s15Fixed16, such as 0.5 as ``0x00008000``."""
    return struct.pack(f">{len(values)}i", *(round(value * 65536) for value in values))
