import { screen } from "@testing-library/react";
import { expect, it } from "vitest";
import { draw } from "../test-render";
import Markdown from "./Markdown";

/** Elements that could run, load or lead somewhere, and attributes that could. */
const DANGEROUS =
  "a, img, script, iframe, object, embed, form, input, link, svg, video, audio, source, [href], [src], [style]";

function drawn(text: string) {
  const { container } = draw(<Markdown text={text} />);
  // the buttons that copy code are the page's own
  for (const button of container.querySelectorAll("button")) button.remove();
  return container;
}

it("lays out headings, lists, tables and code", () => {
  const container = drawn("# Head\n\n- one\n- [x] done\n\n| a | b |\n| - | - |\n| 1 | 2 |\n\n```py\nprint(1)\n```");
  expect(container.querySelectorAll("li")).toHaveLength(2);
  expect(container.querySelector("td")?.textContent).toBe("1");
  expect(container.querySelector("pre")?.textContent).toBe("print(1)\n");
  expect(screen.queryByRole("heading")).toBeNull();
});

it.each([
  ["[press](https://evil.example/?q=1)", "press (https://evil.example/?q=1)"],
  ["[press](javascript:alert(1))", "press (javascript:alert(1))"],
  ["![cat](https://evil.example/pixel.png)", "image cat (https://evil.example/pixel.png)"],
  ["<https://evil.example>", "https://evil.example"],
  ["see https://evil.example", "see https://evil.example"],
  ["![x][ref]\n\n[ref]: https://evil.example/a.png", "image x (https://evil.example/a.png)"],
])("shows where %s leads as text, and leads nowhere", (text, shown) => {
  const container = drawn(text);
  expect(container.textContent?.trim()).toBe(shown);
  expect(container.querySelector(DANGEROUS)).toBeNull();
});

it.each([
  '<img src=x onerror="alert(1)">',
  "<script>alert(1)</script>",
  '<iframe src="https://evil.example"></iframe>',
  '<a href="javascript:alert(1)">x</a>',
  '<svg onload="alert(1)">',
  '<div style="background:url(https://evil.example)">',
])("shows %s as it was written", (html) => {
  for (const text of [html, `before ${html} after`, `- ${html}`, `| a |\n| - |\n| ${html} |`]) {
    const container = drawn(text);
    expect(container.textContent).toContain(html);
    expect(container.querySelector(DANGEROUS)).toBeNull();
  }
});
