"""The label sets of the model calls, a bounded number: which one each row of a batch belongs to."""

from dataclasses import dataclass, fields
from itertools import starmap

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

MAX_VALUE_CHARACTERS = 200
"""Characters of a label's value that are kept; a name that is longer is no name."""

_ESCAPES = str.maketrans({"\\": r"\\", '"': r"\"", "\n": r"\n"})
_LARGEST_CODE = 2**62


@dataclass(frozen=True, slots=True)
class LabelSet:
    """Where calls belong; the fields are the labels, named by the column that they come from in `LABELS`."""

    project: str
    service_name: str
    service_version: str
    gen_ai_provider_name: str
    gen_ai_operation_name: str
    gen_ai_response_model: str

    def attributes(self) -> dict[str, str]:
        """The labels under OpenTelemetry's names; those that say nothing are left out."""
        return {ATTRIBUTES[field.name]: value for field in fields(self) if (value := getattr(self, field.name))}

    def written(self) -> str:
        """The labels as they stand between the braces."""
        pairs = ((field.name, getattr(self, field.name)) for field in fields(self))
        return ",".join(f'{name}="{escaped(value)}"' for name, value in pairs)


LABELS = {
    "project": "project_id",
    "service_name": "service_name",
    "service_version": "release",
    "gen_ai_provider_name": "provider_name",
    "gen_ai_operation_name": "operation_name",
    "gen_ai_response_model": "model",
}
"""Label and the column of `spans` that fills it, in the order of LabelSet."""


ATTRIBUTES = {
    "project": "project",
    "service_name": "service.name",
    "service_version": "service.version",
    "gen_ai_provider_name": "gen_ai.provider.name",
    "gen_ai_operation_name": "gen_ai.operation.name",
    "gen_ai_response_model": "gen_ai.response.model",
}
"""Label and OpenTelemetry's name for it."""


def escaped(value: str) -> str:
    """Return a label's value as it stands between quotes."""
    return value.translate(_ESCAPES)


class LabelSets:
    """Numbers the label sets as they come. One thread at a time."""

    def __init__(self, max_count: int) -> None:
        """Keep at most `max_count` apart; the others are counted in one a project."""
        self._max_count = max_count
        self._numbers: dict[LabelSet, int] = {}
        self._overflow_numbers: dict[str, int] = {}
        self.projects: list[str] = []
        """The project of each number."""
        self.written: list[str] = []
        """The labels of each number as they stand between the braces."""
        self.attributes: list[dict[str, str]] = []
        """The same under OpenTelemetry's names."""

    def __len__(self) -> int:
        return len(self.projects)

    def number(self, calls: pa.RecordBatch) -> tuple[npt.NDArray[np.int64], int]:
        """Return the number of each call's label set, shape (n,), and how many calls overflowed.

        Args:
            calls: Rows of `spans` with the columns of LABELS; at least one.
        """
        codes = np.zeros(calls.num_rows, np.int64)
        combinations = 1
        for column in LABELS.values():
            encoded = calls.column(column).fill_null("").dictionary_encode()
            if combinations * len(encoded.dictionary) > _LARGEST_CODE:
                distinct, codes = np.unique(codes, return_inverse=True)
                combinations = len(distinct)
            combinations *= len(encoded.dictionary)
            codes = codes * len(encoded.dictionary) + encoded.indices.to_numpy()
        _, first, of, counts = np.unique(codes, return_index=True, return_inverse=True, return_counts=True)
        values = [pc.utf8_slice_codeunits(calls.column(name).take(pa.array(first)).fill_null(""), 0, MAX_VALUE_CHARACTERS).to_pylist()
                  for name in LABELS.values()]  # fmt: skip
        found = [self._find(labels) for labels in starmap(LabelSet, zip(*values, strict=True))]
        overflowed = sum(int(count) for (_, is_own), count in zip(found, counts, strict=True) if not is_own)
        return np.array([number for number, _ in found], np.int64)[of], overflowed

    def _find(self, labels: LabelSet) -> tuple[int, bool]:
        """The number of a label set, and whether it has one of its own."""
        number = self._numbers.get(labels)
        if number is not None:
            return number, True
        if len(self._numbers) < self._max_count:
            number = self._numbers[labels] = self._add(labels.project, labels.written(), labels.attributes())
            return number, True
        number = self._overflow_numbers.get(labels.project)
        if number is None:
            # the label that OpenTelemetry's SDKs give to the series of what went over their limit
            written = f'project="{escaped(labels.project)}",otel_metric_overflow="true"'
            number = self._overflow_numbers[labels.project] = self._add(
                labels.project, written, {"project": labels.project, "otel.metric.overflow": "true"}
            )
        return number, False

    def _add(self, project: str, written: str, attributes: dict[str, str]) -> int:
        self.projects.append(project)
        self.written.append(written)
        self.attributes.append(attributes)
        return len(self.projects) - 1
