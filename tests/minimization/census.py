"""Every public function of the modules that act on stored things, and which of them a run calls."""

import importlib
import inspect
import pkgutil
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from types import CodeType, FrameType, FunctionType, ModuleType

from idsvc import services

_MORE = ("idsvc.audit.leaves", "idsvc.audit.sequencer", "idsvc.audit.witnesses")


def list_services() -> Mapping[CodeType, str]:
    """List the public functions, methods and properties of every service, by their code."""
    names = [f"idsvc.services.{module.name}" for module in pkgutil.iter_modules(services.__path__)]
    found: dict[CodeType, str] = {}
    for name in (*names, *_MORE):
        found |= dict(_of_module(importlib.import_module(name)))
    return found


def _of_module(module: ModuleType) -> Iterator[tuple[CodeType, str]]:
    short = module.__name__.removeprefix("idsvc.").removeprefix("services.")
    for name, value in vars(module).items():
        if name.startswith("_") or getattr(value, "__module__", None) != module.__name__:
            continue
        if inspect.isfunction(value):
            yield value.__code__, f"{short}.{name}"
        elif inspect.isclass(value) and not getattr(value, "_is_protocol", False):
            yield from ((code, f"{short}.{name}.{method}") for code, method in _of_class(value))


def _of_class(cls: type) -> Iterator[tuple[CodeType, str]]:
    for name, value in vars(cls).items():
        function = value.fget if isinstance(value, property) else getattr(value, "__func__", value)
        if not name.startswith("_") and isinstance(function, FunctionType):
            yield function.__code__, name


@contextmanager
def called(wanted: Mapping[CodeType, str]) -> Iterator[set[str]]:
    """Take down which of the wanted functions are entered."""
    seen: set[str] = set()

    def watch(frame: FrameType, event: str, _: object) -> None:
        if event == "call" and frame.f_code in wanted:
            seen.add(wanted[frame.f_code])

    before = sys.getprofile()
    sys.setprofile(watch)
    try:
        yield seen
    finally:
        sys.setprofile(before)
