/** Messages of a model call, from the JSON in whatever shape the instrumentation left it, to what a chat view draws. */

export type Part =
  | { kind: "text"; text: string }
  | { kind: "reasoning"; text: string }
  | { kind: "tool_call"; name: string; id: string; arguments: string }
  | { kind: "tool_result"; id: string; text: string }
  | { kind: "image"; source: string }
  | { kind: "attachment"; text: string };

export interface Message {
  role: string;
  name: string;
  parts: Part[];
  finish_reason: string;
}

/** An image that may be drawn: its bytes are in the address itself, and are of a type that cannot hold a script. */
const SAFE_IMAGE = /^data:image\/(?:png|jpeg|gif|webp);base64,[A-Za-z0-9+/=\s]+$/;

/** Read a value of `input_messages`, `output_messages` or `system_instructions`; text that is no JSON becomes one message. */
export function readMessages(value: unknown, role: string): Message[] {
  const parsed = parseIfJson(value);
  if (parsed == null || parsed === "") return [];
  const items = Array.isArray(parsed) ? parsed : [parsed];
  const isListOfParts = items.every((item) => isRecord(item) && !("role" in item) && "type" in item);
  if (isListOfParts) return [{ role, name: "", parts: items.flatMap(readPart), finish_reason: "" }];
  return items.map((item) => readMessage(item, role));
}

/** Indent JSON, whether it comes parsed or as text; other text stays as it is. */
export function prettyJson(value: unknown): string {
  const parsed = parseIfJson(value);
  if (typeof parsed === "string") return parsed;
  return parsed === undefined ? "" : JSON.stringify(parsed, null, 2);
}

/** Whether an image may be drawn without asking another server for anything. */
export function isSafeImage(source: string): boolean {
  return SAFE_IMAGE.test(source);
}

function readMessage(item: unknown, role: string): Message {
  if (!isRecord(item)) return { role, name: "", parts: readParts(item), finish_reason: "" };
  const parts = readParts(item.parts ?? item.content);
  if (Array.isArray(item.tool_calls)) parts.push(...item.tool_calls.flatMap(readPart));
  const answersTool = textOf(item.tool_call_id);
  const message: Message = {
    role: textOf(item.role) || role,
    name: textOf(item.name),
    parts: answersTool
      ? parts.map((part) => (part.kind === "text" ? { ...part, kind: "tool_result", id: answersTool } : part))
      : parts,
    finish_reason: textOf(item.finish_reason),
  };
  // a message of a shape nobody knows is shown whole rather than as nothing
  const isStrange = message.parts.length === 0 && !("parts" in item) && !("content" in item) && !("tool_calls" in item);
  return isStrange ? { ...message, parts: [{ kind: "text", text: prettyJson(item) }] } : message;
}

function readParts(content: unknown): Part[] {
  if (content == null || content === "") return [];
  return Array.isArray(content) ? content.flatMap(readPart) : readPart(content);
}

function readPart(part: unknown): Part[] {
  if (typeof part === "string") return [{ kind: "text", text: part }];
  if (!isRecord(part)) return part == null ? [] : [{ kind: "text", text: String(part) }];
  const type = textOf(part.type);
  const call = isRecord(part.function) ? part.function : part;
  switch (type) {
    case "text":
    case "input_text":
    case "output_text":
      return [{ kind: "text", text: stringOf(part.content ?? part.text) }];
    case "reasoning":
    case "thinking":
      return [{ kind: "reasoning", text: stringOf(part.content ?? part.thinking ?? part.text) }];
    case "tool_call":
    case "tool_use":
    case "function":
      return [
        {
          kind: "tool_call",
          name: textOf(call.name),
          id: textOf(part.id),
          arguments: prettyJson(call.arguments ?? call.input),
        },
      ];
    case "tool_call_response":
    case "tool_result":
      return [
        { kind: "tool_result", id: textOf(part.id ?? part.tool_call_id ?? part.tool_use_id), text: readResult(part) },
      ];
  }
  return readAttachment(part, type);
}

function readResult(part: Record<string, unknown>): string {
  const result = part.response ?? part.result ?? part.content;
  const parts = Array.isArray(result) ? result.flatMap(readPart) : [];
  const isText = parts.length > 0 && parts.every((inner) => inner.kind === "text");
  return isText ? parts.map((inner) => ("text" in inner ? inner.text : "")).join("\n") : prettyJson(result);
}

function readAttachment(part: Record<string, unknown>, type: string): Part[] {
  const source = attachmentSource(part);
  if (isSafeImage(source)) return [{ kind: "image", source }];
  if (source) {
    const what = textOf(part.modality) || (type.includes("image") ? "image" : type || "file");
    const where = source.startsWith("data:")
      ? `${source.slice(5, 60).split(",")[0]}, ${source.length.toLocaleString("en-US")} characters`
      : source;
    return [{ kind: "attachment", text: `${what}: ${where}` }];
  }
  return [{ kind: "text", text: prettyJson(part) }];
}

/** The address of an image, file or blob part in the shapes of OpenTelemetry, OpenAI and Anthropic; empty when it is none. */
function attachmentSource(part: Record<string, unknown>): string {
  const image = part.image_url;
  if (isRecord(image)) return textOf(image.url);
  if (typeof image === "string") return image;
  const source = isRecord(part.source) ? part.source : part;
  const mime_type = textOf(source.mime_type ?? source.media_type);
  const data = textOf(source.data ?? source.content);
  if (mime_type && data) return data.startsWith("data:") ? data : `data:${mime_type};base64,${data}`;
  return textOf(source.uri ?? source.url ?? source.file_id);
}

function parseIfJson(value: unknown): unknown {
  if (typeof value !== "string" || !/^\s*[[{]/.test(value)) return value;
  try {
    return JSON.parse(value);
  } catch {
    return value;
  }
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

function textOf(value: unknown): string {
  return typeof value === "string" ? value : "";
}

function stringOf(value: unknown): string {
  return typeof value === "string" ? value : prettyJson(value);
}
