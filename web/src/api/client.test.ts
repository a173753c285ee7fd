import { beforeEach, describe, expect, it, vi } from "vitest";
import { ApiError } from "../lib/problem";
import { getJson, sendJson } from "./client";
import { isKeyAsked, saveKey } from "./key";

const answer = (status: number, body: string | null) =>
  vi.spyOn(globalThis, "fetch").mockResolvedValue(new Response(body, { status }));

beforeEach(() => sessionStorage.clear());

describe("getJson", () => {
  it("leaves out missing parameters and escapes the others", async () => {
    const fetch = answer(200, '{"a":1}');
    expect(await getJson("/traces", { filter: "a b&c", cursor: null, limit: 5, project: undefined })).toEqual({ a: 1 });
    expect(fetch.mock.lastCall?.[0]).toBe("/api/v1/traces?filter=a+b%26c&limit=5");
  });

  it("sends the key of this tab, and asks for one when the server wants it", async () => {
    answer(401, "");
    await expect(getJson("/traces", {})).rejects.toMatchObject({ status: 401 });
    expect(isKeyAsked()).toBe(true);
    saveKey("wg_secret");
    expect(isKeyAsked()).toBe(false);
    const fetch = answer(200, "{}");
    await getJson("/traces", {});
    expect(fetch.mock.lastCall?.[1]?.headers).toMatchObject({ authorization: "Bearer wg_secret" });
  });

  it("tells a broken connection from a broken answer", async () => {
    vi.spyOn(globalThis, "fetch").mockRejectedValue(new TypeError("Failed to fetch"));
    await expect(getJson("/traces", {})).rejects.toThrow("The server does not answer");
    answer(200, "<html>");
    await expect(getJson("/traces", {})).rejects.toThrow("cannot be read");
  });

  it("lets the caller's abort through, so that nothing is shown for it", async () => {
    const controller = new AbortController();
    controller.abort();
    vi.spyOn(globalThis, "fetch").mockRejectedValue(new DOMException("aborted", "AbortError"));
    await expect(getJson("/traces", {}, controller.signal)).rejects.not.toBeInstanceOf(ApiError);
  });
});

describe("sendJson", () => {
  it("sends a body as JSON, and takes an answer without one", async () => {
    const fetch = answer(204, null);
    expect(await sendJson("PUT", "/views/a", { name: "b" })).toBeUndefined();
    const [address, init] = fetch.mock.lastCall ?? [];
    expect([address, init?.method, init?.body]).toEqual(["/api/v1/views/a", "PUT", '{"name":"b"}']);
    expect(init?.headers).toMatchObject({ "content-type": "application/json" });
  });

  it("throws what the server says is wrong", async () => {
    answer(400, '{"title":"Invalid input","detail":"too long","field":"name"}');
    await expect(sendJson("POST", "/views", {})).rejects.toMatchObject({ status: 400, field: "name" });
  });
});
