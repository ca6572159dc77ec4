"""Do two clones write the same report, and is it the committed one? `make check-reproducible`.

HEAD is cloned twice, into folders of different depth and name. Each clone makes the report by the command of dvc.yaml, and
fonts of its own, in an environment of its own: hash seed, time zone, language, and in one of them the clock.
Results and figures are committed, so nothing is trained. The exit status is 1 if a digest differs.
"""

import hashlib
import os
import shlex
import shutil
import subprocess
import sys
import tempfile
from datetime import date, timedelta
from pathlib import Path

from ruamel.yaml import YAML

ROOT = Path(__file__).parents[1]
FILES = ("reports/day3.pdf", "reports/day3.html", "reports/day3.md", "reports/claims.json")
ASCII = {"LANG": "C", "LC_ALL": "C", "PYTHONCOERCECLOCALE": "0", "PYTHONUTF8": "0"}
CLONES = (  # folder, environment, how far the clock is ahead
    ("one", {"PYTHONHASHSEED": "1", "TZ": "Asia/Tokyo", "LANG": "C.UTF-8", "LC_ALL": "C.UTF-8"}, None),
    ("another place/deeper/二つ目", {"PYTHONHASHSEED": "4242", "TZ": "America/St_Johns", **ASCII}, "+500d"),
)


def main() -> int:
    if shutil.which("faketime") is None:
        sys.exit("faketime is not installed: sudo apt-get install -y faketime (brew install libfaketime)")
    print(f"HEAD is {output('git', 'log', '-1', '--format=%h %s')}")
    if output("git", "status", "--porcelain"):
        print("what is not committed is not in the clones")
    pipeline = YAML(typ="safe").load(ROOT / "dvc.yaml")["stages"]
    with tempfile.TemporaryDirectory() as temporary:
        clones = [Path(temporary, folder) for folder, _, _ in CLONES]
        for clone in clones:
            output("git", "clone", "--quiet", str(ROOT), str(clone))
        recorded = {file: committed(clones[0], file) for file in FILES}
        for clone, (_, changes, ahead) in zip(clones, CLONES, strict=True):
            build(clone, pipeline["report"]["cmd"], changes, ahead)
        first, second = [{file: digest(clone / file) for file in FILES} for clone in clones]
        stale = [file for file in FILES if recorded[file] != digest(clones[0] / file, len(recorded[file]))]
    differing = [file for file in FILES if first[file] != second[file]]
    for file in FILES:
        mark = "DIFFERS between the clones" if file in differing else "same in both clones"
        print(f"{first[file]}  {file}  {mark}, {'DIFFERS from' if file in stale else 'as'} the committed one")
        if file in differing:
            print(f"{second[file]}  {file}  of the second clone")
    if stale and not differing:
        print(reason(pipeline["report"]["deps"]))
    return int(bool(differing or stale))


def build(clone: Path, command: str, changes: dict[str, str], ahead: str | None) -> None:
    """Run the command in the clone; end with what it says if it fails."""
    path = f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}"
    environment = {**os.environ, "PATH": path, "XDG_CACHE_HOME": str(clone.with_name("cache")), **changes}
    environment.pop("PYTHONPATH", None)  # the clone's stages find the code beside them
    environment.pop("RONKYO_STORE", None)  # each clone computes its runs
    clock = ["faketime", "-f", ahead] if ahead else []

    def run(*command: str) -> str:
        done = subprocess.run([*clock, *command], cwd=clone, env=environment, capture_output=True, check=False)
        if done.returncode:
            sys.exit(f"{clone}: {shlex.join(command)}:\n{(done.stdout + done.stderr).decode(errors='replace')}")
        return done.stdout.decode().strip()

    today = run("python", "-c", "import time; print(time.strftime('%Y-%m-%d'))")
    if ahead and today < str(date.today() + timedelta(days=365)):
        sys.exit(f"faketime does not move the clock of {sys.executable}")
    run(*shlex.split(command))
    print(f"built in {clone}, {' '.join(f'{name}={value}' for name, value in changes.items())}, on {today}", flush=True)


def committed(clone: Path, file: str) -> str:
    """The digest of a committed file, or of one that only dvc.lock knows."""
    if (clone / file).exists():
        return digest(clone / file)
    outs = YAML(typ="safe").load(clone / "dvc.lock")["stages"]["report"]["outs"]
    return next(out["md5"] for out in outs if out["path"] == file)


def digest(file: Path, length: int = 64) -> str:
    return hashlib.new("sha256" if length == 64 else "md5", file.read_bytes()).hexdigest()


def reason(deps: list[str]) -> str:
    """Why the clones agree and the committed files differ."""
    built = output("git", "log", "-1", "--format=%h", "--", "dvc.lock")
    changed = output("git", "diff", "--name-only", built, "HEAD", "--", *deps).splitlines()
    if changed:
        others = f" and {len(changed) - 3} other files" if len(changed) > 3 else ""
        named = ", ".join(changed[:3]) + others
        return f"reports/ was not rebuilt since {built}, after which changed: {named}; run: ronkyo repro report"
    return f"nothing that the report depends on changed since {built}: this machine, or its libraries, write another report"


def output(*command: str) -> str:
    return subprocess.run(command, cwd=ROOT, capture_output=True, check=True, encoding="utf-8").stdout.strip()


if __name__ == "__main__":
    sys.exit(main())
