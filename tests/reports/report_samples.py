from __future__ import annotations

import io
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from functools import cache

import numpy as np
from PIL import Image
from skimage.data import astronaut

from forensic_app.digests import sha256_of_bytes
from forensic_app.reports.content import (
    CaseSection,
    ChainSection,
    EventRow,
    ExhibitSection,
    LaboratoryDetails,
    PackSection,
    ReportContent,
    SubjectSection,
)
from forensic_app.reports.run_content import (
    EstimatorError,
    Measures,
    Picture,
    ResultImage,
    RunSection,
)

NOW = datetime(2026, 11, 24, 9, 30, tzinfo=UTC)
AGES = (8.0, 16.0, 27.0, 45.0, 62.0, 75.0)
NOTE = (
    "forensic-app/5c1d2e9f\n42\nyG0qVhCHhGk1u6oT8hUrX8Wc0m0cJr1G2bF1n1m3o5Q=\n\n"
    "— forensic-app/5c1d2e9f 9Y3kqjv2l0d8sX1pT1m9QmJzqzv0cB7nq1c1V3s8bQ2n5cX0r7t9u1w3y5A7C9E1G3I5K7M9O1Q3"
    "S5U7W9Y=\n"
)


@cache
def face_picture(side: int, tint: float) -> Picture:
    """A real face, warmer or colder, as a stand-in for a derived image."""
    crop = astronaut()[10:230, 110:330]
    image = np.asarray(Image.fromarray(crop).resize((side, side), Image.Resampling.BICUBIC), dtype=np.float64)
    image = np.clip(image * np.array([1.0, 1.0 - tint / 400, 1.0 - tint / 250]), 0, 255).astype(np.uint8)
    stream = io.BytesIO()
    Image.fromarray(image).save(stream, "PNG")
    return Picture(stream.getvalue(), side, side)


def digest(name: str) -> str:
    return sha256_of_bytes(name.encode())


def measures(age: float, score: float | None, others: tuple[tuple[str, float], ...] = ()) -> Measures:
    return Measures(
        estimated_age=age,
        estimated_age_spread=4.2,
        calibrated_age=age + 2.1,
        score_to_exhibit=score,
        scores_to_others=others,
        quality=(
            ("luminance_mean", 88.0),
            ("over_exposure", 71.0),
            ("head_size", 95.0),
            ("yaw_degrees", 93.0),
        ),
    )


def derived(run_id: str, age: float, *, variant: int | None, role: str, side: int) -> ResultImage:
    name = f"{run_id}-{role}-{age}-{variant}"
    return ResultImage(
        derived_image_id=f"D-{int(digest(name)[:5], 16) % 1_000_000:06d}",
        role=role,
        target_age=age,
        variant=variant,
        sha256=digest(name),
        size_bytes=123_456,
        width_px=side,
        height_px=side,
        measures=measures(age * 0.9 + 3, 0.9 - age / 200, (("E-0002", 0.61 - age / 400),)),
        picture=face_picture(side, age),
    )


def completed_run(run_id: str = "R-0001", *, variants: int = 1, side: int = 48) -> RunSection:
    images = [
        derived(run_id, age, variant=variant if variants > 1 else None, role="derived", side=side)
        for variant in range(1, variants + 1)
        for age in AGES
    ]
    if variants > 1:
        images += [
            derived(run_id, a, variant=None, role=r, side=side) for r in ("mean", "spread") for a in AGES
        ]
    parameters = {
        "ages": "8, 16, 27, 45, 62, 75",
        "guidance_scale": "3.0",
        "num_inference_steps": "20",
        "seed": "20261124",
        "scheduler": "DPMSolverMultistep",
        "strength": "0.65",
        "negative_prompt": "",
        "variants": str(variants),
    }
    environment = {
        "device": "cuda: NVIDIA H100 80GB HBM3",
        "driver": "570.86.15",
        "cuda": "12.8",
        "torch": "2.9.1",
        "dtype": "float32",
        "rng_device": "cpu",
        "operating_system": "Linux 6.12 x86_64",
        "python": "3.11.9",
        "seconds": "14.2",
    }
    return RunSection(
        run_id=run_id,
        engine="aging",
        engine_version="1.0",
        exhibit_number="E-0001",
        exhibit_sha256=digest("exhibit-0"),
        status="completed",
        examiner="María Núñez",
        queued_at=NOW - timedelta(hours=2),
        started_at=NOW - timedelta(hours=2) + timedelta(seconds=3),
        ended_at=NOW - timedelta(hours=2) + timedelta(seconds=19),
        parameters=tuple(parameters.items()),
        environment=tuple(environment.items()),
        weights=(
            ("unet/diffusion_pytorch_model.safetensors", digest("unet")),
            ("vae/diffusion_pytorch_model.safetensors", digest("vae")),
        ),
        face=(("face_index", "0 of 1"), ("box", "112, 60, 318, 266"), ("crop_size_px", str(side))),
        warnings=("The face is turned by 18°, more than the 15° that the model saw in training.",)
        if variants > 1
        else (),
        failure="",
        pack_name="bundled-aging",
        pack_sha256=digest("pack"),
        analyser="dlib",
        references=(("E-0002", digest("exhibit-1")),),
        age_at_photo=34.0,
        threshold=0.4,
        estimator_error=EstimatorError(6.9, "312 photographs of 104 people", is_calibrated=True),
        control=measures(38.2, None, (("E-0002", 0.58),)),
        control_picture=face_picture(side, 0.0),
        images=tuple(images),
    )


def unfinished_run(run_id: str, status: str, failure: str) -> RunSection:
    return replace(
        completed_run(),
        run_id=run_id,
        status=status,
        failure=failure,
        images=(),
        control=Measures(),
        control_picture=None,
        environment=(),
        weights=(),
        warnings=(),
        ended_at=None,
    )


def exhibit(index: int, *, name: str = "IMG_2041.jpg", picture: Picture | None = None) -> ExhibitSection:
    return ExhibitSection(
        exhibit_id=f"E-{index + 1:04d}",
        number=f"E-{index + 1:04d}",
        subject_name="Ирина Łukaszewicz-Παπαδοπούλου",
        sha256=digest(f"exhibit-{index}"),
        size_bytes=2_482_113,
        media_type="image/jpeg",
        width_px=3024,
        height_px=4032,
        original_name=name,
        source="Mother of the person concerned",
        received_how="USB stick, sealed bag 4471",
        received_at=NOW - timedelta(days=2, minutes=index),
        photo_date="2019-07-14",
        age_at_photo=34.0,
        exif=(("Make", "Canon"), ("Model", "EOS 80D"), ("DateTimeOriginal", "2019:07:14 15:02:11")),
        exif_left_out=23,
        notes=("Scan of a print; the left edge is cropped.",) if index == 1 else (),
        picture=picture,
    )


def events(count: int) -> tuple[EventRow, ...]:
    actions = (
        "case_created",
        "subject_added",
        "exhibit_received",
        "run_queued",
        "run_started",
        "image_derived",
        "run_completed",
    )
    kinds = ("case", "subject", "exhibit", "run", "run", "derived_image", "run")
    return tuple(
        EventRow(
            sequence=index + 1,
            occurred_at=NOW - timedelta(minutes=count - index),
            examiner="María Núñez",
            action=actions[index % 7],
            object_type=kinds[index % 7],
            object_id=f"X-{index:04d}",
            object_sha256=digest(f"file-{index}") if index % 7 in (2, 5) else "",
            sha256=digest(f"event-{index}"),
        )
        for index in range(count)
    )


def sample_content(*, side: int = 48, exhibits: int = 2, event_count: int = 42) -> ReportContent:
    log = events(event_count)
    return ReportContent(
        report_number="RPT-2026-0007",
        issued_at=NOW,
        issued_by="María Núñez",
        program_version="1.0.0",
        laboratory=LaboratoryDetails(
            "Forensic Imaging Laboratory, State Police",
            "Hauptstraße 12, 8010 Graz, Austria",
            "imaging@lab.example, +43 316 0000",
        ),
        case=CaseSection(
            "2026/114-MP",
            "Disappearance of Irina Ł.",
            "missing-person",
            "open",
            "Missing Persons Unit, Landespolizeidirektion",
            "Court order 7 Hv 33/26",
            NOW - timedelta(days=3),
        ),
        chain=ChainSection(
            head_sequence=event_count,
            head_sha256=log[-1].sha256 if log else digest("head"),
            checkpoint_note=NOTE,
            checkpoint_size=event_count,
            checkpoint_root_sha256=digest("root"),
            checkpoint_created_at=NOW,
            key_id="forensic-app/5c1d2e9f",
            public_key_hex=digest("key"),
            events=log,
        ),
        purpose="Investigative lead: possible present appearance",
        authorised_by="Dr. Karl Weiß, head of laboratory",
        subjects=(
            SubjectSection(
                "S-0001",
                "Ирина Łukaszewicz-Παπαδοπούλου",
                ("張偉", "김민준"),
                "female",
                "1985-03",
                "2019-08-02",
                "Graz",
                (("height", "171 cm"), ("eyes", "brown")),
            ),
        ),
        exhibits=tuple(exhibit(i, picture=face_picture(side, i)) for i in range(exhibits)),
        runs=(
            completed_run(side=side),
            unfinished_run(
                "R-0002", "failed", "FaceNotFound: No face is in exhibit E-0002. Choose another photograph."
            ),
            unfinished_run("R-0003", "cancelled", "Cancelled by the examiner: wrong exhibit chosen."),
            unfinished_run("R-0004", "interrupted", "The program ended while the run was going on."),
        ),
        packs=(
            PackSection(
                "bundled-aging",
                digest("pack"),
                (("Version", "1.0"), ("Licence", "Evaluation and training only, not casework")),
                (
                    ("Training data", "23,000 faces of 11,000 people; ages 1 to 90."),
                    (
                        "Measured error",
                        "Age error 7.8 years (mean absolute) on 400 held-out photographs; score to a real "
                        "later photograph 0.41, doing nothing 0.44.",
                    ),
                ),
                digest("card"),
                is_available=True,
                licence_accepted=True,
            ),
        ),
    )
