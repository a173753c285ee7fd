"""What a caller did wrong."""


class InvalidInput(ValueError):
    """An argument that cannot be used.

    Attributes:
        field: The argument.
        detail: What is wrong with it.
    """

    def __init__(self, field: str, detail: str) -> None:
        super().__init__(f"{field}: {detail}")
        self.field = field
        self.detail = detail
