/** Spans of a trace that a text is found in, and which of them comes next. */

export interface FoundSpan {
  span_id: string;
  name: string;
  service_name: string;
  operation_name: string;
  model: string;
  tool_name: string;
  agent_name: string;
  error_type: string;
  status_message: string;
}

/** Positions of the spans that hold the text, in any case, in their id or in what the tree knows of them.
 *
 * @param byServer ids of spans whose messages hold it
 */
export function findSpans(spans: readonly FoundSpan[], text: string, byServer: ReadonlySet<string>): number[] {
  const wanted = text.trim().toLowerCase();
  if (wanted === "") return [];
  return spans.flatMap((span, index) => {
    const held = [
      span.name,
      span.model,
      span.tool_name,
      span.agent_name,
      span.service_name,
      span.operation_name,
      span.error_type,
      span.status_message,
      span.span_id,
    ];
    return byServer.has(span.span_id) || held.some((one) => one.toLowerCase().includes(wanted)) ? [index] : [];
  });
}

/** The position after `current` among ascending positions, or before it; past the last comes the first. */
export function nextOf(positions: readonly number[], current: number, direction: 1 | -1): number | undefined {
  if (direction === 1) return positions.find((position) => position > current) ?? positions[0];
  return positions.findLast((position) => position < current) ?? positions.at(-1);
}
