import { expect, it } from "vitest";
import { chartMarker } from "./markers";

it("names the service of a marker once", () => {
  const label = (title: string, service_name: string) => chartMarker({ time: "", title, service_name }).label;
  expect(label("2.4.0", "checkout")).toBe("checkout: 2.4.0");
  expect(label("Checkout 2.4.0", "checkout")).toBe("Checkout 2.4.0");
  expect(label("new prompt", "")).toBe("new prompt");
});
