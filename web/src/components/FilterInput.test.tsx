import { screen } from "@testing-library/react";
import userEvent from "@testing-library/user-event";
import { createRef } from "react";
import { expect, it, vi } from "vitest";
import { draw } from "../test-render";
import { FilterInput } from "./FilterInput";

const FIELDS = [{ name: "model", brief: "Model that answered" }];

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
