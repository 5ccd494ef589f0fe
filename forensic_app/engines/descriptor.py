"""What the program knows of an engine without loading it: words, inputs, outputs, model packs; needs no torch.

Rules:
    * What differs between engines outside of their own folders is asked of a descriptor, never of a name.
    * Words are English here. The window's other languages stand in ``resources/translations``, what reports say of a
      method in ``resources/report_texts``; both by the engine's name or words, and a test fails where one is missing.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from forensic_app.errors import InvalidInput
from forensic_app.parameters import Schema


class Output(StrEnum):
    """What an engine makes."""

    AGES = "ages"
    """Derived images that show the face at other ages."""
    SKETCH = "sketch"
    """A derived image that shows the face as it is, drawn."""
    ADAPTER = "adapter"
    """What was learned about one subject, for other runs to use."""


class Input(StrEnum):
    """What an engine works on."""

    PHOTOGRAPH = "photograph"
    DERIVED_IMAGE = "derived image"
    SUBJECT_PHOTOGRAPHS = "photographs of one subject"


@dataclass(frozen=True, slots=True)
class PackChoice:
    """A parameter whose values a pack lists: none but those can be asked of it.

    Attributes:
        parameter: Name of the parameter.
        listed: Name in ``pack.json`` of the list of values that the pack knows.
        always: The value that every pack knows.
    """

    parameter: str
    listed: str
    always: str

    def check(self, parameters: Mapping[str, Any], card: Mapping[str, Any], *, pack: str) -> None:
        """Refuse a value that a pack does not know.

        Args:
            parameters: Resolved parameters.
            card: All of ``pack.json``.
            pack: Name of the pack.

        Raises:
            InvalidInput: The pack does not list the value.
        """
        value, values = parameters[self.parameter], self.known(card)
        if value not in values:
            raise InvalidInput(
                f"The pack {pack} does not know the {self.parameter} {value}.",
                f"Use one of: {', '.join(values)}.",
            )

    def known(self, card: Mapping[str, Any]) -> list[str]:
        """Return the values that a pack knows, the one of every pack first.

        Args:
            card: All of ``pack.json``.
        """
        listed = card.get(self.listed)
        names = listed if isinstance(listed, list) else []
        return [self.always, *(each for each in names if isinstance(each, str))]


@dataclass(frozen=True, slots=True, kw_only=True)
class EngineDescriptor:
    """One engine.

    Attributes:
        name: What records and the command line call it.
        version: Version of the algorithm; a change of output for the same parameters changes it.
        title: What the window calls it, in a word.
        method: How it works, in a few words, for a list of engines.
        schema: Parameters with bounds.
        makes: What it makes.
        accepts: What it works on.
        pack_kind: Kind of the model packs that it loads.
        default_pack: Name of the pack where none is named.
        loader: Where its class is, as ``module:class``.
        libraries: Packages whose versions can change the result; a run's record names their versions.
        pack_choices: Parameters whose values depend on the pack.
        takes_adapters: Whether its runs may use a subject's adapter; one with is followed by the same run without it.
    """

    name: str
    version: str
    title: str
    method: str
    schema: Schema
    makes: Output
    accepts: frozenset[Input]
    pack_kind: str
    default_pack: str
    loader: str
    libraries: tuple[str, ...]
    takes_adapters: bool = False
    pack_choices: tuple[PackChoice, ...] = ()

    @property
    def is_drawing(self) -> bool:
        """Whether it draws a face as it is."""
        return self.makes is Output.SKETCH

    @property
    def is_learning(self) -> bool:
        """Whether it learns from several photographs of one subject together."""
        return Input.SUBJECT_PHOTOGRAPHS in self.accepts

    @property
    def accepts_derived_images(self) -> bool:
        """Whether it may work on a derived image in place of a photograph."""
        return Input.DERIVED_IMAGE in self.accepts
