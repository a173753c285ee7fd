import { expect, test } from "vitest";
import type { LogRecord } from "../api/types";
import { attributeCondition, levelOf, linkToLog, listFilter, nameRows, readLogsSearch, withCondition } from "./logs";

const log = (part: Partial<LogRecord>) => ({ id: "a", time: "2026-11-24T10:00:00.000000001Z", ...part }) as LogRecord;

test("an address says levels, in their own order, and what is none is passed over", () => {
  expect(readLogsSearch({ level: "info,nonsense,error", filter: "x", log: "l" })).toEqual({
    level: "error,info",
    filter: "x",
    log: "l",
  });
  expect(readLogsSearch({ level: "nonsense" })).toEqual({});
});

test("the list is asked for the levels beside the filter, whatever operators that has", () => {
  expect(listFilter({})).toBeUndefined();
  expect(listFilter({ filter: "a OR b" })).toBe("a OR b");
  expect(listFilter({ filter: "a OR b", level: "error,fatal" })).toBe("(a OR b) level:(fatal,error)");
  expect(listFilter({ level: "other" })).toBe("-level:(fatal,error,warn,info,debug,trace)");
  expect(listFilter({ level: "error,other" })).toBe("(level:(error) OR -level:(fatal,error,warn,info,debug,trace))");
});

test("a level is the number's range, then the text's word", () => {
  const levels = [1, 4, 5, 9, 12, 13, 17, 21, 24, 255].map((severity_number) =>
    levelOf({ severity_number, severity_text: "" }),
  );
  expect(levels).toEqual(["trace", "trace", "debug", "info", "info", "warn", "error", "fatal", "fatal", "fatal"]);
  expect(levelOf({ severity_number: 0, severity_text: "Error" })).toBe("error");
  expect(levelOf({ severity_number: 0, severity_text: "notice" })).toBe("other");
});

test("records that are alike have names of their own", () => {
  expect(nameRows([log({ id: "a" }), log({ id: "b" }), log({ id: "a" })]).map(({ key }) => key)).toEqual([
    "a",
    "b",
    "a~1",
  ]);
});

test("a link to a record has it on top of what came before", () => {
  expect(linkToLog(log({}), { project: "p", filter: "x", level: "error" })).toEqual({
    project: "p",
    start: "2026-11-24T09:45:00.000Z",
    end: "2026-11-24T10:00:00.000000002Z",
    log: "a",
  });
});

test("conditions of attributes are quoted where they must be", () => {
  expect(attributeCondition("attributes.", "tier", "gold")).toBe("attributes.tier:gold");
  expect(attributeCondition("attributes.", "retry budget", 'a "b"', true)).toBe(
    '-"attributes.retry budget":"a \\"b\\""',
  );
  expect(attributeCondition("attributes.", "n", 5)).toBe("attributes.n:5");
  expect(withCondition(undefined, "a:b")).toBe("a:b");
  expect(withCondition("x", "a:b")).toBe("x a:b");
  expect(withCondition("x OR y", "a:b")).toBe("(x OR y) a:b");
});
