"""What is said when something of Prometheus has no counterpart here."""


class Unmapped(Exception):
    """An expression that no rule of ours means.

    Attributes:
        reason: What has no counterpart, for people.
    """

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason
