import { describe, expect, it } from "vitest";
import {
  allOf,
  bucketEnd,
  errorRatios,
  figuresOf,
  groupName,
  isGroup,
  isValue,
  previousRange,
  readOverviewSearch,
  seriesOf,
  tookAtLeast,
  type UsageSeries,
} from "./overview";

const NOW_MS = Date.UTC(2026, 10, 24, 12);

const series = (
  group: Record<string, unknown>,
  values: Record<string, (number | null)[]>,
  is_other = false,
): UsageSeries => ({
  group,
  is_other,
  total: {},
  values,
});

describe("readOverviewSearch", () => {
  it("keeps what it can show, and drops the rest", () => {
    expect(readOverviewSearch({ by: "model", moved: "cost", start: "-1h" })).toEqual({
      by: "model",
      moved: "cost",
      start: "-1h",
    });
    expect(readOverviewSearch({ by: "toString", moved: 5 })).toEqual({});
  });
});

describe("previousRange", () => {
  it("is as long, and ends where the range starts", () => {
    expect(previousRange("-1h", undefined, NOW_MS)).toEqual({
      start: "2026-11-24T10:00:00.000Z",
      end: "2026-11-24T11:00:00.000Z",
    });
    expect(previousRange("2026-11-24T06:00:00Z", "2026-11-24T08:00:00Z", NOW_MS)).toEqual({
      start: "2026-11-24T04:00:00.000Z",
      end: "2026-11-24T06:00:00.000Z",
    });
  });

  it("is nothing for a range that is none, or that begins before there was time", () => {
    expect([previousRange("soon", undefined, NOW_MS), previousRange("-1h", "-2h", NOW_MS)]).toEqual([null, null]);
    expect(previousRange("1970-01-01T00:00:01Z", "2026-01-01T00:00:00Z", NOW_MS)).toBeNull();
  });
});

describe("figuresOf", () => {
  it("says each number, its change, and whether that is good", () => {
    const figures = figuresOf(
      {
        span_count: 200,
        error_count: 4,
        input_tokens: 900,
        output_tokens: 100,
        cost_usd: 2,
        unpriced_count: 3,
        duration_p95_ns: 2e9,
      },
      { span_count: 100, error_count: 4, input_tokens: 400, output_tokens: 100, cost_usd: 2.02, duration_p95_ns: 1e9 },
    );
    const by = Object.fromEntries(figures.map((figure) => [figure.label, figure]));
    expect(by["Model calls"]).toMatchObject({ value: 200, change: "+100%", mood: "" });
    expect(by.Errors).toMatchObject({ value: 0.02, change: "−50%", mood: "good" });
    expect(by.Tokens).toMatchObject({ value: 1000, change: "+100%" });
    expect(by.Cost).toMatchObject({ change: "−0.99%", mood: "", note: "without 3 calls of unknown price" });
    expect(by.p95).toMatchObject({ value: 2e9, mood: "bad" });
    expect(by["First token p95"]).toMatchObject({ value: null, change: "" });
  });
});

describe("groups", () => {
  it("have names, also those that are empty and the rest", () => {
    const names = [series({ model: "a" }, {}), series({ model: "" }, {}), series({}, {}, true)].map((it) =>
      groupName(it, "model"),
    );
    expect(names).toEqual(["a", "(none)", "all others"]);
    expect(groupName(series({}, {}), undefined)).toBe("all");
  });

  it("become series, put on top of one another where they add up", () => {
    const groups = [series({ model: "a" }, { cost_usd: [1, null] }), series({}, { cost_usd: [2, 3] }, true)];
    expect(seriesOf(groups, "model", "cost_usd", "bar")).toEqual([
      { name: "a", values: [1, null], kind: "bar", stack: "all" },
      { name: "all others", values: [2, 3], kind: "bar", stack: "all", color: "var(--wg-dim)" },
    ]);
    expect(seriesOf(groups, "model", "duration_p95_ns")[0]).toEqual({ name: "a", values: [], kind: "line" });
  });

  it("fail in part, and where nothing was called not at all", () => {
    expect(errorRatios(series({}, { span_count: [4, 0, 2], error_count: [1, 0, 2] }))).toEqual([0.25, null, 1]);
  });
});

describe("places that a point leads to", () => {
  it("are conditions in which a name stays one value", () => {
    expect(isGroup({ service_name: 'a" OR b', model: "" })).toBe('service_name:"a\\" OR b" -has:model');
    expect(isValue("model", "gpt-4o")).toBe("model:gpt-4o");
    expect(allOf("is_model_call:true", "", "status:error")).toBe("is_model_call:true status:error");
  });

  it("ask for a little less than the percentile, which is good to 2 %", () => {
    expect([tookAtLeast(2e9), tookAtLeast(null), tookAtLeast(5e5)]).toEqual(["duration>1940ms", "", ""]);
  });

  it("end where the bucket ends", () => {
    expect(bucketEnd("2026-11-24T10:00:00.000000000Z", 300)).toBe("2026-11-24T10:05:00.000Z");
  });
});
