"""The wiring of dvc.yaml: what stages depend on, what they read, and which way imports go."""

import ast
from pathlib import Path

import imports
import pytest

from ronkyo import params
from ronkyo.run import pipeline

ROOT = imports.ROOT
STAGES = params.read_document(ROOT / "dvc.yaml")["stages"]
DOCUMENT = params.read_document(ROOT / "params.yaml")


def entries():
    """(stage's name, entry of one instance) for every stage of dvc.yaml."""
    for name, entry in STAGES.items():
        if "foreach" not in entry:
            yield name, entry
            continue
        keys = DOCUMENT[entry["foreach"].strip("${}").split(".")[0]]["variants"]
        yield from ((f"{name}@{key}", pipeline.definition(f"{name}@{key}", ROOT / "dvc.yaml")) for key in keys)


each_stage = pytest.mark.parametrize(("name", "entry"), list(entries()), ids=[name for name, _ in entries()])


@each_stage
def test_a_stage_depends_on_every_file_that_it_imports(name, entry):
    deps = entry["deps"]
    covered = {dep for dep in deps if (ROOT / dep).is_dir()}
    imported = imports.of_command(entry["cmd"])
    missing = {file for file in imported if file not in deps and not any(file.startswith(f"{dep}/") for dep in covered)}
    assert not missing, f"{name}: deps of dvc.yaml lack {', '.join(sorted(missing))}"


@each_stage
def test_a_stage_depends_on_nothing_that_does_not_exist_or_that_it_does_not_use(name, entry):
    made = {out for _, other in entries() for out in _outs(other)}
    code = {dep for dep in entry["deps"] if dep.endswith(".py")}
    assert code <= imports.of_command(entry["cmd"]), f"{name}: deps that it does not import"
    for dep in set(entry["deps"]) - code:
        is_made = any(out == dep or out.startswith(f"{dep}/") or dep.startswith(f"{out}/") for out in made)
        assert is_made or (ROOT / dep).exists(), f"{name}: {dep} does not exist and no stage makes it"


def test_every_parameter_is_tracked_by_a_stage_that_computes_with_it():
    tracked = {key for name, entry in entries() if name != "report" for key in entry.get("params", [])} | {"report"}
    for key in _leaves(DOCUMENT):
        assert any(key == item or key.startswith(f"{item}.") for item in tracked), f"{key}: no stage tracks it"


def test_editing_one_variant_touches_only_its_own_training():
    stages = [
        name for name, entry in entries() if name.startswith("train") and _reads(entry, "spoken_digits.variants.gru")
    ]
    assert stages == ["train_spoken_digits@gru"]


def test_no_two_stages_write_the_same_place():
    outs = [out for _, entry in entries() for out in _outs(entry)]
    assert len(outs) == len(set(outs))


def test_drawing_and_the_report_never_import_torch():
    for name, entry in entries():
        if not name.startswith(("draw", "report")):
            continue
        files = imports.closure([ROOT / "stages/report.py"]) if name == "report" else None
        for file in files or {ROOT / file for file in imports.of_command(entry["cmd"])}:
            assert "torch" not in _third_party(file), f"{name}: {file.relative_to(ROOT)} imports torch"


def test_imports_go_one_way():
    for file in (ROOT / "src/day3").rglob("*.py"):
        layer = file.relative_to(ROOT / "src/day3").parts
        for other in imports.direct(file):
            target = other.relative_to(ROOT / "src/day3").parts
            allowed = {
                "nn": {"nn"},
                "report": {"report"},
                "experiments": {"nn", "experiments"},
                "comparison": {"comparison", "report"},
            }.get(layer[0], set())
            if len(target) > 1 and layer[0] not in ("cli.py",):
                assert target[0] in allowed, f"{'/'.join(layer)} imports {'/'.join(target)}"
            if layer[0] == target[0] == "experiments":
                assert layer[1] == target[1], f"experiment {layer[1]} imports experiment {target[1]}"


def test_stage_scripts_are_thin():
    for file in (ROOT / "stages").glob("*.py"):
        assert len(file.read_text(encoding="utf-8").splitlines()) <= 60, file.name


def _reads(entry, key):
    return any(key == item or key.startswith(f"{item}.") for item in entry.get("params", []))


def _outs(entry):
    for kind in ("outs", "metrics", "plots"):
        for out in entry.get(kind, []):
            yield out if isinstance(out, str) else next(iter(out))


def _leaves(document, prefix=""):
    if not isinstance(document, dict):
        yield prefix
        return
    for key, value in document.items():
        yield from _leaves(value, f"{prefix}.{key}" if prefix else key)


def _third_party(file: Path) -> set[str]:
    names = set()
    for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            names |= {alias.name.split(".")[0] for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and node.module:
            names.add(node.module.split(".")[0])
    return names
