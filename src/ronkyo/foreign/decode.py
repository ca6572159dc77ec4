"""A report's file -> its text, whatever editor wrote it."""

from __future__ import annotations

import codecs
import re
from contextlib import suppress
from pathlib import Path

from ronkyo.errors import UserError

MOST_BYTES = 10_000_000
BYTE_ORDER_MARKS = (  # the longer first: UTF-32's begins with UTF-16's
    (codecs.BOM_UTF8, "utf-8"),
    (codecs.BOM_UTF32_LE, "utf-32-le"),
    (codecs.BOM_UTF32_BE, "utf-32-be"),
    (codecs.BOM_UTF16_LE, "utf-16-le"),
    (codecs.BOM_UTF16_BE, "utf-16-be"),
)
WITHOUT_MARK = ("cp932", "euc_jp", "gbk")  # tried when the file is not UTF-8
# Of the characters beyond ASCII. Measured on Japanese reports: at most 0.01 are strange in the right reading, 0.12 to 0.25
# in a wrong one (EUC-JP and GBK share their kana, so kanji decide).
MOST_STRANGE, CLEARLY = 0.05, 0.08
LEAST_KANA = 0.15  # there is no Japanese without them
EXPECTED = "expected a text in UTF-8 (or, with a byte order mark, UTF-16)"
TERMINAL_CODES = re.compile(r"\x1b\[[0-9;?]*[A-Za-z]")  # colours in pasted logs
OF_WINDOWS = frozenset("～－∥￠￡￢―①②③④⑤⑥⑦⑧⑨⑩⑪⑫⑬⑭⑮⑯⑰⑱⑲⑳ⅠⅡⅢⅣⅤⅥⅦⅧⅨⅩ№㎡㎏㎜㎝㎞㏄㈱℡髙﨑")  # cp932 beyond Shift_JIS
BEYOND_ASCII = re.compile(r"[^\x00-\x7f]")
CONTROLS = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\ufeff\ufdd0-\ufdef\ufffe\uffff]")


def read(file: Path) -> tuple[str, str]:
    """The text with LF line ends and without control characters, and the name of the encoding it was in."""
    try:
        if not file.is_file():  # a FIFO would be waited for, a device has no end
            kind = "a folder" if file.is_dir() else "a FIFO, a socket or a device"
            raise UserError(f"{file}: expected a Markdown file, found {kind}")
        if (size := file.stat().st_size) > MOST_BYTES:
            raise UserError(f"{file}: expected at most {MOST_BYTES:,} bytes, found {size:,}")
        content = file.read_bytes()
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
    if text.count("\x00") > len(text) / 20:
        raise UserError(f"{file}: {EXPECTED}, found zero bytes: UTF-16 without its mark, or no text at all")
    return text, "utf-8"


def _guess(file: Path, content: bytes, error: UnicodeDecodeError) -> tuple[str, str]:
    """Shift_JIS, EUC-JP or GBK when one of them, clearly before the others, makes Japanese text of the bytes."""
    line = content.count(b"\n", 0, error.start) + 1
    found = f"byte {content[error.start]:#04x} in line {line}"
    if b"\x00" not in content:
        readings = {}
        for encoding in WITHOUT_MARK:
            with suppress(UnicodeDecodeError):
                readings[encoding] = content.decode(encoding)
        japanese = sorted((_strange(text), encoding) for encoding, text in readings.items() if _is_japanese(text))
        if japanese and japanese[0][0] < MOST_STRANGE:
            if len(japanese) == 1 or japanese[1][0] - japanese[0][0] > CLEARLY:
                return readings[japanese[0][1]], japanese[0][1]
            found += f", which may be {' or '.join(encoding for _, encoding in japanese)}"
    raise UserError(f"{file}: {EXPECTED}, found {found}; save it as UTF-8")


def _is_japanese(text: str) -> bool:
    kana = re.findall("[\u3041-\u3096\u30a1-\u30fc、。]", text)
    return len(kana) > LEAST_KANA * len(BEYOND_ASCII.findall(text))


def _strange(text: str) -> float:
    """The share of characters that are neither kana and signs nor common kanji (level 1 of JIS X 0208)."""
    beyond = BEYOND_ASCII.findall(text)
    return sum(not _is_common(character) for character in beyond) / max(len(beyond), 1)


def _is_common(character: str) -> bool:
    code = character.encode("euc_jp", "ignore")
    return character in OF_WINDOWS or len(code) == 2 and 0xA1 <= code[0] <= 0xCF
