"""What a stage opens, written down by every Python process below it: this file stands as sitecustomize.py on their path.

It imports nothing but the standard library, since it runs before all else. RONKYO_OPENED: the folder of the lists.
"""

import os
import sys


def _listen(folder: str) -> None:
    list_of_paths = os.open(os.path.join(folder, f"{os.getpid()}.txt"), os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o644)
    os.write(list_of_paths, f"{os.environ.get('DVC_STAGE', '')}\n".encode())
    seen = set()

    def hear(event: str, arguments: tuple) -> None:
        if event != "open" or not isinstance(arguments[0], str | bytes):
            return  # a descriptor was opened by somebody else before
        flags = arguments[2] or 0
        path = os.path.abspath(os.fsdecode(arguments[0]))
        if flags & os.O_ACCMODE != os.O_WRONLY and path not in seen:
            seen.add(path)
            os.write(list_of_paths, path.encode("utf-8", "backslashreplace") + b"\n")

    sys.addaudithook(hear)


if _folder := os.environ.get("RONKYO_OPENED"):
    _listen(_folder)
