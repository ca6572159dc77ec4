"""The HTML: valid, one file that is not large, no script, whole on a phone."""

from __future__ import annotations

import re
import tempfile
from pathlib import Path

from ronkyo.check import chromium
from ronkyo.check.report import Outcome, Report, listed, run

LARGEST = 6_000_000  # bytes, which a mail takes
PHONE = 400  # pixels
# What the validator does not know yet and other browsers pass over: marks of the current heading, and places near a mark.
NEWER_THAN_THE_VALIDATOR = re.compile(
    "CSS: .*(?:“(?:scroll-target-group|position-area|position-try-fallbacks)” doesn't exist|“:target-current”)"
)
# Tables and formulas that are cut off at a side of the window, or of a box that does not scroll.
CUT_OFF = """[...document.querySelectorAll('table, .equation > svg')].filter(one => {
  for (let box = one.parentElement; box; box = box.parentElement)
    if (box.scrollWidth > box.clientWidth && ['auto', 'scroll'].includes(getComputedStyle(box).overflowX)) return false
  const place = one.getBoundingClientRect()
  return one.checkVisibility() && (place.left < 0 || place.right > PHONE + 0.5)
}).map(one => one.closest('[id]')?.id ?? one.tagName)"""


def html_is_valid(report: Report) -> Outcome:
    if not report.validator.is_file():
        return Outcome(False, f"{report.validator}: expected vnu.jar, found nothing")
    done = run("java", "-jar", report.validator, "--errors-only", report.page)
    lines = [line for line in (done.stderr + done.stdout).splitlines() if line.strip()]
    errors = [line for line in lines if not NEWER_THAN_THE_VALIDATOR.search(line)]
    answered = done.returncode == 0 or len(lines) > len(errors)
    return Outcome(answered and not errors, f"{len(errors)} errors" + listed([e[-120:] for e in errors[:5]]))


def html_is_small(report: Report) -> Outcome:
    size = report.page.stat().st_size
    return Outcome(size <= LARGEST, f"{size / 1e6:.1f} MB of at most {LARGEST / 1e6:.0f}")


def html_is_whole_on_a_phone(report: Report) -> Outcome:
    """Nothing but the boxes of tables and formulas goes on at a side, and in these one gets everywhere."""
    if chromium.PROGRAM is None:
        return Outcome(False, "chromium is not installed")
    with tempfile.TemporaryDirectory() as folder, chromium.browser(Path(folder) / "profile") as page:
        page.open(report.page, PHONE)
        width, cut_off = (
            page.run("document.documentElement.scrollWidth"),
            page.run(CUT_OFF.replace("PHONE", str(PHONE))),
        )
    return Outcome(
        width <= PHONE and not cut_off,
        f"{width} pixels wide in a window of {PHONE}, {len(cut_off)} tables and formulas cut off" + listed(cut_off[:5]),
    )


def html_is_one_file(report: Report) -> Outcome:
    """It opens offline: nothing is outside, the fonts are inside."""
    loaded = "//@src | //@srcset | //@poster | //object/@data | //link/@href | //*[local-name()='image']/@href"
    outside = [address for address in report.html.xpath(loaded) if not address.startswith(("data:", "#"))]
    style = "".join(report.html.xpath("//style/text()"))
    outside += re.findall(r'url\((?![\'"]?(?:data:|#))[^)]{1,60}|@import[^;]{1,60}', style)
    fonts = re.findall(r'@font-face\s*{[^}]*url\("data:font/', style)
    return Outcome(
        bool(fonts) and not outside,
        f"{len(fonts)} fonts inside, {len(outside)} files outside" + listed(outside[:5]),
    )


def html_needs_no_script(report: Report) -> Outcome:
    """There is none, and nothing is hidden that one would have to show."""
    bad = [f"<{element.tag}>" for element in report.html.xpath("//script | //noscript | //main//*[@hidden]")]
    bad += [f"{name}=" for name in report.html.xpath("//@*[starts-with(name(), 'on')]/..")]
    bad += [address[:40] for address in report.html.xpath("//@href[starts-with(., 'javascript:')]")]
    return Outcome(not bad, f"{len(bad)} scripts" + listed(bad[:5]))
