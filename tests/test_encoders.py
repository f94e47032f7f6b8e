from __future__ import annotations

import importlib.util
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import numpy as np
import pytest

from models import load_encoder
from models.encoders import MINILM_PACKAGE, LexicalEncoder, MiniLMEncoder
from summarizer.errors import ConfigError, ModelError
from summarizer.protocols import Encoder

TEXTS = [
    "The harbour authority closed the port after a storm.",
    "A storm forced the authority to shut the harbour.",
    "The singer won three prizes.",
    "",
    "Wind!",
    "The harbour authority closed the port after a storm.",
    "A very long story about a port " * 40,
]
needs_minilm = pytest.mark.skipif(
    importlib.util.find_spec(MINILM_PACKAGE) is None, reason=f"needs {MINILM_PACKAGE}"
)


@pytest.fixture(scope="module")
def minilm() -> Encoder:
    return load_encoder("minilm")


@pytest.fixture(scope="module")
def checkpoint(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A tiny random BERT with a word-piece tokenizer of a few letters and words."""
    import torch
    from transformers import BertConfig, BertModel, BertTokenizerFast

    folder = tmp_path_factory.mktemp("bert")
    pieces = ["[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]", "storm", "port", "the", "a", "##s"]
    pieces += list("bcdefghijklmnopqrstuvwxyz")
    (folder / "vocab.txt").write_text("\n".join(pieces))
    BertTokenizerFast(str(folder / "vocab.txt"), model_max_length=16).save_pretrained(folder)
    torch.manual_seed(0)
    shape = BertConfig(
        vocab_size=len(pieces), hidden_size=16, num_hidden_layers=2, num_attention_heads=2,
        intermediate_size=32, max_position_embeddings=16,
    )  # fmt: skip
    BertModel(shape).save_pretrained(folder)
    return folder


def check_contract(encoder: Encoder) -> None:
    rows = encoder.encode(TEXTS)
    assert rows.dtype == np.float32
    assert rows.shape[0] == len(TEXTS)
    lengths = np.linalg.norm(rows, axis=1)
    assert lengths[3] == 0
    assert np.allclose(np.delete(lengths, 3), 1, atol=1e-5)
    assert np.array_equal(rows[0], rows[5])
    assert np.array_equal(encoder.encode(TEXTS[::-1])[::-1], rows)
    alone = np.concatenate([encoder.encode([text]) for text in TEXTS])
    assert np.abs(alone - rows).max() < 1e-6
    assert encoder.encode([]).shape == (0, rows.shape[1])
    with ThreadPoolExecutor(4) as pool:
        assert all(np.array_equal(rows, other) for other in pool.map(encoder.encode, [TEXTS] * 8))


@needs_minilm
def test_minilm_keeps_the_contract(minilm: Encoder) -> None:
    assert (minilm.name, minilm.semantic, minilm.notices) == ("minilm", True, ())
    check_contract(minilm)


@needs_minilm
def test_minilm_puts_a_paraphrase_nearer_than_another_topic(minilm: Encoder) -> None:
    rows = minilm.encode(TEXTS)
    assert rows[0] @ rows[1] > 0.8
    assert rows[0] @ rows[2] < 0.3


@needs_minilm
def test_minilm_equals_transformers(minilm: Encoder) -> None:
    import torch
    from transformers import AutoModel, AutoTokenizer

    spec = importlib.util.find_spec(MINILM_PACKAGE)
    assert spec is not None
    assert spec.submodule_search_locations
    folder = Path(spec.submodule_search_locations[0], "model")
    tokenizer = AutoTokenizer.from_pretrained(folder)
    model = AutoModel.from_pretrained(folder).eval()
    texts = [text for text in TEXTS if text] + ["Émigrés in Zürich paid €5.", "首都で会談", "😀 !?"]
    for text, row in zip(texts, minilm.encode(texts), strict=True):
        with torch.inference_mode():
            pieces = tokenizer(text, truncation=True, max_length=128, return_tensors="pt")
            pooled = model(**pieces).last_hidden_state[0].mean(0)
        assert np.abs(row - (pooled / pooled.norm()).numpy()).max() < 1e-5


@needs_minilm
def test_minilm_imports_neither_torch_nor_transformers() -> None:
    program = (
        "import sys; from models import load_encoder; load_encoder('minilm').encode(['a']);"
        "sys.exit(bool({'torch', 'transformers', 'sentence_transformers'} & set(sys.modules)))"
    )
    assert subprocess.run([sys.executable, "-c", program], check=False).returncode == 0


def test_minilm_refuses_other_weights(tmp_path: Path) -> None:
    weights = tmp_path / "model.safetensors"
    weights.write_bytes(b"something else")
    with pytest.raises(ModelError, match=r"SHA-256.*Install it again"):
        MiniLMEncoder(weights, tmp_path / "tokenizer.json")


def test_auto_without_weights_is_lexical_and_says_so(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("models.encoders.MINILM_PACKAGE", "no_such_package")
    monkeypatch.setattr("models.encoders.MINILM", "nobody/no-such-model")
    encoder = load_encoder("auto")
    assert (encoder.name, encoder.semantic) == ("lexical", False)
    assert "nobody/no-such-model" in encoder.notices[0]
    with pytest.raises(ModelError, match="no-such-package"):
        load_encoder("minilm")


@pytest.mark.parametrize("name", ["", "bert", "hf:", "MINILM"])
def test_unknown_names_are_refused_with_the_known_ones(name: str) -> None:
    with pytest.raises(ConfigError, match=r"Known: auto, minilm, lexical, hf:NAME_OR_PATH"):
        load_encoder(name)


def test_a_transformers_checkpoint_keeps_the_contract(checkpoint: Path) -> None:
    encoder = load_encoder(f"hf:{checkpoint}")
    assert encoder.semantic
    check_contract(encoder)


def test_a_folder_without_a_checkpoint_is_refused(tmp_path: Path) -> None:
    with pytest.raises(ModelError, match="cannot be loaded"):
        load_encoder(f"hf:{tmp_path}")


def test_lexical_keeps_the_contract() -> None:
    encoder = load_encoder("lexical")
    assert (encoder.name, encoder.semantic, encoder.notices) == ("lexical", False, ())
    check_contract(encoder)


def test_lexical_similarity_is_that_of_words() -> None:
    rows = LexicalEncoder().encode(
        ["Storms closed harbours.", "The storm closed the harbour.", "A singer won prizes."]
    )
    assert rows[0] @ rows[1] > 0.4
    assert abs(rows[0] @ rows[2]) < 0.15


def test_lexical_is_the_same_in_every_process() -> None:
    program = (
        "from models import load_encoder; import hashlib;"
        "print(hashlib.sha256(load_encoder('lexical').encode(['the storm at sea']).tobytes())"
        ".hexdigest())"
    )
    printed = {
        subprocess.run(
            [sys.executable, "-c", program],
            check=True, capture_output=True, env={"PYTHONHASHSEED": seed, "PYTHONPATH": "."},
        ).stdout
        for seed in ("1", "2")
    }  # fmt: skip
    assert len(printed) == 1
