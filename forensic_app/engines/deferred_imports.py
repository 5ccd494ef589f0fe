"""Import packages whose own imports are slow without those imports, until they are needed.

While :func:`putting_off` is in force, a stand-in takes the place of each package that is put off. What other modules
take from it by name becomes the real thing when it is first called, read, inherited from or asked about; by
:func:`settle` all of it becomes real at once. A package whose own ``__init__`` is put off is the real package, with
its modules; its ``__init__`` runs when something is asked of it that is not there yet.

Rules:
    * Afterwards no stand-in is left where Python looks for modules: whoever imports later gets the real packages.
    * A package that is imported already is not put off.
    * While packages are put off nothing of them may be used: that raises, and the caller imports in the ordinary way.
"""

from __future__ import annotations

import functools
import importlib
import sys
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from importlib import metadata, util
from importlib.abc import Loader, MetaPathFinder
from importlib.machinery import ModuleSpec
from types import ModuleType
from typing import Any

Replacements = Mapping[str, Mapping[str, Any]]

_in_force: list[MetaPathFinder] = []


class DeferredName:
    """Something that a module took from a package that is put off; acts for it once it is needed.

    Attributes:
        path: Module and name of the real thing.
    """

    def __init__(self, module: str, name: str) -> None:
        self.path = (module, name)

    def resolved(self) -> Any:
        """Return the real thing.

        Raises:
            RuntimeError: Its package is still put off.
        """
        module, name = self.path
        if _in_force:
            raise RuntimeError(f"{module}.{name} is used while {module} is put off")
        return getattr(importlib.import_module(module), name)

    def __call__(self, *args: Any, **kwargs: Any) -> Any:
        """Call the real thing."""
        return self.resolved()(*args, **kwargs)

    def __getattr__(self, name: str) -> Any:
        if name.startswith("__"):
            raise AttributeError(name)
        return getattr(self.resolved(), name)

    def __mro_entries__(self, _bases: tuple[Any, ...]) -> tuple[Any, ...]:
        return (self.resolved(),)

    def __instancecheck__(self, value: Any) -> bool:
        return isinstance(value, self.resolved())

    def __subclasscheck__(self, value: Any) -> bool:
        return issubclass(value, self.resolved())


class _StandIn(ModuleType):
    """Stands for a module of a package that is put off."""

    def __getattr__(self, name: str) -> Any:
        if name == "__version__":
            return metadata.version(self.__name__)
        if name.startswith("__"):
            raise AttributeError(name)
        if not _in_force:
            return getattr(importlib.import_module(self.__name__), name)
        return DeferredName(self.__name__, name)


class _WithoutInit(ModuleType):
    """A package whose ``__init__`` has not run; it runs when something is asked for that is not there."""

    def __getattr__(self, name: str) -> Any:
        if name.startswith("__") and name != "__all__":
            raise AttributeError(name)
        self.__class__ = ModuleType  # type: ignore[assignment]
        spec = util.spec_from_file_location(
            self.__name__, self.__file__, submodule_search_locations=list(self.__path__)
        )
        if spec is None or spec.loader is None:
            raise ImportError(f"{self.__name__} cannot be imported")
        self.__spec__, self.__loader__ = spec, spec.loader
        spec.loader.exec_module(self)
        return getattr(self, name)


class _StandInLoader(Loader):
    def __init__(self, replacements: Mapping[str, Any]) -> None:
        self._replacements = replacements

    def create_module(self, spec: ModuleSpec) -> ModuleType:
        return _StandIn(spec.name)

    def exec_module(self, module: ModuleType) -> None:
        vars(module).update(self._replacements)


class _WithoutInitLoader(Loader):
    def __init__(self, path: str) -> None:
        self._path = path

    def create_module(self, spec: ModuleSpec) -> ModuleType:
        return _WithoutInit(spec.name)

    def exec_module(self, module: ModuleType) -> None:
        module.__file__ = self._path


class _Finder(MetaPathFinder):
    def __init__(
        self, put_off: Sequence[str], without_init: Sequence[str], replacements: Replacements
    ) -> None:
        self._put_off = tuple(put_off)
        self._without_init = frozenset(without_init)
        self._replacements = replacements
        self._is_asking = False

    def find_spec(
        self,
        fullname: str,
        path: Sequence[str] | None,  # noqa: ARG002 - the protocol's
        target: ModuleType | None = None,  # noqa: ARG002 - the protocol's
    ) -> ModuleSpec | None:
        if self._is_asking:
            return None
        if any(fullname == root or fullname.startswith(f"{root}.") for root in self._put_off):
            loader = _StandInLoader(self._replacements.get(fullname, {}))
            return ModuleSpec(fullname, loader, is_package=True)
        if fullname not in self._without_init:
            return None
        self._is_asking = True
        try:
            found = util.find_spec(fullname)
        finally:
            self._is_asking = False
        if found is None or found.origin is None or found.submodule_search_locations is None:
            return None
        spec = ModuleSpec(fullname, _WithoutInitLoader(found.origin), origin=found.origin, is_package=True)
        spec.submodule_search_locations = list(found.submodule_search_locations)
        return spec


@contextmanager
def putting_off(
    packages: Sequence[str], *, without_init: Sequence[str] = (), replacements: Replacements | None = None
) -> Iterator[None]:
    """Put off importing ``packages`` while the block imports others.

    Args:
        packages: Dotted names of packages, which must be installed; their modules are put off too.
        without_init: Packages that are imported without running their ``__init__``.
        replacements: By module, what stands for its names instead of a :class:`DeferredName`.

    Raises:
        ImportError: One of ``packages`` is not installed.
    """
    put_off = [name for name in packages if name not in sys.modules]
    for name in put_off:
        if util.find_spec(name.partition(".")[0]) is None:
            raise ImportError(f"{name} is not installed")
    finder = _Finder(put_off, without_init, replacements or {})
    sys.meta_path.insert(0, finder)
    _in_force.append(finder)
    try:
        yield
    finally:
        _in_force.remove(finder)
        sys.meta_path.remove(finder)
        _take_away_stand_ins()


def settle(modules: Sequence[ModuleType]) -> None:
    """Put the real things in place of what ``modules`` took from packages that were put off."""
    for module in modules:
        for name, value in list(vars(module).items()):
            if type(value) is DeferredName:
                setattr(module, name, value.resolved())
            elif type(value) is _StandIn:
                setattr(module, name, importlib.import_module(value.__name__))


def deferred_decorator(module: str, name: str) -> Callable[..., Any]:
    """Return a stand-in for a decorator of ``module`` that is used with arguments.

    The function that it decorates is decorated for real when it is first called.
    """

    def with_arguments(*args: Any, **kwargs: Any) -> Callable[..., Any]:
        def decorated(function: Callable[..., Any]) -> Callable[..., Any]:
            real: list[Callable[..., Any]] = []

            @functools.wraps(function)
            def call(*call_args: Any, **call_kwargs: Any) -> Any:
                if not real:
                    real.append(DeferredName(module, name)(*args, **kwargs)(function))
                return real[0](*call_args, **call_kwargs)

            return call

        return decorated

    return with_arguments


def _take_away_stand_ins() -> None:
    for name, module in list(sys.modules.items()):
        if type(module) is not _StandIn:
            continue
        del sys.modules[name]
        parent, _, own = name.rpartition(".")
        holder = sys.modules.get(parent)
        if holder is not None and vars(holder).get(own) is module:
            delattr(holder, own)
