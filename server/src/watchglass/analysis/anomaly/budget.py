"""From "at most one false alarm a week for all series" to the p-value under which a value is an anomaly."""

WEEK_S = 7 * 86_400.0


def threshold(false_alarms_a_week: float, series: int, every_s: float) -> float:
    """The p-value under which an evaluation counts as an anomaly.

    Every evaluation of every series is a chance for a false alarm, so each is given its share of the budget (Bonferroni); that
    neighbouring evaluations are alike makes false alarms rarer still, since one event is one alarm.

    Args:
        false_alarms_a_week: Above 0; how many are tolerated in a week over all series together.
        series: How many are watched.
        every_s: Seconds between evaluations.
    """
    return min(0.05, false_alarms_a_week / (max(1, series) * WEEK_S / every_s))
