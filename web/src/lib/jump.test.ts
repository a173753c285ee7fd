import { describe, expect, it } from "vitest";
import { readJumps } from "./jump";

describe("readJumps", () => {
  it("takes 32 hexadecimal digits for a trace first, in capitals and with dashes too", () => {
    const trace_id = "0af7651916cd43dd8448eb211c80319c";
    for (const text of [trace_id, ` ${trace_id.toUpperCase()} `, "0af76519-16cd-43dd-8448-eb211c80319c"]) {
      expect(readJumps(text)[0]).toEqual({ kind: "trace", trace_id });
    }
  });

  it("takes anything for a session, a user or words, and keeps it one value of the filter", () => {
    expect(readJumps('late "refund" OR x').map((jump) => (jump.kind === "traces" ? jump.filter : ""))).toEqual([
      'session_id:"late \\"refund\\" OR x"',
      'user_id:"late \\"refund\\" OR x"',
      '"late \\"refund\\" OR x"',
    ]);
    expect(readJumps("  ")).toEqual([]);
  });
});
