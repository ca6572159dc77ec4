"""How `ronkyo render` grows: python benchmarks/render.py [KIND…]

Pages of plain text and other kinds of Markdown; processor seconds and peak MB of each size, each in a process
of its own, and the ratio of seconds to the size before it beside the ratio of sizes.
"""

from __future__ import annotations

import resource
import subprocess
import sys
import tempfile
from collections.abc import Callable
from pathlib import Path

import pypdf

PAGE = (
    "これは長い文章です。学習率が大きすぎると発散し、小さすぎると収束が遅い。" * 21 + "\n\n"
)  # about 1,500 characters
SENTENCE = "これは長い段落です。学習率が大きすぎると発散し、小さいと遅い。OKだ"  # of 100 bytes with its end
PICTURE = (
    "data:image/png;base64,iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAAAAAA6fptVAAAACklEQVR4nGNoAAAAggCBd81ytgAAAABJRU5ErkJggg=="
)
KINDS: dict[str, tuple[tuple[int, ...], Callable[[int], str]]] = {
    "pages": ((1, 10, 100, 500), lambda count: PAGE * count),
    "rows": (
        (100, 1000, 10_000),
        lambda count: "| a | b |\n|---|---|\n" + "".join(f"| {row} | {row * row} |\n" for row in range(count)),
    ),
    "headings": (
        (100, 1000, 10_000),
        lambda count: "".join(f"## 章 {number}\n\n本文。\n\n" for number in range(1, count)),  # with the title
    ),
    "megabytes": ((1, 2, 5), lambda count: (SENTENCE + "\n\n") * (count * 10_000)),
    "line": ((10, 100, 1000), lambda count: "word " * (count * 200)),
    "footnotes": (
        (100, 1000, 10_000),
        lambda count: "".join(f"文[^{number}]。\n\n[^{number}]: 注。\n\n" for number in range(count)),
    ),
    "links": (
        (100, 1000, 10_000),
        lambda count: "".join(f"[語](https://example.com/{number})と\n" for number in range(count)),
    ),
    "lines": ((100, 1000, 10_000), lambda count: "```python\n" + "x = f(1)  # 注\n" * count + "```\n"),
    "items": ((100, 1000, 10_000), lambda count: "- 項目\n" * count),
    "pictures": ((100, 1000, 10_000), lambda count: f"![図]({PICTURE})\n\n" * count),
    "strong": ((100, 1000, 10_000), lambda count: "a" + "**b**c" * count),
    "formulas": (
        (100, 1000, 10_000),
        lambda count: "".join(f"文 $x_{{{number}}}^2$ 。\n\n" for number in range(count)),
    ),
}


def main(kinds: list[str]) -> None:
    print("kind         size  pages  seconds  s/page  peak MB  MB/page  ratio of sizes  of seconds")
    for kind in kinds or KINDS:
        sizes, text = KINDS[kind]
        before = None
        for size in sizes:
            seconds, memory, pages = measured(f"# 題\n\n{text(size)}")
            row = (
                f"{kind:9} {size:7} {pages:6} {seconds:8.1f} {seconds / pages:7.3f} {memory:8.0f} {memory / pages:8.2f}"
            )
            if before:
                row += f" {size / before[0]:15.1f} {seconds / before[1]:11.1f}"
            print(row, flush=True)
            before = size, seconds


def measured(text: str) -> tuple[float, float, int]:
    """Processor seconds, peak MB, pages."""
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / "a.md"
        file.write_text(text, encoding="utf-8")
        program = (
            "import resource, subprocess, sys;"
            "subprocess.run([sys.executable, '-m', 'ronkyo.cli', '-q', 'render', sys.argv[1]], check=True);"
            "print(resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss)"
        )
        start = resource.getrusage(resource.RUSAGE_CHILDREN)
        done = subprocess.run([sys.executable, "-c", program, str(file)], check=True, stdout=subprocess.PIPE, text=True)
        end = resource.getrusage(resource.RUSAGE_CHILDREN)
        seconds = end.ru_utime + end.ru_stime - start.ru_utime - start.ru_stime
        pages = len(pypdf.PdfReader(file.with_suffix(".pdf")).pages)
    return seconds, float(done.stdout) / (1024**2 if sys.platform == "darwin" else 1024), pages


if __name__ == "__main__":
    main(sys.argv[1:])
