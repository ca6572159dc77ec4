"""Which code a run executes, and which changes of it count."""

from __future__ import annotations

import pytest

from ronkyo.store import code

TRAIN = """
from package.nn import layers
from package.nn.layers import width as size
import numpy as np

RATE = 0.5

def train(data):
    return layers.forward(data) * RATE + size

def steps(data):
    return 3
"""
LAYERS = """
from package.nn.slopes import relu

width = 3

def forward(x):
    total = relu(x)
    for layer in range(width):
        total = total + layer
    return total

def other(x):
    return x - 1
"""
SLOPES = """
def relu(x):
    return max(x, 0)

def tanh(x):
    return x
"""


@pytest.fixture
def find(tmp_path):
    """What package.train.train reaches when modules have these texts."""

    def find(**texts: str) -> code.Code:
        modules = {"train": TRAIN, "nn.layers": LAYERS, "nn.slopes": SLOPES, "nn.__init__": "", "__init__": ""}
        modules |= {name.replace("__", ".") if "__init__" not in name else name: text for name, text in texts.items()}
        for name, text in modules.items():
            file = tmp_path / "package" / f"{name.replace('.', '/')}.py"
            file.parent.mkdir(parents=True, exist_ok=True)
            file.write_text(text, encoding="utf-8")
        files = sorted((tmp_path / "package").rglob("*.py"))
        return code.reached(["package.train.train"], {"package": tmp_path}, files)

    return find


def test_only_what_is_reached_by_name_counts(find):
    found = {name.removeprefix("package.") for name in find().digests}
    assert found == {
        "train.train",
        "train.RATE",
        "train.layers",
        "train.size",
        "nn.layers.forward",
        "nn.layers.width",
        "nn.layers.relu",
        "nn.slopes.relu",
    }


@pytest.mark.parametrize(
    ("module", "old", "new"),
    [
        ("nn__layers", "    total = relu(x)", "    # a comment\n\n    total = relu( x )"),
        ("nn__layers", "    total = relu(x)", '    """A docstring."""\n    total = relu(x)'),
        ("nn__layers", "total", "summed"),
        ("nn__layers", "layer in", "layer  in"),
        ("nn__layers", "return x - 1", "return x - 2"),
        ("nn__slopes", "return x\n", "return -x\n"),
        ("train", "return 3", "return 4"),
        ("train", "RATE = 0.5", '"""Not a docstring, but nothing that runs."""\nRATE = 0.5'),
        ("train", "import numpy as np", "import numpy as np\nimport torch"),
    ],
)
def test_what_changes_no_result_changes_no_digest(find, module, old, new):
    text = {"nn__layers": LAYERS, "nn__slopes": SLOPES, "train": TRAIN}[module]
    assert old in text
    assert find().digests == find(**{module: text.replace(old, new)}).digests


@pytest.mark.parametrize(
    ("module", "old", "new", "changed"),
    [
        ("nn__layers", "range(width)", "range(1 + width)", {"nn.layers.forward"}),
        ("nn__layers", "width = 3", "width = 4", {"nn.layers.width"}),
        ("nn__slopes", "max(x, 0)", "max(x, 1)", {"nn.slopes.relu"}),
        ("nn__slopes", "max(x, 0)", "max(x, tanh(0))", {"nn.slopes.relu", "nn.slopes.tanh"}),
        ("nn__layers", "import relu", "import tanh as relu", {"nn.layers.relu", "nn.slopes.relu", "nn.slopes.tanh"}),
        ("train", "def train", "@size\ndef train", {"train", "train.train"}),
        ("train", "train(data):", "train(data, more=1):", {"train.train"}),
        ("train", "RATE = 0.5", "RATE = 0.5\nRATE += 1", {"train", "train.RATE"}),
    ],
)
def test_what_may_change_a_result_changes_its_digest(find, module, old, new, changed):
    text = {"nn__layers": LAYERS, "nn__slopes": SLOPES, "train": TRAIN}[module]
    assert old in text
    before, after = find().digests, find(**{module: text.replace(old, new)}).digests
    names = {name.removeprefix("package.") for name in before.keys() | after if before.get(name) != after.get(name)}
    assert names == changed


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("a = x\n    b = y\n    return a", "a = x\n    b = y\n    return b"),
        ("a = x\n    return a", "y = x\n    return y"),  # a parameter
        ("rate = x\n    return rate", "RATE = x\n    return RATE"),  # a name of the module, hidden
        ("size = x\n    return size", "len = x\n    return len"),  # a builtin
        ("a = [b for b in x]\n    return a", "a = [x for x in x]\n    return a"),
        (
            "match x:\n        case b: pass\n    a = 1\n    return a",
            "match x:\n        case b: pass\n    b = 1\n    return b",
        ),
        (
            "try:\n        a = 1\n    except E as b: pass\n    return a",
            "try:\n        b = 1\n    except E as b: pass\n    return b",
        ),
        ("a = 1\n    return lambda b=y: a", "y = 1\n    return lambda b=y: y"),
        ("a = 1\n    class B: a = 2\n    return B.a", "c = 1\n    class B: c = 2\n    return B.a"),
        ("global a\n    a = 1", "global b\n    b = 1"),
        ("a = 1\n    return f'{a=}'", "b = 1\n    return f'{b=}'"),
    ],
)
def test_a_change_that_is_no_renamed_local_counts(find, old, new):
    first, second = (find(train=f"RATE = 1\ndef train(x, y):\n    {body}\n").digests for body in (old, new))
    assert first["package.train.train"] != second["package.train.train"]


def test_a_renamed_local_of_a_nested_function_and_of_a_method_changes_nothing(find):
    text = """
class Net:
    a = 1
    def forward(self, x):
        def inner():
            nonlocal_ = 1
            return local + nonlocal_
        local = self.a
        return [local + inner() for item in x]
def train(x):
    return Net().forward(x)
"""
    renamed = text.replace("nonlocal_", "n").replace("local", "here").replace("item", "thing")
    assert find(train=text).digests == find(train=renamed).digests


DYNAMIC = {
    "globals": "import package.nn.layers\ndef train(x):\n    return globals()",
    "a module as a value": "from package.nn import layers\ndef train(x):\n    return getattr(layers, x)",
    "a name in a string": "def train(x):\n    return load('package.nn.layers')",
    "star": "from package.nn.layers import *\ndef train(x):\n    return other(x)",
    "sys.modules": "import sys\nimport package.nn.layers\ndef train(x):\n    return sys.modules[x]",
    "star of a module as a value": "from package import nn\ndef train(x):\n    return nn",
    "inside": "def train(x):\n    from package.nn.layers import other\n    return other(x)",
    "dotted": "import package.nn.layers\ndef train(x):\n    return package.nn.layers.other(x)",
    "try": "try:\n    from package.nn.layers import other\nexcept ImportError: pass\ndef train(x):\n    return other",
    "relative": "from .nn.layers import other\ndef train(x):\n    return other(x)",
    "an expression on import": "from package.nn.layers import other\nprint(other)\ndef train(x):\n    return x",
    "a call on import": "from package.nn.layers import other\nx = other(1)\ndef train(x):\n    return x",
    "of a class": "from package.nn.layers import other\nclass A:\n    b = other\ndef train(x: A):\n    return x",
    "the first of two": "try:\n    from .nn.layers import other\nexcept ImportError:\n    from .nn.slopes import relu as other\n"
    "def train(x):\n    return other(x)",
    "the first of two inside": "def train(x):\n    if x:\n        from .nn.layers import other\n    else:\n"
    "        from .nn.slopes import relu as other\n    return other(x)",
    "a star over a name": "other = 1\nfrom package.nn.layers import *\ndef train(x):\n    return other(x)",
    "import_module by another name": "import package.nn.layers\nfrom importlib import import_module as load\n"
    "def train(x):\n    return load(x)",
    "modules of sys": "import package.nn.layers\nfrom sys import modules\ndef train(x):\n    return modules[x]",
    "__dict__": "from package.nn import layers\ndef train(x):\n    return layers.__dict__[x]",
    "a function in a string": "def train(x):\n    return load('package.nn.layers.other')",
    "__getattr__ of a package": "from package.nn import other\ndef train(x):\n    return other(x)",
}


@pytest.mark.parametrize("name", DYNAMIC)
def test_code_that_is_reached_in_other_ways_counts(find, name):
    init = ""
    if name == "star of a module as a value":
        init = "from package.nn.layers import *"
    elif name == "__getattr__ of a package":
        init = "from importlib import import_module\ndef __getattr__(name):\n    return import_module(LAYERS)"
    texts = {"train": DYNAMIC[name], "nn.__init__": init}
    before = find(**texts).digests
    after = find(**texts, nn__layers=LAYERS.replace("x - 1", "x - 2")).digests
    assert before["package.nn.layers.other"] != after["package.nn.layers.other"]


REGISTER = """
CELLS = {}
def register(cell):
    import numpy
    CELLS[cell.__name__] = cell
"""


@pytest.mark.parametrize(
    "cells",
    [
        "from package.registry import register\n@register\ndef gru(x):\n    return 1",
        "from package.registry import *\n@register\ndef gru(x):\n    return 1",
        REGISTER + "@register\ndef gru(x):\n    return 1\nfrom package import registry\nregistry.CELLS = CELLS",
        "from package.registry import CELLS\nclass Gru:\n    CELLS.update(gru=lambda: 1)",
        "from package.registry import CELLS\nCELLS['gru'] = 1",
    ],
)
@pytest.mark.parametrize("load", ["import package.cells", "from package import cells"])
def test_what_registers_itself_on_import_counts(find, load, cells):
    train = f"{load}\nfrom package import registry\ndef train(x):\n    return registry.CELLS['gru'](x)"
    before = find(train=train, registry=REGISTER, cells=cells).digests
    assert before != find(train=train, registry=REGISTER, cells=cells.replace("1", "2")).digests


def test_an_init_that_passes_on_a_name_counts(find):
    train = "from package.nn import forward\ndef train(x):\n    return forward(x)"
    init = {"nn.__init__": "from package.nn.layers import forward"}
    before = find(train=train, **init).digests
    assert "package.nn.layers.forward" in before
    assert before != find(train=train, nn__layers=LAYERS.replace("width)", "9)"), **init).digests


@pytest.mark.parametrize("passed_on", ["from package.nn.relu import relu", "from package.nn.relu import *"])
def test_a_function_of_the_same_name_as_its_module_counts(find, passed_on):
    train = "from package import nn\ndef train(x):\n    return nn.relu(x)"
    texts = {"train": train, "nn.__init__": passed_on, "nn.relu": "def relu(x):\n    return x.more.attributes"}
    assert "package.nn.relu.relu" in find(**texts).digests


@pytest.mark.parametrize("name", ["missing", "*"])
def test_a_module_that_is_no_python_file_is_left_out(find, name):
    train = "from package import nn\ndef train(x):\n    return nn.missing.a.b(x)"
    assert (
        "package.train.train" in find(train=train, **{"nn.__init__": f"from package.nn.missing import {name}"}).digests
    )


def test_code_that_only_a_type_checker_imports_does_not_count(find):
    train = "if TYPE_CHECKING:\n    from package.nn.layers import other\ndef train(x: other): pass"
    assert "package.nn.layers.other" not in find(train=train).digests


def test_texts_are_those_of_the_digests(find):
    found = find()
    assert found.texts.keys() == found.digests.keys()
    assert found.texts["package.nn.slopes.relu"] == "def relu(x):\n    return max(x, 0)\n"
