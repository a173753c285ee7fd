import { expect, test } from "vitest";
import { textsOf } from "./spanTexts";

test("messages are written with their roles, tools with what they were asked and gave", () => {
  const columns = {
    system_instructions: [{ type: "text", content: "Be brief." }],
    input_messages: [
      { role: "user", parts: [{ type: "text", content: "Hi" }] },
      { role: "tool", parts: [{ type: "tool_call_response", id: "a", response: "late" }] },
    ],
    output_messages: [
      { role: "assistant", parts: [{ type: "tool_call", id: "a", name: "look", arguments: { n: 1 } }] },
    ],
    input_value: "not used",
  };
  expect(textsOf(columns)).toEqual({
    input: "system:\nBe brief.\n\nuser:\nHi\n\ntool:\nresult late",
    output: 'assistant:\ncalls look {\n  "n": 1\n}',
  });
});

test("a step without messages says its arguments and its result, and one without any says nothing", () => {
  expect(textsOf({ tool_call_arguments: { order: 1 }, tool_call_result: "ok" })).toEqual({
    input: '{\n  "order": 1\n}',
    output: "ok",
  });
  expect(textsOf({})).toEqual({ input: "", output: "" });
});
