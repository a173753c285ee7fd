import { fireEvent } from "@testing-library/react";
import { expect, it } from "vitest";
import { draw } from "../test-render";
import { TokenText } from "./TokenText";

const nats = (probability: number) => -Math.log(probability);
const TOKENS = [
  { text: "It", surprisal_nats: 0, entropy_nats: null, alternatives: [] },
  {
    text: " <b>\n",
    surprisal_nats: nats(0.1),
    entropy_nats: 0.5,
    alternatives: [
      { text: " was", surprisal_nats: nats(0.9) },
      { text: " <b>\n", surprisal_nats: nats(0.1) },
    ],
  },
];

it("shows tokens as text, and tells of the one that the keys or the pointer chose", () => {
  const { container, getByRole, getAllByRole } = draw(<TokenText tokens={TOKENS} />);
  const text = getByRole("listbox");
  expect(text.textContent).toBe("It <b>⏎\n");
  expect(container.querySelector("b")).toBeNull();
  expect(getAllByRole("option").map((option) => option.dataset.level)).toEqual(["0", "3"]);
  fireEvent.keyDown(text, { key: "ArrowDown" });
  const [, second] = getAllByRole("option");
  expect(text.getAttribute("aria-activedescendant")).toBe(second?.id);
  expect(getByRole("list", { name: "Likeliest tokens here" }).textContent).toContain("“ was”90%");
  expect(container.textContent).toContain("entropy 0.5 nats");
  fireEvent.pointerOver(getAllByRole("option")[0] as HTMLElement);
  expect(container.textContent).toContain("Token 1 “It”");
});
