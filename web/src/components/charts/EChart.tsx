/** One ECharts canvas: loads the library when it is first needed, keeps its size, and is worked by pointer and keyboard. */

import { Skeleton, useComputedColorScheme, VisuallyHidden } from "@mantine/core";
import type { ECharts, EChartsCoreOption } from "echarts/core";
import { type KeyboardEvent, type RefObject, useEffect, useRef, useState } from "react";
import styles from "./Charts.module.css";
import { type Resolve, resolverAt } from "./colours";
import { joinCursors, moveCursors } from "./cursors";

/** What the makers of options are told. */
export interface Drawing {
  resolve: Resolve;
  /** Whether the reader points at this chart, and not at another that shares its cursor. */
  isPointedAt: () => boolean;
}

interface EChartProps {
  /** What it shows, for those who do not see it. */
  label: string;
  height: number;
  makeOption: (drawing: Drawing) => EChartsCoreOption;
  /** Number of points along the x axis, which the arrow keys walk over. */
  points: number;
  /** What the point says, read out when the arrow keys reach it. */
  describePoint: (index: number) => string;
  /** A stretch of the x axis was dragged over; its values. */
  onZoom?: ((first: number, last: number) => void) | undefined;
  /** A point was clicked, or chosen with Enter; `x` and `y` are values of the axes, `y` is missing from the keyboard. */
  onPick?: ((x: number, y: number | undefined) => void) | undefined;
  /** The x value of a point. */
  xOf: (index: number) => number;
  cursorGroup?: string | undefined;
}

export function EChart(props: EChartProps) {
  const { label, height, makeOption, points, describePoint, onZoom, onPick, xOf, cursorGroup } = props;
  const hostRef = useRef<HTMLDivElement>(null);
  const isPointedAt = useRef(false);
  const chart = useChart(hostRef, isPointedAt, cursorGroup);
  const scheme = useComputedColorScheme("light", { getInitialValueInEffect: false });
  const [spoken, setSpoken] = useState("");
  const current = useRef(-1);
  const canZoom = onZoom !== undefined;

  // biome-ignore lint/correctness/useExhaustiveDependencies: the scheme changes what colours resolve to
  useEffect(() => {
    if (chart === null || hostRef.current === null) return;
    const drawing = { resolve: resolverAt(hostRef.current), isPointedAt: () => isPointedAt.current };
    const textStyle = { fontFamily: getComputedStyle(hostRef.current).fontFamily };
    chart.setOption({ textStyle, ...makeOption(drawing) }, { replaceMerge: ["series"] });
    // on a phone a finger that moves over a chart scrolls the page
    if (!canZoom || window.matchMedia("(pointer: coarse)").matches) return;
    const brushOption = { brushType: "lineX", brushMode: "single" };
    chart.dispatchAction({ type: "takeGlobalCursor", key: "brush", brushOption });
  }, [chart, makeOption, scheme, canZoom]);

  useEffect(() => {
    if (chart === null) return;
    const zoom = (event: unknown) => {
      const [first, last] = (event as { areas: { coordRange?: number[] }[] }).areas[0]?.coordRange ?? [];
      chart.dispatchAction({ type: "brush", areas: [] });
      if (first !== undefined && last !== undefined && last > first) onZoom?.(first, last);
    };
    const pick = (event: { offsetX: number; offsetY: number }) => {
      const pixel: [number, number] = [event.offsetX, event.offsetY];
      if (!chart.containPixel("grid", pixel)) return;
      const [x, y] = chart.convertFromPixel("grid", pixel) as number[];
      if (x !== undefined) onPick?.(x, y);
    };
    chart.on("brushEnd", zoom);
    chart.getZr().on("click", pick);
    return () => {
      chart.off("brushEnd", zoom);
      // the canvas is gone when the page is left
      if (!chart.isDisposed()) chart.getZr().off("click", pick);
    };
  }, [chart, onZoom, onPick]);

  const onKeyDown = (event: KeyboardEvent) => {
    if (chart === null || points === 0) return;
    const at = current.current;
    if (event.key === "Enter" && at >= 0) return onPick?.(xOf(at), undefined);
    const steps: Record<string, number> = {
      ArrowLeft: at < 0 ? points - 1 : at - 1,
      ArrowRight: at + 1,
      Home: 0,
      End: points - 1,
    };
    const next = steps[event.key];
    if (next === undefined) return;
    event.preventDefault();
    current.current = Math.max(0, Math.min(points - 1, next));
    isPointedAt.current = true;
    chart.dispatchAction({ type: "showTip", seriesIndex: 0, dataIndex: current.current });
    setSpoken(describePoint(current.current));
  };
  const onBlur = () => {
    current.current = -1;
    isPointedAt.current = false;
    chart?.dispatchAction({ type: "updateAxisPointer", currTrigger: "leave" });
    chart?.dispatchAction({ type: "hideTip" });
  };

  return (
    <div
      className={styles.chart}
      style={{ height }}
      role="group"
      aria-roledescription="chart"
      aria-label={label}
      // biome-ignore lint/a11y/noNoninteractiveTabindex: the arrow keys walk over its points
      tabIndex={0}
      onKeyDown={onKeyDown}
      onBlur={onBlur}
    >
      <div ref={hostRef} className={styles.host} aria-hidden />
      {chart === null && <Skeleton className={styles.cover} />}
      <VisuallyHidden aria-live="polite">{spoken}</VisuallyHidden>
    </div>
  );
}

/** The chart in `hostRef`, null until the library is there; follows the size of its place. */
function useChart(
  hostRef: RefObject<HTMLDivElement | null>,
  isPointedAt: RefObject<boolean>,
  cursorGroup: string | undefined,
): ECharts | null {
  const [chart, setChart] = useState<ECharts | null>(null);

  useEffect(() => {
    const host = hostRef.current;
    if (host === null) return;
    let made: ECharts | undefined;
    let isGone = false;
    const observer = new ResizeObserver(() => made?.resize());
    void import("./engine").then(({ init }) => {
      if (isGone) return;
      made = init(host, null, { renderer: "canvas" });
      observer.observe(host);
      setChart(made);
    });
    return () => {
      isGone = true;
      observer.disconnect();
      made?.dispose();
    };
  }, [hostRef]);

  useEffect(() => {
    if (chart === null) return;
    const leave = cursorGroup === undefined ? undefined : joinCursors(cursorGroup, chart);
    const share = (value: number | null) => cursorGroup !== undefined && moveCursors(cursorGroup, chart, value);
    const move = ({ offsetX, offsetY }: { offsetX: number; offsetY: number }) => {
      isPointedAt.current = true;
      share(
        chart.containPixel("grid", [offsetX, offsetY])
          ? Number(chart.convertFromPixel({ xAxisIndex: 0 }, offsetX))
          : null,
      );
    };
    const out = () => {
      isPointedAt.current = false;
      share(null);
    };
    chart.getZr().on("mousemove", move);
    chart.getZr().on("globalout", out);
    return () => {
      leave?.();
      if (chart.isDisposed()) return;
      chart.getZr().off("mousemove", move);
      chart.getZr().off("globalout", out);
    };
  }, [chart, isPointedAt, cursorGroup]);

  return chart;
}
