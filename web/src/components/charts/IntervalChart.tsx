/** Differences, each a dot with its confidence interval, on either side of none. */

import { useCallback } from "react";
import type { Unit } from "../../lib/format";
import { ChartFrame } from "./ChartFrame";
import { type Drawing, EChart } from "./EChart";
import { describeInterval, type Interval, intervalOption } from "./intervalOption";

const ROW_PX = 30;
const AXIS_PX = 34;

interface IntervalChartProps {
  title: string;
  aggregates: string;
  unit: Unit;
  /** The first on top. */
  intervals: readonly Interval[];
  isLoading?: boolean;
}

export function IntervalChart({ title, aggregates, unit, intervals, isLoading = false }: IntervalChartProps) {
  const height = AXIS_PX + ROW_PX * Math.max(1, intervals.length);
  const makeOption = useCallback((drawing: Drawing) => intervalOption(intervals, unit, drawing), [intervals, unit]);
  const words = (index: number) => {
    const interval = intervals[index];
    return interval ? describeInterval(interval, unit) : "";
  };
  return (
    <ChartFrame
      title={title}
      aggregates={aggregates}
      height={height}
      isLoading={isLoading}
      isEmpty={intervals.length === 0}
    >
      <EChart
        label={`${title}: ${aggregates}. ${intervals.map((_, index) => words(index)).join("; ")}`}
        height={height}
        makeOption={makeOption}
        points={intervals.length}
        describePoint={words}
        xOf={(index) => index}
      />
    </ChartFrame>
  );
}
