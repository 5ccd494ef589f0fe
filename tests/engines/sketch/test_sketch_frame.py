from __future__ import annotations

import numpy as np
from PIL import Image
from skimage.data import astronaut

from forensic_app.engines.pictures.photo import kept_analyser
from forensic_app.engines.sketch.frame import Portrait, cut_portrait, portrait_matrix
from forensic_app.engines.sketch.sheet import frame_window, on_sheet, paper_tone
from forensic_app.faces.align import TEMPLATES, transform_points
from forensic_app.faces.analyser import DetectedFace

SCHEMES = tuple(TEMPLATES)


def face_at(scheme: str, *, scale: float, shift: tuple[float, float]) -> DetectedFace:
    points = TEMPLATES[scheme] * scale + np.array(shift)
    return DetectedFace((0.0, 0.0, scale, scale), points, scheme, 1.0)


def test_every_scheme_puts_the_eyes_at_one_place() -> None:
    centres = []
    for scheme in SCHEMES:
        face = face_at(scheme, scale=90.0, shift=(40.0, 30.0))
        mapped = transform_points(portrait_matrix(face, 256), face.landmarks)
        eyes = mapped[:4] if scheme == "dlib5" else mapped[:2]
        centres.append(eyes.mean(axis=0))
    np.testing.assert_allclose(centres[0], centres[1], atol=0.01)
    np.testing.assert_allclose(centres[0], (127.6, 130.6), atol=0.5)


def test_a_photograph_twice_as_large_gives_the_same_portrait() -> None:
    photo = astronaut()[:300, 80:380]
    analyser = kept_analyser("dlib")
    face = analyser.detect(photo)[0]
    large = np.asarray(Image.fromarray(photo).resize((600, 600), Image.Resampling.BICUBIC))
    doubled = DetectedFace(face.box, face.landmarks * 2 + 0.5, face.scheme, face.score)
    first, second = cut_portrait(photo, face, 128), cut_portrait(large, doubled, 128)
    assert np.abs(first.picture.astype(int) - second.picture)[first.known].mean() < 3.0


def test_what_lies_beyond_the_photograph_is_unknown() -> None:
    photo = astronaut()[:300, 80:380]
    face = kept_analyser("dlib").detect(photo)[0]
    whole = cut_portrait(photo, face, 64)
    narrow = cut_portrait(photo[:, :200], face, 64)
    assert narrow.known.sum() < whole.known.sum()
    assert narrow.known[32, 32]
    assert not narrow.known[32, 63]


def test_a_sketch_comes_back_where_the_face_is_on_paper_of_its_own_tone() -> None:
    sketch = np.full((64, 64), 240, dtype=np.uint8)
    sketch[30:34, 30:34] = 10
    matrix = np.array([[0.5, 0.0, -10.0], [0.0, 0.5, -20.0]])
    portrait = Portrait(np.zeros((64, 64, 3), np.uint8), matrix, np.ones((64, 64), bool))
    sheet = on_sheet(sketch, portrait, (200, 180, 3))
    assert sheet.shape == (200, 180, 3)
    assert paper_tone(sketch) == 240
    assert sheet[0, 0].tolist() == [240, 240, 240]
    rows, columns = np.nonzero(sheet[..., 0] < 100)
    assert abs(rows.mean() - (31.5 + 20) / 0.5) < 1
    assert abs(columns.mean() - (31.5 + 10) / 0.5) < 1
    assert frame_window(portrait, (200, 180, 3)) == (20, 40, 147, 167)
