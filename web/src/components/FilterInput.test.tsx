import { screen } from "@testing-library/react";
import userEvent from "@testing-library/user-event";
import { createRef } from "react";
import { expect, it, vi } from "vitest";
import { draw } from "../test-render";
import { FilterInput } from "./FilterInput";

it("is applied by Enter, without the spaces around it", async () => {
  const onChange = vi.fn();
  draw(<FilterInput value="" problem={null} onChange={onChange} inputRef={createRef()} />);
  await userEvent.type(screen.getByLabelText("Filter"), " model:gpt-4o {Enter}");
  expect(onChange).toHaveBeenCalledWith("model:gpt-4o");
});

it("is applied once when typing pauses, not at every letter", async () => {
  const onChange = vi.fn();
  draw(<FilterInput value="" problem={null} onChange={onChange} inputRef={createRef()} />);
  await userEvent.type(screen.getByLabelText("Filter"), "refund");
  expect(onChange).not.toHaveBeenCalled();
  await vi.waitFor(() => expect(onChange).toHaveBeenCalledExactlyOnceWith("refund"), { timeout: 2000 });
});

it("marks the character that is wrong and says why", () => {
  draw(
    <FilterInput
      value="a (b"
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
