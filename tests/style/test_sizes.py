"""A function fits on a screen, a file is one noun, and its docstring is one line."""

import ast
from collections.abc import Iterator, Mapping

from .tree import report, texts

FILE_LINES_MAX = 500
FUNCTION_LINES_MAX = 70

# (path, dotted name of the function) -> why it is better in one piece. One that is not needed is refused.
LONG_FUNCTIONS: dict[tuple[str, str], str] = {}


def size_findings(path: str, text: str, long_functions: Mapping[tuple[str, str], str]) -> list[str]:
    """Tells of a file or function that is too long, and of exceptions that lie about this file."""
    findings = []
    lines = text.count("\n")
    if lines > FILE_LINES_MAX:
        findings.append(f"{path}: {lines} lines; past {FILE_LINES_MAX} it is two nouns")
    excused = {name for place, name in long_functions if place == path}
    for name, node in functions(ast.parse(text)):
        length = (node.end_lineno or node.lineno) - node.lineno + 1
        if length <= FUNCTION_LINES_MAX:
            continue
        if name in excused:
            excused.discard(name)
        else:
            findings.append(
                f"{path}:{node.lineno}: {name} has {length} lines; the limit is {FUNCTION_LINES_MAX}"
            )
    findings += [f"{path}: {name} needs no exception any more" for name in sorted(excused)]
    return findings


def functions(
    node: ast.AST, prefix: str = ""
) -> Iterator[tuple[str, ast.FunctionDef | ast.AsyncFunctionDef]]:
    """Yields all functions with their dotted names, those inside classes and functions too."""
    for child in ast.iter_child_nodes(node):
        name = prefix
        if isinstance(child, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef):
            name = f"{prefix}.{child.name}".lstrip(".")
        if isinstance(child, ast.FunctionDef | ast.AsyncFunctionDef):
            yield name, child
        yield from functions(child, name)


def docstring_findings(path: str, text: str) -> list[str]:
    """Tells of a module whose docstring is missing or longer than a line."""
    docstring = ast.get_docstring(ast.parse(text), clean=False)
    if not docstring or not docstring.strip():
        return [f"{path}: no docstring; say in one line what lives here"]
    if "\n" in docstring.strip():
        return [f"{path}: the module's docstring is longer than a line; put the rest in docs/decisions/"]
    return []


def test_functions_and_files_are_short() -> None:
    """What fits on a screen is read before it is changed; a file of 4 000 lines is only searched."""
    findings = [
        finding for path, text in texts(suffix=".py") for finding in size_findings(path, text, LONG_FUNCTIONS)
    ]
    known = {path for path, _ in texts(suffix=".py")}
    findings += [
        f"{path}: has an exception but is not there" for path, _ in LONG_FUNCTIONS if path not in known
    ]
    findings += [
        f"{place}: an exception without a reason" for place, why in LONG_FUNCTIONS.items() if not why
    ]
    assert not findings, report(findings)


def test_each_module_says_in_one_line_what_it_is() -> None:
    """A module that cannot be told in a line holds more than one thing."""
    findings = [
        finding
        for path, text in texts(suffix=".py")
        if text.strip() or path.startswith("src/")  # tests need some empty __init__.py
        for finding in docstring_findings(path, text)
    ]
    assert not findings, report(findings)


def test_a_long_file_or_function_is_found() -> None:
    """Planted: one line too many, in a file, a function, a method; an exception, needed and stale."""
    body = "    x = 1\n" * FUNCTION_LINES_MAX
    long = f"async def f():\n{body}"
    method = "class A:\n    def g(self):\n" + "        x = 1\n" * FUNCTION_LINES_MAX
    fits = "def f():\n" + "    x = 1\n" * (FUNCTION_LINES_MAX - 1)
    assert size_findings("a.py", "x = 1\n" * (FILE_LINES_MAX + 1), {})
    assert size_findings("a.py", long, {})
    assert "A.g" in size_findings("a.py", method, {})[0]
    assert not size_findings("a.py", fits, {})
    assert not size_findings("a.py", long, {("a.py", "f"): "a table"})
    assert size_findings("a.py", fits, {("a.py", "f"): "a table"})


def test_a_missing_or_long_docstring_is_found() -> None:
    """Planted: none, an empty one, two lines."""
    assert docstring_findings("a.py", "x = 1")
    assert docstring_findings("a.py", '""" """')
    assert docstring_findings("a.py", '"""One.\n\nTwo."""')
    assert not docstring_findings("a.py", '"""One."""')
