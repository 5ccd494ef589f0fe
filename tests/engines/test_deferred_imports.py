"""Packages that are put off: stand-ins while others are imported, the real things afterwards."""

from __future__ import annotations

import importlib
import sys
from collections.abc import Iterator
from pathlib import Path
from types import ModuleType

import pytest

from forensic_app.engines.deferred_imports import DeferredName, deferred_decorator, putting_off, settle

FILES = {
    "slowpack/__init__.py": "from slowpack.parts import Part, double\nloaded = True\n",
    "slowpack/parts.py": "class Part:\n    size = 3\ndef double(value):\n    return 2 * value\n"
    "def named(name):\n    return lambda function: lambda *args: (name, function(*args))\n",
    "ownpack/__init__.py": "from ownpack.heavy import HEAVY\nfrom ownpack.light import LIGHT\n",
    "ownpack/heavy.py": "HEAVY = 'heavy'\n",
    "ownpack/light.py": "import slowpack\nfrom slowpack.parts import Part, double, named\nLIGHT = 'light'\n"
    "@named('a')\ndef one():\n    return 1\n",
}


@pytest.fixture(autouse=True)
def packages(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    for name, text in FILES.items():
        path = tmp_path / name
        path.parent.mkdir(exist_ok=True)
        path.write_text(text)
    monkeypatch.syspath_prepend(str(tmp_path))
    yield
    for name in [each for each in sys.modules if each.partition(".")[0] in ("slowpack", "ownpack")]:
        del sys.modules[name]


def light() -> ModuleType:
    replacements = {"slowpack.parts": {"named": deferred_decorator("slowpack.parts", "named")}}
    with putting_off(["slowpack"], without_init=["ownpack"], replacements=replacements):
        return importlib.import_module("ownpack.light")


def test_what_is_put_off_is_not_imported_and_leaves_nothing_behind() -> None:
    finders = list(sys.meta_path)
    module = light()
    assert module.LIGHT == "light"
    assert not [name for name in sys.modules if name.partition(".")[0] == "slowpack"]
    assert "ownpack.heavy" not in sys.modules
    assert sys.meta_path == finders


def test_a_stand_in_acts_for_the_real_thing_when_it_is_used() -> None:
    module = light()
    assert type(module.Part) is DeferredName
    assert module.double(4) == 8
    assert module.slowpack.loaded
    real = importlib.import_module("slowpack.parts")
    assert isinstance(real.Part(), module.Part)
    assert not isinstance(3, module.Part)
    assert issubclass(real.Part, module.Part)
    assert module.Part.size == 3
    assert module.one() == ("a", 1)

    class Larger(module.Part):  # type: ignore[name-defined,misc]
        pass

    assert Larger.__mro__[1] is real.Part


def test_settling_puts_the_real_things_in_place() -> None:
    module = light()
    settle([module])
    real = importlib.import_module("slowpack")
    assert module.Part is real.Part
    assert module.double is real.double
    assert module.slowpack is real


def test_a_package_without_its_init_runs_it_when_something_is_missing() -> None:
    module = light()
    package = importlib.import_module("ownpack")
    assert package.HEAVY == "heavy"
    assert package.LIGHT == "light"
    assert package.light is module, "its modules are imported once"
    assert type(package) is ModuleType
    with pytest.raises(AttributeError):
        package.nothing  # noqa: B018


def test_use_while_put_off_raises_and_what_is_loaded_already_is_not_put_off() -> None:
    with putting_off(["slowpack"]):
        module = importlib.import_module("slowpack")
        with pytest.raises(RuntimeError, match="while slowpack is put off"):
            module.double(4)
    real = importlib.import_module("slowpack")
    with putting_off(["slowpack"]):
        assert importlib.import_module("slowpack") is real


def test_a_package_that_is_not_installed_cannot_be_put_off() -> None:
    with pytest.raises(ImportError, match="nosuchpack"), putting_off(["nosuchpack"]):
        pass
