import { expect, it } from "vitest";
import { fitColumns, leastWidth, moveColumn, readColumns, toggleColumn, writeColumns } from "./traceColumns";

const ids = (text: string | undefined) => readColumns(text).map((column) => column.id);

it("shows the usual columns when nobody chose, and then says nothing in the address", () => {
  expect(ids(undefined)).toHaveLength(9);
  expect(writeColumns(readColumns(undefined))).toBeUndefined();
});

it("reads what anybody may have written, each column once and always with the trace", () => {
  expect(ids("cost,cost,<b>,user")).toEqual(["cost", "user", "trace"]);
  expect(ids("")).toEqual(["trace"]);
});

it("adds, takes away and moves a column", () => {
  const one = readColumns("time,trace");
  const two = toggleColumn(one, "session");
  expect(writeColumns(two)).toBe("time,trace,session");
  expect(writeColumns(moveColumn(two, "session", -1))).toBe("time,session,trace");
  expect(writeColumns(moveColumn(two, "time", -1))).toBe("time,trace,session");
  expect(writeColumns(toggleColumn(two, "time"))).toBe("trace,session");
  expect(writeColumns(toggleColumn(two, "trace"))).toBe("time,trace,session");
});

it("leaves out what is needed least where there is no room", () => {
  const all = readColumns(undefined);
  expect(fitColumns(all, leastWidth(all))).toEqual(all);
  expect(fitColumns(all, leastWidth(all) - 1).map((column) => column.id)).not.toContain("first_token");
  expect(fitColumns(all, 0).map((column) => column.id)).toEqual(["time", "trace", "text", "status"]);
});
