import { screen } from "@testing-library/react";
import userEvent from "@testing-library/user-event";
import { createRef } from "react";
import { describe, expect, it, vi } from "vitest";
import { draw } from "../test-render";
import { type Completion, FilterInput } from "./FilterInput";

const FIELDS = [{ name: "model", short_name: "", type: "String", unit: "", brief: "Model that answered" }];

it("is begun with a field from the help, and waits for its value", async () => {
  const onChange = vi.fn();
  draw(<FilterInput value="refund" fields={FIELDS} problem={null} onChange={onChange} inputRef={createRef()} />);
  await userEvent.click(screen.getByLabelText("How to write a filter"));
  await userEvent.click(screen.getByRole("button", { name: "model" }));
  expect((screen.getByLabelText("Filter") as HTMLInputElement).value).toBe("refund model:");
  expect(onChange).not.toHaveBeenCalled();
});

it("is applied by Enter, without the spaces around it", async () => {
  const onChange = vi.fn();
  draw(<FilterInput value="" fields={FIELDS} problem={null} onChange={onChange} inputRef={createRef()} />);
  await userEvent.type(screen.getByLabelText("Filter"), " model:gpt-4o {Enter}");
  expect(onChange).toHaveBeenCalledWith("model:gpt-4o");
});

it("is applied once when typing pauses, not at every letter", async () => {
  const onChange = vi.fn();
  draw(<FilterInput value="" fields={FIELDS} problem={null} onChange={onChange} inputRef={createRef()} />);
  await userEvent.type(screen.getByLabelText("Filter"), "refund");
  expect(onChange).not.toHaveBeenCalled();
  await vi.waitFor(() => expect(onChange).toHaveBeenCalledExactlyOnceWith("refund"), { timeout: 2000 });
});

it("marks the character that is wrong and says why", () => {
  draw(
    <FilterInput
      value="a (b"
      fields={FIELDS}
      problem={{ position: 2, message: "the parenthesis is not closed" }}
      onChange={() => {}}
      inputRef={createRef()}
    />,
  );
  const alert = screen.getByRole("alert");
  expect(alert.querySelector("mark")?.textContent).toBe("(");
  expect(alert.textContent).toContain("the parenthesis is not closed");
  expect(screen.getByLabelText("Filter").getAttribute("aria-invalid")).toBe("true");
});

describe("completion", () => {
  const completion: Completion = {
    context: { kind: "value", field: "model", operator: ":", typed: "g", from: 6, to: 7, isInList: false },
    suggestions: [
      { label: "gpt-4o", insert: "gpt-4o", detail: "", count: 1200 },
      { label: "my model", insert: '"my model"', detail: "", count: 3 },
    ],
    onCursor: () => {},
  };
  const typed = async (keys: string) => {
    const onChange = vi.fn();
    const onCursor = vi.fn();
    draw(
      <FilterInput
        value=""
        fields={FIELDS}
        problem={null}
        completion={{ ...completion, onCursor }}
        onChange={onChange}
        inputRef={createRef()}
      />,
    );
    await userEvent.type(screen.getByLabelText("Filter"), keys);
    return { onChange, onCursor, text: (screen.getByLabelText("Filter") as HTMLInputElement).value };
  };

  it("lists what may be written, with how often it occurs", async () => {
    const { onCursor } = await typed("model:g");
    expect(screen.getAllByRole("option").map((option) => option.textContent)).toEqual(["gpt-4o1.2k", "my model3"]);
    expect(onCursor).toHaveBeenCalledWith("model:g", 7);
  });

  it("writes the first on Tab and asks for it", async () => {
    const tab = await typed("model:g{Tab}");
    expect(tab.text).toBe("model:gpt-4o ");
    expect(tab.onChange).toHaveBeenCalledExactlyOnceWith("model:gpt-4o");
  });

  it("writes the chosen one on Enter", async () => {
    const enter = await typed("model:g{ArrowDown}{ArrowDown}{Enter}");
    expect(enter.text).toBe('model:"my model" ');
    expect(enter.onChange).toHaveBeenCalledExactlyOnceWith('model:"my model"');
  });

  it("asks for what was typed on Enter when nothing was chosen", async () => {
    const enter = await typed("model:g{Enter}");
    expect(enter.onChange).toHaveBeenCalledExactlyOnceWith("model:g");
  });
});
