/** Numbers over time, as lines, areas or bars: drag over it to zoom, click or Enter to pick a point. */

import { useCallback, useMemo, useState } from "react";
import { formatValue } from "../../lib/format";
import { toMilliseconds } from "../../lib/time";
import { useTimeZone } from "../timeZone";
import { ChartFrame } from "./ChartFrame";
import { type Drawing, EChart } from "./EChart";
import { legendOf, toggled } from "./legend";
import { useMarkers } from "./markers";
import { describePoint, type TimeData, timeOption } from "./timeOption";

const DEFAULT_HEIGHT_PX = 180;
const NONE: ReadonlySet<string> = new Set();

interface TimeChartProps extends TimeData {
  title: string;
  /** What each point is, in words: p95 of duration, each 5 minutes. */
  aggregates: string;
  /** Height of the plot, in pixels. */
  height?: number;
  isLoading?: boolean;
  /** Names of series that are not drawn, where one legend serves several charts; the chart has a legend of its own otherwise. */
  hidden?: ReadonlySet<string>;
  /** False where the page names the series itself. */
  hasLegend?: boolean;
  /** A stretch of time was dragged over; RFC 3339. */
  onZoom?: (start: string, end: string) => void;
  /** A point was chosen: its time as it stands in `times`, and the nearest series. */
  onPick?: (time: string, seriesName: string) => void;
  /** Charts with the same word share a cursor. */
  cursorGroup?: string;
}

export function TimeChart(props: TimeChartProps) {
  const {
    title,
    aggregates,
    height = DEFAULT_HEIGHT_PX,
    isLoading = false,
    hasLegend = true,
    onZoom,
    onPick,
    cursorGroup,
  } = props;
  const ofRange = useMarkers();
  const { unit, times, series, markers = ofRange, bands, periods, levels } = props;
  const zone = useTimeZone();
  const [ownHidden, setOwnHidden] = useState(NONE);
  const hidden = props.hidden ?? ownHidden;
  const data: TimeData = useMemo(
    () => ({
      unit,
      times,
      series,
      markers,
      ...(bands && { bands }),
      ...(periods && { periods }),
      ...(levels && { levels }),
    }),
    [unit, times, series, markers, bands, periods, levels],
  );
  const makeOption = useCallback((drawing: Drawing) => timeOption(data, hidden, zone, drawing), [data, hidden, zone]);
  const times_ms = useMemo(() => times.map(toMilliseconds), [times]);

  const zoom = useCallback(
    (first_ms: number, last_ms: number) => onZoom?.(new Date(first_ms).toISOString(), new Date(last_ms).toISOString()),
    [onZoom],
  );
  const pick = useCallback(
    (x: number, y: number | undefined) => {
      const index = nearest(times_ms, x);
      const time = times[index];
      const shown = series.filter(({ name }) => !hidden.has(name));
      const chosen =
        shown[
          y === undefined
            ? 0
            : nearest(
                shown.map(({ values }) => values[index] ?? Number.NaN),
                y,
              )
        ] ?? shown[0];
      if (time !== undefined && chosen) onPick?.(time, chosen.name);
    },
    [onPick, times, times_ms, series, hidden],
  );

  const last = series.map(
    ({ name, values }) =>
      `${name} ${formatValue(
        values.findLast((value) => value !== null),
        unit,
      )}`,
  );
  return (
    <ChartFrame
      title={title}
      aggregates={aggregates}
      height={height}
      isLoading={isLoading}
      isEmpty={series.every(({ values }) => values.every((value) => value === null))}
      {...(hasLegend &&
        props.hidden === undefined && {
          legend: legendOf(series, hidden),
          onToggle: (name: string) => setOwnHidden(toggled(hidden, name)),
        })}
    >
      <EChart
        label={`${title}: ${aggregates}. Latest: ${last.join(", ") || "nothing"}`}
        height={height}
        makeOption={makeOption}
        points={times.length}
        describePoint={(index) => describePoint(data, zone, index)}
        xOf={(index) => times_ms[index] ?? 0}
        onZoom={onZoom && zoom}
        onPick={onPick && pick}
        cursorGroup={cursorGroup}
      />
    </ChartFrame>
  );
}

/** Where in `values` the one nearest to `value` stands; 0 when there is none. */
function nearest(values: readonly number[], value: number): number {
  let best = 0;
  let least = Number.POSITIVE_INFINITY;
  values.forEach((it, index) => {
    const distance = Math.abs(it - value);
    if (distance < least) [best, least] = [index, distance];
  });
  return best;
}
