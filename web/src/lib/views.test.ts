import { expect, it } from "vitest";
import { isBare, isShown, viewSearch } from "./views";

it("keeps what the address says, but for the project", () => {
  expect(viewSearch({ project: "shop", filter: "a", start: undefined, open: true })).toEqual({
    filter: "a",
    open: "true",
  });
});

it("knows the view that is shown, in whatever order it was kept", () => {
  expect(isShown({ start: "-1h", filter: "a" }, { project: "shop", filter: "a", start: "-1h" })).toBe(true);
  expect(isShown({ filter: "a" }, { filter: "a", start: "-1h" })).toBe(false);
});

it("knows an address that says nothing", () => {
  expect([isBare({ project: "shop", filter: undefined }), isBare({ tz: "utc" })]).toEqual([true, false]);
});
