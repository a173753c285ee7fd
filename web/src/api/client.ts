/** The one way to the API: a GET that sends the key, and turns every failure into an ApiError. */

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
  const query = new URLSearchParams();
  for (const [name, value] of Object.entries(parameters)) {
    if (value != null && value !== "") query.set(name, String(value));
  }
  const key = readKey();
  const headers: Record<string, string> = { accept: "application/json" };
  if (key) headers.authorization = `Bearer ${key}`;
  const timeout = AbortSignal.timeout(TIMEOUT_MS);
  let response: Response;
  let body: string;
  try {
    response = await fetch(`/api/v1${path}${query.size > 0 ? `?${query}` : ""}`, {
      headers,
      signal: signal ? AbortSignal.any([signal, timeout]) : timeout,
    });
    body = await response.text();
  } catch (error) {
    if (signal?.aborted) throw error;
    throw timeout.aborted
      ? new ApiError(0, "The server took too long", "Ask for a shorter time range.")
      : unreachable();
  }
  if (response.status === 401) askForKey();
  if (!response.ok) throw readProblem(response.status, body);
  try {
    return read(body) as Answer;
  } catch {
    throw new ApiError(
      response.status,
      "The server's answer cannot be read",
      "Something between this page and the server may have changed it.",
    );
  }
}
