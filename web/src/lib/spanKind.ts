/** What a span did, in the few kinds that the screens tell apart by colour and sign. */

export type SpanKind = "model" | "tool" | "agent" | "retrieval" | "step";

const KINDS: Record<string, SpanKind> = {
  execute_tool: "tool",
  invoke_agent: "agent",
  create_agent: "agent",
  retrieval: "retrieval",
  rerank: "retrieval",
  embeddings: "retrieval",
};

export const KIND_WORDS: Record<SpanKind, string> = {
  model: "model call",
  tool: "tool",
  agent: "agent",
  retrieval: "retrieval",
  step: "step",
};

export function kindOf(span: { operation_name: string; is_model_call: boolean }): SpanKind {
  return KINDS[span.operation_name] ?? (span.is_model_call ? "model" : "step");
}
