"""A tiny model of the embedded writer's kind, and its tokenizer, for tests."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

TEXT = """The old mill of Tilby burned down on Monday night, police said.
Police said the mill, which was built in 1802, burned for six hours.
Mayor Ana Duarte thanked the fire crews who came from three towns.
No one was hurt, and the cause of the fire is not known."""

SPECIAL = ["[PAD]", "[a]", "[b]", "[c]", "[d]", "[e]", "[UNK]", "[CLS]", "[SEP]"]
GENERATED = ["the", "and", "while", ",", ".", "was", "##ed"]


def tokenizer() -> Any:
    """An uncased word-piece tokenizer of the words of ``TEXT`` and all letters."""
    from tokenizers import Tokenizer, models, normalizers, pre_tokenizers

    words = sorted(set(re.findall(r"\w+|[^\w\s]", TEXT.lower())) - set("bcde"))
    letters = [f"{mark}{c}" for mark in ("", "##") for c in "abcdefghijklmnopqrstuvwxyz0123456789"]
    pieces = dict.fromkeys([*SPECIAL, *GENERATED, *words, *letters, *"'\"()-$:;!?%"])
    made = Tokenizer(
        models.WordPiece({piece: place for place, piece in enumerate(pieces)}, unk_token="[UNK]")
    )
    made.normalizer = normalizers.BertNormalizer(lowercase=True)
    made.pre_tokenizer = pre_tokenizers.BertPreTokenizer()
    return made


def model(tokens: Any, *, seed: int = 0, layers: int = 2) -> Any:
    """A random model over the tokenizer's vocabulary, in evaluation mode."""
    import torch

    from models.fusion.modeling import FusionConfig, FusionForConditionalGeneration

    torch.manual_seed(seed)
    config = FusionConfig(
        vocab_size=tokens.get_vocab_size(),
        hidden_size=32,
        intermediate_size=64,
        num_attention_heads=4,
        encoder_layers=2,
        decoder_layers=layers,
        max_position_embeddings=192,
        generated_ids=[tokens.token_to_id(piece) for piece in GENERATED],
        eos_token_id=tokens.token_to_id("[SEP]"),
    )
    return FusionForConditionalGeneration(config).eval()


def save(folder: Path, made: Any, tokens: Any) -> None:
    """A checkpoint as training writes it, but in float32."""
    made.save_pretrained(folder)
    tokens.save(str(folder / "tokenizer.json"))
