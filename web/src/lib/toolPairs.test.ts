import { expect, test } from "vitest";
import { readMessages } from "./messages";
import { pairTools } from "./toolPairs";

const call = (id: string, name = "lookup") => ({ type: "tool_call", id, name, arguments: { order: 1 } });
const result = (id: string, response: string) => ({
  role: "tool",
  parts: [{ type: "tool_call_response", id, response }],
});

function paired(...messages: unknown[]) {
  return pairTools(readMessages(messages, "user")).map((message) => [
    message.role,
    ...message.parts.map((part) => ("result" in part ? `${part.id}=${part.result}` : part.kind)),
  ]);
}

test("results stand beside their calls, in whatever order they came, and their messages go", () => {
  const asked = { role: "assistant", parts: [{ type: "text", content: "hm" }, call("a"), call("b")] };
  expect(paired(asked, result("b", "two"), result("a", "one"))).toEqual([["assistant", "text", "a=one", "b=two"]]);
});

test("a message keeps what is no result, and a result without a call stays", () => {
  const mixed = {
    role: "user",
    parts: [
      { type: "tool_result", tool_use_id: "a", content: "one" },
      { type: "text", content: "so?" },
    ],
  };
  expect(paired({ role: "assistant", parts: [call("a")] }, mixed, result("z", "whose?"))).toEqual([
    ["assistant", "a=one"],
    ["user", "text"],
    ["tool", "tool_result"],
  ]);
});

test("an id that is used again pairs with the calls in order", () => {
  const asked = { role: "assistant", parts: [call("a")] };
  expect(paired(asked, result("a", "one"), asked, result("a", "two"), result("a", "three"))).toEqual([
    ["assistant", "a=one"],
    ["assistant", "a=two"],
    ["tool", "tool_result"],
  ]);
});

test("calls without an id, and messages that are empty, are left as they are", () => {
  expect(paired({ role: "assistant", parts: [call("")] }, result("", "x"), { role: "user", parts: [] })).toEqual([
    ["assistant", "tool_call"],
    ["tool", "tool_result"],
    ["user"],
  ]);
});

test("a call and its result in one message stand together", () => {
  const both = {
    role: "assistant",
    parts: [{ type: "text", content: "x" }, call("a"), { type: "tool_result", id: "a", content: "one" }],
  };
  expect(paired(both)).toEqual([["assistant", "text", "a=one"]]);
});
