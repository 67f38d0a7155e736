r"""Scripts that put no gap between words."""

UNSPACED = "".join(
    rf"\p{{scx={script}}}"
    for script in "Han Hiragana Katakana Bopomofo Thai Lao Khmer Myanmar Tibetan".split()
)
"""The characters of these scripts, for a set in a pattern of the package `regex`."""
