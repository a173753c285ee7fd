"""What the detectors of anomaly rules remember between evaluations: in memory, and kept where the wiring says."""

from typing import Protocol


class DetectorStates(Protocol):
    """Keeps bytes by key."""

    def load(self, key: str) -> bytes | None:
        """Return what was kept under `key`; None for nothing."""
        ...

    def save(self, key: str, state: bytes) -> None:
        """Keep `state` under `key` instead of what was."""
        ...


class ForgottenStates:
    """Keeps nothing: every evaluation learns anew, as a try-out does."""

    def load(self, key: str) -> bytes | None:
        """Nothing."""
        del key
        return None

    def save(self, key: str, state: bytes) -> None:
        """Keep nothing."""
