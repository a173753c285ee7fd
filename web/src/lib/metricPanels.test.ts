import { expect, test } from "vitest";
import type { DashboardContent } from "../api/types";
import { withPanel } from "./metricPanels";

test("a question becomes the lowest panel, with an id of its own", () => {
  const document: DashboardContent["document"] = { format_version: 1, variables: [], panels: [] };
  const empty = { name: "d", document };
  const once = withPanel(empty, { name: "m", aggregation: "rate", by: ["service"], filter: "env:prod" });
  const twice = withPanel(once, { name: "h", quantiles: [0.5] });
  const [first, second] = twice.document.panels ?? [];
  expect(first?.query).toMatchObject({
    source: "metrics",
    name: "m",
    aggregation: "rate",
    group_by: ["service"],
    filter: "env:prod",
  });
  expect(second?.query).toMatchObject({ name: "h", aggregation: null, quantiles: [0.5], group_by: [], filter: "" });
  expect([first?.place.y, second?.place.y]).toEqual([0, 7]);
  expect(new Set([first?.id, second?.id]).size).toBe(2);
  expect(twice.name).toBe("d");
});
