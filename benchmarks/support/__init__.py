"""What the benchmarks, the tests and the screenshots share."""
