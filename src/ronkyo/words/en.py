"""What the engine says in English."""

TEXTS: dict[str, str] = {
    # -- page: headings, captions, contents, dates --
    # -- speech: formulas --
    # -- claims: verdicts, reasons, the ledger --
    # -- report: tables and listings of the appendix --
    # -- compare --
    # -- foreign --
    "foreign.no_picture": "No picture: {address}",
    "foreign.meaning": " ({text})",
    "foreign.image": "Image",
    "foreign.box.note": "Note",
    "foreign.box.info": "Info",
    "foreign.box.tip": "Tip",
    "foreign.box.hint": "Hint",
    "foreign.box.important": "Important",
    "foreign.box.warning": "Warning",
    "foreign.box.caution": "Caution",
    "foreign.box.attention": "Attention",
    "foreign.box.danger": "Danger",
    "foreign.box.error": "Error",
    "foreign.box.bug": "Bug",
    "foreign.box.failure": "Failure",
    "foreign.box.success": "Success",
    "foreign.box.example": "Example",
    "foreign.box.question": "Question",
    "foreign.box.quote": "Quote",
    "foreign.box.abstract": "Abstract",
    "foreign.box.summary": "Summary",
    "foreign.box.todo": "To do",
}
