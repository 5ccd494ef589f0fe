from __future__ import annotations

import io
import json
import struct
import zlib
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pillow_heif
import pytest
import skimage.data
from PIL import Image, ImageCms, TiffImagePlugin

from forensic_app.errors import UnreadableImage
from forensic_app.exif import MOST_BYTES
from forensic_app.images import inspect, load_working_copy


def _gradient(width: int = 60, height: int = 40) -> Image.Image:
    x = np.linspace(0, 255, width)[None, :].repeat(height, 0)
    y = np.linspace(0, 255, height)[:, None].repeat(width, 1)
    return Image.fromarray(np.stack([x, y, 255 - x], axis=-1).astype(np.uint8))


def _png_header(width: int, height: int) -> bytes:
    def chunk(kind: bytes, data: bytes) -> bytes:
        return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))

    header = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    pixels = chunk(b"IDAT", zlib.compress(b"\0" * 100))
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + pixels + chunk(b"IEND", b"")


@pytest.mark.parametrize(
    ("name", "media_type", "tolerance"),
    [
        ("a.png", "image/png", 0),
        ("a.jpg", "image/jpeg", 12),
        ("a.tif", "image/tiff", 0),
        ("a.webp", "image/webp", 12),
        ("a.bmp", "image/bmp", 0),
        ("a.heic", "image/heic", 12),
        ("a.avif", "image/avif", 12),
        ("a.gif", "image/gif", 30),
        ("a.jp2", "image/jp2", 0),
    ],
)
def test_formats_are_decoded_and_named_by_content(
    tmp_path: Path, name: str, media_type: str, tolerance: int
) -> None:
    pillow_heif.register_heif_opener()
    picture = _gradient()
    stored = tmp_path / name
    picture.save(stored, quality=95)
    disguised = tmp_path / "evidence.dat"
    disguised.write_bytes(stored.read_bytes())

    facts = inspect(disguised)
    pixels = load_working_copy(disguised)

    assert (facts.media_type, facts.width_px, facts.height_px) == (media_type, 60, 40)
    assert pixels.dtype == np.uint8
    assert pixels.shape == (40, 60, 3)
    assert np.abs(pixels.astype(int) - np.asarray(picture)).mean() <= tolerance / 3
    assert pixels.flags.writeable


@pytest.mark.parametrize("name", ["a.jpg", "a.png", "a.tif", "a.webp"])
def test_orientation_is_honoured(tmp_path: Path, name: str) -> None:
    picture = _gradient()
    exif = Image.Exif()
    exif[0x0112] = 6
    path = tmp_path / name
    picture.save(path, exif=exif, quality=95)

    facts = inspect(path)

    assert (facts.width_px, facts.height_px) == (40, 60)
    assert "EXIF orientation 6 applied" in facts.notes
    assert facts.exif["Orientation"] == 6
    upright = np.rot90(np.asarray(picture), k=-1).astype(int)
    assert np.abs(load_working_copy(path).astype(int) - upright).mean() < 6


def test_exif_is_json_with_rationals_and_cut_binary(tmp_path: Path) -> None:
    exif = Image.Exif()
    exif[0x010F] = "Maker\x00"
    folder = exif.get_ifd(0x8769)
    folder[0x829A] = TiffImagePlugin.IFDRational(1, 125)
    folder[0x9003] = "2024:01:02 03:04:05"
    folder[0x927C] = b"\x01" * 300
    gps = exif.get_ifd(0x8825)
    gps[1] = "N"
    gps[2] = (
        TiffImagePlugin.IFDRational(51),
        TiffImagePlugin.IFDRational(1, 2),
        TiffImagePlugin.IFDRational(0),
    )
    path = tmp_path / "a.jpg"
    _gradient().save(path, exif=exif)

    facts = inspect(path)

    assert facts.exif["Make"] == "Maker"
    assert facts.exif["Exif"]["ExposureTime"] == pytest.approx(0.008)
    assert facts.exif["Exif"]["DateTimeOriginal"] == "2024:01:02 03:04:05"
    assert facts.exif["Exif"]["MakerNote"] == "300 bytes"
    assert facts.exif["GPS"]["GPSLatitude"] == [51.0, 0.5, 0.0]
    assert "GPSInfo" not in facts.exif


def test_all_tags_together_stay_within_a_limit_and_the_rest_is_counted(tmp_path: Path) -> None:
    exif = Image.Exif()
    for tag in range(40_000, 40_000 + 200):
        exif[tag] = "\x01" * 400
    exif[0x010F] = "Maker"
    path = tmp_path / "a.tif"
    _gradient().save(path, exif=exif)

    told = inspect(path).exif

    assert len(json.dumps(told)) < MOST_BYTES + 200
    kept = sum(value == "\x01" * 400 for value in told.values())
    assert 100 < kept < 110
    assert told["LeftOut"] == f"{200 - kept} tags, beyond {MOST_BYTES} bytes of metadata"
    assert told["Make"] == "Maker"


def test_a_number_that_json_cannot_keep_is_text(tmp_path: Path) -> None:
    ifd = TiffImagePlugin.ImageFileDirectory_v2()
    ifd[40_000] = 2**60
    ifd.tagtype[40_000] = 16
    path = tmp_path / "a.tif"
    _gradient().save(path, tiffinfo=ifd, big_tiff=True)
    assert inspect(path).exif["0x9c40"] == str(2**60)


def test_sixteen_bit_grey_is_reduced_by_rounding(tmp_path: Path) -> None:
    values = np.array([[0, 128, 129, 257, 32896, 65535]], dtype=np.uint16).repeat(4, axis=0)
    for name in ("a.png", "a.tif"):
        path = tmp_path / name
        Image.fromarray(values).save(path)

        assert "16-bit reduced to 8" in inspect(path).notes
        assert load_working_copy(path)[0, :, 0].tolist() == [0, 0, 1, 1, 128, 255]


def test_twelve_bit_grey_uses_its_own_range(tmp_path: Path) -> None:
    samples = [0, 16, 2048, 4095]
    packed = bytes(
        byte
        for first, second in zip(samples[::2], samples[1::2], strict=True)
        for byte in (first >> 4, (first & 15) << 4 | second >> 8, second & 255)
    )
    tags = [
        (256, 4),
        (257, 1),
        (258, 12),
        (259, 1),
        (262, 1),
        (273, 8),
        (277, 1),
        (278, 1),
        (279, len(packed)),
    ]
    entries = b"".join(struct.pack("<HHII", tag, 4, 1, value) for tag, value in tags)
    head = b"II*\0" + struct.pack("<I", 8 + len(packed))
    path = tmp_path / "scan.tif"
    path.write_bytes(head + packed + struct.pack("<H", len(tags)) + entries + struct.pack("<I", 0))

    assert "12-bit reduced to 8" in inspect(path).notes
    assert load_working_copy(path)[0, :, 0].tolist() == [0, 1, 128, 255]


def test_sixteen_bit_colour_is_noted_although_pillow_reduces_it_silently(tmp_path: Path) -> None:
    def chunk(kind: bytes, data: bytes) -> bytes:
        return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))

    row = b"\0" + struct.pack(">3H", 65535, 32896, 0) * 5
    content = chunk(b"IHDR", struct.pack(">IIBBBBB", 5, 3, 16, 2, 0, 0, 0))
    content += chunk(b"IDAT", zlib.compress(row * 3)) + chunk(b"IEND", b"")
    path = tmp_path / "a.png"
    path.write_bytes(b"\x89PNG\r\n\x1a\n" + content)

    assert inspect(path).notes == ("16-bit reduced to 8",)
    assert load_working_copy(path)[1, 2].tolist() == [255, 128, 0]


def test_cmyk_is_converted(tmp_path: Path) -> None:
    path = tmp_path / "a.jpg"
    Image.new("CMYK", (20, 10), (0, 255, 255, 0)).save(path, quality=95)

    assert "CMYK converted" in inspect(path).notes
    red, green, blue = load_working_copy(path)[5, 5].tolist()
    assert red > 220
    assert max(green, blue) < 40


@pytest.mark.parametrize("mode", ["RGBA", "LA", "P"])
def test_alpha_is_flattened_on_white(tmp_path: Path, mode: str) -> None:
    path = tmp_path / "a.png"
    if mode == "P":
        palette = Image.new("P", (20, 10), 0)
        palette.putpalette([0, 0, 0, 90, 0, 0])
        palette.paste(1, (10, 0, 20, 10))
        palette.save(path, transparency=1)
    else:
        picture = Image.new("RGBA", (20, 10), (0, 0, 0, 0))
        picture.paste((0, 0, 0, 255), (0, 0, 10, 10))
        picture.convert(mode).save(path)

    facts = inspect(path)

    assert "alpha flattened on white" in facts.notes
    pixels = load_working_copy(path)
    assert pixels[5, 15].tolist() == [255, 255, 255]
    assert pixels[5, 5].max() < 10


@pytest.mark.parametrize(
    ("name", "kind"),
    [
        ("a.png", "animated, 3 frames"),
        ("a.webp", "animated, 3 frames"),
        ("a.gif", "animated, 3 frames"),
        ("a.tif", "holds 3 images (16 x 16 px each)"),
    ],
)
def test_the_first_frame_is_used_by_itself(tmp_path: Path, name: str, kind: str) -> None:
    frames = [Image.new("RGB", (16, 16), colour) for colour in ("red", "green", "blue")]
    path = tmp_path / name
    frames[0].save(path, save_all=True, append_images=frames[1:])

    assert f"{kind}: number 1 of them is used" in inspect(path).notes
    red, green, blue = load_working_copy(path)[8, 8].tolist()
    assert red > 200
    assert max(green, blue) < 60


def test_a_colour_profile_is_converted_and_srgb_is_left_alone(tmp_path: Path) -> None:
    srgb = ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes()
    picture = _gradient()
    srgb_path = tmp_path / "srgb.png"
    picture.save(srgb_path, icc_profile=srgb)
    wide_path = tmp_path / "wide.png"
    picture.save(wide_path, icc_profile=_swapped_profile())

    assert np.array_equal(load_working_copy(srgb_path), np.asarray(picture))
    assert "colour profile is sRGB" in inspect(srgb_path).notes
    assert "colour profile Wide converted to sRGB" in inspect(wide_path).notes
    assert np.abs(load_working_copy(wide_path).astype(int) - np.asarray(picture)).max() > 20


def _swapped_profile() -> bytes:
    """Return an sRGB profile renamed and with the red and green primaries exchanged."""
    data = bytearray(ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes())
    count = struct.unpack_from(">I", data, 128)[0]
    entries = {bytes(data[132 + 12 * i : 136 + 12 * i]): 132 + 12 * i for i in range(count)}
    red, green = entries[b"rXYZ"], entries[b"gXYZ"]
    data[red + 4 : red + 12], data[green + 4 : green + 12] = (
        data[green + 4 : green + 12],
        data[red + 4 : red + 12],
    )
    offset, length = struct.unpack_from(">II", data, entries[b"desc"] + 4)
    body = bytes(data[offset : offset + length])
    name_at = body.find("sRGB".encode("utf-16-be"))
    data[offset + name_at : offset + name_at + 8] = "Wide".encode("utf-16-be")
    rest = offset + name_at + 8
    end = offset + length
    data[rest:end] = " ".encode("utf-16-be") * ((end - rest) // 2) + b"\0" * ((end - rest) % 2)
    return bytes(data)


def test_an_unreadable_profile_is_ignored_and_noted(tmp_path: Path) -> None:
    path = tmp_path / "a.png"
    _gradient().save(path, icc_profile=b"not a profile")

    assert "colour profile unreadable: ignored" in inspect(path).notes
    assert np.array_equal(load_working_copy(path), np.asarray(_gradient()))


@pytest.mark.parametrize("read", [inspect, load_working_copy])
class TestRefusals:
    def test_empty(self, tmp_path: Path, read: Callable[[Path], Any]) -> None:
        path = tmp_path / "a.jpg"
        path.touch()
        with pytest.raises(UnreadableImage, match="empty") as caught:
            read(path)
        assert caught.value.advice

    def test_missing_and_folder(self, tmp_path: Path, read: Callable[[Path], Any]) -> None:
        for path in (tmp_path / "none.jpg", tmp_path):
            with pytest.raises(UnreadableImage, match="cannot be opened"):
                read(path)

    @pytest.mark.parametrize("content", [b"plain text, no image", b"%PDF-1.7\n", b"\xff\xd8\xff"])
    def test_not_an_image(self, tmp_path: Path, read: Callable[[Path], Any], content: bytes) -> None:
        path = tmp_path / "a.jpg"
        path.write_bytes(content)
        with pytest.raises(UnreadableImage) as caught:
            read(path)
        assert "a.jpg" in caught.value.message

    def test_a_format_that_is_not_taken_is_refused_with_those_that_are(
        self, tmp_path: Path, read: Callable[[Path], Any]
    ) -> None:
        path = tmp_path / "a.pcx"
        _gradient().save(path)
        with pytest.raises(UnreadableImage, match="JPEG, PNG"):
            read(path)

    @pytest.mark.parametrize(
        "name", ["a.jpg", "a.png", "a.tif", "a.webp", "a.bmp", "a.heic", "a.avif", "a.jp2"]
    )
    def test_truncated(self, tmp_path: Path, read: Callable[[Path], Any], name: str) -> None:
        pillow_heif.register_heif_opener()
        path = tmp_path / name
        Image.fromarray(skimage.data.astronaut()).save(path)
        data = path.read_bytes()
        path.write_bytes(data[: len(data) * 6 // 10])
        with pytest.raises(UnreadableImage):
            read(path)

    @pytest.mark.parametrize("size", [(11_000, 11_000), (100_000, 100_000), (30_000, 10)])
    def test_too_large_is_refused_before_decoding(
        self, tmp_path: Path, read: Callable[[Path], Any], size: tuple[int, int]
    ) -> None:
        path = tmp_path / "a.png"
        path.write_bytes(_png_header(*size))
        with pytest.raises(UnreadableImage, match="too large"):
            read(path)


@pytest.mark.parametrize("read", [inspect, load_working_copy])
def test_the_settings_file_says_how_many_pixels_are_decoded(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, read: Callable[[Path], Any]
) -> None:
    monkeypatch.setenv("FORENSIC_APP_HOME", str(tmp_path))
    settings = tmp_path / "settings.toml"
    small, large = tmp_path / "small.png", tmp_path / "large.png"
    Image.new("L", (20, 10)).save(small)
    large.write_bytes(_png_header(19_000, 19_000))
    settings.write_text("max_image_pixels = 199\n")
    with pytest.raises(UnreadableImage, match="20 x 10 px; 199 pixels") as refused:
        read(small)
    assert "max_image_pixels" in refused.value.advice
    settings.write_text("max_image_pixels = 200\n")
    read(small)
    with pytest.raises(UnreadableImage, match="too large"):
        read(large)
    settings.write_text("max_image_pixels = 361_000_000\n")
    with pytest.raises(UnreadableImage, match="damaged or truncated"):
        read(large)


def test_a_real_photograph_of_thirty_thousand_pixels_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "a.png"
    Image.new("L", (30_000, 3)).save(path)
    with pytest.raises(UnreadableImage, match="30000 x 3 px"):
        load_working_copy(path)


@pytest.mark.parametrize("read", [inspect, load_working_copy])
@pytest.mark.parametrize(("kind", "words"), [("float32", "floating-point"), ("int32", "signed")])
def test_thirty_two_bit_samples_are_refused(
    tmp_path: Path, read: Callable[[Path], Any], kind: str, words: str
) -> None:
    path = tmp_path / "a.tif"
    Image.fromarray(np.ones((8, 8), dtype=kind)).save(path)
    with pytest.raises(UnreadableImage, match=f"32-bit {words} samples"):
        read(path)


def test_decoding_never_writes(tmp_path: Path) -> None:
    path = tmp_path / "a.jpg"
    buffer = io.BytesIO()
    _gradient().save(buffer, "JPEG")
    path.write_bytes(buffer.getvalue())
    path.chmod(0o400)
    before = path.stat().st_mtime_ns
    inspect(path)
    load_working_copy(path)
    assert path.read_bytes() == buffer.getvalue()
    assert path.stat().st_mtime_ns == before
    assert [p.name for p in tmp_path.iterdir()] == ["a.jpg"]
