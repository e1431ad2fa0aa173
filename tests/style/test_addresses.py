"""The tree works anywhere: no address in a lock, no path of somebody's machine."""

import re

from .tree import report, text_of, texts

LOCKS = ("requirements/", "package-lock.json")
ADDRESS = re.compile(r"https?://", re.IGNORECASE)

MACHINE_FOLDERS = ("work", "root", "home", "Users")
MACHINE_PATH = re.compile(rf"(?<![\w.~:/}}>-])/(?:{'|'.join(MACHINE_FOLDERS)})/")
# Words about where something was written tell a reader nothing about Jifen. They stand here in pieces, so
# that this file does not hold what it looks for.
PLACES = ("work" + "place", "sub" + "agent", "the " + "CEO", "shared" + "/DESIGN", "shared" + "/STYLE")
PLACE = re.compile(rf"\b(?:{'|'.join(PLACES)})s?\b", re.IGNORECASE)

PIN = re.compile(r"^([A-Za-z0-9._-]+)==([^ \\;\n]+)", re.MULTILINE)


def matches(path: str, text: str, pattern: re.Pattern[str], fault: str) -> list[str]:
    """Tells of each line in which a pattern is found."""
    return [
        f"{path}:{number}: {fault}: {line.strip()[:100]}"
        for number, line in enumerate(text.splitlines(), start=1)
        if pattern.search(line)
    ]


def test_locks_carry_no_addresses() -> None:
    """Who installs through a mirror must not be sent elsewhere; and the mirror is nobody's business."""
    findings = [
        finding for path, text in texts(*LOCKS) for finding in matches(path, text, ADDRESS, "an address")
    ]
    assert not findings, report(findings)


def test_nothing_names_somebodys_machine() -> None:
    """A path that exists on one machine is a broken path on all others."""
    findings = [
        finding
        for path, text in texts()
        for pattern, fault in ((MACHINE_PATH, "a path of one machine"), (PLACE, "not about Jifen"))
        for finding in matches(path, text, pattern, fault)
    ]
    assert not findings, report(findings)


def pins(lock: str) -> set[tuple[str, str]]:
    """Reads name and version of each package off a lock."""
    return {(package, version) for package, version in PIN.findall(lock)}


def unhashed(path: str, lock: str) -> list[str]:
    """Tells of each pin that no hash follows."""
    return [
        f"{path}: {block.splitlines()[0]}: no hash"
        for block in re.split(r"\n(?=[A-Za-z0-9])", lock)
        if PIN.match(block) and "--hash=sha256:" not in block
    ]


def test_the_locks_agree() -> None:
    """What was tested is what runs: run.txt and demo.txt name no version that dev.txt does not."""
    run, demo, dev = (pins(text_of(f"requirements/{name}.txt") or "") for name in ("run", "demo", "dev"))
    assert len(run) > 10  # else nothing was read
    findings = [f"{name}=={version} is not in a wider lock" for name, version in (run - demo) | (demo - dev)]
    assert not findings, report(findings)


def test_each_requirement_is_hashed() -> None:
    """A hash is what makes a lock a lock: another file under the same version is refused."""
    findings = [
        finding for path, text in texts("requirements/", suffix=".txt") for finding in unhashed(path, text)
    ]
    assert not findings, report(findings)


def test_a_pin_without_a_hash_is_found() -> None:
    """Planted: one of two pins has no hash; and versions are told apart."""
    lock = "anyio==4.16.0 \\\n    --hash=sha256:59bb\n    # via httpx\nhttpx==0.28.1 ; os_name == 'nt'\n"
    assert unhashed("a.txt", lock) == ["a.txt: httpx==0.28.1 ; os_name == 'nt': no hash"]
    assert pins(lock) == {("anyio", "4.16.0"), ("httpx", "0.28.1")}


def test_an_address_or_a_path_is_found() -> None:
    """Planted: addresses, paths, words; and what only looks like them."""
    assert matches("a", "x @ https://example.org/x.whl", ADDRESS, "an address")
    for folder in MACHINE_FOLDERS:
        for line in (f"/{folder}/me/jifen", f'open("/{folder}/x")', f"PATH=/{folder}/bin"):
            assert matches("a", line, MACHINE_PATH, "a path"), line
        for line in (f"src/{folder}/x", f"http://example.org/{folder}/", f"./{folder}/", f"/v1/{folder}/x"):
            assert not matches("a", line, MACHINE_PATH, "a path"), line
    for word in PLACES:
        assert matches("a", f"as {word.upper()} has it", PLACE, "a word"), word
    assert not matches("a", "the till works, at home and at work", PLACE, "a word")
