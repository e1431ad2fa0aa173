"""The operator's console: watch, decide, handle, run."""
