"""The numerical baseline is in force before any library that computes is loaded: in stages, in workers, or not at all."""

import json
import os
import platform
import subprocess
import sys
from pathlib import Path

import pytest
from ruamel.yaml import YAML

import ronkyo
from ronkyo import cli, files, numerics
from ronkyo.run import definition, prepare, train

ENGINE = Path(ronkyo.__file__).parents[1]
NAME = "least_squares"
FEATURES = """
import ctypes, json, sys
import source
assert "numpy" not in sys.modules
import numpy as np
from numpy._core._multiarray_umath import __cpu_features__
from ronkyo import numerics

libraries = [line.split()[-1] for line in open("/proc/self/maps") if "libscipy_openblas64_" in line]
core = ctypes.CDLL(libraries[0]).scipy_openblas_get_corename64_
core.restype = ctypes.c_char_p
found = {"baseline": numerics.current(), "numpy": [name for name in __cpu_features__ if __cpu_features__[name]]}
found["openblas"] = core().decode()
try:
    import torch
except ImportError:
    pass
else:
    found["torch"], found["threads"] = torch.backends.cpu.get_cpu_capability(), torch.get_num_threads()
try:
    import numba
except ImportError:
    pass
else:
    @numba.njit(fastmath=True)
    def total(values):
        sum = 0.0
        for value in values:
            sum += value
        return sum
    total(np.ones(64))
    code = "".join(total.inspect_asm().values())
    found["numba"] = [register for register in ("ymm", "zmm") if register in code]
print(json.dumps(found))
"""
x86_64_linux = pytest.mark.skipif(
    (platform.system(), platform.machine()) != ("Linux", "x86_64"), reason="what is asked is x86-64's and Linux'"
)


def run(script: str, folder: Path, **environment: str) -> subprocess.CompletedProcess[str]:
    """In a process that has no baseline yet."""
    ours = numerics.environment("portable")
    outside = {name: value for name, value in os.environ.items() if name not in ours}
    return subprocess.run(
        [sys.executable, "-c", script],
        cwd=folder,
        env=outside | {"PYTHONPATH": os.pathsep.join([str(ENGINE), str(folder)])} | environment,
        capture_output=True,
        text=True,
        check=False,
    )


def choose(project, choice: str | None) -> None:
    yaml = YAML()
    document = yaml.load(project.params_file)
    del document["numerics"]
    yaml.dump(document if choice is None else {"numerics": choice, **document}, project.params_file)


@x86_64_linux
def test_a_stage_computes_with_avx2_and_no_more(small_files):
    done = run(FEATURES, small_files.root / "stages")
    assert done.returncode == 0, done.stderr
    found = json.loads(done.stdout)
    assert found["baseline"] == numerics.name("portable")
    assert "X86_V3" in found["numpy"]
    assert not {"X86_V4", "AVX512_ICL", "AVX512_SPR"} & set(found["numpy"])
    assert found["openblas"] == "Haswell"
    assert (found.get("torch", "AVX2"), found.get("threads", 1)) == ("AVX2", 1)
    assert found.get("numba", ["ymm"]) == ["ymm"]


@x86_64_linux
@pytest.mark.skipif(
    "avx512f" not in numerics._cpuinfo().get("flags", ""), reason="this processor has no more than AVX2"
)
def test_a_native_stage_computes_with_all_that_there_is(small_files):
    choose(small_files, "native")
    found = json.loads(run(FEATURES, small_files.root / "stages").stdout)
    assert found["baseline"] == numerics.name("native")
    assert "X86_V4" in found["numpy"]
    assert found.get("torch", "AVX512") == "AVX512"


def test_a_worker_has_the_project_s_baseline(small_files):
    experiment = small_files.experiments_folder / NAME
    body = 'np.frombuffer(os.environ["RONKYO_NUMERICS"].encode(), np.uint8)'
    head = "import os\nimport numpy as np\n\ndef steps(data, training):\n    return 1\n"
    files.write_text(
        experiment / "train.py", f'{head}\ndef train(data, training, seed, progress):\n    return {{"name": {body}}}\n'
    )
    prepare.run(small_files, NAME)
    train.run(small_files, NAME, "plain")
    arrays = files.read_arrays(small_files.run_folder(NAME, "plain"))
    assert {bytes(name).decode() for name in arrays["name"]} == {numerics.name("portable")}


def test_a_baseline_that_comes_too_late_is_refused(tmp_path):
    script = "import numpy\nfrom ronkyo import numerics\nnumerics.apply('portable')"
    done = run(script, tmp_path)
    assert "numerics: portable: expected to set it before numpy is loaded, found it loaded" in done.stderr
    assert done.returncode != 0


def test_the_same_baseline_again_is_no_mistake(tmp_path):
    script = "from ronkyo import numerics\nfirst = numerics.apply('portable')\nimport numpy\n"
    done = run(script + "assert numerics.apply('portable') == first == numerics.current()", tmp_path)
    assert done.returncode == 0, done.stderr


def test_a_process_has_the_baseline_only_while_every_setting_is_as_it_says(monkeypatch):
    for choice in ("portable", "native"):
        wanted = numerics.environment(choice)
        for name, value in wanted.items():
            monkeypatch.setenv(name, value)
        assert numerics.current() == numerics.name(choice) == wanted[numerics.NAME]
    monkeypatch.setenv("OMP_NUM_THREADS", "2")
    assert numerics.current() == "none"
    monkeypatch.delenv(numerics.NAME)
    assert numerics.current() == "none"


@x86_64_linux
def test_a_processor_without_avx2_has_a_baseline_of_its_own(monkeypatch):
    usual = numerics.name("portable")
    monkeypatch.setattr(numerics, "_cpuinfo", lambda: {"flags": "sse2 fma", "model name": "Nehalem"})
    assert numerics.name("portable") == "x86-64 without avx2: Nehalem" != usual


def test_an_unknown_choice_is_one_line_also_of_a_stage(small_files, capsys):
    choose(small_files, "fast")
    expected = "params.yaml: numerics: expected one of 'portable' or 'native', found 'fast'\n"
    assert cli.main(["-C", str(small_files.root), "check"]) == 1
    assert capsys.readouterr().err == expected
    assert run("import source", small_files.root / "stages").stderr == expected


def test_without_a_choice_the_baseline_is_portable_and_no_stage_depends_on_it(small_files):
    stages = definition.Definition(small_files).stages(NAME)
    keys = [stages[f"{kind}_{NAME}"].get("do", stages[f"{kind}_{NAME}"])["params"] for kind in definition.MODULES]
    assert all("numerics" in read for read in keys)
    choose(small_files, None)
    assert small_files.numerics == "portable"
    assert small_files.load_params()["numerics"].root == "portable"
    assert "numerics" not in definition.Definition(small_files).text()
