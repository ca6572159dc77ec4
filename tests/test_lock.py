"""requirements.lock pins everything that pyproject.toml asks for, and everything that that needs, by version and digest."""

import ast
import re
import sys
import tomllib
from importlib.metadata import PackageNotFoundError, packages_distributions, requires
from pathlib import Path

import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

ROOT = Path(__file__).parents[1]
PIN = re.compile(r"([a-z0-9-]+==[A-Za-z0-9.]+(?: ; .+)?)((?: \\\n    --hash=sha256:[0-9a-f]{64})+)\n")

BESIDE = "# Beside the engine: what the project, checks, clusters and development need.\n"


def pins(name: str = "requirements.lock") -> list[Requirement]:
    """Those of this version of Python and this platform."""
    return pins_in((ROOT / name).read_text(encoding="utf-8").partition("\n")[2].replace(BESIDE, ""))


def pins_in(text: str) -> list[Requirement]:
    assert not PIN.sub("", text), "every line is a pin with its digests"
    locked_here = [Requirement(pin) for pin, _ in PIN.findall(text)]
    return [pin for pin in locked_here if pin.marker is None or pin.marker.evaluate()]


def locked() -> dict[str, str]:
    return {pin.name: str(pin.specifier).removeprefix("==") for pin in pins()}


def wanted() -> list[Requirement]:
    tables = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
    extras, groups = tables["project"]["optional-dependencies"], tables["dependency-groups"]
    named = [*tables["project"]["dependencies"], *extras["check"], *groups["day3"], *groups["dev"]]
    return [Requirement(text) for text in named]


def test_every_dependency_is_pinned_to_a_version_that_it_allows():
    versions = locked()
    for requirement in wanted():
        name = canonicalize_name(requirement.name)
        assert name in versions, f"{name} is not in requirements.lock"
        assert requirement.specifier.contains(versions[name]), f"{requirement} is locked at {versions[name]}"


def left_out() -> set[str]:
    """What some dependency asks for and nothing here imports: pyproject.toml overrides it with a marker that never holds."""
    tables = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
    overrides = [Requirement(text) for text in tables["tool"]["uv"]["override-dependencies"]]
    return {canonicalize_name(override.name) for override in overrides if not override.marker.evaluate()}


def test_what_dependencies_need_is_pinned_too():
    known = {*locked(), *left_out()}
    known |= {pin.name for pin in pins("requirements-cuda.lock")}  # torch's CUDA build asks for those
    for name in known:
        try:
            needed = [Requirement(text) for text in requires(name) or []]
        except PackageNotFoundError:
            continue  # pinned for another version of Python
        for requirement in needed:
            if requirement.marker is None or requirement.marker.evaluate({"extra": ""}):
                assert canonicalize_name(requirement.name) in known, f"{name} needs {requirement.name}"


def test_what_the_engine_needs_stands_first_and_is_all_that_the_check_of_a_clone_installs():
    first, _, rest = (ROOT / "requirements.lock").read_text(encoding="utf-8").partition(BESIDE)
    engine = {pin.name for pin in pins_in(first.partition("\n")[2])}
    needed = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]["dependencies"]
    waiting = [Requirement(text) for text in needed]
    seen = set()
    while waiting:
        requirement = waiting.pop()
        name = canonicalize_name(requirement.name)
        if name not in seen and (requirement.marker is None or requirement.marker.evaluate({"extra": ""})):
            seen.add(name)
            waiting += [Requirement(text) for text in requires(name) or []]
    assert seen <= engine
    assert not {"torch", "numba", "pytest"} & engine
    assert not engine & {pin.name for pin in pins_in(rest)}


def test_the_lock_pins_torch_as_one_plain_version():
    assert locked()["torch"] == "2.13.0"


@pytest.mark.parametrize("name", ["requirements.lock", "requirements-cuda.lock"])
def test_no_distribution_is_pinned_twice_for_one_machine(name):
    names = [pin.name for pin in pins(name)]
    assert len(names) == len(set(names)) > 10


def imported(folder: Path) -> set[str]:
    """The modules that a folder's code imports from elsewhere."""
    names = set()
    for file in folder.rglob("*.py"):
        for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Import):
                names |= {alias.name for alias in node.names}
            elif isinstance(node, ast.ImportFrom):
                names.add(str(node.module))
    return {name.partition(".")[0] for name in names} - {*sys.stdlib_module_names, "ronkyo", "day3"}


def test_all_that_the_engine_and_day3_import_is_asked_for():
    tables = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
    engine = tables["project"]["dependencies"]
    check, cluster, diagrams, editors, sign = (
        engine + tables["project"]["optional-dependencies"][extra]
        for extra in ("check", "cluster", "diagrams", "editors", "sign")
    )
    rooms = {room: engine for room in (ROOT / "src/ronkyo").iterdir() if room.is_dir()}
    rooms |= {
        ROOT / "src/ronkyo": check + cluster + diagrams + editors + sign,
        ROOT / "src/ronkyo/check": check,
        ROOT / "src/ronkyo/editors": editors,
        ROOT / "src/ronkyo/foreign": diagrams,
        ROOT / "src/ronkyo/run": cluster,
        ROOT / "src/ronkyo/verify": sign,
        ROOT / "src/day3": engine + tables["dependency-groups"]["day3"],
    }
    providers = packages_distributions()
    for room, requirements in rooms.items():
        asked = {canonicalize_name(Requirement(text).name) for text in requirements}
        for module in imported(room):
            assert asked & set(map(canonicalize_name, providers.get(module, [module]))), f"{room.name} imports {module}"
