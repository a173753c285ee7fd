import { describe, expect, it, test } from "vitest";
import { axisOf, axisTicks, drawnStretches, placeSpan } from "./waterfall";

describe("waterfall", () => {
  it("spans from the earliest start to the latest end, whatever the order and the skew", () => {
    const spans = [
      { start_offset_ns: 0, duration_ns: 100 },
      { start_offset_ns: -20, duration_ns: 10 },
      { start_offset_ns: 50, duration_ns: 130 },
    ];
    const axis = axisOf(spans);
    expect(axis).toEqual({ start_ns: -20, length_ns: 200 });
    expect(placeSpan({ start_offset_ns: 80, duration_ns: 50 }, axis)).toEqual({ left_percent: 50, width_percent: 25 });
  });

  it("has a length even when every span is empty or there is none", () => {
    expect(axisOf([{ start_offset_ns: 5, duration_ns: 0 }]).length_ns).toBe(1);
    expect(axisOf([])).toEqual({ start_ns: 0, length_ns: 1 });
  });

  it("marks round times, no more than asked for", () => {
    expect(axisTicks(1_000_000_000, 4)).toEqual([0, 500_000_000, 1_000_000_000]);
    expect(axisTicks(730, 4)).toEqual([0, 200, 400, 600]);
    expect(axisTicks(1, 4)).toEqual([0, 1]);
  });
});

test("stretches that lie close together are drawn as one, and never more than the axis has room for", () => {
  const axis = { start_ns: 0, length_ns: 1000 };
  const stretches = [
    { start_ns: 0, end_ns: 100 },
    { start_ns: 101, end_ns: 200 },
    { start_ns: 500, end_ns: 750 },
  ];
  expect(drawnStretches(stretches, axis)).toEqual([
    { left_percent: 0, width_percent: 20 },
    { left_percent: 50, width_percent: 25 },
  ]);
  const many = Array.from({ length: 10_000 }, (_, n) => ({ start_ns: n / 10, end_ns: n / 10 + 0.05 }));
  expect(drawnStretches(many, axis)).toHaveLength(1);
});
