"""All that the engine itself says in a report, in tables by language: `claims` has the words of comparisons and conclusions,
`evidence` what is said of the files in a report.

A key names the room first ("page.figure", "claims.changes.seeds"); a text may have fields in braces. The tables
of both languages have the same keys and fields.
"""

from __future__ import annotations

from datetime import date

from ronkyo.errors import UserError, nearest
from ronkyo.words import en, ja
from ronkyo.words.claims import en as claims_en
from ronkyo.words.claims import ja as claims_ja
from ronkyo.words.evidence import en as evidence_en
from ronkyo.words.evidence import ja as evidence_ja
from ronkyo.words.replay import en as replay_en
from ronkyo.words.replay import ja as replay_ja

TABLES = {
    "ja": ja.TEXTS | claims_ja.TEXTS | evidence_ja.TEXTS | replay_ja.TEXTS,
    "en": en.TEXTS | claims_en.TEXTS | evidence_en.TEXTS | replay_en.TEXTS,
}


class Words:
    """The texts of one language: `words("page.figure")`, `words("claims.changes.seeds", count=12)`."""

    def __init__(self, language: str) -> None:
        if language not in TABLES:
            raise UserError(f"language {language!r}: expected {' or '.join(sorted(TABLES))}")
        self.language = language
        self._texts = TABLES[language]

    def __call__(self, key: str, **fields: object) -> str:
        if key not in self._texts:
            raise KeyError(f"{key}: no such text{nearest(key, self._texts)}")
        return self._texts[key].format(**fields) if fields else self._texts[key]

    def get(self, key: str) -> str | None:
        """The text, if there is one."""
        return self._texts.get(key)

    def date(self, day: date) -> str:
        return self("page.date", day=day, month=self(f"page.month.{day.month}"))
