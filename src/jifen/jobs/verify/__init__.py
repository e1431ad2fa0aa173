"""The proof of the books: everything that must hold is computed again, and what does not is named."""

from jifen.jobs.verify.proof import CHECKS, prove, verify
from jifen.jobs.verify.report import Check, Finding, Report

__all__ = ["CHECKS", "Check", "Finding", "Report", "prove", "verify"]
