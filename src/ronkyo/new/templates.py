"""The files that `ronkyo new` writes: Jinja with << >> for values, since the chapters in them are Jinja with {{ }}."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import jinja2

from ronkyo import files

FOLDER = Path(__file__).with_name("files")


@dataclass(frozen=True)
class Templates:
    """Fills the files of a folder beside this module; `t(english, japanese)` in them is the text of the language. In a
    file's name EXPERIMENT is the experiment's and `dot-` is a dot, since wheels leave out hidden files."""

    language: str
    values: dict[str, str]

    def text(self, name: str) -> str:
        """One file, filled in."""
        return self._fill((FOLDER / name).read_text(encoding="utf-8"))

    def write(self, folder: str, target: Path) -> list[Path]:
        """Every file of `folder`, filled in, below `target`: without `.j2`, executable if it begins with #!."""
        source = FOLDER / folder
        written = []
        for file in sorted(path for path in source.rglob("*.j2") if path.is_file()):
            name = file.relative_to(source).as_posix().removesuffix(".j2").replace("dot-", ".")
            path = target / name.replace("EXPERIMENT", self.values["experiment"])
            text = self._fill(file.read_text(encoding="utf-8"))
            files.write_text(path, text)
            path.chmod(0o755 if text.startswith("#!") else 0o644)
            written.append(path)
        return written

    def _fill(self, text: str) -> str:
        environment = jinja2.Environment(
            variable_start_string="<<",
            variable_end_string=">>",
            block_start_string="<%",
            block_end_string="%>",
            comment_start_string="<#",
            comment_end_string="#>",
            undefined=jinja2.StrictUndefined,
            keep_trailing_newline=True,
            autoescape=False,  # none of it is HTML
        )
        return environment.from_string(text).render(
            self.values,
            language=self.language,
            t=lambda english, japanese: {"en": english, "ja": japanese}[self.language],
        )
