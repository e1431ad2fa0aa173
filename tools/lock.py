"""Writes the lock files anew: exact versions and hashes, without the address of any registry."""

import json
import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

from tools.assets import npm

ROOT = Path(__file__).resolve().parents[1]
LOCKS = ROOT / "requirements"
PACKAGE_LOCK = ROOT / "package-lock.json"
HEADER = "# Made by `make lock`, which reads pyproject.toml and requirements/*.in. Do not edit.\n"

# lock -> what it is made from. dev.txt is all of it; the others may not differ from it in a version.
SOURCES = {
    "dev.txt": ("pyproject.toml", "--extra", "demo", "--extra", "sms", "requirements/dev.in"),
    "run.txt": ("pyproject.toml", "--constraint", "requirements/dev.txt"),
    "demo.txt": ("pyproject.toml", "--extra", "demo", "--constraint", "requirements/dev.txt"),
    "assets.txt": ("requirements/assets.in",),
    "uv.txt": ("requirements/uv.in",),
}
ADDRESS = re.compile(r"https?://")


def main() -> None:
    """Locks Python's and npm's packages; UPGRADE=1 takes the newest versions that fit."""
    upgrade = ["--upgrade"] if os.environ.get("UPGRADE") else []
    for name, sources in SOURCES.items():
        lock_python(LOCKS / name, sources, upgrade)
    lock_npm()
    print("lock: done; `make env assets` installs it", flush=True)


def lock_python(lock: Path, sources: tuple[str, ...], upgrade: list[str]) -> None:
    """Resolves one file of requirements for every system and Python that Jifen runs on."""
    print(f"lock: {lock.relative_to(ROOT)}", flush=True)
    options = ["--universal", "--python-version", "3.11", "--generate-hashes", "--no-emit-index-url"]
    options += ["--no-header", "--quiet", "--output-file", str(lock.relative_to(ROOT))]
    subprocess.run([uv(), "pip", "compile", *options, *upgrade, *sources], cwd=ROOT, check=True)
    lock.write_text(HEADER + without_addresses(lock.read_text("utf-8")), "utf-8")


def without_addresses(text: str) -> str:
    """Drops comments that hold an address; an address anywhere else is an error."""
    kept = [
        line for line in text.splitlines() if not (line.lstrip().startswith("#") and ADDRESS.search(line))
    ]
    for line in kept:
        if ADDRESS.search(line):
            sys.exit(f"lock: a requirement has an address: {line}")
    return "\n".join(line for line in kept if line != HEADER.strip()) + "\n"


def lock_npm() -> None:
    """Resolves package.json, and leaves out what npm copies from packages' own descriptions."""
    print(f"lock: {PACKAGE_LOCK.relative_to(ROOT)}", flush=True)
    program, environment = npm()
    options = ["--package-lock-only", "--ignore-scripts", "--omit-lockfile-registry-resolved"]
    subprocess.run([*program, "install", *options], cwd=ROOT, env=environment, check=True)
    lock = json.loads(PACKAGE_LOCK.read_text("utf-8"))
    for package in lock["packages"].values():
        for field in ("resolved", "funding", "deprecated"):
            package.pop(field, None)
    text = json.dumps(lock, indent=2, ensure_ascii=False) + "\n"
    if ADDRESS.search(text):
        sys.exit("lock: package-lock.json has an address in a field that tools/lock.py does not know")
    PACKAGE_LOCK.write_text(text, "utf-8")


def uv() -> str:
    """Finds uv: the environment's own, else the machine's."""
    own = Path(sys.executable).with_name("uv")
    found = str(own) if own.exists() else shutil.which("uv")
    return found or sys.exit("lock: there is no uv; run `make env` first")


if __name__ == "__main__":
    main()
