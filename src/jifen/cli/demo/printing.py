"""Printing: what the server sends to phones while it runs is passed on from its log to the terminal."""

import threading
from pathlib import Path

from rich.console import Console

LOOKS_S = 0.5
SENT = "sms to …"
"""How the console channel begins its lines."""


def pass_on(log: Path, console: Console, ended: threading.Event) -> threading.Thread:
    """Print every short message that is written into a log from now on, until the event is set."""
    begins = log.stat().st_size if log.exists() else 0
    thread = threading.Thread(target=_follow, args=(log, begins, console, ended), daemon=True)
    thread.start()
    return thread


def _follow(log: Path, at: int, console: Console, ended: threading.Event) -> None:
    rest = b""
    while True:
        over = ended.wait(LOOKS_S)
        with log.open("rb") as file:
            file.seek(at)
            read = file.read()
        at += len(read)
        *lines, rest = (rest + read).split(b"\n")
        for line in lines:
            text = line.decode(errors="replace")
            place = text.find(SENT)
            if place >= 0:
                console.print(f"  {text[place:]}", highlight=False, markup=False)
        if over:
            return
