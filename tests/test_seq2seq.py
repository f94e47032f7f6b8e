"""The writer of any encoder-decoder, on tiny checkpoints loaded as real ones are."""

from __future__ import annotations

import json
import threading
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import pytest
import tiny_models
from numpy.typing import NDArray

from models import load_writer
from models.seq2seq import Seq2SeqWriter
from summarizer.errors import ModelError
from summarizer.records import Deduplication, Document, Group, Plan, Sentence
from summarizer.support import support
from summarizer.vectors import Vectors
from summarizer.words import content_words, count_words

LINES = tiny_models.TEXT.splitlines()


def sentence(text: str, index: int, doc_id: str) -> Sentence:
    return Sentence(doc_id=doc_id, index=index, start=0, end=len(text), text=text)


SENTENCES = tuple(sentence(text, i, "ab"[i % 2]) for i, text in enumerate(LINES))
PLAN = Plan(groups=tuple(Group(sentences=(s,)) for s in SENTENCES), left_out=3)


def load(folder: Path) -> Seq2SeqWriter:
    writer = load_writer(f"hf:{folder}")
    assert isinstance(writer, Seq2SeqWriter)
    assert writer.name == f"hf:{folder}"
    return writer


def spy(writer: Seq2SeqWriter, monkeypatch: pytest.MonkeyPatch) -> list[dict[str, object]]:
    """What the model's ``generate`` is called with, the text read first."""
    calls: list[dict[str, object]] = []
    generate = writer._model.generate

    def watched(ids: object, **arguments: object) -> object:
        read = writer._tokenizer.decode(ids[0], skip_special_tokens=False)  # type: ignore[index]
        calls.append({"ids": ids, "read": read, **arguments})
        return generate(ids, **arguments)

    monkeypatch.setattr(writer._model, "generate", watched)
    return calls


@pytest.fixture(scope="module")
def bart(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("bart")
    tiny_models.save_bart(
        folder,
        positions=96,
        num_beams=2,
        max_length=60,
        min_length=20,
        no_repeat_ngram_size=3,
        do_sample=True,
    )
    return folder


@pytest.fixture(scope="module")
def t5(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("t5")
    tiny_models.save_t5(folder, num_beams=2, max_length=30, length_penalty=2.0)
    return folder


@pytest.fixture(scope="module")
def led(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("led")
    tiny_models.save_led(folder)
    return folder


def test_bart_reads_whole_sentences_up_to_its_positions(
    bart: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    writer = load(bart)
    assert writer.max_input_tokens == 96 - 2
    calls = spy(writer, monkeypatch)
    writing = writer.write([PLAN], words=50)[0]
    read = str(calls[0]["read"]).removeprefix("<s>").removesuffix("</s>")
    fitting = next(n for n in range(5, 0, -1) if " ".join(LINES[:n]) == read)
    assert fitting < len(LINES)
    one_more = " ".join(LINES[: fitting + 1])
    assert len(writer._tokenizer(read)["input_ids"]) <= 96
    assert len(writer._tokenizer(one_more)["input_ids"]) > 96
    assert writing.notices[0] == (
        f"{len(LINES) - fitting + 3} points of the articles did not fit into the 96 tokens "
        "the writer can read."
    )


def test_generation_follows_the_checkpoint_without_sampling(
    bart: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    writer = load(bart)
    calls = spy(writer, monkeypatch)
    writer.write([PLAN], words=500)
    settings = calls[0]["generation_config"]
    assert (settings.num_beams, settings.no_repeat_ngram_size) == (2, 3)  # type: ignore[attr-defined]
    assert (settings.max_new_tokens, settings.min_new_tokens) == (59, 19)  # type: ignore[attr-defined]
    assert settings.do_sample is False  # type: ignore[attr-defined]


def test_a_small_budget_bounds_the_length(bart: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    writer = load(bart)
    calls = spy(writer, monkeypatch)
    writer.write([PLAN], words=10)
    settings = calls[0]["generation_config"]
    per_word = len(calls[0]["ids"][0]) / count_words(str(calls[0]["read"]))  # type: ignore[index]
    assert 10 * per_word <= settings.max_new_tokens <= 15 * per_word  # type: ignore[attr-defined]
    assert settings.min_new_tokens <= settings.max_new_tokens / 2  # type: ignore[attr-defined]


def test_t5_takes_its_prefix_and_settings_from_the_task(
    t5: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    writer = load(t5)
    prefix = len(writer._tokenizer("summarize: ", add_special_tokens=False)["input_ids"])
    assert writer.max_input_tokens == 1024 - 2 - prefix  # no limit of its own
    calls = spy(writer, monkeypatch)
    writer.write([PLAN], words=200)
    assert str(calls[0]["read"]).startswith(f"<s>summarize: {LINES[0]} {LINES[1]}")
    settings = calls[0]["generation_config"]
    assert (settings.num_beams, settings.length_penalty) == (2, 2.0)  # type: ignore[attr-defined]
    assert settings.max_new_tokens == 29  # type: ignore[attr-defined]


def test_t5_heeds_a_length_that_its_configuration_states(t5: Path, tmp_path: Path) -> None:
    for file in t5.iterdir():
        (tmp_path / file.name).write_bytes(file.read_bytes())
    config = json.loads((tmp_path / "config.json").read_text())
    (tmp_path / "config.json").write_text(json.dumps({**config, "n_positions": 64}))
    assert load(tmp_path)._limit == 64


def test_primera_marks_documents_and_looks_at_the_marks(
    led: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    writer = load(led)
    assert writer.max_input_tokens == 96 - 2
    calls = spy(writer, monkeypatch)
    two = Plan(groups=tuple(Group(sentences=(s,)) for s in (SENTENCES[0], SENTENCES[1])))
    writer.write([two], words=50)
    read = str(calls[0]["read"])
    assert read.count("<doc-sep>") == 1
    ids = calls[0]["ids"][0].tolist()  # type: ignore[index]
    looked_at = calls[0]["global_attention_mask"][0].tolist()  # type: ignore[index]
    assert [i for i, flag in enumerate(looked_at) if flag] == [0, ids.index(writer._mark_id)]
    same_document = Plan(groups=tuple(Group(sentences=(s,)) for s in SENTENCES[:3:2]))
    writer.write([same_document], words=50)
    assert "<doc-sep>" not in str(calls[1]["read"])


def test_led_without_the_mark_looks_at_the_first_token(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    tiny_models.save_led(tmp_path, marks=())
    writer = load(tmp_path)
    calls = spy(writer, monkeypatch)
    writer.write([PLAN], words=20)
    assert "<doc-sep>" not in str(calls[0]["read"])
    assert calls[0]["global_attention_mask"].sum() == 1  # type: ignore[attr-defined]
    # Its decoder has 48 positions.
    assert calls[0]["generation_config"].max_new_tokens <= 47  # type: ignore[attr-defined]


def test_old_news_is_read_with_its_date(t5: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    writer = load(t5)
    calls = spy(writer, monkeypatch)
    group = Group(sentences=(SENTENCES[0],), when="In May 2023")
    writer.write([Plan(groups=(group,))], words=20)
    assert "In May 2023, the harbour bridge" in str(calls[0]["read"])


def test_a_plan_as_full_as_counted_is_read_whole(led: Path) -> None:
    writer = load(led)
    assert writer.max_input_tokens
    groups: list[Group] = []
    left = writer.max_input_tokens
    for group in PLAN.groups:
        left -= writer.count_tokens(group.lead.text)
        if left < 0:
            break
        groups.append(group)
    assert groups
    writing = writer.write([Plan(groups=tuple(groups))], words=20)[0]
    assert not any("did not fit" in notice for notice in writing.notices)


def test_a_sentence_longer_than_the_writer_can_read_is_left_out_alone(
    bart: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    writer = load(bart)
    long = sentence("word " * 300, 9, "b")
    calls = spy(writer, monkeypatch)
    groups = (Group(sentences=(long,)), PLAN.groups[0])
    writing = writer.write([Plan(groups=groups)], words=20)[0]
    assert calls[0]["read"] == f"<s>{LINES[0]}</s>"
    assert writing.notices[0].startswith("1 point of the articles did not fit")
    assert writer.write([Plan(groups=groups[:1])], words=20)[0].drafts == ()


@pytest.mark.parametrize("kind", ["bart", "t5", "led"])
def test_the_same_plan_gives_the_same_text(kind: str, request: pytest.FixtureRequest) -> None:
    folder = request.getfixturevalue(kind)
    once, again = load(folder), load(folder)
    assert (
        once.write([PLAN], words=40)[0]
        == again.write([PLAN], words=40)[0]
        == once.write([PLAN], words=40)[0]
    )


def test_nothing_to_write_is_nothing_written(bart: Path) -> None:
    assert load(bart).write([Plan(groups=())], words=50)[0].drafts == ()


def test_threads_take_turns(t5: Path) -> None:
    writer = load(t5)
    expected = writer.write([PLAN], words=15)[0]
    results: list[object] = []
    threads = [
        threading.Thread(target=lambda: results.append(writer.write([PLAN], words=15)[0]))
        for _ in range(4)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert results == [expected] * 4


class WordEncoder:
    """Similarity is the cosine of shared content words."""

    name = "words"
    semantic = False
    notices: tuple[str, ...] = ()

    def encode(self, texts: Sequence[str]) -> NDArray[np.float32]:
        words = sorted({word for line in LINES for word in content_words(line)})
        rows = [[float(word in content_words(text)) for word in words] for text in texts]
        array = np.asarray(rows, dtype=np.float32).reshape(len(texts), len(words))
        return array / np.maximum(np.linalg.norm(array, axis=1, keepdims=True), 1)


def test_a_writer_that_has_learnt_to_copy_is_supported_throughout(tmp_path: Path) -> None:
    """Reading, generating, decoding, splitting, aligning and citing, on a trained model."""
    tiny_models.save_bart(tmp_path, dimension=64, positions=256)
    tiny_models.teach_to_copy(tmp_path, [" ".join(LINES[:2]), LINES[0], LINES[1]])
    writing = load(tmp_path).write([Plan(groups=PLAN.groups[:2])], words=60)[0]
    encoder = WordEncoder()
    result = support(
        writing,
        Deduplication(kept=SENTENCES),
        [Document(doc_id=doc_id, text="") for doc_id in "ab"],
        Vectors(SENTENCES, encoder.encode(LINES)),
        encoder=encoder,
        words=60,
    )
    assert [s.text for s in result.sentences] == LINES[:2]
    assert [[c.text for c in s.citations] for s in result.sentences] == [[LINES[0]], [LINES[1]]]
    assert [s.checks for s in result.sentences] == [(), ()]
    assert result.notices == ()


# Loading ----------------------------------------------------------------------------


def refused(name: str) -> str:
    with pytest.raises(ModelError) as caught:
        load_writer(f"hf:{name}")
    message = str(caught.value)
    assert f"'hf:{name}'" in message
    assert "\n" not in message
    assert "Traceback" not in message
    return message


def test_a_name_that_is_nowhere_is_refused() -> None:
    assert "Give a folder or a hub name" in refused("nobody/no-such-model")


def test_an_empty_folder_is_refused(tmp_path: Path) -> None:
    refused(str(tmp_path))


def test_a_decoder_is_refused(tmp_path: Path) -> None:
    from transformers import GPT2Config

    GPT2Config(n_layer=1, n_head=1, n_embd=8).save_pretrained(tmp_path)
    assert "a gpt2 model, not an encoder-decoder" in refused(str(tmp_path))


def test_a_checkpoint_without_weights_is_refused(bart: Path, tmp_path: Path) -> None:
    for file in bart.iterdir():
        if file.suffix != ".safetensors":
            (tmp_path / file.name).write_bytes(file.read_bytes())
    refused(str(tmp_path))


def test_cut_off_weights_are_refused(bart: Path, tmp_path: Path) -> None:
    for file in bart.iterdir():
        data = file.read_bytes()
        cut = len(data) // 2 if file.suffix == ".safetensors" else len(data)
        (tmp_path / file.name).write_bytes(data[:cut])
    refused(str(tmp_path))


def test_missing_weights_are_not_made_up(bart: Path, tmp_path: Path) -> None:
    from safetensors.torch import load_file, save_file

    for file in bart.iterdir():
        (tmp_path / file.name).write_bytes(file.read_bytes())
    tensors = load_file(tmp_path / "model.safetensors")
    del tensors["model.encoder.layers.0.fc1.weight"]
    save_file(tensors, tmp_path / "model.safetensors", metadata={"format": "pt"})
    assert "lacks 1 of its weights (model.encoder.layers.0.fc1.weight" in refused(str(tmp_path))


def test_a_checkpoint_without_tokenizer_is_refused(bart: Path, tmp_path: Path) -> None:
    for file in bart.iterdir():
        if not file.name.startswith(("tokenizer", "special")):
            (tmp_path / file.name).write_bytes(file.read_bytes())
    assert "tokenizer" in refused(str(tmp_path))


def test_code_that_comes_with_a_checkpoint_is_not_run(tmp_path: Path) -> None:
    (tmp_path / "evil.py").write_text(f"open({str(tmp_path / 'ran')!r}, 'w')")
    config = {"model_type": "evil", "auto_map": {"AutoConfig": "evil.Config"}}
    (tmp_path / "config.json").write_text(json.dumps(config))
    refused(str(tmp_path))
    assert not (tmp_path / "ran").exists()
