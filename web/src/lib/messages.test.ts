import { describe, expect, it } from "vitest";
import { isSafeImage, prettyJson, readMessages } from "./messages";

const PNG = "data:image/png;base64,iVBORw0KGgo=";

describe("readMessages", () => {
  it("reads OpenTelemetry's parts: text, reasoning, a tool call and its result", () => {
    const messages = readMessages(
      [
        { role: "user", parts: [{ type: "text", content: "weather in Rome?" }] },
        {
          role: "assistant",
          parts: [
            { type: "reasoning", content: "ask the tool" },
            { type: "tool_call", id: "c1", name: "weather", arguments: { city: "Rome" } },
          ],
          finish_reason: "tool_call",
        },
        { role: "tool", parts: [{ type: "tool_call_response", id: "c1", response: "18 °C" }] },
      ],
      "user",
    );
    expect(messages.map((message) => message.role)).toEqual(["user", "assistant", "tool"]);
    expect(messages[1]?.parts).toEqual([
      { kind: "reasoning", text: "ask the tool" },
      { kind: "tool_call", id: "c1", name: "weather", arguments: '{\n  "city": "Rome"\n}' },
    ]);
    expect(messages[1]?.finish_reason).toBe("tool_call");
    expect(messages[2]?.parts).toEqual([{ kind: "tool_result", id: "c1", text: "18 °C" }]);
  });

  it("reads OpenAI's shape: content as text or parts, tool_calls beside it, a tool's answer by its id", () => {
    const [assistant, tool, user] = readMessages(
      JSON.stringify([
        {
          role: "assistant",
          content: null,
          tool_calls: [{ id: "c1", type: "function", function: { name: "f", arguments: '{"a":1}' } }],
        },
        { role: "tool", tool_call_id: "c1", content: "done" },
        {
          role: "user",
          content: [
            { type: "text", text: "see" },
            { type: "image_url", image_url: { url: PNG } },
          ],
        },
      ]),
      "user",
    );
    expect(assistant?.parts).toEqual([{ kind: "tool_call", id: "c1", name: "f", arguments: '{\n  "a": 1\n}' }]);
    expect(tool?.parts).toEqual([{ kind: "tool_result", id: "c1", text: "done" }]);
    expect(user?.parts).toEqual([
      { kind: "text", text: "see" },
      { kind: "image", source: PNG },
    ]);
  });

  it("takes a list of parts without roles, as system instructions are, for one message", () => {
    expect(readMessages([{ type: "text", content: "be brief" }], "system")).toEqual([
      { role: "system", name: "", parts: [{ kind: "text", text: "be brief" }], finish_reason: "" },
    ]);
  });

  it("keeps text that is no JSON, and shows a shape nobody knows whole", () => {
    expect(readMessages("{half", "user")[0]?.parts).toEqual([{ kind: "text", text: "{half" }]);
    expect(readMessages([{ odd: 1 }], "user")[0]?.parts).toEqual([{ kind: "text", text: '{\n  "odd": 1\n}' }]);
    expect([readMessages("", "user"), readMessages(null, "user")]).toEqual([[], []]);
  });
});

describe("images", () => {
  it("draws only bytes that come with the message, of a type that cannot hold a script", () => {
    const allowed = [PNG, "data:image/webp;base64,UklGRg=="];
    const refused = [
      "https://evil.example/pixel.png",
      "//evil.example/pixel.png",
      "data:image/svg+xml;base64,PHN2Zz4=",
      "data:text/html;base64,PGI+",
      'data:image/png;base64,AA"onerror=alert(1)',
      "javascript:alert(1)",
    ];
    expect(allowed.every(isSafeImage)).toBe(true);
    expect(refused.some(isSafeImage)).toBe(false);
  });

  it("builds the address of a blob, and names a remote image without loading it", () => {
    const [message] = readMessages(
      [
        {
          role: "user",
          parts: [
            { type: "blob", mime_type: "image/png", content: "iVBORw0KGgo=" },
            { type: "uri", modality: "image", uri: "https://evil.example/a.png" },
          ],
        },
      ],
      "user",
    );
    expect(message?.parts).toEqual([
      { kind: "image", source: PNG },
      { kind: "attachment", text: "image: https://evil.example/a.png" },
    ]);
  });
});

describe("prettyJson", () => {
  it("indents JSON given as text or parsed, and leaves other text alone", () => {
    expect([prettyJson('{"a":1}'), prettyJson({ a: 1 }), prettyJson("a: 1")]).toEqual([
      '{\n  "a": 1\n}',
      '{\n  "a": 1\n}',
      "a: 1",
    ]);
  });
});
