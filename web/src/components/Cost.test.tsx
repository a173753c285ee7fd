import { expect, it } from "vitest";
import { draw } from "../test-render";
import { Cost } from "./Cost";

const text = (cost_usd: number | null, unpriced_count: number) =>
  draw(<Cost cost_usd={cost_usd} unpriced_count={unpriced_count} call_count={3} />).container.textContent;

it("never passes off an unknown or partial cost as the whole one", () => {
  expect(text(0.0123, 0)).toBe("$0.0123");
  expect(text(0.0123, 1)).toBe("$0.0123 +?, not all calls have a price");
  expect(text(null, 3)).toBe("no price");
  expect(text(null, 0)).toBe("–");
});
