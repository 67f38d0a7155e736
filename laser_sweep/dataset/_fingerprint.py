"""The fingerprint of a dataset as one model is asked it."""

from __future__ import annotations

from collections.abc import Iterable

import xxhash

from laser_sweep.dataset._example import Example, Scoring
from laser_sweep.dataset._harness.harness_example import HarnessExample


def fingerprint(examples: Iterable[Example], scoring: Scoring) -> str:
    """A hash of the texts of all examples, in order, and of their scoring."""
    digest = xxhash.xxh3_128(repr(scoring).encode())
    for example in examples:
        # The cluster does not change an outcome, but it is stored with the outcomes.
        cluster = () if example.cluster is None else ("\0cluster", example.cluster)
        also = ("\0aliases", *example.aliases) if example.aliases else ()
        # The usual delimiter is left out, so that stored results keep their names.
        delimiter = () if example.delimiter is None else ("\0delimiter", example.delimiter)
        further = (*cluster, *also, *delimiter, *_asked(example))
        for text in (example.prompt, example.answer, *example.choices, *further):
            encoded = text.encode("utf-8", "surrogatepass")
            digest.update(f"{len(encoded)}:".encode() + encoded)
        digest.update(b"\n")
    return f"xxh3:{digest.hexdigest()}"


def _asked(example: Example) -> tuple[str, ...]:
    """The texts and numbers of a document of the harness; nothing for other examples."""
    if not isinstance(example, HarnessExample):
        return ()
    requests = (text for each in example.requests for text in each)
    return ("\0requests", *requests, repr((example.right, example.lengths)))
