"""One target under atheris: `python -m fuzz.guided TARGET [options of libFuzzer] CORPUS`."""

from __future__ import annotations

import importlib
import sys
from itertools import islice

import atheris

SOME = 10

if __name__ == "__main__":
    name, *arguments = sys.argv[1:]
    with atheris.instrument_imports(include=["mlblint"]):
        module = importlib.import_module(f"fuzz.targets.{name}")
        # What is imported only when it is needed shall be instrumented as well.
        for data in islice(module.seeds(), 0, None, SOME):
            module.check(data)
    atheris.Setup([sys.argv[0], *arguments], module.check)
    atheris.Fuzz()
