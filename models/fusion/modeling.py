"""The architecture: a pointer-generator over MiniLM's layers, as a transformers model.

For training, and for whoever has use for it outside: briefings are written by the same
in numpy (``inference``).

Importing this module imports torch and registers the classes with ``AutoConfig`` and
``AutoModelForSeq2SeqLM``, so import it where it is needed.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import torch
from torch import Tensor, nn
from transformers import AutoConfig, AutoModelForSeq2SeqLM, BertConfig, BertModel
from transformers.cache_utils import DynamicCache, EncoderDecoderCache
from transformers.configuration_utils import PretrainedConfig
from transformers.generation.utils import GenerationMixin
from transformers.modeling_outputs import Seq2SeqLMOutput
from transformers.modeling_utils import PreTrainedModel
from transformers.utils.generic import ModelOutput


class FusionConfig(PretrainedConfig):  # type: ignore[no-untyped-call]
    """Sizes, and two lists of word pieces.

    generated_ids: what may be written without a source (the end of the sentence is one)
    length_ids:    the decoder's start tokens, one for each length that can be asked for
    """

    model_type = "fusion"
    is_encoder_decoder = True
    attribute_map = {"num_hidden_layers": "decoder_layers"}  # noqa: RUF012, transformers' own

    def __init__(
        self,
        *,
        vocab_size: int = 30_522,
        hidden_size: int = 384,
        intermediate_size: int = 1_536,
        num_attention_heads: int = 12,
        encoder_layers: int = 6,
        decoder_layers: int = 3,
        max_position_embeddings: int = 512,
        layer_norm_eps: float = 1e-12,
        generated_ids: Sequence[int] = (),
        length_ids: Sequence[int] = (1, 2, 3, 4, 5),
        pad_token_id: int = 0,
        eos_token_id: int = 102,
        **kwargs: Any,
    ) -> None:
        self.vocab_size = vocab_size
        self.hidden_size = hidden_size
        self.intermediate_size = intermediate_size
        self.num_attention_heads = num_attention_heads
        self.encoder_layers = encoder_layers
        self.decoder_layers = decoder_layers
        self.max_position_embeddings = max_position_embeddings
        self.layer_norm_eps = layer_norm_eps
        self.generated_ids = sorted({*generated_ids, eos_token_id})
        self.length_ids = list(length_ids)
        kwargs["is_encoder_decoder"] = True
        kwargs.setdefault("decoder_start_token_id", self.length_ids[-2])
        kwargs.setdefault("tie_word_embeddings", True)
        kwargs |= {"pad_token_id": pad_token_id, "eos_token_id": eos_token_id}
        super().__init__(**kwargs)

    def bert(self, *, decoder: bool) -> BertConfig:
        """The configuration of one side; without dropout, as no pair is seen often."""
        return BertConfig(
            vocab_size=self.vocab_size,
            hidden_size=self.hidden_size,
            intermediate_size=self.intermediate_size,
            num_attention_heads=self.num_attention_heads,
            num_hidden_layers=self.decoder_layers if decoder else self.encoder_layers,
            max_position_embeddings=self.max_position_embeddings,
            layer_norm_eps=self.layer_norm_eps,
            hidden_dropout_prob=0.0,
            attention_probs_dropout_prob=0.0,
            is_decoder=decoder,
            add_cross_attention=decoder,
            pad_token_id=self.pad_token_id,
        )


@dataclass
class FusionEncoderOutput(ModelOutput):
    """What the decoder reads: each row of a beam gets its copy, the source ids too."""

    last_hidden_state: Tensor = None  # type: ignore[assignment]  # ModelOutput wants defaults
    pointer_keys: Tensor = None  # type: ignore[assignment]
    source_ids: Tensor = None  # type: ignore[assignment]


class FusionEncoder(nn.Module):
    """BERT's layers; past them go, linearly, each word and the word before it.

    Without this skip, copying does not emerge in thousands of steps: the layers of a
    sentence encoder tell what a sentence means, not which word stands where.
    """

    main_input_name = "input_ids"

    def __init__(self, config: FusionConfig, embeddings: Any) -> None:
        super().__init__()
        width = config.hidden_size
        self.bert = BertModel(config.bert(decoder=False), add_pooling_layer=False)
        self.bert.embeddings = embeddings
        self.word = nn.Linear(width, width, bias=False)
        self.previous = nn.Linear(width, width, bias=False)
        self.pointer_key = nn.Linear(width, width, bias=False)

    def forward(self, input_ids: Tensor, attention_mask: Tensor, **_: Any) -> FusionEncoderOutput:
        """Memory and pointer keys, both (batch, source, width)."""
        hidden = self.bert(input_ids=input_ids, attention_mask=attention_mask).last_hidden_state
        words = self.bert.embeddings.word_embeddings(input_ids)
        words = self.bert.embeddings.LayerNorm(words)
        before = nn.functional.pad(words, (0, 0, 1, 0))[:, :-1]
        memory = hidden + self.word(words) + self.previous(before)
        return FusionEncoderOutput(
            last_hidden_state=memory, pointer_keys=self.pointer_key(memory), source_ids=input_ids
        )


class FusionForConditionalGeneration(  # type: ignore[no-untyped-call]
    PreTrainedModel, GenerationMixin
):
    """Pointer-generator (See et al. 2017, section 2.2) with two departures.

    The generator knows only ``config.generated_ids``, a closed list: whatever else is
    written is copied, so a name or number without a source has probability 0. And the
    copy distribution has a query and keys of its own, the query seeing the last word
    itself, which makes "what follows this word in the source" easy to ask.
    """

    config_class = FusionConfig
    base_model_prefix = "fusion"
    main_input_name = "input_ids"
    _supports_sdpa = True
    _tied_weights_keys = {  # noqa: RUF012, transformers' own
        f"encoder.bert.embeddings.{name}": f"decoder.embeddings.{name}"
        for name in (
            "word_embeddings.weight",
            "position_embeddings.weight",
            "token_type_embeddings.weight",
            "LayerNorm.weight",
            "LayerNorm.bias",
        )
    }

    def __init__(self, config: FusionConfig) -> None:
        super().__init__(config)
        width = config.hidden_size
        self.decoder = BertModel(config.bert(decoder=True), add_pooling_layer=False)
        self.encoder = FusionEncoder(config, self.decoder.embeddings)
        self.query = nn.Linear(width, width, bias=False)
        self.query_word = nn.Linear(width, width, bias=False)
        self.generator = nn.Linear(width, len(config.generated_ids))
        self.gate = nn.Linear(2 * width, 1)
        self.register_buffer(
            "generated_ids", torch.tensor(config.generated_ids, dtype=torch.long), persistent=False
        )
        self.post_init()  # type: ignore[no-untyped-call]

    def _init_weights(self, module: nn.Module) -> None:
        if isinstance(module, nn.Linear | nn.Embedding):
            nn.init.normal_(module.weight, std=0.02)
            if isinstance(module, nn.Linear) and module.bias is not None:
                nn.init.zeros_(module.bias)
        elif isinstance(module, nn.LayerNorm):
            nn.init.ones_(module.weight)
            nn.init.zeros_(module.bias)
        if module is self:
            self.generated_ids = torch.tensor(self.config.generated_ids, dtype=torch.long)

    def get_encoder(self, modality: str | None = None) -> nn.Module:
        """The encoder, for ``generate``."""
        return self.encoder

    def get_input_embeddings(self) -> nn.Module:
        """The word embeddings that both sides share."""
        embeddings: nn.Module = self.decoder.embeddings.word_embeddings
        return embeddings

    def forward(
        self,
        input_ids: Tensor | None = None,
        attention_mask: Tensor | None = None,
        decoder_input_ids: Tensor | None = None,
        encoder_outputs: FusionEncoderOutput | None = None,
        past_key_values: Any = None,
        labels: Tensor | None = None,
        length: Tensor | None = None,
        use_cache: bool | None = None,
        **_: Any,
    ) -> Seq2SeqLMOutput:
        """Log probabilities (batch, target, vocabulary) as ``logits``; with ``labels`` the loss.

        ``labels`` (-100 where there are none) are shifted behind the start token of
        ``length``, a place in ``config.length_ids`` a row; labels that the model cannot
        write do not count. To save memory no ``logits`` come with a loss.
        """
        if attention_mask is None:
            raise ValueError("the model needs an attention_mask")
        if encoder_outputs is None:
            encoder_outputs = self.encoder(input_ids, attention_mask)
        if labels is not None:
            starts = torch.tensor(self.config.length_ids, device=labels.device)
            decoder_input_ids = self.shifted(labels, starts[length])
        if use_cache and not isinstance(past_key_values, EncoderDecoderCache):
            past_key_values = EncoderDecoderCache(past_key_values or DynamicCache(), DynamicCache())
        scores, generated, gate, past = self._parts(
            decoder_input_ids, encoder_outputs, attention_mask, past_key_values, use_cache
        )
        if labels is not None:
            loss = self._loss(labels, encoder_outputs.source_ids, scores, generated, gate)
            return Seq2SeqLMOutput(loss=loss)
        return Seq2SeqLMOutput(
            logits=self._mixture(encoder_outputs.source_ids, scores, generated, gate),
            past_key_values=past,
        )

    def shifted(self, labels: Tensor, starts: Tensor) -> Tensor:
        """What the decoder reads to predict ``labels``."""
        words = labels.masked_fill(labels == -100, self.config.pad_token_id)
        return torch.cat([starts[:, None], words[:, :-1]], dim=1)

    def _parts(
        self,
        decoder_input_ids: Tensor | None,
        encoded: FusionEncoderOutput,
        attention_mask: Tensor,
        past_key_values: Any,
        use_cache: bool | None,
    ) -> tuple[Tensor, Tensor, Tensor, Any]:
        """Log copy attention (b, t, s), log generator (b, t, g), gate's logit (b, t), cache."""
        output = self.decoder(
            input_ids=decoder_input_ids,
            encoder_hidden_states=encoded.last_hidden_state,
            encoder_attention_mask=attention_mask,
            past_key_values=past_key_values,
            use_cache=bool(use_cache),
        )
        hidden = output.last_hidden_state
        embeddings = self.decoder.embeddings
        word = embeddings.LayerNorm(embeddings.word_embeddings(decoder_input_ids))
        query = self.query(hidden) + self.query_word(word)
        scores = query @ encoded.pointer_keys.transpose(1, 2) * hidden.shape[-1] ** -0.5
        masked = attention_mask.bool().clone()
        masked[:, 0] = False  # [CLS] is no word
        scores = scores.masked_fill(~masked[:, None], torch.finfo(scores.dtype).min)
        gate = self.gate(torch.cat([hidden, word], dim=-1)).squeeze(-1)
        return (
            scores.log_softmax(-1),
            self.generator(hidden).log_softmax(-1),
            gate,
            output.past_key_values,
        )

    def _written(self, labels: Tensor, generated: Tensor) -> Tensor:
        """Log probability (b, t) of each label by the generator; -inf where it does not know it."""
        place = torch.searchsorted(self.generated_ids, labels.clamp_min(0))
        place = place.clamp_max(len(self.generated_ids) - 1)
        written = generated.gather(-1, place[:, :, None]).squeeze(-1)
        return written.masked_fill(self.generated_ids[place] != labels, float("-inf"))

    def _loss(
        self, labels: Tensor, source: Tensor, scores: Tensor, generated: Tensor, gate: Tensor
    ) -> Tensor:
        """Mean negative log likelihood of the labels that can be written."""
        same = labels[:, :, None] == source[:, None, :]
        copied = scores.masked_fill(~same, float("-inf")).logsumexp(-1)
        written = self._written(labels, generated)
        counted = (labels != -100) & (written.isfinite() | same.any(-1))
        # Where neither road leads to the label, both are -inf and have no gradient to give.
        both = torch.stack(
            [
                copied.masked_fill(~counted, 0.0) + nn.functional.logsigmoid(-gate),
                written.masked_fill(~counted, 0.0) + nn.functional.logsigmoid(gate),
            ]
        ).logsumexp(0)
        return -(both * counted).sum() / counted.sum().clamp_min(1)

    def _mixture(self, source: Tensor, scores: Tensor, generated: Tensor, gate: Tensor) -> Tensor:
        """Log probabilities over the vocabulary; -inf for what cannot be written."""
        share = torch.sigmoid(gate)[..., None]
        whole = scores.new_zeros(*scores.shape[:2], self.config.vocab_size)
        whole.scatter_add_(-1, source[:, None, :].expand_as(scores), scores.exp() * (1 - share))
        own = self.generated_ids.expand_as(generated)
        whole.scatter_add_(-1, own, generated.exp() * share)
        return whole.log()


def warm_started(
    weights: Path, *, generated_ids: Sequence[int], decoder_layers: int, seed: int = 0
) -> FusionForConditionalGeneration:
    """A model whose encoder is MiniLM and whose decoder layers are layers of MiniLM.

    Cross-attention starts as the same layer's self-attention. The skip starts as
    identity, the pointer as the search for a source word whose predecessor was written
    last, so that copying is there from the first step. ``weights`` is MiniLM's file.
    """
    from safetensors.torch import load_file

    torch.manual_seed(seed)
    config = FusionConfig(generated_ids=generated_ids, decoder_layers=decoder_layers)
    model = FusionForConditionalGeneration(config)
    state = {k: v for k, v in load_file(str(weights)).items() if not k.startswith("pooler")}
    state.pop("embeddings.position_ids", None)
    model.encoder.bert.load_state_dict(state)
    last = config.encoder_layers - 1
    for place, layer in enumerate(model.decoder.encoder.layer):
        prefix = f"encoder.layer.{round(place * last / max(decoder_layers - 1, 1))}."
        own = {k.removeprefix(prefix): v for k, v in state.items() if k.startswith(prefix)}
        cross = {
            k.replace("attention.", "crossattention.", 1): v
            for k, v in own.items()
            if k.startswith("attention.")
        }
        layer.load_state_dict({**own, **cross})
    words = model.decoder.embeddings.word_embeddings.weight.data
    width = config.hidden_size
    turn = torch.nn.init.orthogonal_(torch.empty(width, width))
    with torch.no_grad():
        # [unused] rows hold nothing; the start tokens must be told apart.
        starts = torch.nn.init.orthogonal_(torch.empty(len(config.length_ids), width))
        words[config.length_ids] = starts * words.norm(dim=1).mean()
        model.encoder.word.weight.copy_(torch.eye(width))
        model.encoder.previous.weight.copy_(turn)
        model.encoder.pointer_key.weight.copy_(turn.T)
        model.query.weight.copy_(0.1 * torch.eye(width))
        model.query_word.weight.copy_(torch.eye(width))
        model.generator.weight.copy_(words[model.generated_ids])
        model.gate.bias.fill_(-1.0)
    return model


AutoConfig.register("fusion", FusionConfig, exist_ok=True)
AutoModelForSeq2SeqLM.register(FusionConfig, FusionForConditionalGeneration, exist_ok=True)
