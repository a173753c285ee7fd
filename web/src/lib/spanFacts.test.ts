import { describe, expect, it } from "vitest";
import {
  attributesOf,
  eventsOf,
  identityOf,
  outputRate,
  parametersOf,
  resourceOf,
  textOf,
  tokenNotes,
} from "./spanFacts";

describe("span facts", () => {
  it("lists the parameters that were given, a temperature of zero included", () => {
    expect(
      parametersOf({
        request_temperature: 0,
        request_top_p: null,
        is_streaming: false,
        finish_reasons: ["stop", "length"],
        request_stop_sequences: [],
      }),
    ).toEqual([
      { name: "temperature", value: "0", filter: "request_temperature" },
      { name: "finish reasons", value: "stop, length" },
    ]);
  });

  it("names the field to look for others by", () => {
    expect(identityOf({ session_id: "s1", user_id: "" })).toEqual([
      { name: "session", value: "s1", filter: "session_id" },
    ]);
  });

  it("says how the tokens are made up as a share of their side", () => {
    expect(tokenNotes({ input_tokens: 2000, cache_read_input_tokens: 500, reasoning_output_tokens: 0 })).toEqual([
      "500 read from cache (25%)",
    ]);
  });

  it("turns the time of a token into a rate, and an unknown one into nothing", () => {
    expect([outputRate({ time_per_output_token_ns: 20e6 }), outputRate({})]).toEqual(["50 tokens/s", ""]);
  });

  it("lists attributes of every type in order of their names", () => {
    const attributes = attributesOf({ attributes: { b: "x", a: 1, c: false, d: ["e"] } });
    expect(attributes.map(({ name, value }) => `${name}=${value}`)).toEqual(["a=1", "b=x", "c=false", 'd=[\n  "e"\n]']);
  });

  it("names an attribute as filters do, unless it has no name there or is no single value", () => {
    const facts = [
      ...attributesOf({ attributes: { "app.tier": "gold", "a b": "x", list: [1] } }),
      ...resourceOf({ resource_attributes: { cpu: "4" } }),
    ];
    expect(facts.map((fact) => fact.filter)).toEqual([undefined, "attributes.app.tier", undefined, "resource.cpu"]);
  });

  it("reads events, those without attributes too", () => {
    const events = [{ time: "t", name: "a", attributes: { k: 1 } }, { time: "u", name: "b", attributes: {} }, null];
    expect(eventsOf({ events })).toEqual([
      { time: "t", name: "a", attributes: '{\n  "k": 1\n}' },
      { time: "u", name: "b", attributes: "" },
      { time: "", name: "", attributes: "" },
    ]);
    expect(eventsOf({})).toEqual([]);
  });

  it("shows structured text as JSON and missing text as nothing", () => {
    expect([textOf({ a: { b: 1 } }, "a"), textOf({}, "a")]).toEqual(['{\n  "b": 1\n}', ""]);
  });
});
