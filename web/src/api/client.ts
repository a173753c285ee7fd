/** The one way to the API: requests that send the key, and turn every failure into an ApiError. */

import { ApiError, readProblem, unreachable } from "../lib/problem";
import { askForKey, readKey } from "./key";

/** Parameters of a request; those that are missing are left out. */
export type Parameters = Record<string, string | number | null | undefined>;

/** Longest wait for an answer, in milliseconds: a little more than the server gives a query. */
const TIMEOUT_MS = 35_000;

/** Fetch JSON from the API.
 *
 * @param path below /api/v1, its variable parts already escaped
 * @param read how to read the answer's text; throws when it cannot
 * @throws ApiError with words for the reader; the caller's own abort passes through
 */
export async function getJson<Answer>(
  path: string,
  parameters: Parameters,
  signal?: AbortSignal,
  read: (text: string) => unknown = JSON.parse,
): Promise<Answer> {
  const [status, body] = await ask("GET", path + queryOf(parameters), undefined, signal);
  return readAnswer<Answer>(status, body, read);
}

/** Fetch a text from the API, such as a file to keep; see `getJson`. */
export async function getText(path: string): Promise<string> {
  const [, body] = await ask("GET", path, undefined);
  return body;
}

/** Send JSON to the API; an answer without a body is undefined.
 *
 * @param path below /api/v1, its variable parts already escaped, parameters included
 * @param body what to send as JSON; nothing when undefined
 * @throws ApiError with words for the reader
 */
export async function sendJson<Answer = void>(
  method: "POST" | "PUT" | "PATCH" | "DELETE",
  path: string,
  body?: unknown,
  signal?: AbortSignal,
): Promise<Answer> {
  const [status, answer] = await ask(method, path, body === undefined ? undefined : JSON.stringify(body), signal);
  return answer === "" ? (undefined as Answer) : readAnswer<Answer>(status, answer, JSON.parse);
}

/** The query string of parameters, with its question mark; empty when there are none. */
export function queryOf(parameters: Parameters): string {
  const query = new URLSearchParams();
  for (const [name, value] of Object.entries(parameters)) {
    if (value != null && value !== "") query.set(name, String(value));
  }
  return query.size > 0 ? `?${query}` : "";
}

/** The headers of every request: the key, where the reader gave one. */
export function authorized(headers: Record<string, string>): Record<string, string> {
  const key = readKey();
  return key ? { ...headers, authorization: `Bearer ${key}` } : headers;
}

async function ask(
  method: string,
  address: string,
  body: string | undefined,
  signal?: AbortSignal,
): Promise<[status: number, body: string]> {
  const headers = authorized({ accept: "application/json" });
  if (body !== undefined) headers["content-type"] = "application/json";
  const timeout = AbortSignal.timeout(TIMEOUT_MS);
  let response: Response;
  let answer: string;
  try {
    response = await fetch(`/api/v1${address}`, {
      method,
      headers,
      body: body ?? null,
      signal: signal ? AbortSignal.any([signal, timeout]) : timeout,
    });
    answer = await response.text();
  } catch (error) {
    if (signal?.aborted) throw error;
    throw timeout.aborted
      ? new ApiError(0, "The server took too long", "Ask for a shorter time range.")
      : unreachable();
  }
  if (response.status === 401) askForKey();
  if (!response.ok) throw readProblem(response.status, answer);
  return [response.status, answer];
}

function readAnswer<Answer>(status: number, body: string, read: (text: string) => unknown): Answer {
  try {
    return read(body) as Answer;
  } catch {
    throw new ApiError(
      status,
      "The server's answer cannot be read",
      "Something between this page and the server may have changed it.",
    );
  }
}
