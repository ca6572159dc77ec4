"""What stands on a report's front page, and in which language it speaks."""

from dataclasses import dataclass
from datetime import date

from ronkyo.editions import Edition


@dataclass(frozen=True)
class Front:
    title: str
    day: date
    course: str = ""
    author: str = ""
    language: str = "ja"
    code_url: str = ""  # where links to code lead: an http(s) address of a repository; else there are none
    number: str = ""  # of the student or of the assignment
    edition: Edition | None = None  # of the PDF; None: there is only one
    titled: bool = True  # whether the title is printed
    byline: tuple[str, ...] | None = None  # what stands under the title; None: author, number and day
