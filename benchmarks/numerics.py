"""Which settings of the numerical baseline change which bits, and what they cost: python benchmarks/numerics.py

Short computations are digested, each setting alone and all together, each time in a process of its own; then again in
processes that see a processor with AVX2 and nothing newer, of either maker (older_processor.c, compiled by `cc`). The
experiments' data must be there: `dvc repro` has prepared them.
"""

from __future__ import annotations

import hashlib
import json
import os
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Mapping
from functools import partial
from importlib import import_module
from pathlib import Path
from statistics import median
from tempfile import TemporaryDirectory
from typing import Any

from ronkyo import numerics
from ronkyo.project import Project

ROOT = Path(__file__).resolve().parents[1]
SHORT = {  # the variants, what is changed in their settings, and how many rows of the data are read
    "binary_addition": (("hidden_16", "hidden_128", "tanh"), {"iterations": 100, "record_every": 50}, None),
    "spoken_digits": (("simple_rnn", "gru", "lstm", "bilstm"), {}, 16),
    "next_word": (("rnn", "gru", "lstm"), {"epochs": 1}, 512),
    "sine_to_cosine": (("simple_rnn", "gru", "lstm", "attention"), {"epochs": 1}, None),
}
LONGER = {"iterations": 50, "epochs": 1, "rows": 10}  # times as much for what is timed
PARTS = ("numpy", "torch", *SHORT)
OTHERS = {  # what else was considered for MKL and oneDNN
    "MKL_CBWR": ("AVX2", "AVX2,STRICT", "AVX512"),
    "MKL_ENABLE_INSTRUCTIONS": ("AVX2",),
    "ONEDNN_DEFAULT_FPMATH_MODE": ("STRICT",),
}
TRIALS = 3


def main(arguments: list[str]) -> None:
    if arguments[:1] == ["--digest"]:
        print(json.dumps({name: digest(case()) for name, case in cases().items()}))
        return
    if arguments[:1] == ["--time"]:
        print(json.dumps(dict(times())))
        return
    threads = numerics.THREADS
    portable = {name: value for name, value in numerics.environment("portable").items() if name not in threads}
    portable.pop(numerics.NAME)
    native = measured({}, "--digest")
    counts = {part: sum(name.startswith(part) for name in native) for part in PARTS}
    print(f"{'cases that differ from native':44}", *(f"{part:>16}" for part in PARTS))
    print(f"{'(of)':44}", *(f"{counts[part]:16}" for part in PARTS))
    alone = [*portable.items(), *((name, value) for name, values in OTHERS.items() for value in values)]
    for name, value in alone:
        show(f"{name}={value}", native, measured({name: value}, "--digest"))
    here = measured(portable, "--digest")
    show("portable", native, here)
    for mode in ("AVX2", "AVX2,STRICT"):
        show(f"portable, MKL_CBWR={mode}", native, measured(portable | {"MKL_CBWR": mode}, "--digest"))
    with TemporaryDirectory() as folder:
        library = Path(folder) / "older.so"
        source = Path(__file__).with_name("older_processor.c")
        subprocess.run(["cc", "-shared", "-fPIC", "-o", library, source], check=True)
        for maker in ("intel", "amd"):
            older = {"LD_PRELOAD": str(library), "MAKER": maker}
            print(f"\nas a processor of {maker} with AVX2: cases that differ from this one's")
            for title, chosen in {
                "native": {},
                "portable": portable,
                "portable, MKL_CBWR=AVX2": portable | {"MKL_CBWR": "AVX2"},
            }.items():
                show(title, measured(chosen, "--digest"), measured(chosen | older, "--digest"))
    compare_times(portable)


def show(title: str, expected: Mapping[str, str], found: Mapping[str, str]) -> None:
    different = [name for name in expected if expected[name] != found[name]]
    print(f"{title:44}", *(f"{sum(name.startswith(part) for name in different):16}" for part in PARTS), flush=True)


def compare_times(portable: Mapping[str, str]) -> None:
    """CPU seconds of longer runs, the settings in turn; medians, and their ratio to native."""
    settings = {"native": {}, "portable": portable, "portable, MKL_CBWR=AVX2": {**portable, "MKL_CBWR": "AVX2"}}
    settings |= {f"only {name}": {name: value} for name, value in portable.items() if not name.startswith("NUMBA")}
    taken = {title: [] for title in settings}
    for _ in range(TRIALS):
        for title, environment in settings.items():
            taken[title].append(measured(environment, "--time"))
    print(f"\n{'CPU seconds (ratio to native)':44}", *(f"{name:>16}" for name in SHORT))
    for title, runs in taken.items():
        row = []
        for name in SHORT:
            seconds, natively = (median(run[name] for run in of) for of in (runs, taken["native"]))
            row.append(f"{f'{seconds:.2f} ({seconds / natively:.2f})':>16}")
        print(f"{title:44}", *row, flush=True)


def measured(environment: Mapping[str, str], mode: str) -> dict[str, Any]:
    known = {*numerics.environment("portable"), *OTHERS}
    outside = {name: value for name, value in os.environ.items() if name not in known}
    done = subprocess.run(
        [sys.executable, __file__, mode],
        env={**outside, **numerics.THREADS, **environment},
        capture_output=True,
        text=True,
        check=False,
    )
    if done.returncode != 0:
        sys.exit(f"{dict(environment)}: {done.stderr[-1000:]}")
    return json.loads(done.stdout)


def digest(arrays: Any) -> str:
    import numpy as np

    found = hashlib.sha256()
    for array in arrays if isinstance(arrays, list) else [arrays]:
        found.update(np.ascontiguousarray(array).tobytes())
    return found.hexdigest()[:12]


def cases() -> dict[str, Callable[[], Any]]:
    """By name, which begins with one of PARTS."""
    primitives = {
        f"{room} {name} {kind}": partial(case, kind)
        for room, made in (("numpy", numpy_cases()), ("torch", torch_cases()))
        for name, case in made
        for kind in ("float32", "float64")
    }
    runs = {f"{name} {variant}": partial(run, name, variant, 1) for name in SHORT for variant in SHORT[name][0]}
    return primitives | runs


def numpy_cases() -> Iterator[tuple[str, Callable[[str], Any]]]:
    import numpy as np

    def drawn(kind: str, *shape: int) -> Any:
        return np.random.default_rng(0).standard_normal(shape).astype(kind)

    for name in ("exp", "log", "log1p", "expm1", "tanh", "sin", "cos", "sqrt", "sinh", "arctan", "exp2", "cbrt"):
        yield name, lambda kind, name=name: getattr(np, name)(np.abs(drawn(kind, 4096)) + kind.count("3"))
    for name in ("sum", "mean", "std", "prod"):
        yield name, lambda kind, name=name: [getattr(np, name)(drawn(kind, 64, 65), axis) for axis in (None, 0, 1)]
    yield "power", lambda kind: np.power(np.abs(drawn(kind, 4096)), drawn(kind, 4096)[::-1])
    yield "vecdot", lambda kind: np.vecdot(drawn(kind, 64, 65), drawn(kind, 64, 65))
    for m, k, n in SHAPES:
        yield f"{m}x{k}@{k}x{n}", lambda kind, m=m, k=k, n=n: drawn(kind, m, k) @ drawn(kind, k, n)
        yield f"{m}x{k}@{n}x{k}T", lambda kind, m=m, k=k, n=n: drawn(kind, m, k) @ drawn(kind, n, k).T
    yield "solve", lambda kind: np.linalg.solve(drawn(kind, 20, 20), drawn(kind, 20))
    yield "svd", lambda kind: np.linalg.svd(drawn(kind, 20, 20))[1]


SHAPES = ((1, 16, 16), (1, 128, 128), (8, 128, 384), (16, 10, 30), (64, 64, 64), (128, 30, 3000))


def torch_cases() -> Iterator[tuple[str, Callable[[str], Any]]]:
    import torch
    from torch import nn

    def drawn(kind: str, *shape: int) -> Any:
        """From numpy, whose streams do not depend on the processor."""
        import numpy as np

        return torch.from_numpy(np.random.default_rng(0).standard_normal(shape).astype(kind))

    def trained(kind: str, model: nn.Module, *shape: int) -> list[Any]:
        """Output and gradients."""
        for parameter in model.parameters():
            parameter.data = drawn(kind, *parameter.shape) / 8
        output = model(drawn(kind, *shape))
        output = output[0] if isinstance(output, tuple) else output
        output.square().sum().backward()
        return [output.detach().numpy(), *(parameter.grad for parameter in model.parameters())]

    def stepped(kind: str, fused: bool) -> Any:
        weight = nn.Parameter(drawn(kind, 1000))
        optimizer = torch.optim.Adam([weight], fused=fused)
        for _ in range(3):
            optimizer.zero_grad()
            weight.pow(3).sum().backward()
            optimizer.step()
        return weight.detach().numpy()

    for name in ("exp", "log", "tanh", "sigmoid", "sin", "sqrt", "erf", "log1p", "cumsum", "softmax", "log_softmax"):
        axis = (-1,) if name in ("cumsum", "softmax", "log_softmax") else ()
        yield name, lambda kind, name=name, axis=axis: getattr(drawn(kind, 64, 65).abs(), name)(*axis).numpy()
    for name in ("sum", "mean", "std"):
        yield name, lambda kind, name=name: [getattr(drawn(kind, 64, 65), name)(axis).numpy() for axis in (0, 1)]
    for m, k, n in SHAPES:
        yield f"{m}x{k}@{k}x{n}", lambda kind, m=m, k=k, n=n: (drawn(kind, m, k) @ drawn(kind, k, n)).numpy()
        yield f"linear {m} {k} {n}", lambda kind, m=m, k=k, n=n: trained(kind, nn.Linear(k, n), m, k)
    for name in ("RNN", "GRU", "LSTM"):
        yield name, lambda kind, name=name: trained(kind, getattr(nn, name)(5, 32, bidirectional=True), 20, 8, 5)
    yield "conv", lambda kind: trained(kind, nn.Conv2d(3, 16, 3), 2, 3, 14, 14)
    for fused in (False, True):
        yield f"Adam fused={fused}", lambda kind, fused=fused: stepped(kind, fused)


def run(experiment: str, variant: str, longer: int | None) -> list[Any]:
    """One seed of a short run; LONGER times as much where `longer` is None."""
    from ronkyo import files

    project = Project.find(ROOT)
    _, changes, rows = SHORT[experiment]
    times = {name: 1 if longer else factor for name, factor in LONGER.items()}
    changes = {name: value * times.get(name, 1) for name, value in changes.items()}
    training = project.load_params()[experiment].variants[variant].model_copy(update=changes)
    data = files.read_arrays(project.data_folder(experiment))
    cut = {name: array[: rows * times["rows"]] for name, array in data.items() if rows and name[:4] in ("trai", "test")}
    module = import_module(f"{project.manifest.package}.experiments.{experiment}.train")
    return [array for _, array in sorted(module.train(data | cut, training, 0, lambda _: None).items())]


def times() -> Iterator[tuple[str, float]]:
    """CPU seconds of an experiment's variants, after a short run of each."""
    for experiment, (variants, _, _) in SHORT.items():
        for variant in variants:
            run(experiment, variant, 1)
        started = time.process_time()
        for variant in variants:
            run(experiment, variant, None)
        yield experiment, time.process_time() - started


if __name__ == "__main__":
    main(sys.argv[1:])
