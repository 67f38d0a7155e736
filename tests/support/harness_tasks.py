"""Tasks of EleutherAI's harness over files of rows, and what the harness itself finds for them."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path

import torch
from transformers import LlamaConfig, LlamaForCausalLM

from .saved_models import write_rows
from .seams import make_seam_tokenizer, teach

LANDS = {
    "France": "Paris", "Italy": "Rome", "Spain": "Madrid", "Greece": "Athens", "Norway": "Oslo",
    "Egypt": "Cairo", "Cuba": "Havana", "Peru": "Lima", "Chile": "Santiago", "Iran": "Tehran",
    "Iraq": "Baghdad", "Kenya": "Nairobi", "Ghana": "Accra", "Japan": "Tokyo", "China": "Beijing",
    "India": "New Delhi",
}  # fmt: skip
SHOTS = {"Austria": "Vienna", "Poland": "Warsaw", "Ireland": "Dublin"}

CHAT = (
    "{% for message in messages %}{{ message.role }}: {{ message.content }}\n{% endfor %}"
    "{% if add_generation_prompt %}assistant: {% endif %}"
)

_DATA = """
task: {task}
dataset_path: json
dataset_name: null
dataset_kwargs:
  data_files:
    test: {folder}/test.jsonl
    train: {folder}/train.jsonl
test_split: test
training_split: train
"""
TASKS = {
    "local_choice": """
output_type: multiple_choice
doc_to_text: "the capital of {{land}} is"
doc_to_choice: "{{choices}}"
doc_to_target: "{{gold}}"
num_fewshot: 2
metric_list:
  - metric: acc
  - metric: acc_norm
metadata:
  version: 3.0
""",
    "local_several_right": """
output_type: multiple_choice
doc_to_text: "the capital of {{land}} is: "
doc_to_choice: "{{choices}}"
doc_to_target: "{{all_gold}}"
metric_list:
  - metric: acc
  - metric: acc_norm
""",
    "local_unconditional": """
output_type: multiple_choice
doc_to_text: "the capital of {{land}} is"
doc_to_choice: "{{choices}}"
doc_to_target: "{{city}}"
metric_list:
  - metric: acc
""",
    "local_contexts": """
output_type: multiple_choice
doc_to_text: !function contexts.doc_to_text
doc_to_choice: !function contexts.doc_to_choice
doc_to_target: !function contexts.doc_to_target
metric_list:
  - metric: acc
""",
    "local_last_word": """
output_type: loglikelihood
doc_to_text: "the capital of {{land}} is"
doc_to_target: " {{city}}"
metric_list:
  - metric: perplexity
  - metric: acc
""",
    "local_generate": """
output_type: generate_until
doc_to_text: "the capital of {{land}} is"
doc_to_target: "{{city}}"
num_fewshot: 1
generation_kwargs:
  until: [".", "\\n"]
  do_sample: false
  max_gen_toks: 12
metric_list:
  - metric: exact_match
    ignore_case: true
    regexes_to_ignore: [" "]
""",
    # Longer than the model's context.
    "local_long": """
output_type: multiple_choice
doc_to_text: "{{'the capital of Italy is Rome. ' * 60}}the capital of {{land}} is"
doc_to_choice: "{{choices}}"
doc_to_target: "{{gold}}"
metric_list:
  - metric: acc
""",
    "local_filtered": """
output_type: generate_until
doc_to_text: "the capital of {{land}} is"
doc_to_target: "{{city[:2]}}"
generation_kwargs:
  until: "."
  max_gen_toks: 8
metric_list:
  - metric: exact_match
filter_list:
  - name: first letters
    filter:
      - function: remove_whitespace
      - function: regex
        regex_pattern: "^(..)"
      - function: take_first
  - name: last letters
    filter:
      - function: regex
        regex_pattern: "(..)$"
      - function: take_first
""",
}
_FURTHER = {
    # Version 0.5.0.dev1 cannot compute this metric where there is a delimiter.
    "0.4": {"local_unconditional": "  - metric: acc_mutual_info\n"},
    "0.5": {
        "local_several_right": "multiple_targets: true\n",
        "local_contexts": "multiple_inputs: true\n",
    },
}
"""The last lines of a task, which differ between versions."""
OF_VERSION = {
    "0.4": """
def doc_to_text(doc):
    return doc["gold"]

def doc_to_choice(doc):
    return ["the capital of " + land + " is" for land in doc["lands"]]

def doc_to_target(doc):
    return doc["city"]
""",
    "0.5": """
def doc_to_text(doc):
    return ["the capital of " + land + " is" for land in doc["lands"]]

def doc_to_choice(doc):
    return [doc["city"]]

def doc_to_target(doc):
    return doc["gold"]
""",
}
"""The functions of a task whose contexts differ between choices, for each line of versions."""


def write_tasks(folder: Path, version: str) -> None:
    """Write tasks of every kind and their rows.

    Args:
        folder: the folder, which is made.
        version: the line of versions, `0.4` or `0.5`.
    """
    folder.mkdir()
    write_rows(folder / "test.jsonl", list(_rows(LANDS)))
    write_rows(folder / "train.jsonl", list(_rows(SHOTS)))
    for name, text in TASKS.items():
        further = _FURTHER[version].get(name, "")
        written = _DATA.format(task=name, folder=folder) + text + further
        (folder / f"{name}.yaml").write_text(written)
    (folder / "contexts.py").write_text(OF_VERSION[version])


def _rows(capitals):
    lands, cities = list(capitals), list(capitals.values())
    for number, (land, city) in enumerate(capitals.items()):
        others = [cities[(number + step) % len(cities)] for step in (1, 2)]
        choices = [*others[:1], city, *others[1:], city.lower() * 2]
        # A choice that is there twice.
        choices = [city, city, *others] if number == 5 else choices
        yield {
            "land": land,
            "city": city,
            "choices": choices,
            "gold": 1,
            "all_gold": [1, 3],
            "lands": [lands[(number + 1) % len(lands)], land],
        }


def save_model(folder: Path) -> None:
    """Write a tiny Llama that was taught some of the capitals, and starts texts with `<s>`."""
    torch.manual_seed(0)
    tokenizer = make_seam_tokenizer("byte_level", "<s> $A")
    config = LlamaConfig(
        vocab_size=len(tokenizer),
        hidden_size=48,
        num_hidden_layers=3,
        num_attention_heads=4,
        num_key_value_heads=2,
        intermediate_size=64,
        max_position_embeddings=512,
        bos_token_id=tokenizer.bos_token_id,
        eos_token_id=tokenizer.eos_token_id,
    )
    model = LlamaForCausalLM(config)
    texts = [f"the capital of {land} is {city}." for land, city in list(LANDS.items())[:10]]
    teach(model, [torch.tensor([tokenizer(text)["input_ids"]]) for text in texts], steps=60)
    model.save_pretrained(folder)
    tokenizer.chat_template = CHAT
    tokenizer.save_pretrained(folder)


_EVALUATE = """
import json, logging, sys
import torch, transformers
from lm_eval.evaluator import simple_evaluate
from lm_eval.models.huggingface import HFLM
from lm_eval.tasks import TaskManager

model, tasks, chat, *names = sys.argv[1:]
loaded = transformers.AutoModelForCausalLM.from_pretrained(model, dtype=torch.float32)
tokenizer = transformers.AutoTokenizer.from_pretrained(model)
found = simple_evaluate(
    model=HFLM(pretrained=loaded, tokenizer=tokenizer, device="cpu", batch_size=1),
    tasks=names, task_manager=TaskManager(include_path=tasks, include_defaults=False),
    log_samples=True, bootstrap_iters=0,
    **({"apply_chat_template": True, "fewshot_as_multiturn": True} if chat else {}),
)
keep = ("doc_id", "acc", "acc_norm", "exact_match", "resps")
samples = {name: [{key: each[key] for key in keep if key in each} for each in of_task
                  if each["filter"] == of_task[0]["filter"]]
           for name, of_task in found["samples"].items()}
print("\\n" + json.dumps(samples))
"""


def of_harness(
    model: Path,
    tasks: Path,
    packages: str = "",
    *,
    chat: bool = False,
    names: Sequence[str] = tuple(TASKS),
) -> dict[str, list[dict[str, object]]]:
    """What the harness finds for each document, by task.

    Args:
        model: the model's folder.
        tasks: the folder of `write_tasks`.
        packages: a folder with another version of the harness; empty for the one installed.
        chat: whether the model is asked in its chat template.
        names: the tasks.
    """
    environment = {**os.environ, "PYTHONPATH": packages, "HF_HUB_OFFLINE": "1"}
    options = [str(model), str(tasks), "chat" * chat, *names]
    command = [sys.executable, "-c", _EVALUATE, *options]
    done = subprocess.run(command, env=environment, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    found = json.loads(done.stdout.rsplit("\n", 2)[-2])
    return {name: sorted(each, key=lambda one: one["doc_id"]) for name, each in found.items()}
