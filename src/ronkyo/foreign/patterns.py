"""What reports from elsewhere write by hand and the engine recognises, in Japanese and in English."""

import re

JAPANESE = "\u3040-\u30ff\u3400-\u9fff\uf900-\ufaff\uff01-\uff60"  # for a character class
FIGURE, TABLE = "図|Fig", "表|Table"  # beginnings of a caption
OWN_LABEL = re.compile(
    r"\s*((?:図|表|Fig(?:ure)?\.?|Table)\s*[\d０-９]+(?:[-.‐－．][\d０-９]+)*)[\s\u3000.:：．、)）]*"
)
NO_ALT = re.compile(
    r"(|image|img|alt|alt[ _-]?text|picture|画像|図|[\w .()-]+\.(png|jpe?g|svg|gif|webp))", re.IGNORECASE
)
QUESTION = re.compile(r"\s*((?:Q|Ｑ|設?問題?)\s*+(?:\d*\s*[:：.．]|\d+(?:[)）、]|(?=[\s\u3000]))))[\s\u3000]*")
DATE = re.compile(r"(\d{4})\s*[年/.-]\s*(\d{1,2})\s*[月/.-]\s*(\d{1,2})")
ADDRESS = re.compile(
    r"(?:https?://|(?<![\w@./-])www\.(?=[\w-]+\.))[\w\-./?%&=~#:+,;@!*'()\[\]]*[\w\-/=&#]"
    r"(?:(?<=/wiki/)[\u30a1-\u30ff\u3400-\u9fff々]+)?"  # a lemma; elsewhere the text goes on
    r"|(?<![\w.+@/-])[\w.+-]{1,64}@(?:[A-Za-z0-9-]{1,63}\.)+[A-Za-z]{2,}(?![\w@-])",
    re.ASCII,
)


def is_caption(text: str, label: re.Match[str]) -> bool:
    """図 1 学習曲線 and Figure 1: loss, not: 図 1 に示すように…。 or Figure 1 shows…"""
    bare = label[0].strip()[-1].isdigit()
    goes_on = re.match("[にのをはがよかとで]", text[label.end() :]) or (bare and re.match("[a-z]", text[label.end() :]))
    return not goes_on and not text.endswith(("。", "．"))
