"""Usage as a panel shows it: a line a group and measure, or a row a group; one measure may be divided by another."""

from dataclasses import replace

from watchglass.query.frames import Frame, FrameColumn, Line, Number, group_name, in_words
from watchglass.query.measures import Measure
from watchglass.query.usage import Series, Usage
from watchglass.query.usage_statements import UsageQuestion

OTHERS = "others"


def usage_frame(question: UsageQuestion, answer: Usage, per: Measure | None) -> Frame:
    """Turn an answer about usage into a frame.

    Args:
        question: What was asked; `per` is among its measures.
        answer: What came.
        per: Measure that the others are divided by; None to leave them as they are.
    """
    shown = tuple(measure for measure in question.measures if measure != per)
    names = [group.name for group in question.groups]
    words = [_brief(shown[0], per)] if len(shown) == 1 else [_label(measure, per) for measure in shown]
    what = ", ".join(words)
    said = Frame(in_words(what, names, question.interval_s), is_truncated=any(it.is_other for it in answer.series), sampled_share=answer.source.sampled_share)
    if question.interval_s is None:
        columns = [FrameColumn(name, "", is_number=False) for name in names]
        columns += [FrameColumn(_label(measure, per), unit_of(measure, per), is_number=True) for measure in shown]
        return replace(said, columns=columns, rows=[_row(it, names, shown, per) for it in answer.series])
    lines = [_line(series, measure, per, len(shown) > 1) for series in answer.series for measure in shown]
    return replace(said, interval_s=question.interval_s, times_ns=answer.times_ns, lines=lines)


def unit_of(measure: Measure, per: Measure | None) -> str:
    """Return the unit of a measure, or of its share in another."""
    return "ratio" if per is not None and measure.unit == per.unit else measure.unit


def _line(series: Series, measure: Measure, per: Measure | None, has_label: bool) -> Line:
    group = OTHERS if series.is_other else group_name(series.group)
    words = [group, *([_label(measure, per)] if has_label or not group else [])]
    values: list[Number] = series.values[measure.name]
    if per is not None:
        values = [_divided(one, other) for one, other in zip(values, series.values[per.name], strict=True)]
    return Line(
        name=" · ".join(word for word in words if word),
        group=series.group,
        unit=unit_of(measure, per),
        total=_total(series, measure, per),
        values=values,
    )


def _row(series: Series, names: list[str], measures: tuple[Measure, ...], per: Measure | None) -> list[object]:
    keys = [OTHERS if series.is_other else group_name({name: series.group[name]}) for name in names]
    return [*keys, *(_total(series, measure, per) for measure in measures)]


def _total(series: Series, measure: Measure, per: Measure | None) -> Number:
    total = series.total[measure.name]
    return total if per is None else _divided(total, series.total[per.name])


def _divided(value: Number, by: Number) -> Number:
    return None if value is None or not by else value / by


def _brief(measure: Measure, per: Measure | None) -> str:
    brief = measure.brief.split(";")[0]
    return brief if per is None else f"{brief} / {per.brief[0].lower()}{per.brief[1:].split(';')[0]}"


def _label(measure: Measure, per: Measure | None) -> str:
    words = measure.name.removesuffix("_ns").removesuffix("_usd").replace("_per_s", " a second").replace("_", " ")
    return words if per is None else f"{words} / {per.name.removesuffix('_count').replace('_', ' ')}"
