"""A tokenizer's chat template: questions as turns of a user, answers as turns of an assistant."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from jinja2 import TemplateError

from laser_sweep.errors import ConfigError, one_line, shorten

if TYPE_CHECKING:
    from transformers import PreTrainedTokenizerBase

OPTION = "dataset.chat_template=true"


def check_has_template(tokenizer: PreTrainedTokenizerBase) -> None:
    """Check that a tokenizer has a chat template.

    Raises:
        ConfigError: if it has none.
    """
    if not tokenizer.chat_template:
        raise ConfigError(
            f"{OPTION}: the tokenizer of {tokenizer.name_or_path} has no chat template: "
            "expected an instruct model, or dataset.chat_template=false."
        )


class ChatTemplate:
    """The chat template of a tokenizer.

    Args:
        tokenizer: the model's tokenizer.
        system_prompt: the text of the system's turn; None without such a turn.

    Raises:
        ConfigError: if the tokenizer has no chat template.
    """

    def __init__(self, tokenizer: PreTrainedTokenizerBase, system_prompt: str | None):
        check_has_template(tokenizer)
        self._tokenizer = tokenizer
        self._system = [] if system_prompt is None else [("system", system_prompt)]

    def prompt(self, question: str, shots: Sequence[tuple[str, str]] = ()) -> str:
        """The text that ends where the assistant's answer to a question begins.

        Args:
            question: the question.
            shots: questions with their answers, which are asked and answered before.

        Raises:
            ConfigError: if the template refuses a turn, or leaves the text of a turn out.
        """
        turns = list(self._system)
        for asked, answer in shots:
            turns += [("user", asked), ("assistant", answer)]
        turns.append(("user", question))
        rendered = self._rendered(turns)
        for role, text in turns:
            # A template may strip the spaces around a text.
            if text.strip() not in rendered:
                raise ConfigError(
                    f"{OPTION}: the chat template of {self._tokenizer.name_or_path} leaves out "
                    f"the turn of the {role}, {shorten(text, 80)!r}."
                )
        return rendered

    def _rendered(self, turns: Sequence[tuple[str, str]]) -> str:
        messages = [{"role": role, "content": text} for role, text in turns]
        try:
            rendered = self._tokenizer.apply_chat_template(
                messages, tokenize=False, add_generation_prompt=True
            )
        except (TemplateError, ValueError, TypeError) as error:
            roles = ", ".join(dict.fromkeys(role for role, _ in turns))
            raise ConfigError(
                f"{OPTION}: the chat template of {self._tokenizer.name_or_path} refuses turns of "
                f"{roles}: {one_line(error)}"
            ) from error
        assert isinstance(rendered, str)
        return rendered
