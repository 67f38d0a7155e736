"""Batches of questions."""

from __future__ import annotations

import pytest
from support.tiny import CHOICE_EXAMPLES, EXAMPLES, asked, make_config

from laser_sweep.dataset import ANSWER, CHOICE, Scoring
from laser_sweep.evaluate.questions.encode import encode
from laser_sweep.ranking import BatchSize, question_batches

SCORED = [(EXAMPLES, Scoring(ANSWER)), (CHOICE_EXAMPLES, Scoring(CHOICE))]


@pytest.mark.parametrize("most", [(1, 100), (30, 100), (60, 3), (1000, 1), (1000, 1000)])
@pytest.mark.parametrize(("examples", "scoring"), SCORED, ids=["answer", "choice"])
def test_batches_are_within_their_size(examples, scoring, most):
    size = BatchSize(*most)
    questions = encode(examples, scoring, asked(), make_config("gptj")).questions
    batches = question_batches(questions, 1, size, "cpu")
    assert sorted(each.question.answer for b in batches for each in b.questions) == sorted(
        example.answer for example in examples
    )
    for each in batches:
        is_alone = len(each.questions) == 1
        assert is_alone or each.batch.ids.numel() <= size.tokens
        assert is_alone or len(each.batch.rows) <= size.places
    lengths = [each.batch.ids.shape[1] for each in batches]
    assert lengths == sorted(lengths, reverse=True)
    if most == (1000, 1000):
        assert len(batches) == 1


@pytest.mark.parametrize(("examples", "scoring"), SCORED, ids=["answer", "choice"])
def test_a_question_reads_its_own_tokens(examples, scoring):
    questions = encode(examples, scoring, asked(), make_config("gptj")).questions
    tokenizer = asked().tokenizer
    for batch in question_batches(questions, 1, BatchSize(40, 100), "cpu"):
        for each in batch.questions:
            read = [
                tokenizer.decode(batch.batch.tokens[list(answer.readings)]).strip()
                for answer in each.answers
            ]
            assert read == list(each.question.labels or [each.question.answer])
            assert read[each.gold] == each.question.answer
            right = [label for label, a in zip(read, each.answers, strict=True) if a.is_right]
            assert right == [each.question.answer]
