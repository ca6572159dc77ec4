"""A report's file -> its text, whatever editor wrote it."""

from __future__ import annotations

import codecs
import re
from pathlib import Path

from charset_normalizer import from_bytes

from day3.errors import UserError

BYTE_ORDER_MARKS = (  # the longer first: UTF-32's begins with UTF-16's
    (codecs.BOM_UTF8, "utf-8"),
    (codecs.BOM_UTF32_LE, "utf-32-le"),
    (codecs.BOM_UTF32_BE, "utf-32-be"),
    (codecs.BOM_UTF16_LE, "utf-16-le"),
    (codecs.BOM_UTF16_BE, "utf-16-be"),
)
WITHOUT_MARK = ["cp932", "euc_jp", "gbk"]  # tried in turn when the file is not UTF-8
MOST_CHAOS = 0.1  # charset-normalizer's own measure; right readings of Japanese text are below 0.02, wrong ones above 0.12
EXPECTED = "expected a text in UTF-8 (or, with a byte order mark, UTF-16)"
TERMINAL_CODES = re.compile(r"\x1b\[[0-9;?]*[A-Za-z]")  # colours in pasted logs
CONTROLS = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\ufeff\ufdd0-\ufdef\ufffe\uffff]")


def read(file: Path) -> tuple[str, str]:
    """The text with LF line ends and without control characters, and the name of the encoding it was in."""
    try:
        content = file.read_bytes()
    except IsADirectoryError:
        raise UserError(f"{file}: expected a Markdown file, found a folder") from None
    except OSError as error:
        raise UserError(f"{file}: cannot be read: {error.strerror or error}") from error
    text, encoding = _decode(file, content)
    text = re.sub(r"\r\n?", "\n", text)
    text = re.sub("[\u2028\u2029\x85]", " ", text)  # no line ends for an editor
    text = CONTROLS.sub("", TERMINAL_CODES.sub("", text))
    if not text.strip():
        raise UserError(f"{file}: expected a Markdown report, found an empty file")
    return text, encoding


def _decode(file: Path, content: bytes) -> tuple[str, str]:
    for mark, encoding in BYTE_ORDER_MARKS:
        if content.startswith(mark):
            try:
                return content[len(mark) :].decode(encoding), encoding
            except UnicodeDecodeError as error:
                raise UserError(
                    f"{file}: begins as {encoding.upper()}, but byte {error.start + len(mark)} is not"
                ) from error
    try:
        text = content.decode("utf-8")
    except UnicodeDecodeError as error:
        return _guess(file, content, error)
    if "\x00" in text:
        raise UserError(f"{file}: {EXPECTED}, found zero bytes: UTF-16 without its mark, or no text at all")
    return text, "utf-8"


def _guess(file: Path, content: bytes, error: UnicodeDecodeError) -> tuple[str, str]:
    """Shift_JIS, EUC-JP or GBK when exactly one of them makes Japanese text of the bytes."""
    line = content.count(b"\n", 0, error.start) + 1
    found = f"byte {content[error.start]:#04x} in line {line}"
    if b"\x00" not in content:
        matches = [match for match in from_bytes(content, cp_isolation=WITHOUT_MARK) if match.chaos < MOST_CHAOS]
        texts = {str(match): match.encoding for match in matches}
        if len(texts) == 1:
            return next(iter(texts.items()))
        if texts:
            found += f", which may be {' or '.join(texts.values())}"
    raise UserError(f"{file}: {EXPECTED}, found {found}; save it as UTF-8")
