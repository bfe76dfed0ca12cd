"""What MNIST lacks, drawn: glyphs, variants of MNIST's digits, and what is no digit."""
