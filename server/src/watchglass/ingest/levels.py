"""The levels of an OTLP request (resource, scope, record) flattened, with where each record comes from."""

from dataclasses import dataclass
from functools import cached_property

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from watchglass.conventions.attributes import FlatAttributes, text_map
from watchglass.conventions.resource import resource_columns
from watchglass.ingest.flatten import children, flatten_attributes, struct_fields
from watchglass.model.records import Signal

LEVELS = {
    Signal.TRACES: ("resource_spans", "scope_spans", "spans"),
    Signal.LOGS: ("resource_logs", "scope_logs", "log_records"),
    Signal.METRICS: ("resource_metrics", "scope_metrics", "metrics"),
}
"""The list fields that lead from a request to its records."""

Positions = npt.NDArray[np.int64]


@dataclass(frozen=True)
class Origins:
    """Where each of n records comes from.

    Attributes:
        resources: The resources of all requests.
        scopes: The instrumentation scopes of all requests.
        body_of: Request of each record, shape (n,).
        resource_of: Position in `resources` of each record, shape (n,).
        scope_of: Position in `scopes` of each record, shape (n,).
    """

    resources: pa.StructArray
    scopes: pa.StructArray
    body_of: Positions
    resource_of: Positions
    scope_of: Positions

    def take(self, positions: Positions | npt.NDArray[np.bool_]) -> "Origins":
        """The same for other records, each given by the position of (or by a mask over) the ones at hand."""
        return Origins(
            self.resources,
            self.scopes,
            self.body_of[positions],
            self.resource_of[positions],
            self.scope_of[positions],
        )

    @cached_property
    def resource_attributes(self) -> FlatAttributes:
        """The attributes of `resources`."""
        return flatten_attributes(struct_fields(self.resources)["attributes"])

    def columns(self) -> dict[str, pa.Array]:
        """Columns that resource and scope fill, length n."""
        of_resource = {
            **resource_columns(self.resource_attributes),
            "resource_attributes": text_map(self.resource_attributes),
        }
        scope = struct_fields(self.scopes)
        of_scope = {"scope_name": scope["name"], "scope_version": scope["version"]}
        resource_of, scope_of = pa.array(self.resource_of), pa.array(self.scope_of)
        return {
            **{name: column.take(resource_of) for name, column in of_resource.items()},
            **{name: column.take(scope_of) for name, column in of_scope.items()},
        }


def records_of(batch: pa.RecordBatch, signal: Signal) -> tuple[pa.StructArray, Origins]:
    """Flatten a batch of requests to its n records (spans, log records, metrics) and their origins."""
    resource_level, scope_level, record_level = LEVELS[signal]
    by_resource, body_of_resource = children(batch.column(resource_level))
    resource_fields = struct_fields(by_resource)
    by_scope, resource_of_scope = children(resource_fields[scope_level])
    scope_fields = struct_fields(by_scope)
    records, scope_of = children(scope_fields[record_level])
    resource_of = resource_of_scope[scope_of]
    origins = Origins(
        resource_fields["resource"], scope_fields["scope"], body_of_resource[resource_of], resource_of, scope_of
    )
    return records, origins
