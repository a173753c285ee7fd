import { describe, expect, it } from "vitest";
import { ApiError, filterProblem, readProblem } from "./problem";

describe("readProblem", () => {
  it("takes the server's own words", () => {
    const body = JSON.stringify({
      type: "about:blank",
      title: "Invalid input",
      status: 400,
      detail: "at 6: empty parentheses",
      field: "filter",
    });
    const error = readProblem(400, body);
    expect([error.title, error.detail, error.field]).toEqual(["Invalid input", "at 6: empty parentheses", "filter"]);
    expect(filterProblem(error)).toEqual({ position: 6, message: "empty parentheses" });
  });

  it("says what to do when the body is not a problem document", () => {
    expect(readProblem(503, "<html>").detail).toContain("its log says why");
    expect(readProblem(500, "boom").message).toBe("The server answered 500: boom");
    expect(readProblem(500, "null").status).toBe(500);
  });
});

describe("filterProblem", () => {
  it("leaves other fields alone", () => {
    expect(filterProblem(new ApiError(400, "Invalid input", "at 6: no", "start"))).toBeNull();
    expect(filterProblem(new Error("at 3: no"))).toBeNull();
  });

  it("points at the beginning when no position is given", () => {
    expect(filterProblem(new ApiError(400, "Invalid input", "unknown field", "filter"))).toEqual({
      position: 0,
      message: "unknown field",
    });
  });
});
