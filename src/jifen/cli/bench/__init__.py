"""Benchmarks: each against pgbench on the same server, interleaved, medians of several rounds."""
