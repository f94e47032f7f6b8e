"""Builders of tiny random checkpoints, saved as real ones are."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path
from typing import Any

TEXT = """The harbour bridge at Eastport reopened on Monday after 14 months of repairs.
Mayor Ana Duarte said the work had cost $31 million, less than planned.
Two lanes stay closed until the end of June, the city's engineers said.
Ferry services that replaced the bridge carried 9,000 people a day.
Shop owners in the old town hope that customers will return."""


def save_tokenizer(folder: Path, *, limit: int | None = None, marks: Iterable[str] = ()) -> Any:
    """A byte-level BPE tokenizer trained on ``TEXT``, with BART's special tokens."""
    from tokenizers import Tokenizer, decoders, models, pre_tokenizers, processors, trainers
    from transformers import PreTrainedTokenizerFast

    tokenizer = Tokenizer(models.BPE())
    tokenizer.pre_tokenizer = pre_tokenizers.ByteLevel(add_prefix_space=False)
    tokenizer.decoder = decoders.ByteLevel()
    tokenizer.train_from_iterator(
        TEXT.splitlines(),
        trainers.BpeTrainer(
            vocab_size=400,
            special_tokens=["<s>", "<pad>", "</s>", "<unk>", *marks],
            initial_alphabet=pre_tokenizers.ByteLevel.alphabet(),
            show_progress=False,
        ),
    )
    tokenizer.post_processor = processors.TemplateProcessing(
        single="<s> $A </s>", special_tokens=[("<s>", 0), ("</s>", 2)]
    )
    arguments: dict[str, Any] = {} if limit is None else {"model_max_length": limit}
    fast = PreTrainedTokenizerFast(
        tokenizer_object=tokenizer,
        bos_token="<s>",
        pad_token="<pad>",
        eos_token="</s>",
        unk_token="<unk>",
        additional_special_tokens=list(marks),
        **arguments,
    )
    fast.save_pretrained(folder)
    return fast


_IDS = {
    "bos_token_id": 0,
    "pad_token_id": 1,
    "eos_token_id": 2,
    "decoder_start_token_id": 2,
}


def save_bart(folder: Path, *, positions: int = 128, dimension: int = 32, **settings: Any) -> Any:
    """A random BART; ``settings`` go into its generation configuration."""
    from transformers import BartConfig, BartForConditionalGeneration

    tokenizer = save_tokenizer(folder, limit=positions)
    _prepare()
    config = BartConfig(
        vocab_size=len(tokenizer),
        d_model=dimension,
        encoder_layers=1,
        decoder_layers=1,
        encoder_attention_heads=2,
        decoder_attention_heads=2,
        encoder_ffn_dim=2 * dimension,
        decoder_ffn_dim=2 * dimension,
        max_position_embeddings=positions,
        dropout=0.0,
        attention_dropout=0.0,
        forced_eos_token_id=2,
        **_IDS,
    )
    return _save(BartForConditionalGeneration(config), folder, settings)


def save_t5(folder: Path, **task: Any) -> Any:
    """A random T5 of unlimited positions, whose task parameters are ``task``."""
    from transformers import T5Config, T5ForConditionalGeneration

    tokenizer = save_tokenizer(folder)
    _prepare()
    config = T5Config(
        vocab_size=len(tokenizer),
        d_model=32,
        d_kv=16,
        d_ff=64,
        num_layers=1,
        num_heads=2,
        task_specific_params={"summarization": {"prefix": "summarize: ", **task}},
        **{**_IDS, "decoder_start_token_id": 1},
    )
    return _save(T5ForConditionalGeneration(config), folder, {})


def save_led(folder: Path, *, positions: int = 96, marks: Iterable[str] = ("<doc-sep>",)) -> Any:
    """A random LED; with ``marks``, a PRIMERA."""
    from transformers import LEDConfig, LEDForConditionalGeneration

    tokenizer = save_tokenizer(folder, marks=marks)
    _prepare()
    config = LEDConfig(
        vocab_size=len(tokenizer),
        d_model=32,
        encoder_layers=1,
        decoder_layers=1,
        encoder_attention_heads=2,
        decoder_attention_heads=2,
        encoder_ffn_dim=64,
        decoder_ffn_dim=64,
        attention_window=[16],
        max_encoder_position_embeddings=positions,
        max_decoder_position_embeddings=48,
        **_IDS,
    )
    return _save(LEDForConditionalGeneration(config), folder, {"max_length": 40})


def teach_to_copy(folder: Path, sentences: Iterable[str], *, steps: int = 80) -> None:
    """Trains the checkpoint in ``folder`` until it repeats the given sentences."""
    import torch
    from transformers import AutoModelForSeq2SeqLM, AutoTokenizer

    tokenizer = AutoTokenizer.from_pretrained(folder)
    model = AutoModelForSeq2SeqLM.from_pretrained(folder)
    batch = tokenizer(list(sentences), padding=True, return_tensors="pt")
    labels = batch["input_ids"].masked_fill(batch["attention_mask"] == 0, -100)
    optimizer = torch.optim.AdamW(model.parameters(), lr=3e-3)
    model.train()
    for _ in range(steps):
        loss = model(**batch, labels=labels).loss
        loss.backward()
        optimizer.step()
        optimizer.zero_grad()
    model.eval().save_pretrained(folder)


def _prepare() -> None:
    """The same weights every time; more threads only get in each other's way here."""
    import torch

    torch.set_num_threads(1)
    torch.manual_seed(0)


def _save(model: Any, folder: Path, settings: dict[str, Any]) -> Any:
    model.generation_config.update(**settings)
    model.save_pretrained(folder)
    return model
