"""Encodings of reports from elsewhere."""

import codecs

import pytest

from ronkyo.errors import UserError
from ronkyo.foreign import decode

JAPANESE = (
    "# 機械学習レポート\n\n線形回帰では、目的変数と説明変数の関係を直線で表す。最小二乗法で傾きと切片を求め、"
    "誤差が小さくなることを確かめた。学習率を変えると収束の速さが変わった。\n"
)


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-32", "cp932", "euc_jp", "gbk"])
@pytest.mark.parametrize("ends", ["\n", "\r\n", "\r"])
def test_text_is_decoded(tmp_path, encoding, ends):
    file = tmp_path / "report.md"
    file.write_bytes(JAPANESE.replace("\n", ends).encode(encoding))
    assert decode.read(file)[0] == JAPANESE


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (b"", "expected a Markdown report, found an empty file"),
        (
            b"PK\x03\x04\x14\x00\x08\x08\xff\xfe\x00",
            "expected a text in UTF-8 (or, with a byte order mark, UTF-16), found byte 0xff",
        ),
        ("résumé café déjà".encode("latin-1"), "found byte 0xe9 in line 1"),
        ("題\nあ".encode("utf-16-le"), "found "),
        ("報告".encode("euc_jp"), "save it as UTF-8"),
        (codecs.BOM_UTF8 + b"abc\xff", "begins as UTF-8, but byte 6 is not"),
    ],
)
def test_text_that_cannot_be_decoded_is_one_clear_line(tmp_path, content, message):
    file = tmp_path / "report.md"
    file.write_bytes(content)
    with pytest.raises(UserError) as raised:
        decode.read(file)
    assert str(raised.value).startswith(f"{file}: ")
    assert message in str(raised.value)
    assert "\n" not in str(raised.value)


def test_colours_and_control_characters_of_pasted_logs_go(report):
    parsed = report("## 章\n\n```\n\x1b[1mEpoch\x1b[0m 1\x08\x00\n```\n")
    assert "".join(parsed.tree.root.find(".//pre").itertext()) == "Epoch 1\n"
