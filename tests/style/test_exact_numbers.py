"""Points, money and rates are exact: no float where they are made and moved."""

import ast

from .tree import PACKAGE, report, texts

EXACT = ("values", "books", "rules")


def float_findings(path: str, text: str) -> list[str]:
    """Tells of each float literal, mention of `float` and true division."""
    tree = ast.parse(text)
    asked = names_only_asked_about(tree)
    findings = []
    for node in ast.walk(tree):
        match node:
            case ast.Constant(value=float() | complex() as value):
                findings.append(f"{path}:{node.lineno}: {value} is a float")
            case ast.Name(id="float" | "complex" as name) if node not in asked:
                findings.append(f"{path}:{node.lineno}: {name}; use int, Fraction or a type of values")
            case ast.BinOp(op=ast.Div()) | ast.AugAssign(op=ast.Div()):
                findings.append(f"{path}:{node.lineno}: / may make a float; use // or Fraction(a, b)")
    return findings


def names_only_asked_about(tree: ast.Module) -> set[ast.AST]:
    """Collects what stands inside isinstance(…): to refuse a float, one must be able to name it."""
    return {
        inner
        for node in ast.walk(tree)
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == "isinstance"
        for inner in ast.walk(node)
    }


def test_the_books_know_no_float() -> None:
    """0.1 + 0.2 is not 0.3: one float on the way, and shares no longer sum to the whole."""
    folders = [f"{PACKAGE}{room}/" for room in EXACT]
    findings = [
        finding for path, text in texts(*folders, suffix=".py") for finding in float_findings(path, text)
    ]
    assert not findings, report(findings)


def test_a_float_is_found() -> None:
    """Planted: literals, annotations, conversions, divisions; and exact forms that may stay."""
    for sample in (
        "rate = 0.5",
        "rate = 1e3",
        "def f(rate: float) -> int: ...",
        "x: dict[str, float]",
        "x = float('1')",
        "x = 1 / 2",
        "x /= 2",
    ):
        assert float_findings("sample.py", sample), sample
    for sample in (
        "x = 7 // 2",
        "x = Fraction(1, 2)",
        "if isinstance(x, bool | float): raise TypeError",
    ):
        assert not float_findings("sample.py", sample), sample
