"""The dialect, construct by construct: ours, Markdown Preview Enhanced's and Pandoc's.

python tests/ronkyo/foreign/constructs.py writes docs/dialect.md from constructs.yaml. Where pandoc is installed, and
@shd101wyy/mume in npm's NODE_PATH, it asks them before, and writes what they show into constructs.yaml.
"""

from __future__ import annotations

import json
import re
import shutil
import subprocess
import tempfile
from pathlib import Path
from typing import Any

from lxml import html
from PIL import Image
from ruamel.yaml import YAML

from ronkyo.foreign import render

HERE = Path(__file__).parent
DATA = HERE / "constructs.yaml"
PAGE = HERE.parents[2] / "docs/dialect.md"
FILES = {
    "part.md": "**部分**\n",
    "table.csv": "x,y\n1,2\n",
    "code.py": "def f():\n    return 1\n",
    "x.js": "let x\n",
}
LONGEST = 60  # characters of what somebody shows instead
INTRODUCTION = """# The dialect of `ronkyo render`

What a report may be written in, and what Markdown Preview Enhanced (its engine, mume 0.7.9) and Pandoc ({pandoc}) make of
the same source with their own defaults. "–" is what shows nothing. Made by `python tests/ronkyo/foreign/constructs.py`; the
tests hold it. ⚠: with a warning `FILE:line`.

"""


def read() -> list[dict[str, Any]]:
    """The entries of constructs.yaml, those of groups among them."""
    return YAML(typ="safe").load(DATA)


def fill(folder: Path) -> None:
    """The files that sources name."""
    for name, text in FILES.items():
        (folder / name).write_text(text, encoding="utf-8")
    for name in ("p.png", "a b.png", "sub/p.png"):
        (folder / name).parent.mkdir(exist_ok=True)
        Image.new("RGB", (8, 6), "navy").save(folder / name)


def ours(source: str, folder: Path) -> tuple[html.HtmlElement, list[str]]:
    """The page for the browser, with the places of formulas, and the warnings."""
    file = folder / "report.md"
    file.write_text(source, encoding="utf-8")
    parsed = render.parse(file, "ja")
    page = html.fromstring(render.for_browser(file, parsed))
    for formula in page.xpath("//*[@class='formula' or @class='equation']"):
        formula.set("data-formula", "")
    return page, parsed.warnings


def shown(page: html.HtmlElement, entry: dict[str, Any]) -> str:
    """yes, or what there is instead."""
    if page.xpath(entry["shown"]):
        return "yes"
    for unseen in page.xpath("//style | //script | //title"):
        unseen.drop_tree()
    text = " ".join(page.text_content().split())
    return text[:LONGEST] + "…" * (len(text) > LONGEST) or "–"


def asked() -> dict[str, dict[str, str]]:
    """HTML of each construct by those of the two others that are here."""
    entries = [entry for entry in read() if "name" in entry]
    found: dict[str, dict[str, str]] = {}
    with tempfile.TemporaryDirectory() as folder:
        fill(Path(folder))
        if shutil.which("pandoc"):
            command = ["pandoc", "-f", "markdown", "-t", "html", "-s", "--metadata", "pagetitle=-"]
            found["pandoc"] = {
                entry["name"]: subprocess.run(
                    command, input=entry["source"], cwd=folder, capture_output=True, text=True, check=True
                ).stdout
                for entry in entries
            }
        if shutil.which("node"):
            wanted = {entry["name"]: {"source": entry["source"], "folder": folder} for entry in entries}
            command = ["node", str(HERE / "mume.js")]
            done = subprocess.run(command, input=json.dumps(wanted), capture_output=True, text=True, check=False)
            if done.returncode == 0:
                found["mpe"] = json.loads(done.stdout)
    return found


def update() -> None:
    """constructs.yaml with what the others show."""
    yaml = YAML()
    yaml.width = 1000
    data = yaml.load(DATA)
    for name, pages in asked().items():
        for entry in data:
            if "name" in entry:
                page = pages[entry["name"]] or "-"
                entry[name] = shown(html.document_fromstring(f"<html><body>{_body(page)}</body></html>"), entry)
    with DATA.open("w", encoding="utf-8") as file:
        yaml.dump(data, file)


def _body(page: str) -> str:
    found = re.search(r"<body[^>]*>(.*)</body>", page, re.DOTALL)
    return found[1] if found else page


def written() -> str:
    """docs/dialect.md."""
    lines = []
    for entry in read():
        if "group" in entry:
            lines += [
                "",
                f"## {entry['group']}",
                "",
                "| construct | source | ronkyo | MPE | Pandoc |",
                "|---|---|---|---|---|",
            ]
            continue
        cells = [f"{entry['name']}", _code(entry["source"]), "yes" + " ⚠" * ("warned" in entry)]
        cells += [entry[name] if entry[name] in ("yes", "–") else _code(entry[name]) for name in ("mpe", "pandoc")]
        lines.append(f"| {' | '.join(cells)} |")
    return INTRODUCTION.replace("{pandoc}", "2.17") + "\n".join(lines).strip() + "\n"


def _code(text: str) -> str:
    """On one line, with nothing that a table's cell reads in its own way."""
    fence = "``" if "`" in text else "`"
    bare = text.replace("\n", "⏎").replace("|", "\\|")
    blank = " " if "`" in text else ""
    return f"{fence}{blank}{bare}{blank}{fence}"


if __name__ == "__main__":
    update()
    PAGE.write_text(written(), encoding="utf-8")
