"""ClickHouse's errors as ours, the same for both engines."""

import re

from watchglass.errors import StoreError, TooExpensive

OVER_LIMIT_CODES = {158, 159, 160, 241, 307, 396}
"""TOO_MANY_ROWS, TIMEOUT_EXCEEDED, TOO_SLOW, MEMORY_LIMIT_EXCEEDED, TOO_MANY_BYTES, TOO_MANY_ROWS_OR_BYTES."""


def store_error(message: str, code: int | None = None) -> StoreError | TooExpensive:
    """Build the error for ClickHouse's `Code: N. DB::Exception: ...` text.

    Args:
        message: What the engine said.
        code: ClickHouse's error code where it is known from elsewhere; read from `message` when not given.
    """
    if code is None:
        match = re.search(r"Code: (\d+)", message)
        code = int(match.group(1)) if match else 0
    if code in OVER_LIMIT_CODES:
        return TooExpensive(message)
    return StoreError(message, code)
