"""What is said of a file is what is done with it, and nothing in it is passed over unsaid."""

from __future__ import annotations

import io
import struct
import zlib
from pathlib import Path

import numpy as np
import pillow_heif
import pytest
import skimage.data
from PIL import Image, ImageCms
from reportlab.lib.utils import ImageReader
from reportlab.pdfgen.canvas import Canvas

from forensic_app.decoding.colour import adobe_rgb_profile
from forensic_app.errors import InvalidInput, UnreadableImage
from forensic_app.images import inspect, load_working_copy, load_working_copy_from


def astronaut() -> Image.Image:
    return Image.fromarray(skimage.data.astronaut()).resize((160, 120))


def srgb() -> bytes:
    return ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes()


def with_tag(profile: bytes, tags: dict[bytes, bytes]) -> bytes:
    """Return a profile whose tags hold other bytes, at its end."""
    data = bytearray(profile)
    count = struct.unpack_from(">I", data, 128)[0]
    for place in range(132, 132 + 12 * count, 12):
        if bytes(data[place : place + 4]) in tags:
            value = tags[bytes(data[place : place + 4])]
            struct.pack_into(">II", data, place + 4, len(data), len(value))
            data += value + b"\0" * (-len(value) % 4)
    struct.pack_into(">I", data, 0, len(data))
    return bytes(data)


def parts(data: bytes) -> list[tuple[int, bytes, int]]:
    found, place = [], 8
    while place < len(data):
        length, kind = struct.unpack_from(">I4s", data, place)
        found.append((place, kind, length))
        place += 12 + length
    return found


def png() -> bytes:
    noise = np.random.default_rng(0).integers(0, 255, (200, 200, 3), dtype=np.uint8)
    stream = io.BytesIO()
    Image.fromarray(noise).save(stream, "PNG")
    return stream.getvalue()


class TestDamage:
    @pytest.mark.parametrize("read", [inspect, load_working_copy])
    @pytest.mark.parametrize("part", range(4))
    def test_a_wrong_checksum_anywhere_in_a_png_is_damage(self, tmp_path, read, part):
        data = bytearray(png())
        place, _, length = parts(bytes(data))[part]
        data[place + 8 + length] ^= 1
        path = tmp_path / "a.png"
        path.write_bytes(data)
        with pytest.raises(UnreadableImage, match="damaged"):
            read(path)

    @pytest.mark.parametrize("read", [inspect, load_working_copy])
    def test_pixels_without_their_end_and_a_file_without_its_are_damage(self, tmp_path, read):
        data = png()
        pixels = b"".join(
            data[place + 8 : place + 8 + length] for place, kind, length in parts(data) if kind == b"IDAT"
        )
        body = pixels[:-4]
        cut = data[:33] + struct.pack(">I", len(body)) + b"IDAT" + body
        cut += struct.pack(">I", zlib.crc32(b"IDAT" + body)) + data[-12:]
        path = tmp_path / "a.png"
        for each in (cut, data[:-12], data[:-4]):
            path.write_bytes(each)
            with pytest.raises(UnreadableImage, match="damaged"):
                read(path)

    def test_bytes_behind_the_end_of_a_png_are_said(self, tmp_path):
        path = tmp_path / "a.png"
        path.write_bytes(png() + b"hidden")
        assert inspect(path).notes == ("6 bytes behind the end of the picture are not shown",)

    @pytest.mark.parametrize("options", [{}, {"progressive": True}])
    def test_a_jpeg_that_the_decoder_bridges_says_so(self, tmp_path, options):
        stream = io.BytesIO()
        astronaut().save(stream, "JPEG", quality=90, **options)
        whole = stream.getvalue()
        path = tmp_path / "a.jpg"
        path.write_bytes(whole)
        assert inspect(path).notes == ()
        middle = len(whole) * 2 // 3
        path.write_bytes(whole[:middle] + b"\0" * 400 + whole[middle + 400 :])
        (note,) = inspect(path).notes
        assert note.startswith("damaged, and bridged by the decoder (")

    @pytest.mark.parametrize("mode", ["L", "CMYK"])
    def test_whole_files_of_other_colours_have_no_such_note(self, tmp_path, mode):
        path = tmp_path / "a.jpg"
        astronaut().convert(mode).save(path)
        assert not [note for note in inspect(path).notes if "damaged" in note]


class TestColour:
    @pytest.mark.parametrize(("mode", "words"), [("L", "grey"), ("CMYK", "CMYK"), ("LA", "grey")])
    def test_a_profile_for_other_channels_is_said_to_be_ignored(self, tmp_path, mode, words):
        path, plain = tmp_path / "a.tif", tmp_path / "b.tif"
        picture = astronaut().convert("L" if mode == "LA" else mode).convert(mode)
        picture.save(path, icc_profile=adobe_rgb_profile())
        picture.save(plain)
        (note,) = [note for note in inspect(path).notes if "profile" in note]
        assert note == f"colour profile Adobe RGB (1998) by EXIF is for RGB, the picture is {words}: ignored"
        assert np.array_equal(load_working_copy(path), load_working_copy(plain))

    def test_a_grey_profile_is_applied_below_transparency_too(self, tmp_path):
        curve = b"curv\0\0\0\0" + struct.pack(">IH", 1, 0x0100)
        linear = with_tag(srgb(), dict.fromkeys((b"rTRC", b"gTRC", b"bTRC"), curve))
        grey = bytearray(linear.replace(b"rTRC", b"kTRC", 1))
        grey[16:20] = b"GRAY"
        ramp = Image.fromarray(np.arange(0, 256, 5, dtype=np.uint8)[None, :])
        seen = {}
        for mode in ("L", "LA"):
            path = tmp_path / f"{mode}.png"
            ramp.convert(mode).save(path, icc_profile=bytes(grey))
            assert any("converted to sRGB" in note for note in inspect(path).notes)
            seen[mode] = load_working_copy(path)
        assert np.array_equal(seen["L"], seen["LA"])
        assert seen["L"][0, 10, 0] > 100

    def test_a_linear_profile_called_srgb_is_read_by_its_curves(self, tmp_path):
        curve = b"curv\0\0\0\0" + struct.pack(">I", 0)
        linear = with_tag(srgb(), dict.fromkeys((b"rTRC", b"gTRC", b"bTRC"), curve))
        path = tmp_path / "a.png"
        Image.new("RGB", (8, 8), (55, 55, 55)).save(path, icc_profile=linear)
        (note,) = inspect(path).notes
        assert note == "colour profile sRGB built-in converted to sRGB by its own curves: it is no sRGB"
        assert abs(int(load_working_copy(path)[0, 0, 0]) - 128) <= 2

    def test_adobe_rgb_by_exif_is_converted_and_a_profile_comes_first(self, tmp_path):
        exif = Image.Exif()
        exif.get_ifd(0x8769).update({0xA001: 0xFFFF, 0xA005: {1: "R03"}})
        path, profiled = tmp_path / "a.jpg", tmp_path / "b.jpg"
        Image.new("RGB", (16, 16), (60, 160, 60)).save(path, exif=exif, quality=98)
        Image.new("RGB", (16, 16), (60, 160, 60)).save(profiled, exif=exif, quality=98, icc_profile=srgb())
        assert inspect(path).notes == ("Adobe RGB (EXIF R03) converted to sRGB",)
        assert inspect(profiled).notes == ("colour profile is sRGB",)
        red, green, blue = (int(value) for value in load_working_copy(path)[5, 5])
        assert red < 10
        assert abs(green - 160) < 4
        assert abs(blue - 52) < 8
        assert abs(int(load_working_copy(profiled)[5, 5, 0]) - 60) < 4

    def test_grey_of_sixteen_bits_with_white_as_zero_is_no_negative(self, tmp_path):
        path = tmp_path / "a.tif"
        Image.fromarray(np.array([[0, 32768, 65535]] * 2, dtype=np.uint16)).save(path, tiffinfo={262: 0})
        assert "white is zero: turned" in inspect(path).notes
        assert load_working_copy(path)[0, :, 0].tolist() == [255, 127, 0]


@pytest.mark.parametrize("turn", [0, 9, 255])
def test_an_orientation_that_there_is_not_is_not_applied(tmp_path, turn):
    exif = Image.Exif()
    exif[0x0112] = turn
    path = tmp_path / "a.jpg"
    astronaut().save(path, exif=exif)
    facts = inspect(path)
    assert facts.notes == (f"EXIF orientation {turn} is none of 1 to 8: ignored",)
    assert (facts.width_px, facts.height_px) == (160, 120)


class TestPages:
    SIZES = ((40, 30), (20, 15), (30, 40))
    COLOURS = ("red", "lime", "blue")

    def pictures(self, *, same: bool) -> list[Image.Image]:
        return [
            Image.new("RGB", self.SIZES[0] if same else size, colour)
            for size, colour in zip(self.SIZES, self.COLOURS, strict=True)
        ]

    @pytest.mark.parametrize("name", ["a.tif", "a.webp", "a.gif", "a.png", "a.heic", "a.avif"])
    def test_pages_are_counted_and_one_can_be_chosen(self, tmp_path, name):
        pillow_heif.register_heif_opener()
        first, *others = self.pictures(same=name not in {"a.tif", "a.heic"})
        path = tmp_path / name
        first.save(path, save_all=True, append_images=others, quality=95)
        facts = inspect(path)
        assert (facts.page_count, facts.page, facts.page_png) == (3, 1, None)
        assert ", 3 frames: number 1" in facts.notes[0] or "holds 3 images (" in facts.notes[0]
        chosen = inspect(path, page=3)
        assert chosen.page == 3
        pixels = load_working_copy_from(chosen.page_png, "page 3")
        assert pixels.shape[:2] == (chosen.height_px, chosen.width_px) == others[1].size[::-1]
        assert pixels[5, 5].argmax() == 2
        assert inspect(path, page=1).page_png is None
        for page in (0, 4, -1):
            with pytest.raises(InvalidInput, match=f"holds 3 pictures; there is no number {page}"):
                inspect(path, page=page)

    def test_sizes_are_said(self, tmp_path):
        first, *others = self.pictures(same=False)
        path = tmp_path / "a.tif"
        first.save(path, save_all=True, append_images=others)
        assert inspect(path).notes == (
            "holds 3 images (40 x 30, 20 x 15, 30 x 40 px): number 1 of them is used",
        )

    def test_a_file_with_one_picture_has_no_second(self, tmp_path):
        path = tmp_path / "a.jpg"
        astronaut().save(path)
        assert inspect(path, page=1).page == 1
        with pytest.raises(InvalidInput, match="holds one picture; there is no number 2"):
            inspect(path, page=2)


class TestPdf:
    def scans(self, path: Path, *pictures: Image.Image) -> Path:
        canvas = Canvas(str(path), invariant=1)
        for picture in pictures:
            canvas.setPageSize((picture.width * 72 / 200, picture.height * 72 / 200))
            canvas.drawImage(ImageReader(picture), 0, 0, picture.width * 72 / 200, picture.height * 72 / 200)
            canvas.showPage()
        canvas.save()
        return path

    def test_a_scanned_page_is_drawn_at_its_own_resolution(self, tmp_path):
        path = self.scans(tmp_path / "a.pdf", Image.new("RGB", (300, 200), "red"), astronaut())
        facts = inspect(path, page=2)
        assert facts.media_type == "application/pdf"
        assert (facts.page, facts.page_count) == (2, 2)
        assert facts.notes == ("page 2 of 2 of a PDF, drawn at 200 pixels an inch",)
        pixels = load_working_copy_from(facts.page_png, "page 2")
        assert np.abs(pixels.astype(int) - np.asarray(astronaut())).max() <= 1

    def test_of_several_pages_one_has_to_be_chosen(self, tmp_path):
        path = self.scans(tmp_path / "a.pdf", astronaut(), astronaut())
        with pytest.raises(InvalidInput, match="has 2 pages") as refused:
            inspect(path)
        assert "from 1 to 2" in refused.value.advice
        with pytest.raises(InvalidInput, match="there is no number 3"):
            inspect(path, page=3)
        assert inspect(self.scans(tmp_path / "b.pdf", astronaut())).page == 1

    def test_a_large_page_keeps_to_the_limit_of_pixels(self, tmp_path):
        path = self.scans(tmp_path / "a.pdf", astronaut())
        facts = inspect(path, max_pixels=5000)
        assert facts.width_px * facts.height_px <= 5200

    def test_damage_and_passwords_are_said(self, tmp_path):
        path = tmp_path / "a.pdf"
        path.write_bytes(b"%PDF-1.7\nnothing")
        with pytest.raises(UnreadableImage, match="damaged"):
            inspect(path)
        canvas = Canvas(str(path), encrypt="secret")
        canvas.drawString(10, 10, "text")
        canvas.save()
        with pytest.raises(UnreadableImage, match="password"):
            inspect(path)

    def test_a_pdf_itself_is_not_worked_on(self, tmp_path):
        path = self.scans(tmp_path / "a.pdf", astronaut())
        with pytest.raises(UnreadableImage, match="PDF"):
            load_working_copy_from(path.read_bytes(), "a.pdf")


class TestDamageThatDecodersPassOver:
    def test_a_png_whose_rows_end_too_early_is_damaged(self, tmp_path):
        header = struct.pack(">IIBBBBB", 64, 64, 8, 2, 0, 0, 0)
        path = tmp_path / "a.png"
        for rows, is_whole in ((64, True), (63, False), (1, False)):
            pixels = zlib.compress(b"\0" * (1 + 64 * 3) * rows)
            path.write_bytes(png_of((b"IHDR", header), (b"IDAT", pixels), (b"IEND", b"")))
            if is_whole:
                assert inspect(path).notes == ()
                continue
            with pytest.raises(UnreadableImage, match="damaged"):
                inspect(path)
            with pytest.raises(UnreadableImage, match="damaged"):
                load_working_copy(path)

    @pytest.mark.parametrize("mode", ["1", "L", "P", "LA", "RGB", "RGBA", "I;16"])
    @pytest.mark.parametrize("size", [(1, 1), (3, 5), (9, 2), (64, 33)])
    def test_whole_pngs_of_every_kind_are_whole(self, tmp_path, mode, size):
        path = tmp_path / "a.png"
        Image.new("RGB", size, "red").convert("L" if mode == "I;16" else mode).convert(mode).save(path)
        inspect(path)

    def test_interlaced_rows_are_counted_pass_by_pass(self, tmp_path):
        width, height = 5, 3
        rows = b"".join(b"\0" + b"\x7f" * columns for columns in (1, 1, 1, 3, 2, 2, 5))  # by PNG, 8.2
        path = tmp_path / "a.png"
        header = struct.pack(">IIBBBBB", width, height, 8, 0, 0, 0, 1)
        path.write_bytes(png_of((b"IHDR", header), (b"IDAT", zlib.compress(rows)), (b"IEND", b"")))
        assert inspect(path).notes == ()
        path.write_bytes(png_of((b"IHDR", header), (b"IDAT", zlib.compress(rows[:-1])), (b"IEND", b"")))
        with pytest.raises(UnreadableImage, match="damaged"):
            inspect(path)

    @pytest.mark.parametrize("read", [inspect, load_working_copy])
    def test_a_deflated_tiff_is_checked_to_its_checksums(self, tmp_path, read):
        path = tmp_path / "a.tif"
        astronaut().save(path, compression="tiff_adobe_deflate")
        read(path)
        data = bytearray(path.read_bytes())
        with Image.open(path) as image:
            offset = image.tag_v2[273][0]
        data[offset + 3000 : offset + 3100] = bytes(100)
        path.write_bytes(data)
        with pytest.raises(UnreadableImage, match="damaged"):
            read(path)

    @pytest.mark.parametrize("options", [{}, {"progressive": True}, {"restart_marker_rows": 1}])
    def test_bytes_behind_the_end_of_a_jpeg_are_said(self, tmp_path, options):
        stream = io.BytesIO()
        astronaut().save(stream, "JPEG", comment="\xff\xd9", **options)
        path = tmp_path / "a.jpg"
        path.write_bytes(stream.getvalue())
        assert inspect(path).notes == ()
        path.write_bytes(stream.getvalue() + stream.getvalue())
        assert inspect(path).notes == (
            f"{len(stream.getvalue()):,} bytes behind the end of the picture are not shown",
        )

    def test_pictures_that_a_jpeg_says_of_are_counted_and_not_said_twice(self, tmp_path):
        path = tmp_path / "a.jpg"
        astronaut().save(path, "MPO", save_all=True, append_images=[astronaut().rotate(90)])
        (note,) = inspect(path).notes
        assert note.startswith("holds 2 images")

    def test_bytes_behind_the_end_of_a_webp_are_said(self, tmp_path):
        path = tmp_path / "a.webp"
        astronaut().save(path)
        assert inspect(path).notes == ()
        path.write_bytes(path.read_bytes() + b"hidden")
        assert inspect(path).notes == ("6 bytes behind the end of the picture are not shown",)


class TestSamples:
    @pytest.mark.parametrize(
        ("kind", "words"),
        [
            (np.float16, "16-bit floating-point"), (np.float32, "32-bit floating-point"),
            (np.float64, "64-bit floating-point"), (np.int8, "8-bit signed"), (np.int16, "16-bit signed"),
            (np.int32, "32-bit signed"), (np.uint32, "32-bit whole"), (np.complex64, "64-bit complex"),
        ],
    )  # fmt: skip
    @pytest.mark.parametrize("channels", [1, 3])
    def test_samples_without_a_range_are_refused_with_the_reason(self, tmp_path, kind, words, channels):
        tifffile = pytest.importorskip("tifffile")
        path = tmp_path / "a.tif"
        shape = (20, 30, 3) if channels == 3 else (20, 30)
        tifffile.imwrite(
            path, np.ones(shape, dtype=kind), photometric="rgb" if channels == 3 else "minisblack"
        )
        with pytest.raises(UnreadableImage, match=f"holds {words} samples, whose range is not defined"):
            inspect(path)

    def test_a_depth_that_is_not_read_is_named(self, tmp_path):
        path = tmp_path / "a.tif"
        Image.fromarray(np.ones((8, 8), dtype=np.uint16)).save(path)
        data = bytearray(path.read_bytes())
        place = data.find(struct.pack("<HHI", 258, 3, 1))
        data[place + 8 : place + 10] = struct.pack("<H", 14)
        path.write_bytes(data)
        with pytest.raises(UnreadableImage, match="holds 14-bit samples, which are not read"):
            inspect(path)

    def test_planes_of_sixteen_bits_are_refused_where_the_decoder_reads_half_of_them(self, tmp_path):
        tifffile = pytest.importorskip("tifffile")
        planes = np.moveaxis(np.asarray(astronaut()).astype(np.uint16) * 257, 2, 0)
        path = tmp_path / "a.tif"
        tifffile.imwrite(path, planes, photometric="rgb", planarconfig="separate")
        with pytest.raises(UnreadableImage, match="separate planes of more than 8 bits"):
            inspect(path)
        tifffile.imwrite(path, planes, photometric="rgb", planarconfig="separate", compression="zlib")
        assert np.array_equal(load_working_copy(path), np.asarray(astronaut()))

    @pytest.mark.parametrize(
        "data", [b"II*\0\xff\xff\xff\xff", b"MM\0*\0\0\0\x08\xff\xff", b"II*\0\x08\0\0\0\x00\x00"]
    )
    def test_a_tiff_whose_beginning_is_damaged_is_said_to_be_so(self, tmp_path, data):
        path = tmp_path / "a.tif"
        path.write_bytes(data)
        with pytest.raises(UnreadableImage, match="or its beginning is damaged"):
            inspect(path)


@pytest.mark.parametrize(
    ("part", "is_said"),
    [
        ((b"gAMA", struct.pack(">I", 100_000)), True),
        ((b"gAMA", struct.pack(">I", 45_455)), False),
        ((b"cHRM", struct.pack(">8I", 31270, 32900, 64000, 33000, 21000, 71000, 15000, 6000)), True),
        ((b"cHRM", struct.pack(">8I", 31270, 32900, 64000, 33000, 30000, 60000, 15000, 6000)), False),
    ],
)
def test_colours_that_a_png_states_and_that_are_not_applied_are_said(tmp_path, part, is_said):
    data = png()
    path = tmp_path / "a.png"
    body = [(kind, data[place + 8 : place + 8 + length]) for place, kind, length in parts(data)]
    path.write_bytes(png_of(body[0], part, *body[1:]))
    words = "gamma or primaries stated in the PNG are not those of sRGB: not applied"
    assert inspect(path).notes == ((words,) if is_said else ())
    path.write_bytes(png_of(body[0], (b"sRGB", b"\0"), part, *body[1:]))
    assert inspect(path).notes == ()


def png_of(*chunks: tuple[bytes, bytes]) -> bytes:
    return b"\x89PNG\r\n\x1a\n" + b"".join(
        struct.pack(">I", len(body)) + kind + body + struct.pack(">I", zlib.crc32(kind + body))
        for kind, body in chunks
    )
