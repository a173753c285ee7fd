"""Numbers for people: the same words as the screens have, case by case of web/src/lib/format.test.ts."""

import pytest

from watchglass.model.amounts import format_amount


@pytest.mark.parametrize(
    ("value", "unit", "text"),
    [
        (0, "ns", "0 ms"), (999, "ns", "999 ns"), (1_000, "ns", "1 µs"), (420_400, "ns", "420 µs"), (999_999, "ns", "1 ms"),
        (35_240_000, "ns", "35.2 ms"), (999_700_000, "ns", "1 s"), (1_284_000_000, "ns", "1.28 s"), (59_960_000_000, "ns", "1 m 00 s"),
        (125, "s", "2 m 05 s"), (192, "min", "3 h 12 m"), (72, "h", "3 d"), (-1.5, "ms", "−1.5 ms"),
        (0, "USD", "$0"), (0.000042, "USD", "$0.000042"), (0.01234, "usd", "$0.0123"), (0.5, "USD", "$0.5"), (0.9999, "USD", "$1.00"),
        (1.234, "USD", "$1.23"), (12_345.6, "USD", "$12,346"), (1e-12, "USD", "<$0.00000001"), (-0.02, "USD", "−$0.02"),
        (0, "ratio", "0%"), (0.00001, "ratio", "<0.01%"), (0.0012, "ratio", "0.12%"), (0.034, "ratio", "3.4%"), (0.57, "ratio", "57%"),
        (-0.034, "ratio", "−3.4%"), (12.34, "%", "12.3%"),
        (512, "By", "512 B"), (1536, "bytes", "1.5 KiB"), (2.25 * 2**30, "By", "2.25 GiB"),
        (43.2, "tokens/s", "43.2 tokens/s"), (12_345, "tokens", "12.3k tokens"), (999_960, "{token}", "1M token"), (43.21, "1/s", "43.2 /s"),
        (987, "", "987"), (999.6, "1", "1k"), (4_560_000, "", "4.56M"), (0.00123, "", "0.00123"), (0.5, "", "0.5"), (1e-7, "", "0.0000001"),
        (None, "ns", "–"), (float("nan"), "USD", "–"), (float("inf"), "", "–"),
    ],
)  # fmt: skip
def test_a_number_reads_as_on_the_screens(value: float | None, unit: str, text: str) -> None:
    """No more digits than mean something, and the unit of its size."""
    assert format_amount(value, unit) == text
