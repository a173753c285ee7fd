"""The errors that Watchglass raises on purpose, each saying what was wrong and what to do."""


class WatchglassError(Exception):
    """Base of every error raised on purpose."""


class InvalidInput(WatchglassError):
    """Input that can never succeed as it is.

    Attributes:
        field: Name of the offending field, parameter or column, empty when the whole input is meant.
        detail: What is wrong with it and what would be right.
    """

    def __init__(self, field: str, detail: str) -> None:
        super().__init__(f"{field}: {detail}" if field else detail)
        self.field = field
        self.detail = detail


class NotFound(WatchglassError):
    """The thing asked for is not there."""


class Conflict(WatchglassError):
    """The thing was changed by somebody else since it was read."""


class Unauthorized(WatchglassError):
    """No key, or one that is not known."""


class Forbidden(WatchglassError):
    """The key is known, but its scopes do not cover the request."""


class Unavailable(WatchglassError):
    """It cannot be done now and can be tried again.

    Attributes:
        retry_after_s: Seconds after which trying again makes sense.
        cause: One word for metrics: queue_full, store_failed, disk_full, shutting_down.
    """

    def __init__(self, detail: str, *, cause: str, retry_after_s: float = 1.0) -> None:
        super().__init__(detail)
        self.cause = cause
        self.retry_after_s = retry_after_s


class StoreError(WatchglassError):
    """The store refused a statement.

    Attributes:
        code: ClickHouse's error code, 0 when unknown.
    """

    def __init__(self, detail: str, code: int = 0) -> None:
        super().__init__(detail)
        self.code = code


class TooExpensive(WatchglassError):
    """A query went over its limit of time, memory or rows."""
