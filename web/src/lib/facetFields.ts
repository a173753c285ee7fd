/** The fields that the panel beside a list of traces counts. */

export interface FacetField {
  /** Name that the API and filters know. */
  name: string;
  /** Every name by which a filter may write it, the first first. */
  names: readonly string[];
  title: string;
  /** Whether rollups count it, which takes no time whatever the range. */
  isQuick: boolean;
  /** Whether its values are shown when the reader has not said. */
  isOpen: boolean;
}

export const FACET_FIELDS: readonly FacetField[] = [
  quick("error", "error", "Status", true),
  quick("service", "service_name", "Service", true),
  quick("model", "model", "Model", true),
  quick("operation", "operation_name", "Operation", true),
  quick("env", "environment", "Environment", true),
  quick("release", "release", "Release", false),
  quick("provider", "provider_name", "Provider", false),
  quick("agent", "agent_name", "Agent", false),
  quick("tool", "tool_name", "Tool", false),
  quick("prompt", "prompt_name", "Prompt", false),
  counted("name", "name", "Span name"),
  counted("error_type", "error_type", "Error type"),
  counted("user", "user_id", "User"),
  counted("session", "session_id", "Session"),
];

/** What a value is called: the truths of `error` are words. */
export function valueTitle(field: string, value: string): string {
  if (field === "error") return value === "true" ? "Error" : "OK";
  return value;
}

function quick(name: string, column: string, title: string, isOpen: boolean): FacetField {
  return { name, names: [...new Set([name, column])], title, isQuick: true, isOpen };
}

function counted(name: string, column: string, title: string): FacetField {
  return { name, names: [...new Set([name, column])], title, isQuick: false, isOpen: false };
}
