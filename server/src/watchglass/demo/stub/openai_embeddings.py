"""OpenAI's embeddings: texts that share words get vectors that point the same way.

Contract: https://platform.openai.com/docs/api-reference/embeddings
"""

import base64
import hashlib
from collections.abc import Mapping
from typing import Any

import numpy as np
import numpy.typing as npt

from watchglass.demo.stub.requests import number_field, text_field
from watchglass.demo.stub.tokens import count_tokens
from watchglass.demo.stub.words import words_of
from watchglass.errors import InvalidInput

DEFAULT_DIMENSIONS = 256


def embeddings(data: Mapping[str, Any]) -> dict[str, Any]:
    """Answer the body of POST /v1/embeddings.

    Raises:
        InvalidInput: A field is wrong; the error names it.
    """
    texts = data.get("input")
    texts = [texts] if isinstance(texts, str) else texts
    if not isinstance(texts, list) or not texts or not all(isinstance(text, str) for text in texts):
        raise InvalidInput("input", "Expected a string or an array of strings.")
    dimensions = int(number_field(data, "dimensions", 8, 4096) or DEFAULT_DIMENSIONS)
    as_base64 = data.get("encoding_format") == "base64"
    token_count = sum(count_tokens(text) for text in texts)
    return {
        "object": "list",
        "model": text_field(data, "model"),
        "data": [
            {"object": "embedding", "index": index, "embedding": _encoded(embed(text, dimensions), as_base64)}
            for index, text in enumerate(texts)
        ],
        "usage": {"prompt_tokens": token_count, "total_tokens": token_count},
    }


def embed(text: str, dimensions: int) -> npt.NDArray[np.float32]:
    """Return a vector of length 1, shape (dimensions,): the sum of a fixed random direction for each word."""
    total = np.zeros(dimensions)
    for word in words_of(text) or [text]:
        word_seed = int.from_bytes(hashlib.blake2b(word.encode(), digest_size=8).digest(), "big")
        total += np.random.default_rng(word_seed).standard_normal(dimensions)
    return (total / np.linalg.norm(total)).astype(np.float32)


def _encoded(vector: npt.NDArray[np.float32], as_base64: bool) -> str | list[float]:
    return base64.b64encode(vector.astype("<f4").tobytes()).decode() if as_base64 else vector.tolist()
