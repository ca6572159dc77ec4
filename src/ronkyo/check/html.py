"""The HTML: valid, one file, no script."""

from __future__ import annotations

import re

from ronkyo.check.report import Outcome, Report, listed, run


def html_is_valid(report: Report) -> Outcome:
    if not report.validator.is_file():
        return Outcome(False, f"{report.validator}: expected vnu.jar, found nothing")
    done = run("java", "-jar", report.validator, "--errors-only", report.page)
    errors = [line for line in (done.stderr + done.stdout).splitlines() if line.strip()]
    return Outcome(
        done.returncode == 0 and not errors, f"{len(errors)} errors" + listed([e[-120:] for e in errors[:5]])
    )


def html_is_one_file(report: Report) -> Outcome:
    """It opens offline: nothing is outside, the fonts are inside."""
    loaded = "//@src | //@srcset | //@poster | //object/@data | //link/@href | //*[local-name()='image']/@href"
    outside = [address for address in report.html.xpath(loaded) if not address.startswith(("data:", "#"))]
    style = "".join(report.html.xpath("//style/text()"))
    outside += re.findall(r'url\((?!"?(?:data:|#))[^)]{1,60}|@import[^;]{1,60}', style)
    fonts = re.findall(r'@font-face\s*{[^}]*url\("data:font/', style)
    return Outcome(
        bool(fonts) and not outside,
        f"{report.page.stat().st_size / 1e6:.1f} MB, {len(fonts)} fonts inside, {len(outside)} files outside"
        + listed(outside[:5]),
    )


def html_needs_no_script(report: Report) -> Outcome:
    """There is none, and nothing is hidden that one would have to show."""
    bad = [f"<{element.tag}>" for element in report.html.xpath("//script | //noscript | //main//*[@hidden]")]
    bad += [f"{name}=" for name in report.html.xpath("//@*[starts-with(name(), 'on')]/..")]
    bad += [address[:40] for address in report.html.xpath("//@href[starts-with(., 'javascript:')]")]
    return Outcome(not bad, f"{len(bad)} scripts" + listed(bad[:5]))
