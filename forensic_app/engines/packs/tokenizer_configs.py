"""The schema of a tokenizer's files; needs no torch.

Rules:
    * A tokenizer splits words by known steps and turns them into numbers by a table: no other steps, and no patterns
      but those of CLIP, since a pattern can be made to run for ever.
    * It says how many tokens a caption has. Templates and classes that it names are left out.

References:
    tokenizers 0.23, the JSON of ``Tokenizer``; transformers 5, ``tokenizer_config.json``.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from typing import Any, Final

from forensic_app.engines.packs.checks import either, flag, maybe, only, refuse_wrong, text, whole
from forensic_app.engines.packs.component_configs import refuse_code
from forensic_app.engines.packs.manifest import json_object
from forensic_app.errors import PackRefused

CONFIG_NAME: Final = "tokenizer_config.json"
CONTENT_NAME: Final = "tokenizer.json"
MERGES_NAME: Final = "merges.txt"
MOST_BYTES: Final = 16 << 20
_LONGEST_CAPTION: Final = whole(2, 1024)
_MOST_LINE: Final = 500
_KNOWN_STEPS: Final = frozenset(
    {
        "AddedToken",
        "BPE",
        "BertProcessing",
        "ByteLevel",
        "Lowercase",
        "NFC",
        "Replace",
        "RobertaProcessing",
        "Sequence",
        "Split",
        "TemplateProcessing",
        "Whitespace",
        "WhitespaceSplit",
        "WordLevel",
    }
)
_KNOWN_PATTERNS: Final = frozenset(
    {
        r"\s+",
        r"<\|startoftext\|>|<\|endoftext\|>|'s|'t|'re|'ve|'m|'ll|'d|[\p{L}]+|[\p{N}]|[^\s\p{L}\p{N}]+",
        r"'s|'t|'re|'ve|'m|'ll|'d|[\p{L}]+|[\p{N}]|[^\s\p{L}\p{N}]+",
    }
)


def _is_added_token(value: Any) -> bool:
    return (
        isinstance(value, dict)
        and value.keys() <= {"__type", "content", "single_word", "lstrip", "rstrip", "normalized", "special"}
        and text(100)(value.get("content"))
        and only("AddedToken")(value.get("__type", "AddedToken"))
        and all(isinstance(each, bool) for name, each in value.items() if name not in {"__type", "content"})
    )


_TOKEN: Final = maybe(either(text(100), _is_added_token))
_SPECIAL: Final = dict.fromkeys(("bos_token", "eos_token", "pad_token", "unk_token"), _TOKEN)
_CONFIG: Final = {
    "model_max_length": _LONGEST_CAPTION,
    "tokenizer_class": maybe(text(100)),
    "backend": maybe(text(40)),
    "add_prefix_space": flag,
    "do_lower_case": flag,
    "clean_up_tokenization_spaces": flag,
    "errors": only("replace", "strict", "ignore"),
    **_SPECIAL,
}
_TABLES: Final = ("vocab.json", "added_tokens.json")
TOKENIZER_FILES: Final = (CONFIG_NAME, CONTENT_NAME, *_TABLES, MERGES_NAME, "special_tokens_map.json")
"""The files that a tokenizer is read from; others are not opened."""


def checked_tokenizer_config(content: Mapping[str, Any], *, where: str) -> dict[str, Any]:
    """Return the known part of ``tokenizer_config.json``.

    Args:
        content: As read.
        where: Of what, in words.

    Raises:
        PackRefused: It asks for code, names no length of captions, or holds a value that is not allowed.
    """
    refuse_code(content, where=where)
    refuse_wrong(content, _CONFIG, where=where)
    if "model_max_length" not in content:
        raise PackRefused(
            f"{where} does not say how many tokens a caption has.",
            "Import the pack again from a complete folder.",
        )
    return {name: content[name] for name in _CONFIG if name in content}


def check_tokenizer_content(content: Mapping[str, Any], *, where: str) -> None:
    """Refuse a ``tokenizer.json`` with a step or a pattern that is not known.

    Args:
        content: As read.
        where: Of what, in words.

    Raises:
        PackRefused: It has one, or no table of words.
    """
    model = content.get("model")
    is_known = (
        isinstance(model, dict) and model.get("type") in {"BPE", "WordLevel"} and not model.get("dropout")
    )
    if not is_known or not _is_table(model.get("vocab") if isinstance(model, dict) else None):
        raise PackRefused(f"{where} holds no table of words that is known.", "Import the pack again.")
    for name, value in _settings_of({key: each for key, each in content.items() if key != "model"}):
        if (name == "type" and value not in _KNOWN_STEPS) or (
            name == "Regex" and value not in _KNOWN_PATTERNS
        ):
            raise PackRefused(
                f"{where} has a step that is not known: {ascii(value)[:80]}.",
                "Use a pack with a tokenizer of CLIP.",
            )


def checked_tokenizer_files(files: Mapping[str, bytes | bytearray], *, where: str) -> dict[str, bytes]:
    """Return what may be given to a reader of tokenizers, by file name.

    Args:
        files: Some of :data:`TOKENIZER_FILES`, by name.
        where: Of what, in words.

    Raises:
        PackRefused: A file breaks the schema.
    """
    checked: dict[str, bytes] = {}
    for name, data in files.items():
        of = f"{name} of {where}"
        if name == MERGES_NAME:
            checked[name] = _checked_lines(data, where=of)
            continue
        content = json_object(data, where=of, most_bytes=MOST_BYTES)
        if name == CONFIG_NAME:
            content = checked_tokenizer_config(content, where=of)
        elif name == CONTENT_NAME:
            check_tokenizer_content(content, where=of)
        elif name in _TABLES:
            if not _is_table(content):
                raise PackRefused(f"{of} is no table of words.", "Import the pack again.")
        else:
            refuse_wrong(content, _SPECIAL, where=of)
            content = {key: value for key, value in content.items() if key in _SPECIAL}
        checked[name] = json.dumps(content, ensure_ascii=False).encode()
    if CONFIG_NAME not in checked:
        raise PackRefused(f"{where} has no {CONFIG_NAME}.", "Import the pack again from a complete folder.")
    return checked


def _checked_lines(data: bytes | bytearray, *, where: str) -> bytes:
    refusal = PackRefused(f"{where} is no list of pairs.", "Import the pack again.")
    if len(data) > MOST_BYTES:
        raise refusal
    try:
        lines = data.decode("utf-8").split("\n")
    except ValueError as error:
        raise refusal from error
    if any(len(line) > _MOST_LINE for line in lines):
        raise refusal
    return bytes(data)


def _is_table(value: Any) -> bool:
    return isinstance(value, dict) and all(
        type(each) is int and 0 <= each < 1_000_000 for each in value.values()
    )


def _settings_of(value: Any) -> Iterator[tuple[str, Any]]:
    """Yield every name and value of a JSON value that is not nested deeper than the reader allows."""
    if isinstance(value, dict):
        for name, each in value.items():
            yield (
                name,
                each
                if isinstance(each, str)
                else json.dumps(each)[:100]
                if name in ("type", "Regex")
                else "",
            )
            yield from _settings_of(each)
    elif isinstance(value, list):
        for each in value:
            yield from _settings_of(each)
