r"""The text between a prompt and its answer: `dataset.target_delimiter`.

The value `auto` is a space. It is nothing where the end of the prompt asks for none, or where a
script puts no gap between words. A value of the user's is taken as it is written, with the escapes
of templates.
"""

from __future__ import annotations

import unicodedata
from collections import Counter
from collections.abc import Iterable
from dataclasses import replace

import regex

from laser_sweep.config import AUTO
from laser_sweep.dataset._asking.scripts import UNSPACED
from laser_sweep.dataset._columns.template import unescaped
from laser_sweep.dataset._example import Example
from laser_sweep.dataset._prompting import Prompting

_unspaced_letter = regex.compile(rf"[{UNSPACED}&&[\p{{L}}\p{{N}}]]", regex.VERSION1)
_quoted = regex.compile(r"""(?<!\w)(["'`]).*?\1(?!\w)|“[^”“]*[”“]|„[^“”]*[“”]|«[^»]*»|»[^«»]*«""")
"""A quotation with both of its marks. A mark after a letter or a digit opens none: don't, 5"."""
_open_end = regex.compile(
    r"(?:"
    r"\p{Ps}"  # ( [ { 「 „
    r"|(?<!\w)\p{Pi}"  # “ «, but not in „Haus“
    r"|(?<![\w.,!?)\]}])[\"'`”»]"
    r"|(?<!\d[^\S\n]?)\p{Sc}"  # $, but not 5 €
    r"|[¿¡]"
    r"|(?<!\w)(?i:[cdjlmnst]|qu|un|(?:d[ae]|ne|a|su|que)ll)['’]"  # l' of l'Italie
    r"|\w[-‐@]|[\w/]/|[\w)\]]="  # anti-, km/, 2+2=
    r"|(?<!\w)<\w[^<>\s]*>"  # <answer>
    r"|(?<!\S)\*\*"  # bold in Markdown
    r")$"
)
"""The end of a text that its next word is joined to."""
_QUOTATION = 2_000
"""The number of characters in which a quotation that the prompt ends in is looked for."""
_sentence_end = frozenset(".,:;?!…)")
"""Marks that no special token ends in."""


def delimited(example: Example, written: str, prompting: Prompting) -> Example:
    """The example with the text between its prompt and its answer, unless that is the usual one.

    Args:
        example: the example.
        written: the value of `dataset.target_delimiter`.
        prompting: the way in which the model is prompted.
    """
    if written != AUTO:
        return replace(example, delimiter=unescaped("dataset.target_delimiter", written))
    # The paper's code always puts a space.
    if prompting.paper or not _is_joined(example, prompting):
        return example
    return replace(example, delimiter="")


def delimiters(examples: Iterable[Example], prompting: Prompting) -> dict[str, int]:
    """The texts between prompts and answers in words, with the numbers of their examples."""
    found = Counter(_in_words(between(example, prompting)) for example in examples)
    return dict(found.most_common())


def between(example: Example, prompting: Prompting) -> str:
    """The text between an example's prompt and its answer, or before the mask for its answer."""
    text = _before_answer(example.prompt, prompting)
    if prompting.has_mask(example.prompt) and text[-1:].isspace():
        return text[len(text.rstrip()) :]
    if example.delimiter is None and (prompting.masked or prompting.paper):
        return " "
    return example.seam


def _in_words(delimiter: str) -> str:
    return {" ": "a space", "": "nothing"}.get(delimiter, repr(delimiter))


def _before_answer(prompt: str, prompting: Prompting) -> str:
    """The prompt, up to its mask if it has one."""
    return prompt.partition(prompting.mask)[0] if prompting.has_mask(prompt) else prompt


def _is_joined(example: Example, prompting: Prompting) -> bool:
    """Whether nothing stands between the prompt and the answer, though no space ends the prompt."""
    text = _before_answer(example.prompt, prompting)
    if not text or text[-1].isspace():
        return False
    labels = example.choices or (example.answer,)
    return (
        _is_open(text)
        or _is_unspaced(text.split()[-1])
        or all(_is_unspaced(label.split()[0]) for label in labels)
        or _ends_in_special_token(text, prompting)
    )


def _is_open(text: str) -> bool:
    """Whether a text ends in what its next word is joined to, such as an opening bracket."""
    line = _quoted.sub(" qq", text.rpartition("\n")[2][-_QUOTATION:])
    return _open_end.search(line) is not None or _is_fullwidth_mark(text[-1])


def _is_fullwidth_mark(char: str) -> bool:
    """Whether a character is a mark that has its own gap, such as the Chinese colon."""
    is_mark = unicodedata.category(char).startswith("P")
    return is_mark and unicodedata.east_asian_width(char) in ("F", "W")


def _is_unspaced(word: str) -> bool:
    """Whether a word has letters of a script that puts no gap between words."""
    return _unspaced_letter.search(word) is not None


def _ends_in_special_token(text: str, prompting: Prompting) -> bool:
    """Whether a text ends in a special token, which no letter, digit or full stop ends."""
    # Loading the tokenizer takes a second, which a finished sweep has no need of.
    if text[-1].isalnum() or text[-1] in _sentence_end:
        return False
    return text.endswith(tuple(filter(None, prompting.special_tokens)))
