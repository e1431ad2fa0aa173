"""Floor 2: the pipeline. Load, decide, apply, answer; batches form by themselves."""
