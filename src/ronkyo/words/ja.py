"""What the engine says in Japanese."""

TEXTS: dict[str, str] = {
    # -- page: headings, captions, contents, dates --
    # -- speech: formulas --
    # -- claims: verdicts, reasons, the ledger --
    # -- report: tables and listings of the appendix --
    # -- compare --
    # -- foreign --
    "foreign.no_picture": "画像なし：{address}",
    "foreign.meaning": "（{text}）",
    "foreign.image": "画像",
    "foreign.box.note": "注",
    "foreign.box.info": "情報",
    "foreign.box.tip": "ヒント",
    "foreign.box.hint": "ヒント",
    "foreign.box.important": "重要",
    "foreign.box.warning": "警告",
    "foreign.box.caution": "注意",
    "foreign.box.attention": "注意",
    "foreign.box.danger": "危険",
    "foreign.box.error": "エラー",
    "foreign.box.bug": "不具合",
    "foreign.box.failure": "失敗",
    "foreign.box.success": "成功",
    "foreign.box.example": "例",
    "foreign.box.question": "問い",
    "foreign.box.quote": "引用",
    "foreign.box.abstract": "要約",
    "foreign.box.summary": "要約",
    "foreign.box.todo": "することの覚え",
}
