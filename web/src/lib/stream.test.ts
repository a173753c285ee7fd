import { expect, test } from "vitest";
import { streamOf } from "./stream";

const START = "2026-11-24T08:00:00.000000000Z";

function chunk(at: string, name = "gen_ai.content.completion.chunk") {
  return { time: `2026-11-24T08:00:${at}Z`, name, attributes: {} };
}

test("first and last token come from the chunks, to the nanosecond, in order of time", () => {
  const events = [chunk("01.500000001"), chunk("00.250000000"), chunk("01.000000000"), chunk("00.1", "exception")];
  const stream = streamOf({ start_time: START, duration_ns: 2e9, time_to_first_token_ns: 2.5e8, events });
  expect(stream).toEqual({
    first_ns: 2.5e8,
    last_ns: 1_500_000_001,
    is_last_known: true,
    chunks_ns: [2.5e8, 1e9, 1_500_000_001],
  });
});

test("without chunks the end of the span stands for the last token", () => {
  expect(streamOf({ start_time: START, duration_ns: 2e9, time_to_first_token_ns: 5e8 })).toEqual({
    first_ns: 5e8,
    last_ns: 2e9,
    is_last_known: false,
    chunks_ns: [],
  });
});

test("a first chunk alone says when the first token came", () => {
  const stream = streamOf({ start_time: START, duration_ns: 2e9, events: [chunk("00.5", "First Token Stream Event")] });
  expect(stream).toMatchObject({ first_ns: 5e8, last_ns: 2e9, is_last_known: false });
});

test("what did not stream has no course, and what cannot be is left out", () => {
  expect(streamOf({ start_time: START, duration_ns: 2e9, events: [] })).toBeNull();
  expect(streamOf({ duration_ns: 0, time_to_first_token_ns: 1 })).toBeNull();
  const events = [chunk("59"), chunk("xx"), null, { name: 1 }];
  expect(streamOf({ start_time: START, duration_ns: 1e9, time_to_first_token_ns: 9e9, events })).toMatchObject({
    first_ns: 1e9,
    chunks_ns: [],
  });
});
