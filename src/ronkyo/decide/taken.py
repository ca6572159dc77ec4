"""How far each variant is, as params.yaml has it: `seeds.taken` is written, all else of the file stays as it is."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from ruamel.yaml import YAML
from ruamel.yaml.error import YAMLError
from ruamel.yaml.nodes import ScalarNode

from ronkyo import files
from ronkyo.errors import UserError
from ronkyo.project import Project


def write(project: Project, experiment: str, counts: Mapping[str, int]) -> None:
    """Put {variant: number of seeds} into the plan of an experiment, which is a mapping with `looks`. Raises UserError where
    that would change something else, since the plan is written elsewhere (an alias, a merge)."""
    text = project.params_file.read_bytes().decode()
    wanted = _document(text)
    plan = wanted[experiment]["seeds"]
    taken = plan.get("taken", {}) | counts
    wanted[experiment] = wanted[experiment] | {"seeds": plan | {"taken": taken}}
    for variant, count in counts.items():
        text = put(text, (experiment, "seeds", "taken", variant), str(count))
    if _document(text) != wanted:
        place = f"{project.relative(project.params_file)}: {experiment}.seeds"
        raise UserError(f"{place}: expected a plan of its own, to write taken: {taken} into, found one that is shared")
    files.write_text(project.params_file, text)


def _document(text: str) -> Any:
    """None for what is no YAML."""
    try:
        return YAML(typ="safe").load(text)
    except YAMLError:
        return None


def put(text: str, keys: Sequence[str], value: str) -> str:
    """A YAML document whose nested mappings have the value under the keys, the last of which may be new."""
    node: Any = YAML().compose(text)
    for depth, key in enumerate(keys, start=1):
        entry = next((entry for name, entry in node.value if name.value == key), None)
        if entry is None:
            for inner in reversed(keys[depth:]):
                value = f"{{{inner}: {value}}}"
            return _with_entry(text, node, f"{key}: {value}")
        node = entry
    return text[: node.start_mark.index] + value + text[node.end_mark.index :]


def _with_entry(text: str, mapping: Any, entry: str) -> str:
    """One more entry: at the end of {…}; else on a line of its own, below the first one unless that has lines itself."""
    if mapping.flow_style:
        at = mapping.value[-1][1].end_mark.index if mapping.value else mapping.start_mark.index + 1
        return text[:at] + (", " if mapping.value else "") + entry + text[at:]
    name, value = mapping.value[0]
    indent = " " * name.start_mark.column
    if not isinstance(value, ScalarNode) and not value.flow_style:
        at = name.start_mark.index
        return f"{text[:at]}{entry}\n{indent}{text[at:]}"
    at = text.find("\n", value.end_mark.index)
    at = len(text) if at < 0 else at
    return f"{text[:at]}\n{indent}{entry}{text[at:]}"
