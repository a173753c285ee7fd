import { expect, it } from "vitest";
import type { TraceSummary } from "../api/types";
import { toCsv, toJsonLines } from "./exportRows";
import { readColumns } from "./traceColumns";

const ROW = {
  trace_id: "0a",
  start_time: "2026-11-24T14:00:00.000000001Z",
  duration_ns: 5,
  cost_usd: null,
  unpriced_count: 1,
  models: ["a", "b"],
  input_preview: '=cmd|"/c calc"!A1',
  output_preview: "two\nlines, and more",
} as TraceSummary;

it("writes chosen columns as CSV that no spreadsheet runs", () => {
  const csv = toCsv([ROW], readColumns("time,cost,model,text,duration,trace_id"));
  expect(csv).toBe(
    "trace_id,start_time,cost_usd,unpriced_count,models,input_preview,output_preview,duration_ns,name\r\n" +
      `0a,2026-11-24T14:00:00.000000001Z,,1,a b,"'=cmd|""/c calc""!A1","two\nlines, and more",5,\r\n`,
  );
});

it("writes rows as JSON, one a line", () => {
  expect(
    toJsonLines([ROW, ROW])
      .trimEnd()
      .split("\n")
      .map((line) => JSON.parse(line)),
  ).toEqual([ROW, ROW]);
});
