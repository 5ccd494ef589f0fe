"""The schema of the configurations of a pack's networks, schedule and tokenizer; needs no torch.

Rules:
    * What reaches a constructor is a value from these tables, of the type and in the range that they name: nothing in
      a pack can ask for a network that this program's methods do not use, or for more memory than sizes allow.
    * A network's configuration with a name that is not in its table is refused. Those of a text encoder, a schedule
      and a tokenizer hold much that is of no use here: what is not in their tables is left out.
    * Whatever asks for code is refused: ``auto_map``, ``trust_remote_code``, ``custom_pipelines``, quantisation.

References:
    diffusers 0.42, the parameters of ``UNet2DConditionModel``, ``AutoencoderKL``, ``AutoencoderTiny`` and
    ``DDIMScheduler``; transformers 5, those of ``CLIPTextConfig``.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from forensic_app.engines.packs.checks import (
    Check,
    either,
    flag,
    maybe,
    number,
    only,
    refuse_wrong,
    several,
    text,
    whole,
)
from forensic_app.engines.packs.files import shown
from forensic_app.engines.packs.layout import COMPONENT_CLASSES
from forensic_app.errors import PackRefused

ASKS_FOR_CODE: Final = frozenset(
    {
        "auto_map",
        "trust_remote_code",
        "custom_pipelines",
        "custom_pipeline",
        "quantization_config",
        "code_revision",
    }
)
_ORIGIN: Final = frozenset({"_class_name", "_diffusers_version", "_name_or_path", "_commit_hash"})
_WIDTH: Final = whole(1, 4096)
_COUNT: Final = whole(1, 8)
_SIDE: Final = whole(4, 2048)
_CHANNELS: Final = whole(1, 256)
_EPSILON: Final = number(1e-12, 0.1)
_ACTIVATION: Final = only("silu", "swish", "mish", "gelu", "relu")
_FACTOR: Final = number(1e-4, 1e4)
_WIDTHS: Final = several(_WIDTH, most=8)
_PER_BLOCK: Final = either(_COUNT, several(_COUNT, most=8))

_UNET: Final[Mapping[str, Check]] = {
    "sample_size": _SIDE,
    "in_channels": _CHANNELS,
    "out_channels": _CHANNELS,
    "center_input_sample": flag,
    "flip_sin_to_cos": flag,
    "freq_shift": number(0, 1),
    "down_block_types": several(only("CrossAttnDownBlock2D", "DownBlock2D"), most=8),
    "mid_block_type": only("UNetMidBlock2DCrossAttn"),
    "up_block_types": several(only("CrossAttnUpBlock2D", "UpBlock2D"), most=8),
    "only_cross_attention": either(flag, several(flag, most=8)),
    "block_out_channels": _WIDTHS,
    "layers_per_block": _PER_BLOCK,
    "downsample_padding": whole(0, 1),
    "mid_block_scale_factor": _FACTOR,
    "dropout": number(0, 0.99),
    "act_fn": _ACTIVATION,
    "norm_num_groups": maybe(whole(1, 256)),
    "norm_eps": _EPSILON,
    "cross_attention_dim": either(_WIDTH, _WIDTHS),
    "transformer_layers_per_block": _PER_BLOCK,
    "reverse_transformer_layers_per_block": maybe(several(_COUNT, most=8)),
    "encoder_hid_dim": only(None),
    "encoder_hid_dim_type": only(None),
    "attention_head_dim": either(_WIDTH, _WIDTHS),
    "num_attention_heads": only(None),
    "dual_cross_attention": only(False),
    "use_linear_projection": flag,
    "class_embed_type": only(None),
    "addition_embed_type": only(None, "text"),
    "addition_time_embed_dim": only(None),
    "num_class_embeds": only(None),
    "upcast_attention": flag,
    "resnet_time_scale_shift": only("default", "scale_shift"),
    "resnet_skip_time_act": flag,
    "resnet_out_scale_factor": _FACTOR,
    "time_embedding_type": only("positional"),
    "time_embedding_dim": maybe(_WIDTH),
    "time_embedding_act_fn": maybe(_ACTIVATION),
    "timestep_post_act": maybe(_ACTIVATION),
    "time_cond_proj_dim": only(None),
    "conv_in_kernel": only(1, 3, 5),
    "conv_out_kernel": only(1, 3, 5),
    "projection_class_embeddings_input_dim": only(None),
    "attention_type": only("default"),
    "class_embeddings_concat": only(False),
    "mid_block_only_cross_attention": maybe(flag),
    "cross_attention_norm": only(None, "layer_norm", "group_norm"),
    "addition_embed_type_num_heads": whole(1, 256),
}
_AUTOENCODER_KL: Final[Mapping[str, Check]] = {
    "in_channels": only(3),
    "out_channels": only(3),
    "down_block_types": several(only("DownEncoderBlock2D"), most=8),
    "up_block_types": several(only("UpDecoderBlock2D"), most=8),
    "block_out_channels": _WIDTHS,
    "layers_per_block": _COUNT,
    "act_fn": _ACTIVATION,
    "latent_channels": _CHANNELS,
    "norm_num_groups": whole(1, 256),
    "sample_size": either(_SIDE, several(_SIDE, most=2)),
    "scaling_factor": _FACTOR,
    "shift_factor": maybe(number(-1e4, 1e4)),
    "latents_mean": maybe(several(number(-1e4, 1e4), most=256)),
    "latents_std": maybe(several(_FACTOR, most=256)),
    "force_upcast": flag,
    "use_quant_conv": flag,
    "use_post_quant_conv": flag,
    "mid_block_add_attention": flag,
}
_AUTOENCODER_TINY: Final[Mapping[str, Check]] = {
    "in_channels": only(3),
    "out_channels": only(3),
    "encoder_block_out_channels": _WIDTHS,
    "decoder_block_out_channels": _WIDTHS,
    "act_fn": _ACTIVATION,
    "upsample_fn": only("nearest"),
    "latent_channels": _CHANNELS,
    "upsampling_scaling_factor": only(2),
    "num_encoder_blocks": several(_COUNT, most=8),
    "num_decoder_blocks": several(_COUNT, most=8),
    "latent_magnitude": number(0.01, 1000),
    "latent_shift": number(-1000, 1000),
    "force_upcast": flag,
    "scaling_factor": _FACTOR,
    "shift_factor": maybe(number(-1e4, 1e4)),
    "block_out_channels": _WIDTHS,
}
_PATCH_AUTOENCODER: Final[Mapping[str, Check]] = {
    "sample_size": whole(16, 2048),
    "patch_size": whole(1, 64),
    "latent_channels": _CHANNELS,
    "coarse_width": _WIDTH,
    "coarse_blocks": whole(0, 32),
    "fine_width": _WIDTH,
    "fine_blocks": whole(0, 32),
    "fine_stride": whole(1, 64),
    "posterior_variance": number(1e-12, 1e4),
    "scaling_factor": _FACTOR,
}
_TEXT_ENCODER: Final[Mapping[str, Check]] = {
    "architectures": several(only("CLIPTextModel"), most=1),
    "model_type": only("clip_text_model"),
    "vocab_size": whole(1, 1_000_000),
    "hidden_size": _WIDTH,
    "intermediate_size": whole(1, 16_384),
    "num_hidden_layers": whole(1, 48),
    "num_attention_heads": whole(1, 256),
    "max_position_embeddings": whole(1, 4096),
    "hidden_act": only("quick_gelu", "gelu", "relu", "silu"),
    "layer_norm_eps": _EPSILON,
    "bos_token_id": maybe(whole(0, 1_000_000)),
    "eos_token_id": maybe(whole(0, 1_000_000)),
    "pad_token_id": maybe(whole(0, 1_000_000)),
    "attention_dropout": number(0, 0.99),
}
_SCHEDULE: Final[Mapping[str, Check]] = {
    "num_train_timesteps": whole(10, 10_000),
    "beta_start": number(1e-8, 0.5),
    "beta_end": number(1e-8, 0.999),
    "beta_schedule": only("linear", "scaled_linear", "squaredcos_cap_v2"),
    "trained_betas": maybe(several(number(1e-8, 0.999), most=10_000, least=10)),
    "clip_sample": flag,
    "set_alpha_to_one": flag,
    "steps_offset": whole(0, 10),
    "prediction_type": only("epsilon", "sample", "v_prediction"),
    "thresholding": flag,
    "dynamic_thresholding_ratio": number(0, 1),
    "clip_sample_range": _FACTOR,
    "sample_max_value": _FACTOR,
    "timestep_spacing": only("leading", "trailing", "linspace"),
    "rescale_betas_zero_snr": flag,
}
_CONFIGS: Final[Mapping[str, Mapping[str, Check]]] = {
    "UNet2DConditionModel": _UNET,
    "AutoencoderKL": _AUTOENCODER_KL,
    "AutoencoderTiny": _AUTOENCODER_TINY,
    "PatchAutoencoder": _PATCH_AUTOENCODER,
    "IdentityProjection": {
        "embedding_dimension": _WIDTH,
        "cross_attention_dim": _WIDTH,
        "tokens": whole(1, 64),
    },
    "LatentCritic": {
        "latent_channels": _CHANNELS,
        "width": whole(8, 1024),
        "mean": number(-1e6, 1e6),
        "deviation": number(1e-6, 1e6),
        "limit": number(-1e6, 1e6),
    },
    "SketchGenerator": {
        "width": whole(1, 512),
        "levels": whole(1, 10),
        "most_channels": whole(1, 2048),
        "uses_edges": flag,
        "styles": several(text(40), most=16, least=0),
        "head_channels": whole(1, 256),
        "deepest_channels": whole(0, 2048),
    },
    "DeageAutoencoder": {
        "variant": text(40),
        "widths": several(whole(1, 2048), most=8),
        "latent_channels": whole(1, 2048),
        "split_age": number(0, 200),
        "patch_px": whole(1, 64),
        "gain": number(0, 100),
        "side_px": whole(1, 2048),
    },
    "MatcherNetwork": {
        "threshold": number(-1, 2),
        "hub_weight": number(0, 1),
        "age_share": number(0, 2),
        "views": whole(1, 3),
    },
}


def checked_config(content: Mapping[str, Any], class_name: str, *, where: str) -> dict[str, Any]:
    """Return what a network of ``class_name`` is built with.

    Args:
        content: Its configuration as read.
        class_name: One of the classes that this program builds.
        where: Of what, in words.

    Raises:
        PackRefused: It is of another class, asks for code, holds an unknown name, or a value that is not allowed.
    """
    checks = _CONFIGS[class_name]
    refuse_code(content, where=where)
    if content.get("_class_name", class_name) != class_name:
        raise PackRefused(
            f"{where} is of the class {shown(str(content['_class_name']))}, not {class_name}.",
            "Import the pack again from a complete folder.",
        )
    unknown = sorted(content.keys() - checks.keys() - _ORIGIN)
    if unknown:
        raise PackRefused(
            f"{where} holds {shown(unknown[0])}, which is not known.",
            "Use a pack in the layout of Stable Diffusion 1.x.",
        )
    refuse_wrong(content, checks, where=where)
    return {name: value for name, value in content.items() if name not in _ORIGIN}


def checked_text_config(content: Mapping[str, Any], *, where: str) -> dict[str, Any]:
    """Return the sizes of a text encoder, as CLIP names them.

    Args:
        content: Its configuration as read.
        where: Of what, in words.

    Raises:
        PackRefused: It asks for code, or holds a value that is not allowed.
    """
    refuse_code(content, where=where)
    refuse_wrong(content, _TEXT_ENCODER, where=where)
    left_out = {"architectures", "model_type", "attention_dropout"}
    return {name: content[name] for name in _TEXT_ENCODER if name in content and name not in left_out}


def checked_schedule(content: Mapping[str, Any], *, where: str) -> dict[str, Any]:
    """Return the settings of a DDIM schedule with the noise levels of a pack's.

    Args:
        content: The scheduler's configuration as read.
        where: Of what, in words.

    Raises:
        PackRefused: It is of a class that is not on the list, asks for code, or holds a value that is not allowed.
    """
    refuse_code(content, where=where)
    class_name = content.get("_class_name", "DDIMScheduler")
    if not isinstance(class_name, str) or ("diffusers", class_name) not in COMPONENT_CLASSES["scheduler"]:
        raise PackRefused(
            f"{where} is of the class {shown(str(class_name))}, which is not loaded.",
            "Use a pack in the layout of Stable Diffusion 1.x.",
        )
    refuse_wrong(content, _SCHEDULE, where=where)
    return {name: content[name] for name in _SCHEDULE if name in content}


def refuse_code(content: Mapping[str, Any], *, where: str) -> None:
    """Refuse a configuration that asks for code to be loaded.

    Raises:
        PackRefused: It holds one of :data:`ASKS_FOR_CODE`.
    """
    asked = sorted(ASKS_FOR_CODE & content.keys())
    if asked:
        raise PackRefused(
            f"{where} holds {asked[0]}, which asks for code to be loaded.", "Use a pack without it."
        )
