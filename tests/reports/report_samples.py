from __future__ import annotations

import io
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from functools import cache

import numpy as np
from PIL import Image
from skimage.data import astronaut

from forensic_app.digests import sha256_of_bytes
from forensic_app.records import (
    Case,
    CaseKind,
    CaseStatus,
    Checkpoint,
    CustodyEvent,
    DerivedImage,
    Exhibit,
    ImageRole,
    Run,
    RunSpec,
    RunStatus,
    Sex,
    Subject,
    SubjectDescription,
)
from forensic_app.reports.content import (
    ChainSection,
    ExhibitSection,
    LaboratoryDetails,
    PackSection,
    ReportContent,
)
from forensic_app.reports.run_content import EstimatorError, Picture, ResultImage, RunSection

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


def metrics(age: float, score: float | None, others: dict[str, float] | None = None) -> dict[str, object]:
    return {
        "estimated_age": {"raw": age, "calibrated": age + 2.1, "spread": 4.2},
        "comparison_score": score,
        "reference_scores": others or {},
        "quality": {
            "luminance_mean": {"value": 0.4, "score": 88},
            "over_exposure": {"value": 0.1, "score": 71},
            "head_size": {"value": 0.5, "score": 95},
            "yaw_degrees": {"value": 3.0, "score": 93},
        },
        "face_found": True,
    }


def derived(run_id: str, age: float, *, variant: int | None, role: str, side: int) -> ResultImage:
    name = f"{run_id}-{role}-{age}-{variant}"
    record = DerivedImage(
        derived_image_id=f"D-{int(digest(name)[:5], 16) % 1_000_000:06d}",
        run_id=run_id,
        role=ImageRole(role),
        target_age=age,
        variant=variant,
        sha256=digest(name),
        size_bytes=123_456,
        width_px=side,
        height_px=side,
        metrics=metrics(age * 0.9 + 3, 0.9 - age / 200, {"E-0002": 0.61 - age / 400}),
    )
    return ResultImage(record, face_picture(side, age))


def with_image(image: ResultImage, **changes: object) -> ResultImage:
    return replace(image, record=replace(image.record, **changes))  # type: ignore[arg-type]


def with_run(section: RunSection, **changes: object) -> RunSection:
    """Change fields of a section's run, or of its specification."""
    of_spec = {name: value for name, value in changes.items() if name in RunSpec.__dataclass_fields__}
    of_run = {name: value for name, value in changes.items() if name not in of_spec}
    spec = replace(section.spec, **of_spec)  # type: ignore[arg-type]
    return replace(section, record=replace(section.record, spec=spec, **of_run))  # type: ignore[arg-type]


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
    weights = {
        "unet/diffusion_pytorch_model.safetensors": digest("unet"),
        "vae/diffusion_pytorch_model.safetensors": digest("vae"),
    }
    record = Run(
        run_id=run_id,
        case_id="C-0001",
        spec=RunSpec(
            engine="aging",
            engine_version="1.0",
            exhibit_id="E-0001",
            exhibit_sha256=digest("exhibit-0"),
            parameters=parameters,
            pack_name="bundled-aging",
            pack_sha256=digest("pack"),
            analyser="dlib",
            reference_sha256=(digest("exhibit-1"),),
        ),
        status=RunStatus.COMPLETED,
        examiner="María Núñez",
        queued_at=NOW - timedelta(hours=2),
        started_at=NOW - timedelta(hours=2) + timedelta(seconds=3),
        ended_at=NOW - timedelta(hours=2) + timedelta(seconds=19),
        environment={**environment, "analyser": {"match_threshold": 0.4}, "pack": weights},
        control=metrics(38.2, None, {"E-0002": 0.58}),
        face={"face_count": 1, "box": [112, 60, 318, 266], "crop_size_px": side},
        warnings=("The face is turned by 18°, more than the 15° that the model saw in training.",)
        if variants > 1
        else (),
    )
    return RunSection(
        record=record,
        exhibit=exhibit(0).record,
        exhibit_numbers={digest("exhibit-1"): "E-0002"},
        estimator_error=EstimatorError(6.9, 312, is_calibrated=True),
        images=tuple(images),
        control_picture=face_picture(side, 0.0),
    )


def unfinished_run(run_id: str, status: str, failure: str) -> RunSection:
    section = replace(completed_run(), images=(), control_picture=None)
    return with_run(
        section,
        run_id=run_id,
        status=RunStatus(status),
        failure=failure,
        control={},
        environment={},
        warnings=(),
        ended_at=None,
    )


def exhibit(index: int, *, name: str = "IMG_2041.jpg", picture: Picture | None = None) -> ExhibitSection:
    record = Exhibit(
        exhibit_id=f"E-{index + 1:04d}",
        exhibit_number=f"E-{index + 1:04d}",
        case_id="C-0001",
        subject_id="S-0001",
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
        exif={"Make": "Canon", "Model": "EOS 80D", "DateTimeOriginal": "2019:07:14 15:02:11"}
        | {f"Tag {number}": number for number in range(28)},
        notes=("Scan of a print; the left edge is cropped.",) if index == 1 else (),
    )
    return ExhibitSection(record, "Ирина Łukaszewicz-Παπαδοπούλου", picture)


def events(count: int) -> tuple[CustodyEvent, ...]:
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
        CustodyEvent(
            sequence=index + 1,
            action=actions[index % 7],
            occurred_at=NOW - timedelta(minutes=count - index),
            examiner="María Núñez",
            case_id="C-0001",
            object_type=kinds[index % 7],
            object_id=f"X-{index:04d}",
            details={"sha256": digest(f"file-{index}")} if index % 7 in (2, 5) else {},
            previous_sha256=digest(f"event-{index - 1}"),
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
        case=Case(
            case_id="C-0001",
            case_number="2026/114-MP",
            title="Disappearance of Irina Ł.",
            kind=CaseKind.MISSING_PERSON,
            status=CaseStatus.OPEN,
            agency="Missing Persons Unit, Landespolizeidirektion",
            authorization="Court order 7 Hv 33/26",
            created_at=NOW - timedelta(days=3),
        ),
        chain=ChainSection(
            head=log[-1],
            events=log,
            checkpoint=Checkpoint(event_count, digest("root"), NOTE, "forensic-app/5c1d2e9f", NOW),
            public_key_hex=digest("key"),
        ),
        purpose="Investigative lead: possible present appearance",
        authorised_by="Dr. Karl Weiß, head of laboratory",
        subjects=(
            Subject(
                subject_id="S-0001",
                case_id="C-0001",
                name="Ирина Łukaszewicz-Παπαδοπούλου",
                aliases=("張偉", "김민준"),
                sex=Sex.FEMALE,
                birth_date="1985-03",
                last_seen="2019-08-02",
                last_seen_place="Graz",
                description=SubjectDescription(height="171 cm", eyes="brown"),
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
