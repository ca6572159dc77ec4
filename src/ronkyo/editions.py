"""The two editions of a report's PDF: `full` has everything, `submission` leaves out what templates mark with {% full %}.

The marks are comments, so that the Markdown says what a PDF of it leaves out, and every reader of it shows all.
"""

from __future__ import annotations

from typing import Literal

Edition = Literal["submission", "full"]
BEGIN, END = " full ", " /full "  # what the comments around it say
