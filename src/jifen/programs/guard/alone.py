"""What one rule gives by itself on the basket that suits it best."""

from fractions import Fraction

from jifen.rules.definition import (
    AnyRule,
    Combination,
    Flat,
    Multiplier,
    PerAmount,
    PerItem,
    Reached,
    RuleSet,
    Streak,
)


def best_alone(rule: AnyRule, whole: RuleSet, piece: int) -> tuple[Fraction, int]:
    """The points of a rule for the fen that earn them best."""
    least = max(rule.when.minimum_fen, piece * max(1, rule.when.minimum_quantity))
    nth = rule.when.nth
    if nth is not None and nth.every:
        least *= nth.every
    match rule:
        case PerAmount(rate=rate, rates=rates, brackets=brackets):
            best = max(
                [rate, *rates.values(), *(one.rate for one in brackets)],
                key=lambda one: Fraction(one.points, one.fen),
            )
            return Fraction(best.points), best.fen
        case PerItem(points=points, every=every):
            return Fraction(points), max(piece * every, rule.when.minimum_fen)
        case Combination(points=points, parts=parts):
            return Fraction(points), max(piece * sum(part.quantity for part in parts), rule.when.minimum_fen)
        case Reached(points=points, spend_fen=spend):
            return Fraction(points), spend
        case Streak(points=points, length=length, acts=acts):
            return Fraction(points), 0 if acts else least * length
        case Flat(points=points, acts=acts):
            return Fraction(points), 0 if acts else least
        case Multiplier(factor=factor, of=of):
            based = [one for one in whole.rules if (one.id in of if of else isinstance(one, PerAmount))]
            extra = max(Fraction(factor) - 1, Fraction(0))
            shares = [best_alone(one, whole, piece) for one in based if not isinstance(one, Multiplier)]
            paid = [(points * extra, fen) for points, fen in shares if fen]
            return max(paid, key=lambda one: one[0] / one[1], default=(Fraction(0), 0))
