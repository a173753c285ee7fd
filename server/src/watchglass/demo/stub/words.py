"""Which sentences answer a question: overlap of words, the rare ones weighing more."""

import math
import re
from collections import Counter
from collections.abc import Sequence

_WORD = re.compile(r"[a-z0-9]+(?:-[0-9]+)?")
_LIST_MARK = re.compile(r"^\s*(?:\d+\.|[-*#]+)\s+", re.MULTILINE)
_SENTENCE = re.compile(r"[^.!?\n]+[.!?]+")
_COMMON = set(
    """
    a about after all am an and any are as at be because been but by can could did do does for from get had has have
    how i if in into is it its just me my no not of on or our out so than that the their them then there they this to
    up us use was we what when where which who why will with would you your
    another anything bought like one please still take takes taking two three want week weeks
    """.split()  # noqa: SIM905  # a list of so many words is read worse
)


def words_of(text: str) -> list[str]:
    """The words that carry meaning, lower-cased, with a plain plural's s cut off."""
    words = _WORD.findall(text.lower())
    return [word[:-1] if len(word) > 3 and word.endswith("s") else word for word in words if word not in _COMMON]


def sentences_of(text: str) -> list[str]:
    """The sentences of a text without the marks of lists, each once."""
    return list(dict.fromkeys(sentence.strip() for sentence in _SENTENCE.findall(_LIST_MARK.sub("", text))))


def best_sentences(question: str, sentences: Sequence[str], limit: int) -> list[str]:
    """Up to `limit` sentences that share most with the question, in the order in which they stand.

    One that shares less than half of what the best one does is left out.
    """
    asked = set(words_of(question))
    words = [set(words_of(sentence)) for sentence in sentences]
    frequency = Counter(word for group in words for word in group)
    scores = [sum(1.0 / math.log2(1.5 + frequency[word]) for word in group & asked) for group in words]
    ranked = sorted(range(len(sentences)), key=lambda index: -scores[index])[:limit]
    least = max(scores, default=0.0) / 2
    return [sentences[index] for index in sorted(ranked) if scores[index] > 0 and scores[index] >= least]
