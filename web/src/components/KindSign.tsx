/** The sign of what a span did, told apart by shape as well as by colour. */

import { IconListTree, IconRobot, IconSearch, IconSparkles, IconTool } from "@tabler/icons-react";
import { KIND_WORDS, type SpanKind } from "../lib/spanKind";

const SIGNS: Record<SpanKind, typeof IconListTree> = {
  model: IconSparkles,
  tool: IconTool,
  agent: IconRobot,
  retrieval: IconSearch,
  step: IconListTree,
};

export function KindSign({ kind }: { kind: SpanKind }) {
  const Sign = SIGNS[kind];
  return (
    <span title={KIND_WORDS[kind]} style={{ display: "inline-flex", flex: "none", color: `var(--wg-${kind})` }}>
      <Sign size={14} aria-hidden />
    </span>
  );
}
