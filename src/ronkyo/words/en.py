"""What the engine says in English."""

TEXTS: dict[str, str] = {
    # -- page: headings, captions, contents, dates --
    # -- speech: formulas --
    # -- claims: verdicts, reasons, the ledger --
    # -- report: tables and listings of the appendix --
    # -- compare --
    # -- foreign --
}
