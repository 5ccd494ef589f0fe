"""Train a matcher: the bundled recognition network learns that a person stays one across decades.

Rules:
    * A step shows pairs of one person: young and old photographs, photographs of known ages, photographs of adults,
      two distorted copies of a single photograph, and a photograph with a derived face. Every other person in the
      step is an unlike one, and a share of them are people whom the bundled network takes for near to each other.
    * The bundled network's own template holds each one back, adults' more than others', so that what it can is kept.
    * Every step's draws come from the seed and its number; a training goes on from its last checkpoint.
    * A run's weights are the moving average, at the checkpoint that measured best on people kept apart; the exported
      ones are the mean of several runs, which differ in their draws.

References:
    van den Oord et al. (2018). Representation learning with contrastive predictive coding. arXiv 1807.03748 (the loss);
    Wortsman et al. (2022). Model soups: averaging weights of multiple fine-tuned models. ICML (the mean of runs);
    Hinton et al. (2015). Distilling the knowledge in a neural network. arXiv 1503.02531 (the hold).
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor, nn
from torch.nn import functional

from forensic_app.engines.matcher.network import MatcherNetwork
from forensic_app.engines.matcher_training.config import MatcherTrainingConfig
from forensic_app.engines.matcher_training.distortions import distorted
from forensic_app.engines.matcher_training.people import Chips, drawn_pair
from forensic_app.engines.matcher_training.tables import mean_embedding
from forensic_app.engines.training.checkpoints import MovingAverage, load_checkpoint, save_checkpoint
from forensic_app.engines.training.hardware import TrainingDevice
from forensic_app.engines.training.schedule import Pace, ReportStage, warmup_stable_decay
from forensic_app.errors import InvalidInput
from forensic_app.faces.networks import RecognitionNetwork

CHECKPOINT_NAME: Final = "matcher_{run}.ckpt"
BEST_NAME: Final = "best_{run}.ckpt"
CHECKPOINT_EVERY: Final = 100
"""Steps between two checkpoints, each of which is measured on the people kept apart."""

LENGTH_WEIGHT: Final = 0.1
LARGEST_GRADIENT: Final = 1.0
_NEVER: Final = -1e4

LogMetrics = Callable[[dict[str, object]], None]
Measure = Callable[[MatcherNetwork], dict[str, float]]
"""Measures the averaged network on people kept apart; ``loss`` is what the best checkpoint has least of."""


@dataclass(slots=True)
class Lessons:
    """What a matcher learns from.

    Attributes:
        chips: Chips of photographs.
        derived: Chips of derived faces, ``(n, 1 + ages, 170, 170, 3)`` uint8, each row's first the photograph; ``None``
            for none.
        near: The nearest strangers of each person (:func:`nearest_strangers`); empty for none.
    """

    chips: Chips
    derived: NDArray[np.uint8] | None = None
    near: Mapping[str, Sequence[str]] = field(default_factory=dict)
    exact: list[str] = field(default_factory=list)
    parted: list[str] = field(default_factory=list)
    plain: list[str] = field(default_factory=list)
    places: dict[str, list[int]] = field(default_factory=dict)
    singles: tuple[list[int], list[int]] = field(default_factory=lambda: ([], []))

    def __post_init__(self) -> None:
        """Sort the people by what their sets say."""
        self.places, self.singles = self.chips.people(kept=False), self.chips.singles()
        for person, own in self.places.items():
            rows = [self.chips.rows[place] for place in own]
            parts = {row.part for row in rows}
            if any(row.age_years is not None for row in rows):
                self.exact.append(person)
            elif len(parts - {""}) > 1:
                self.parted.append(person)
            elif parts == {""}:
                self.plain.append(person)


@dataclass(frozen=True, slots=True)
class Step:
    """The pairs of one step.

    Attributes:
        pixels: ``(2 n, 170, 170, 3)`` uint8, the two of a pair next to each other.
        people: Number of the person of each pair, ``(n,)``.
        weights: Weight of each pair, ``(n,)``.
        is_adult: Whether each photograph is held back as an adult's, ``(2 n,)``.
    """

    pixels: NDArray[np.uint8]
    people: Tensor
    weights: Tensor
    is_adult: Tensor


@dataclass(slots=True)
class Session:
    """Everything that a step changes."""

    network: MatcherNetwork
    average: MovingAverage
    optimiser: torch.optim.AdamW
    step: int = 0
    best: float = float("inf")

    def state(self) -> dict[str, Any]:
        """Return what :meth:`load` reads."""
        return {
            "step": self.step,
            "network": self.network.state_dict(),
            "average": self.average.state_dict(),
            "optimiser": self.optimiser.state_dict(),
            "best": self.best,
        }

    def load(self, state: dict[str, Any]) -> None:
        """Take over a saved state."""
        self.step, self.best = int(state["step"]), float(state["best"])
        self.network.load_state_dict(state["network"])
        self.average.load_state_dict(state["average"])
        self.optimiser.load_state_dict(state["optimiser"])


def train_matcher(
    lessons: Lessons,
    bundled: RecognitionNetwork,
    config: MatcherTrainingConfig,
    work: Path,
    *,
    device: TrainingDevice,
    measure: Measure,
    report: ReportStage,
    log: LogMetrics,
) -> MatcherNetwork:
    """Train to ``config.steps``, going on from the checkpoint in ``work``.

    Args:
        lessons: Chips to learn from.
        bundled: The network to begin from, and that holds the other back.
        config: Weights and schedule.
        work: Folder of checkpoints.
        device: Where and in which precision.
        measure: Called at each checkpoint with the averaged network.
        report: Receives progress.
        log: Receives a line of metrics at each checkpoint.

    Returns:
        The averaged network of the best checkpoint, float32 on the CPU, in eval mode.

    Raises:
        InvalidInput: There are too few people to learn from.
        StoreUnavailable: The checkpoint is damaged.
    """
    if len(lessons.places) < config.known_people:
        raise InvalidInput(
            f"Only {len(lessons.places)} people have two photographs or more to learn from.",
            f"Give at least {config.known_people}, or a configuration with fewer known_people.",
        )
    holding = bundled.to(device.device).eval()
    done = sum(_steps_done(work, run) for run in range(config.runs))
    pace = Pace("matcher", done=done, total=config.steps * config.runs, report=report)
    found = [
        _trained(lessons, holding, config, work, run=run, device=device, measure=measure, pace=pace, log=log)
        for run in range(config.runs)
    ]
    made = MatcherNetwork(views=config.views)
    made.load_state_dict({name: sum(each[name] for each in found) / len(found) for name in found[0]})
    return made.float().cpu().eval().requires_grad_(False)


def _trained(
    lessons: Lessons,
    holding: RecognitionNetwork,
    config: MatcherTrainingConfig,
    work: Path,
    *,
    run: int,
    device: TrainingDevice,
    measure: Measure,
    pace: Pace,
    log: LogMetrics,
) -> dict[str, Tensor]:
    """Return the best averaged weights of one run, going on from its checkpoint."""
    session = _new_session(lessons, holding, config, device)
    saved = load_checkpoint(work / CHECKPOINT_NAME.format(run=run))
    if saved is not None:
        session.load(saved)
    while session.step < config.steps:
        values = _take(session, lessons, holding, config, run, device)
        session.step += 1
        pace.advance(run * config.steps + session.step, values["contrast"])
        if session.step % CHECKPOINT_EVERY == 0 or session.step == config.steps:
            with session.average.in_place_of(session.network):
                measured = measure(session.network.eval())
                if measured["loss"] < session.best:
                    session.best = measured["loss"]
                    state = {"step": session.step, "network": session.network.state_dict(), **measured}
                    save_checkpoint(work / BEST_NAME.format(run=run), state)
            log({"stage": "matcher", "run": run, "step": session.step, **values, **measured})
            save_checkpoint(work / CHECKPOINT_NAME.format(run=run), session.state())
    best = load_checkpoint(work / BEST_NAME.format(run=run))
    state_dict: dict[str, Tensor] = (best or session.state())["network"]
    return state_dict


def _steps_done(work: Path, run: int) -> int:
    """Return the steps that a run has taken before."""
    saved = load_checkpoint(work / CHECKPOINT_NAME.format(run=run))
    return 0 if saved is None else int(saved["step"])


def _new_session(
    lessons: Lessons, bundled: RecognitionNetwork, config: MatcherTrainingConfig, device: TrainingDevice
) -> Session:
    network = MatcherNetwork()
    network.trunk.load_state_dict(bundled.state_dict())
    network.centre.copy_(mean_embedding(bundled, lessons.chips))
    network = network.to(device.device)
    trunk = network.trunk
    layers: list[nn.Module] = [trunk.stem, *trunk.blocks, trunk.head]
    groups = [
        {
            "params": list(layer.parameters()),
            "share": config.layer_decay ** (len(layers) - 1 - place),
            "lr": config.learning_rate,
        }
        for place, layer in enumerate(layers)
    ]
    optimiser = torch.optim.AdamW(groups, weight_decay=config.weight_decay)
    return Session(network, MovingAverage(network, config.ema_decay), optimiser)


def _take(
    session: Session,
    lessons: Lessons,
    holding: RecognitionNetwork,
    config: MatcherTrainingConfig,
    run: int,
    device: TrainingDevice,
) -> dict[str, float]:
    """Take one step and return its losses."""
    rate = config.learning_rate * warmup_stable_decay(
        session.step, config.steps, warmup=config.warmup_steps, decay_fraction=config.decay_fraction
    )
    for group in session.optimiser.param_groups:
        group["lr"] = rate * group["share"]
    step = drawn_step(lessons, config, run, session.step)
    generator = torch.Generator().manual_seed(config.seed + 100_000 * run + session.step)
    chips = torch.from_numpy(step.pixels).permute(0, 3, 1, 2).float()
    chips = distorted(chips, generator).to(device.device)
    session.network.train()
    with device.autocast():
        own = session.network(chips)
    with torch.no_grad(), device.autocast():
        held = holding(chips)
    own, held = own.float(), held.float()
    templates = functional.normalize(own - session.network.centre, dim=1)
    anchors = functional.normalize(held - session.network.centre, dim=1)
    contrast = contrastive_loss(templates, step.people.to(device.device), config.temperature)
    weights = step.weights.to(device.device)
    contrast = (contrast * weights).sum() / weights.sum()
    distance = 1.0 - (templates * anchors).sum(dim=1)
    hold = torch.where(step.is_adult.to(device.device), config.hold_weight_adults, config.hold_weight)
    length = (own.norm(dim=1) - held.norm(dim=1)).square().mean()
    loss = contrast + (hold * distance).mean() + LENGTH_WEIGHT * length
    session.optimiser.zero_grad()
    loss.backward()
    nn.utils.clip_grad_norm_(session.network.parameters(), LARGEST_GRADIENT)
    session.optimiser.step()
    session.average.update(session.network)
    return {"contrast": contrast.item(), "distance": distance.mean().item()}


def contrastive_loss(templates: Tensor, people: Tensor, temperature: float) -> Tensor:
    """Return the loss of each pair, both ways, ``(n,)``.

    Args:
        templates: ``(2 n, d)`` of length one, the two of a pair next to each other.
        people: Person of each pair, ``(n,)``; pairs of one person are never unlike.
        temperature: Of the softmax.
    """
    first, second = templates[0::2], templates[1::2]
    is_same = people[:, None] == people[None]
    is_own = torch.eye(len(people), dtype=torch.bool, device=people.device)

    def one_way(one: Tensor, other: Tensor) -> Tensor:
        logits = [
            (one @ other.T / temperature).masked_fill(is_same & ~is_own, _NEVER),
            (one @ one.T / temperature).masked_fill(is_same, _NEVER),
        ]
        wanted = torch.arange(len(one), device=one.device)
        return functional.cross_entropy(torch.cat(logits, dim=1), wanted, reduction="none")

    return 0.5 * (one_way(first, second) + one_way(second, first))


def drawn_step(lessons: Lessons, config: MatcherTrainingConfig, run: int, step: int) -> Step:
    """Return the pairs of a step, which follow from the seed and its number.

    Args:
        lessons: What to draw from.
        config: How many of each kind.
        run: Number of the run.
        step: Number of the step.
    """
    generator = np.random.default_rng((config.seed, run, step))
    rows, pixels = lessons.chips.rows, lessons.chips.pixels
    number = {person: place for place, person in enumerate(sorted(lessons.places))}
    pairs: list[tuple[int, int]] = []
    people: list[int] = []
    for person in _drawn_people(lessons, config, generator):
        pairs.append(drawn_pair(rows, lessons.places[person], generator))
        people.append(number[person])
    chosen = [pixels[place] for pair in pairs for place in pair]
    is_adult = [rows[place].is_adult for pair in pairs for place in pair]
    weights = [1.0] * len(pairs)
    fresh = len(number)
    children, adults = lessons.singles
    for place in _some(children, config.single_people // 2, generator) + _some(
        adults, config.single_people - config.single_people // 2, generator
    ):
        chosen += [pixels[place]] * 2
        is_adult += [rows[place].is_adult] * 2
        people.append(fresh + place)
        weights.append(config.single_weight)
    fresh += len(rows)
    if lessons.derived is not None:
        for place in _some(list(range(len(lessons.derived))), config.derived_people, generator):
            own = lessons.derived[place]
            chosen += [own[0], own[int(generator.integers(1, len(own)))]]
            is_adult += [False, False]
            people.append(fresh + place)
            weights.append(config.derived_weight)
    return Step(
        np.stack(chosen),
        torch.tensor(people),
        torch.tensor(weights, dtype=torch.float32),
        torch.tensor(is_adult),
    )


def _drawn_people(
    lessons: Lessons, config: MatcherTrainingConfig, generator: np.random.Generator
) -> list[str]:
    exact = _some(lessons.exact, round(config.known_people * config.exact_share), generator)
    plain = _some(lessons.plain, round(config.known_people * config.adult_share), generator)
    parted = _some(lessons.parted, config.known_people - len(exact) - len(plain), generator)
    taken = {*exact, *plain, *parted}
    rest = [person for person in lessons.places if person not in taken]
    drawn = exact + plain + parted + _some(rest, config.known_people - len(taken), generator)
    return _with_near(drawn, lessons, config, generator) if lessons.near and config.near_share else drawn


def _with_near(
    drawn: list[str], lessons: Lessons, config: MatcherTrainingConfig, generator: np.random.Generator
) -> list[str]:
    """Return as many people, a share of them replaced by near strangers of the others."""
    kept = [drawn[place] for place in generator.permutation(len(drawn))]
    kept = kept[: max(1, round(len(drawn) * (1.0 - config.near_share)))]
    people, taken = list(kept), set(kept)
    for person in drawn * 4:
        if len(people) == len(drawn):
            break
        strangers = lessons.near[kept[int(generator.integers(len(kept)))]]
        near = strangers[int(generator.integers(len(strangers)))] if strangers else person
        if near not in taken:
            people.append(near)
            taken.add(near)
    rest = [person for person in lessons.places if person not in taken]
    return people + _some(rest, len(drawn) - len(people), generator)


def _some(items: list[Any], count: int, generator: np.random.Generator) -> list[Any]:
    """Return ``count`` different items drawn from a list, or all of them where there are no more."""
    if not items or count <= 0:
        return []
    chosen = generator.choice(len(items), min(count, len(items)), replace=False)
    return [items[place] for place in chosen]
