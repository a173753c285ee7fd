import { screen } from "@testing-library/react";
import userEvent from "@testing-library/user-event";
import { expect, it } from "vitest";
import { readMessages } from "../lib/messages";
import { draw } from "../test-render";
import { Chat } from "./Chat";

const HOSTILE =
  '<img src=x onerror="alert(1)"><script>alert(2)</script> [link](https://evil.example) https://evil.example';

it("shows what a model wrote as text: no element, link or script comes of it", () => {
  const { container } = draw(<Chat messages={readMessages([{ role: "user", content: HOSTILE }], "user")} />);
  expect(screen.getByText(HOSTILE)).toBeTruthy();
  expect(container.querySelector("img, script, a")).toBeNull();
});

it("shows hostile text as text in roles, tool names, arguments and results too", () => {
  const messages = readMessages(
    [
      {
        role: HOSTILE,
        content: "x",
        tool_calls: [{ type: "function", id: HOSTILE, function: { name: HOSTILE, arguments: HOSTILE } }],
      },
      { role: "tool", tool_call_id: HOSTILE, content: HOSTILE },
      {
        role: "user",
        parts: [
          { type: "reasoning", content: HOSTILE },
          { type: HOSTILE, uri: HOSTILE },
        ],
      },
    ],
    "user",
  );
  const { container } = draw(<Chat messages={messages} />);
  expect(container.textContent?.split("onerror")).toHaveLength(9);
  expect(container.querySelector("img, script, a")).toBeNull();
});

it("draws an image that came with the message, and names a remote one without asking for it", () => {
  const source = "data:image/png;base64,iVBORw0KGgo=";
  const messages = readMessages(
    [
      {
        role: "user",
        content: [
          { type: "image_url", image_url: { url: source } },
          { type: "image_url", image_url: { url: "https://evil.example/a.png" } },
        ],
      },
    ],
    "user",
  );
  const { container } = draw(<Chat messages={messages} />);
  expect([...container.querySelectorAll("img")].map((image) => image.getAttribute("src"))).toEqual([source]);
  expect(container.textContent).toContain("https://evil.example/a.png");
});

it("puts the result of a tool beside its call", () => {
  const messages = readMessages(
    [
      { role: "assistant", parts: [{ type: "tool_call", id: "a", name: "lookup", arguments: { order: 7 } }] },
      { role: "tool", parts: [{ type: "tool_call_response", id: "a", response: "in transit" }] },
    ],
    "user",
  );
  draw(<Chat messages={messages} />);
  const all = screen.getAllByRole("listitem").map((item) => item.textContent);
  expect(all).toHaveLength(1);
  expect(all[0]).toMatch(/calls lookup a\{\s*"order": 7\s*\}resultin transit/);
});

it("cuts a text of great length until the reader asks for all of it", async () => {
  const text = "word ".repeat(4000);
  const { container } = draw(<Chat messages={readMessages(text, "assistant")} />);
  expect(container.textContent?.length).toBeLessThan(7000);
  await userEvent.click(screen.getByText("Show all 20,000 characters"));
  expect(container.textContent).toContain(text);
});
