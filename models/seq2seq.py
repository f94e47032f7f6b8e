"""Any encoder-decoder of transformers as a writer: BART, PEGASUS, PRIMERA, T5, LED, ..."""

from __future__ import annotations

import copy
import threading
from bisect import bisect_right
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from models.extractive import close, lone_names, said
from summarizer.errors import ModelError
from summarizer.records import Draft, Group, Plan, Writing
from summarizer.words import collapse, count_words

if TYPE_CHECKING:
    import torch

    from summarizer.protocols import OnDraft

# Where neither configuration nor tokenizer gives a limit: the length that summarizers
# with relative positions (T5, LongT5) are mostly trained on at least.
_UNSTATED_LIMIT = 1024
# PRIMERA's mark between documents (Xiao et al. 2022, section 2.1).
_DOCUMENT_MARK = "<doc-sep>"
# Room above the budget: a sentence begun is better ended and then dropped whole.
_SLACK = 1.25


class Seq2SeqWriter:
    """Writes the whole briefing at once from the leads of the plan's groups.

    The input is the leads in the plan's order, with the checkpoint's own prefix
    ("summarize: " for T5), PRIMERA's mark between sentences of different documents,
    and, for LED and PRIMERA, global attention on the first token and on those marks.
    Nothing is cut: groups from the end are left out until the input fits, and a notice
    counts them. Generation follows the checkpoint's settings, without sampling; only
    its length is bounded by the words asked for. Safe to call from several threads,
    which take turns. A CPU computes in float32, so that a checkpoint gives the same
    text on every machine; a CUDA device in bfloat16 where it can.

    Raises ModelError where ``name``, a hub name or a folder, cannot be loaded as an
    encoder-decoder with all its weights.
    """

    weighs = False
    notices: tuple[str, ...] = ()

    def __init__(self, name: str) -> None:
        self.name = f"hf:{name}"
        self._tokenizer, self._model = _load(name)
        #: The hub's commit of the checkpoint; None for a folder.
        self.revision: str | None = getattr(self._model.config, "_commit_hash", None)
        self._generation, self._prefix = _settings(self._model)
        marks = self._tokenizer.get_vocab()
        self._mark_id: int | None = marks.get(_DOCUMENT_MARK)
        special = self._tokenizer.num_special_tokens_to_add()
        self._limit = _input_limit(self._model.config, self._tokenizer)
        self.max_input_tokens = self._limit - special - len(self._ids(self._prefix))
        if self.max_input_tokens < 1:
            raise ModelError(
                f"Writer {self.name!r} reads {self._limit} tokens at most, too few for any text. "
                "Choose another checkpoint."
            )
        self._lock = threading.Lock()

    def count_tokens(self, text: str) -> int:
        """Tokens that ``text`` takes in the input, the mark behind it included."""
        return len(self._ids(" " + collapse(text))) + (self._mark_id is not None)

    def write(
        self, plans: Sequence[Plan], *, words: int, on_draft: OnDraft | None = None
    ) -> list[Writing]:
        """One draft a plan: the text as generated, without sources, for support to find.

        One plan after the other, so that padding cannot change a text. It may exceed
        ``words``, and its last sentence may be cut off, where the checkpoint did not come
        to an end in time. Raises ModelError where the checkpoint fails at its work.
        """
        writings = []
        for place, plan in enumerate(plans):
            writings.append(self._write(plan, words))
            if on_draft:
                for draft in writings[-1].drafts:
                    on_draft(place, draft)
        return writings

    def _write(self, plan: Plan, words: int) -> Writing:
        names = lone_names(plan)
        leads = [None, *(group.lead for group in plan.groups)]
        pieces = [
            (group, said(group, previous, names=names))
            for group, previous in zip(plan.groups, leads, strict=False)
        ]
        read = self._fitting([(group, text) for group, text in pieces if text])
        notices = _left_out(len(pieces) - len(read), plan.left_out, self._limit)
        if not read:
            return Writing(drafts=(), notices=notices)
        text = self._generate(self._input(read), words)
        if not text:
            notices += (f"The writer {self.name!r} wrote nothing.",)
        return Writing(drafts=(Draft(text=text),) if text else (), notices=notices)

    def _fitting(self, pieces: list[tuple[Group, str]]) -> list[tuple[Group, str]]:
        """The pieces less those too long by themselves, then less the last ones too many."""
        pieces = [piece for piece in pieces if self._length([piece]) <= self._limit]
        counts = range(1, len(pieces) + 1)
        fitting = bisect_right(counts, self._limit, key=lambda n: self._length(pieces[:n]))
        return pieces[:fitting]

    def _length(self, pieces: list[tuple[Group, str]]) -> int:
        return len(self._tokenizer(self._input(pieces), verbose=False)["input_ids"])

    def _ids(self, text: str) -> list[int]:
        ids: list[int] = self._tokenizer(text, add_special_tokens=False, verbose=False)["input_ids"]
        return ids

    def _input(self, pieces: list[tuple[Group, str]]) -> str:
        text = self._prefix
        for place, (group, sentence) in enumerate(pieces):
            if place:
                new = group.lead.doc_id != pieces[place - 1][0].lead.doc_id
                text += f" {_DOCUMENT_MARK} " if new and self._mark_id is not None else " "
            text += sentence
        return text

    def _generate(self, text: str, words: int) -> str:
        import torch

        inputs = self._tokenizer(text, return_tensors="pt", verbose=False)
        ids = inputs["input_ids"].to(self._model.device)
        arguments = {"attention_mask": inputs["attention_mask"].to(self._model.device)}
        if self._model.config.model_type == "led":
            attention = torch.zeros_like(ids)
            attention[:, 0] = 1
            if self._mark_id is not None:
                attention[ids == self._mark_id] = 1
            arguments["global_attention_mask"] = attention
        generation = self._bounded(words * ids.shape[1] / max(count_words(text), 1))
        try:
            with self._lock, torch.inference_mode():
                output = self._model.generate(ids, generation_config=generation, **arguments)[0]
        except (RuntimeError, IndexError) as error:  # out of memory, a position out of range
            raise ModelError(f"Writer {self.name!r} failed: {_first_line(error)}") from error
        written = collapse(
            self._tokenizer.decode(output, skip_special_tokens=True).replace("<n>", " ")
        )
        return close(written) if self._ended(output, generation) else written

    def _bounded(self, tokens: float) -> Any:
        """The checkpoint's settings with at most about ``tokens`` new tokens."""
        generation = copy.deepcopy(self._generation)
        bound = max(int(tokens * _SLACK), 8)
        positions = _positions(self._model.config, decoder=True)
        if positions:
            bound = min(bound, positions - 1)
        own = generation.max_new_tokens or (generation.max_length or 0) - 1
        generation.max_new_tokens = min(own, bound) if own > 0 else bound
        generation.max_length = None
        least = generation.min_new_tokens or (generation.min_length or 0) - 1
        generation.min_length = None
        # Forced to go on when it is done, a model invents.
        generation.min_new_tokens = min(max(least, 0), generation.max_new_tokens // 2) or None
        return generation

    def _ended(self, output: torch.Tensor, generation: Any) -> bool:
        """Whether the text came to its own end rather than to the bound."""
        if len(output) > generation.max_new_tokens:  # where BART is made to end
            return False
        end = generation.eos_token_id
        return int(output[-1]) in (end if isinstance(end, list) else [end])


def _load(name: str) -> tuple[Any, Any]:
    """Tokenizer and model, in evaluation mode on the best device."""
    import torch
    from transformers import AutoConfig, AutoModelForSeq2SeqLM, AutoTokenizer

    hint = (
        "Give a folder or a hub name of an encoder-decoder with its tokenizer "
        "(and a network connection where it is not in the cache)."
    )
    # Whatever a foreign checkpoint raises is the checkpoint's fault, not a bug of ours.
    try:
        config = AutoConfig.from_pretrained(name)
    except Exception as error:
        raise ModelError(f"Cannot load writer 'hf:{name}': {_first_line(error)} {hint}") from error
    if not config.is_encoder_decoder:
        raise ModelError(
            f"Writer 'hf:{name}' is a {config.model_type} model, not an encoder-decoder. {hint}"
        )
    cuda = torch.cuda.is_available()
    dtype = torch.bfloat16 if cuda and torch.cuda.is_bf16_supported() else torch.float32
    try:
        tokenizer = AutoTokenizer.from_pretrained(name)
        model, report = AutoModelForSeq2SeqLM.from_pretrained(
            name, config=config, dtype=dtype, output_loading_info=True
        )
    except Exception as error:
        raise ModelError(f"Cannot load writer 'hf:{name}': {_first_line(error)} {hint}") from error
    known = set(tokenizer("the", add_special_tokens=False)["input_ids"])
    if known <= {tokenizer.unk_token_id}:  # transformers makes up an empty one
        raise ModelError(f"Writer 'hf:{name}' lacks its tokenizer. {hint}")
    # transformers fills such gaps with random numbers and only warns.
    missing = sorted(map(str, {*report["missing_keys"], *report["mismatched_keys"]}))
    if missing:
        raise ModelError(
            f"Writer 'hf:{name}' lacks {len(missing)} of its weights ({missing[0]}, ...). "
            "Choose a checkpoint trained to summarize."
        )
    mps = torch.backends.mps.is_available()
    return tokenizer, model.to("cuda" if cuda else "mps" if mps else "cpu").eval()


def _settings(model: Any) -> tuple[Any, str]:
    """The checkpoint's generation settings for summaries, and its prefix.

    T5 keeps both under ``task_specific_params`` of its configuration.
    """
    generation = model.generation_config
    # `generate` would fill in from there what is meant to be unset.
    model.generation_config = type(generation)()
    task = dict(
        (getattr(model.config, "task_specific_params", None) or {}).get("summarization", {})
    )
    prefix = task.pop("prefix", None) or getattr(model.config, "prefix", None) or ""
    generation.update(**task)
    # The same input gives the same text.
    generation.update(do_sample=False, temperature=None, top_p=None, top_k=None)
    return generation, prefix


def _input_limit(config: Any, tokenizer: Any) -> int:
    """What the encoder can read, special tokens included.

    The smallest of the encoder's positions and the tokenizer's ``model_max_length``,
    as far as they are stated. T5 has relative positions and no hard limit: there
    ``n_positions``, the length it was trained on, counts.
    """
    stated = [_positions(config, decoder=False), getattr(tokenizer, "model_max_length", None)]
    # Tokenizers say 1e30 for "unknown".
    return min((n for n in stated if n and n < 1_000_000), default=_UNSTATED_LIMIT)


def _positions(config: Any, *, decoder: bool) -> int | None:
    """Positions of the encoder or decoder, ``None`` where they are not limited.

    ``n_positions`` says how long an input T5 was trained on; it binds no decoder.
    """
    side = getattr(config, "decoder" if decoder else "encoder", None) or config
    keys = ["max_decoder_position_embeddings", "max_position_embeddings"]
    if not decoder:
        keys = ["max_encoder_position_embeddings", "max_position_embeddings", "n_positions"]
    for key in keys:
        value = getattr(side, key, None)
        if isinstance(value, int) and value > 0:
            return value
    return None


def _left_out(by_writer: int, by_plan: int, limit: int) -> tuple[str, ...]:
    count = by_writer + by_plan
    if not count:
        return ()
    points = "1 point" if count == 1 else f"{count} points"
    return (f"{points} of the articles did not fit into the {limit} tokens the writer can read.",)


def _first_line(error: Exception) -> str:
    lines = str(error).strip().splitlines() or [type(error).__name__]
    line = collapse(lines[0])
    return line if line.endswith((".", "!", "?")) else f"{line}."
