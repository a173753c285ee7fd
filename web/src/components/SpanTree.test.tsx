import { fireEvent, screen } from "@testing-library/react";
import { useState } from "react";
import { expect, it } from "vitest";
import type { SpanNode } from "../api/types";
import { criticalPath } from "../lib/criticalPath";
import { draw } from "../test-render";
import { SpanTree } from "./SpanTree";
import { useSpanTree } from "./useSpanTree";

function span(name: string, depth: number, more: Partial<SpanNode> = {}): SpanNode {
  return {
    span_id: name,
    parent_span_id: "",
    depth,
    name,
    kind: "internal",
    start_time: "2026-11-24T12:00:00.000000000Z",
    start_offset_ns: depth * 100,
    duration_ns: 1000,
    status_code: "unset",
    status_message: "",
    error_type: "",
    service_name: "bot",
    operation_name: "",
    is_model_call: false,
    provider_name: "",
    model: "",
    tool_name: "",
    agent_name: "",
    input_tokens: null,
    output_tokens: null,
    cost_usd: null,
    time_to_first_token_ns: null,
    is_orphan: false,
    marks: [],
    ...more,
  };
}

function Tree({ spans }: { spans: SpanNode[] }) {
  const [chosen, setChosen] = useState(0);
  const tree = useSpanTree(spans, chosen, setChosen);
  return (
    <>
      <button type="button" onClick={() => tree.foldAll(true)}>
        fold all
      </button>
      <SpanTree
        spans={spans}
        tree={tree}
        chosen={chosen}
        onChoose={setChosen}
        path={criticalPath(spans)}
        found={null}
        stream={null}
      />
    </>
  );
}

const names = () => screen.getAllByRole("treeitem").map((row) => row.textContent?.split(",")[0]);
const press = (...keys: string[]) => {
  for (const key of keys) fireEvent.keyDown(screen.getByRole("tree"), { key });
};
const chosen = () => screen.getByRole("treeitem", { selected: true }).textContent?.split(",")[0];

const SPANS = [
  span("agent", 0),
  span("step", 1),
  span("call", 2, { is_model_call: true }),
  span("tool", 1, { status_code: "error" }),
];

it("is walked, folded and unfolded from the keyboard alone", () => {
  draw(<Tree spans={SPANS} />);
  press("j", "ArrowDown");
  expect(chosen()).toBe("call");
  press("ArrowLeft");
  expect(chosen()).toBe("step");
  press("ArrowLeft");
  expect(names()).toEqual(["agent", "step", "tool"]);
  press("j");
  expect(chosen()).toBe("tool");
  press("k", "ArrowRight");
  expect(names()).toEqual(["agent", "step", "call", "tool"]);
});

it("tells kind, duration and failure to those who do not see the colours", () => {
  draw(<Tree spans={SPANS} />);
  const texts = screen.getAllByRole("treeitem").map((row) => row.textContent);
  expect(texts.slice(2)).toEqual(["call, model call, on the critical path, 1 µs", "tool, step, failed, 1 µs"]);
});

it("folds all below the roots, and keeps in sight what is chosen", () => {
  draw(<Tree spans={SPANS} />);
  press("j", "j");
  expect(chosen()).toBe("call");
  fireEvent.click(screen.getByText("fold all"));
  expect(names()).toEqual(["agent", "step", "tool"]);
  expect(chosen()).toBe("step");
});

it("draws a few of 10,000 spans, and gets to the last one", () => {
  draw(<Tree spans={[span("root", 0), ...Array.from({ length: 9_999 }, (_, index) => span(`s${index}`, 1))]} />);
  expect(names().length).toBeLessThan(60);
  press("End");
  expect(screen.getByRole("tree").getAttribute("aria-activedescendant")).toBe("span-9999");
});
