from __future__ import annotations

import dataclasses
import json
import shutil

import pytest
import torch

from forensic_app.engines.aging import editing, inversion
from forensic_app.engines.aging.components import load_components
from forensic_app.engines.aging.identity import IdentityProjection
from forensic_app.engines.aging.noise_schedule import NoiseSchedule, schedule_from
from forensic_app.engines.aging.planning import SourceAge, plans_of
from forensic_app.engines.aging.schema import SCHEMA
from forensic_app.engines.device import choose_device, seeded_noise
from forensic_app.engines.packs.pack import read_pack, write_manifest
from forensic_app.errors import InvalidInput, PackAltered, PackRefused
from forensic_app.parameters import resolve, resolve_recorded


def _quiet(done: int, total: int) -> None:
    pass


@pytest.fixture(scope="module")
def components(built_pack):
    return load_components(read_pack(built_pack), choose_device("cpu", threads=1))


def _scheduler(prediction_type: str, **given):
    from diffusers import DDIMScheduler

    return DDIMScheduler(prediction_type=prediction_type, clip_sample=False, **given)


@pytest.mark.parametrize("prediction_type", ["epsilon", "v_prediction", "sample"])
@pytest.mark.parametrize("eta", [0.0, 1.0])
@pytest.mark.parametrize("final", [True, False])
def test_step_down_is_that_of_diffusers(prediction_type, eta, final):
    scheduler = _scheduler(prediction_type, set_alpha_to_one=final)
    schedule = schedule_from(scheduler, 10)
    latent, prediction = seeded_noise((2, 4, 8, 8), seed=1), seeded_noise((2, 4, 8, 8), seed=2)
    for level in (10, 5, 1):
        wanted = scheduler.step(
            prediction,
            schedule.timesteps[level - 1],
            latent,
            eta=eta,
            variance_noise=torch.zeros_like(latent),
        ).prev_sample
        given = schedule.step_down(level, latent, prediction, eta=eta)
        assert torch.allclose(given, wanted, rtol=1e-4, atol=1e-4)


@pytest.mark.parametrize("prediction_type", ["epsilon", "v_prediction", "sample"])
def test_split_undoes_the_noising(prediction_type):
    schedule = schedule_from(_scheduler(prediction_type), 10)
    clean, noise = seeded_noise((1, 4, 8, 8), seed=1), seeded_noise((1, 4, 8, 8), seed=2)
    noisy = schedule.noised(6, clean, noise)
    signal, spread = schedule.alphas[6] ** 0.5, (1 - schedule.alphas[6]) ** 0.5
    prediction = {"epsilon": noise, "v_prediction": signal * noise - spread * clean, "sample": clean}
    got_clean, got_noise = schedule.split(6, noisy, prediction[prediction_type])
    assert torch.allclose(got_clean, clean, atol=1e-4)
    assert torch.allclose(got_noise, noise, atol=1e-4)


def test_perfect_noise_is_inverted_and_denoised_exactly():
    schedule = schedule_from(_scheduler("epsilon"), 10)
    clean, noise = seeded_noise((1, 4, 8, 8), seed=1), seeded_noise((1, 4, 8, 8), seed=2)
    trajectory = inversion.invert_ddim(
        lambda latents, timestep, conditions: noise.expand_as(latents),
        schedule,
        clean,
        torch.zeros(1, 1, 1),
        levels=10,
        on_step=_quiet,
    )
    assert torch.allclose(trajectory.latents[10], schedule.noised(10, clean, noise), atol=1e-4)
    assert max(float(residual.abs().max()) for residual in trajectory.residuals) < 1e-4


def _invert(components, schedule, clean, source, *, kind, eta=0.0, levels=5):
    if kind == "ddim":
        return inversion.invert_ddim(
            components.predict, schedule, clean, source, levels=levels, eta=eta, on_step=_quiet
        )
    return inversion.invert_edit_friendly(
        components.predict, schedule, clean, source, levels=levels, seed=3, eta=eta, on_step=_quiet
    )


@pytest.mark.parametrize("kind", ["ddim", "edit-friendly"])
@pytest.mark.parametrize("eta", [0.0, 1.0])
def test_no_edit_returns_to_the_latent(components, kind, eta):
    schedule = schedule_from(components.scheduler, 6)
    clean = seeded_noise((1, 4, 16, 16), seed=4)
    source, target = components.encode_conditions(["photo as 8-year-old", "photo as 70-year-old"])[:, None]
    trajectory = _invert(components, schedule, clean, source, kind=kind, eta=eta)
    rows = [
        editing.EditRow(start, trajectory.latents[start], condition, trajectory)
        for start, condition in ((3, source), (5, source), (4, target))
    ]
    same = editing.edit(
        components.predict, schedule, rows[:2], source, scale=4.0, rescale=0.7, on_step=_quiet
    )
    assert torch.allclose(same, clean.expand_as(same), atol=1e-3)
    unpushed = editing.edit(
        components.predict, schedule, rows, source, scale=0.0, rescale=0.0, on_step=_quiet
    )
    assert torch.allclose(unpushed, clean.expand_as(unpushed), atol=1e-3)
    pushed = editing.edit(components.predict, schedule, rows, source, scale=4.0, rescale=0.0, on_step=_quiet)
    assert float((pushed[2] - clean).abs().max()) > 1e-3


def test_a_row_is_pushed_by_its_own_share(components):
    schedule = schedule_from(components.scheduler, 6)
    clean = seeded_noise((1, 4, 16, 16), seed=4)
    source, target = components.encode_conditions(["photo as 8-year-old", "photo as 70-year-old"])[:, None]
    trajectory = _invert(components, schedule, clean, source, kind="ddim")
    latent = trajectory.latents[4]
    rows = [editing.EditRow(4, latent, target, trajectory, push) for push in (0.0, 0.5, 1.0)]
    still, half, whole = editing.edit(
        components.predict, schedule, rows, source, scale=4.0, rescale=0.0, on_step=_quiet
    )
    alone = editing.edit(
        components.predict, schedule, rows[2:], source, scale=2.0, rescale=0.0, on_step=_quiet
    )
    assert torch.allclose(still, clean[0], atol=1e-3)
    assert torch.allclose(half, alone[0], atol=1e-4)
    assert float((whole - half).abs().max()) > 1e-3


def test_eyes_and_mouth_may_get_less_of_a_push_than_the_face(components):
    schedule = schedule_from(components.scheduler, 6)
    clean = seeded_noise((1, 4, 16, 16), seed=4)
    source, target = components.encode_conditions(["photo as 8-year-old", "photo as 70-year-old"])[:, None]
    latent = seeded_noise((1, 4, 16, 16), seed=5)
    trajectory = inversion.Trajectory((), (torch.zeros_like(clean),), 0.0)
    whole = editing.EditRow(1, latent, target, trajectory)
    rows = [whole, dataclasses.replace(whole, mouth=0.0), dataclasses.replace(whole, push=0.0)]
    pushed, spared, still = editing.edit(
        components.predict, schedule, rows, source, scale=4.0, rescale=0.0, on_step=_quiet
    )
    assert torch.allclose(spared[:, 11:14, 5:11], still[:, 11:14, 5:11], atol=1e-4)
    assert torch.allclose(spared[:, :9], pushed[:, :9], atol=1e-4)
    assert torch.allclose(whole.push_map, torch.ones(1, 1, 16, 16))
    eyes = dataclasses.replace(whole, eyes=0.5, push=2.0).push_map[0, 0]
    assert float(eyes[5, 8]) == pytest.approx(1.0)
    assert float(eyes[12, 8]) == pytest.approx(2.0)
    steps = (eyes[1:] - eyes[:-1]).abs().max()
    assert float(steps) < 1.0


def test_rows_of_a_batch_are_those_made_alone(components):
    schedule = schedule_from(components.scheduler, 6)
    clean = seeded_noise((1, 4, 16, 16), seed=4)
    texts = [f"photo as {age}-year-old" for age in (30, 8, 50, 90)]
    source, *targets = components.encode_conditions(texts)[:, None]
    trajectory = _invert(components, schedule, clean, source, kind="ddim")
    rows = [
        editing.EditRow(start, trajectory.latents[start], condition, trajectory)
        for start, condition in zip((4, 2, 5), targets, strict=True)
    ]
    together = editing.edit(
        components.predict, schedule, rows, source, scale=4.0, rescale=0.7, on_step=_quiet
    )
    split = editing.edit(
        components.predict, schedule, rows, source, scale=4.0, rescale=0.7, on_step=_quiet, rows_per_call=2
    )
    assert torch.allclose(split, together, atol=1e-4)
    for place, row in enumerate(rows):
        alone = editing.edit(
            components.predict, schedule, [row], source, scale=4.0, rescale=0.7, on_step=_quiet
        )
        assert torch.allclose(together[place : place + 1], alone, atol=1e-4)


def test_each_row_may_have_a_source_of_its_own(components):
    schedule = schedule_from(components.scheduler, 6)
    texts = [f"photo as {age}-year-old" for age in (20, 60, 8, 90)]
    conditions = components.encode_conditions(texts)[:, None]
    rows = []
    for place, start in enumerate((3, 5)):
        clean = seeded_noise((1, 4, 16, 16), seed=4 + place)
        trajectory = _invert(components, schedule, clean, conditions[place], kind="ddim")
        rows.append(editing.EditRow(start, trajectory.latents[start], conditions[2 + place], trajectory))
    sources = torch.cat([conditions[0], conditions[1]])
    settings = {"scale": 4.0, "rescale": 0.7, "on_step": _quiet}
    together = editing.edit(components.predict, schedule, rows, sources, **settings)
    for place, row in enumerate(rows):
        alone = editing.edit(components.predict, schedule, [row], conditions[place], **settings)
        assert torch.allclose(together[place : place + 1], alone, atol=1e-4)


def test_guidance_meets_its_ends_and_keeps_the_spread():
    source, target = seeded_noise((2, 4, 8, 8), seed=1), seeded_noise((2, 4, 8, 8), seed=2)
    assert torch.equal(editing.guided(source, target, scale=0.0, rescale=0.0), source)
    assert torch.allclose(editing.guided(source, target, scale=1.0, rescale=0.0), target, atol=1e-6)
    pushed = editing.guided(source, target, scale=8.0, rescale=1.0)
    assert torch.allclose(pushed.std(dim=(1, 2, 3)), source.std(dim=(1, 2, 3)), rtol=1e-4)


def test_places_that_are_too_strong_to_be_noise_are_limited():
    latent = seeded_noise((2, 4, 16, 16), seed=3)
    latent[0, :, 5, 5] *= 10.0
    limited = inversion.limited(latent, limit=1.5)
    strength = latent.square().sum(dim=1).sqrt()
    median = strength.flatten(1).median(dim=1).values.view(-1, 1, 1)
    left = limited.square().sum(dim=1).sqrt() / torch.minimum(strength, 1.5 * median)
    assert float(left.flatten(1).std(dim=1).max()) < 1e-4
    assert float(left.min()) > 1.0
    assert torch.allclose(limited.std(dim=(1, 2, 3)), latent.std(dim=(1, 2, 3)), atol=1e-4)
    assert torch.equal(inversion.limited(latent, limit=0.0), latent)


def test_what_the_limit_takes_may_come_back_less_in_places():
    latent = seeded_noise((1, 4, 16, 16), seed=3)
    latent[0, :, 5, 5] *= 10.0
    whole, none = (inversion.limited(latent, limit=1.1, returned=share) for share in (1.0, 0.0))
    assert torch.equal(inversion.limited(latent, limit=1.1), whole)
    strength = latent.square().sum(dim=1).sqrt()
    kept = strength <= 1.1 * strength.flatten(1).median(dim=1).values
    assert torch.allclose(none[0][:, kept[0]], latent[0][:, kept[0]])
    assert float(whole.std()) > 1.1 * float(none.std())
    at_eyes = editing.region_share(editing.GLASSES, 16, 16)[None, None]
    made = inversion.limited(latent, limit=1.1, returned=1.0 - at_eyes)
    assert float(at_eyes.min()) == 0.0
    assert float(at_eyes.max()) == 1.0
    assert torch.equal(made[..., 12:, :], whole[..., 12:, :])
    inside = at_eyes[0, 0] == 1.0
    assert torch.allclose(made[..., inside], none[..., inside])


def test_variation_is_seeded_and_keeps_mean_and_spread():
    latent = 2.0 * seeded_noise((1, 4, 64, 64), seed=1) + 0.5
    assert torch.allclose(inversion.varied(latent, seed=9, share=0.0), latent, atol=1e-6)
    changed = inversion.varied(latent, seed=9, share=0.5)
    assert torch.equal(changed, inversion.varied(latent, seed=9, share=0.5))
    assert not torch.allclose(changed, inversion.varied(latent, seed=10, share=0.5))
    assert torch.allclose(changed.std(dim=(2, 3)), latent.std(dim=(2, 3)), rtol=0.05)
    assert torch.allclose(changed.mean(dim=(2, 3)), latent.mean(dim=(2, 3)), atol=0.1)
    correlation = torch.corrcoef(torch.stack([changed.flatten(), latent.flatten()]))[0, 1]
    assert float(correlation) == pytest.approx(0.75**0.5, abs=0.02)


def test_noise_predictors_need_signal_at_every_level():
    scheduler = _scheduler("epsilon", rescale_betas_zero_snr=True, timestep_spacing="trailing")
    with pytest.raises(PackRefused, match="no signal"):
        schedule_from(scheduler, 10)
    flawed = NoiseSchedule((999,), (1.0, 0.0), "v_prediction")
    latent, prediction = seeded_noise((1, 4, 8, 8), seed=1), seeded_noise((1, 4, 8, 8), seed=2)
    assert torch.equal(flawed.step_down(1, latent, prediction), -prediction)


def test_identity_tokens_and_null_tokens():
    torch.manual_seed(0)
    projection = IdentityProjection(128, 16, 2)
    embedding = torch.randn(3, 128)
    tokens = projection(embedding, torch.tensor([False, True, False]))
    assert tokens.shape == (3, 2, 16)
    assert torch.equal(tokens[1], projection.null_tokens)
    assert torch.equal(tokens[[0, 2]], projection(embedding)[[0, 2]])
    tokens.sum().backward()
    assert projection.null_tokens.grad is not None
    assert float(projection.null_tokens.grad.abs().sum()) > 0


def test_conditions_hold_the_age_and_the_identity(components):
    young, old = components.encode_conditions(["photo as 8-year-old", "photo as 70-year-old"])
    assert young.shape == (8 + 2, 16)
    assert not torch.allclose(young[:8], old[:8])
    assert torch.equal(young[8:], old[8:])
    embedding = seeded_noise((128,), seed=5).numpy()
    known = components.encode_conditions(["photo as 8-year-old"], embedding)[0]
    assert torch.equal(known[:8], young[:8]) or torch.allclose(known[:8], young[:8], atol=1e-5)
    assert not torch.allclose(known[8:], young[8:])
    half = components.encode_conditions(["photo as 8-year-old"], embedding, identity_weight=0.5)[0]
    assert torch.allclose(half[8:], (known[8:] + young[8:]) / 2, atol=1e-5)
    none = components.encode_conditions(["photo as 8-year-old"], embedding, identity_weight=0.0)[0]
    assert torch.allclose(none[8:], young[8:], atol=1e-6)


def test_networks_are_loaded_once_and_checked_each_time(tiny_pack):
    device = choose_device("cpu", threads=1)
    pack = read_pack(tiny_pack)
    first = load_components(pack, device)
    assert load_components(pack, device).unet is first.unet
    path = tiny_pack / "vae" / "diffusion_pytorch_model.safetensors"
    path.write_bytes(path.read_bytes()[:-1] + b"\x01")
    with pytest.raises(PackAltered):
        load_components(pack, device)


def test_truncated_and_mismatched_weights_are_refused_in_a_sentence(tiny_pack):
    device = choose_device("cpu", threads=1)
    card = {"name": "tiny", "version": "2", "resolution": 64, "licence": "x"}
    config = tiny_pack / "unet" / "config.json"
    config.write_text(config.read_text().replace('"cross_attention_dim": 16', '"cross_attention_dim": 24'))
    with pytest.raises(PackRefused, match="cannot be loaded"):
        load_components(write_manifest(tiny_pack, card), device)
    path = tiny_pack / "unet" / "diffusion_pytorch_model.safetensors"
    path.write_bytes(path.read_bytes()[:-5])
    with pytest.raises(PackRefused, match="truncated"):
        load_components(write_manifest(tiny_pack, card), device)


def test_unknown_devices_are_refused():
    with pytest.raises(InvalidInput, match="no device"):
        choose_device("tpu")
    if not torch.cuda.is_available():
        with pytest.raises(InvalidInput, match="CUDA"):
            choose_device("cuda")


def test_tiny_autoencoders_are_used_like_full_ones(tiny_pack):
    from diffusers import AutoencoderTiny

    torch.manual_seed(1)
    tiny = AutoencoderTiny(
        encoder_block_out_channels=(8, 8, 8),
        decoder_block_out_channels=(8, 8, 8),
        num_encoder_blocks=(1, 1, 1),
        num_decoder_blocks=(1, 1, 1),
    )
    index = json.loads((tiny_pack / "model_index.json").read_text())
    (tiny_pack / "model_index.json").write_text(
        json.dumps({**index, "vae": ["diffusers", "AutoencoderTiny"]})
    )
    shutil.rmtree(tiny_pack / "vae")
    tiny.save_pretrained(tiny_pack / "vae")
    card = {"name": "tiny", "version": "3", "resolution": 64, "licence": "x"}
    components = load_components(write_manifest(tiny_pack, card), choose_device("cpu", threads=1))
    picture = (seeded_noise((64, 64, 3), seed=1) * 40 + 128).clamp(0, 255).to(torch.uint8).numpy()
    latent = components.encode(picture)
    wanted = tiny.encode(torch.from_numpy(picture / 127.5 - 1).float().permute(2, 0, 1)[None]).latents
    assert torch.allclose(latent, wanted, atol=1e-5)
    assert components.decode(latent).shape == (1, 64, 64, 3)


def _settled_rows(components, schedule, **changes):
    """Return two rows whose edit is their photograph, the second with a second pass, and their source."""
    clean = seeded_noise((1, 4, 16, 16), seed=4)
    source, target = components.encode_conditions(["photo as 8-year-old", "photo as 70-year-old"])[:, None]
    trajectory = _invert(components, schedule, clean, source, kind="ddim", levels=4)
    noise = seeded_noise((1, 4, 16, 16), seed=9)
    settling = editing.Settling(
        **{"strength": 0.5, "guidance": 1.0, "pull": 0.0, "threshold": 0.0, "noise": noise, **changes}
    )
    plain = editing.EditRow(4, trajectory.latents[4], target, trajectory)
    return [plain, dataclasses.replace(plain, settling=settling)], clean, source


def test_a_picture_settles_from_its_noised_self_under_the_target_caption(components):
    schedule = schedule_from(components.scheduler, 6)
    rows, clean, source = _settled_rows(components, schedule)
    edited = clean.expand(2, -1, -1, -1)
    steps = []
    settled = editing.settle(
        components.predict, schedule, rows, edited, source, on_step=lambda *step: steps.append(step)
    )
    latent = schedule.noised(3, clean, rows[1].settling.noise)
    for level in (3, 2, 1):
        prediction = components.predict(latent, schedule.timesteps[level - 1], rows[1].condition)
        latent = schedule.step_down(level, latent, prediction)
    assert torch.equal(settled[0], clean[0])
    assert torch.allclose(settled[1], latent[0], atol=1e-5)
    assert steps == [(0, 3), (1, 3), (2, 3)]


def test_a_guided_second_pass_weighs_the_target_caption_against_the_source_caption(components):
    schedule = schedule_from(components.scheduler, 6)
    one, clean, source = _settled_rows(components, schedule, strength=1 / 6)
    two, *_ = _settled_rows(components, schedule, strength=1 / 6, guidance=3.0)
    latent = schedule.noised(1, clean, one[1].settling.noise)
    own = components.predict(latent, schedule.timesteps[0], source)
    wanted = components.predict(latent, schedule.timesteps[0], one[1].condition)
    pushed = schedule.step_down(1, latent, own + 3.0 * (wanted - own))
    settled = editing.settle(components.predict, schedule, two[1:], clean, source, on_step=_quiet)
    assert torch.allclose(settled, pushed, atol=1e-4)


def test_a_weaker_push_has_a_weaker_second_pass(components):
    schedule = schedule_from(components.scheduler, 6)
    row = dataclasses.replace(_settled_rows(components, schedule)[0][1], push=1.8, whole_push=1.8)
    assert row.settling_level(12) == 6
    assert dataclasses.replace(row, push=0.9).settling_level(12) == 3
    assert dataclasses.replace(row, push=0.0, whole_push=0.0).settling_level(12) == 6
    assert dataclasses.replace(row, settling=None).settling_level(12) == 0


def test_a_second_pass_is_steered_as_far_as_its_row_says(components):
    schedule = schedule_from(components.scheduler, 6)
    rows, clean, source = _settled_rows(components, schedule)
    half = dataclasses.replace(rows[1], settling=dataclasses.replace(rows[1].settling, pull=0.5))
    whole = dataclasses.replace(rows[1], settling=dataclasses.replace(rows[1].settling, pull=1.0))

    def settled(row, steer):
        return editing.settle(components.predict, schedule, [row], clean, source, on_step=_quiet, steer=steer)

    def by(share):
        return lambda latents, level: latents + share

    assert torch.allclose(settled(half, by(0.2)), settled(whole, by(0.1)), atol=1e-5)
    assert torch.equal(settled(rows[1], by(0.2)), settled(rows[1], None))
    assert float((settled(half, by(0.2)) - settled(rows[1], None)).abs().max()) > 1e-3


def test_where_the_second_pass_agrees_the_first_picture_stays(components):
    schedule = schedule_from(components.scheduler, 6)
    clean = torch.zeros(1, 4, 16, 16)
    source, target = components.encode_conditions(["photo as 8-year-old", "photo as 70-year-old"])[:, None]
    trajectory = _invert(components, schedule, clean, source, kind="ddim", levels=2)
    noise = 0.01 * seeded_noise((1, 4, 16, 16), seed=9)

    def drawn(latents, _timestep, _conditions):
        # velocity of a picture that is the first one everywhere but in one corner
        wanted = 0.01 * torch.ones_like(latents)
        wanted[:, :, :5, :5] = 3.0
        signal = schedule.alphas[1] ** 0.5
        return (signal * latents - wanted) / (1 - schedule.alphas[1]) ** 0.5

    def settled(threshold):
        settling = editing.Settling(1 / 6, 1.0, 0.0, threshold, noise)
        row = editing.EditRow(2, trajectory.latents[2], target, trajectory, settling=settling)
        return editing.settle(drawn, schedule, [row], clean, source, on_step=_quiet)

    whole, kept = settled(0.0), settled(2.0)
    assert float(whole[..., 10:, 10:].abs().min()) > 0.005
    assert float(kept[..., 10:, 10:].abs().max()) < 0.003
    assert float((kept - whole)[..., :3, :3].abs().max()) < 0.05


def test_the_settings_of_the_second_pass_come_from_the_pack_unless_they_are_asked_for():
    age = SourceAge.of(30.0, None, weight=0.5)
    editing_table = {
        "gap_years": [-20, 0, 40],
        "guidance_share": [1, 1, 1],
        "settle": [0.4, 0.2, 0.6],
        "settle_threshold": [1, 1, 2],
    }
    (old,) = plans_of([50.0], age, resolve(SCHEMA, {}), {"editing": editing_table})
    assert old.settling == pytest.approx(0.4)
    assert old.settling_threshold == pytest.approx(1.5)
    assert (old.settling_guidance, old.settling_pull) == (1.0, 0.0)
    assert (old.eyes, old.mouth) == (1.0, 1.0)
    spared = {**editing_table, "eyes_push": [1, 1, 0.6], "mouth_push": [1, 1, 0.4], "noise_limit": [1, 1, 2]}
    without_glasses = {**spared, "noise_at_eyes": [1, 1, 0]}
    (less,) = plans_of([50.0], age, resolve(SCHEMA, {}), {"editing": spared})
    assert (less.eyes, less.mouth) == (pytest.approx(0.8), pytest.approx(0.7))
    assert (less.noise_limit, less.noise_at_eyes) == (pytest.approx(1.5), 1.0)
    (bare,) = plans_of([50.0], age, resolve(SCHEMA, {}), {"editing": without_glasses})
    assert bare.noise_at_eyes == pytest.approx(0.5)
    (recorded,) = plans_of([50.0], age, resolve_recorded(SCHEMA, {}), {"editing": without_glasses})
    assert recorded.noise_at_eyes == 1.0
    assert (recorded.eyes, recorded.mouth, recorded.noise_limit) == (1.0, 1.0, 0.0)
    (asked,) = plans_of([50.0], age, resolve(SCHEMA, {"settle": 0.0}), {"editing": editing_table})
    assert asked.settling == 0.0
    (without,) = plans_of([50.0], age, resolve(SCHEMA, {}), {})
    assert without.settling == 0.0
    with pytest.raises(PackRefused):
        plans_of([50.0], age, resolve(SCHEMA, {}), {"editing": {**editing_table, "settle": [0.4]}})
