/** What went wrong with a request, in words a reader can act on (RFC 9457 problems, broken connections, strange answers). */

export class ApiError extends Error {
  /** HTTP status, 0 when there was no answer. */
  readonly status: number;
  /** One line that names the problem. */
  readonly title: string;
  /** What is wrong and what to do. */
  readonly detail: string;
  /** The offending parameter, empty when the whole request is meant. */
  readonly field: string;

  constructor(status: number, title: string, detail: string, field = "") {
    super(detail ? `${title}: ${detail}` : title);
    this.name = "ApiError";
    this.status = status;
    this.title = title;
    this.detail = detail;
    this.field = field;
  }
}

const ADVICE: Record<number, [title: string, detail: string]> = {
  401: ["An API key is needed", "Give a key with the read scope; `watchglass keys create` makes one."],
  403: ["This key may not see that", "Use a key with the read scope for this project."],
  404: ["Not found", "It may have been removed by retention, or belong to another project."],
  429: ["The server is busy", "It will be asked again in a moment."],
  502: ["The server does not answer", "Check that `watchglass up` is running."],
  503: ["The server cannot answer now", "It will be asked again in a moment; its log says why."],
};

/** Read the body of a refused request; a body that is no problem document still gives a useful error. */
export function readProblem(status: number, body: string): ApiError {
  const [title, detail] = ADVICE[status] ?? [`The server answered ${status}`, body.slice(0, 300)];
  let problem: unknown;
  try {
    problem = JSON.parse(body);
  } catch {
    return new ApiError(status, title, detail);
  }
  const text = (name: string): string => {
    const value = problem && typeof problem === "object" ? (problem as Record<string, unknown>)[name] : undefined;
    return typeof value === "string" ? value : "";
  };
  return new ApiError(status, text("title") || title, text("detail") || detail, text("field"));
}

/** The error of a request that got no answer at all. */
export function unreachable(): ApiError {
  return new ApiError(
    0,
    "The server does not answer",
    "Check that `watchglass up` is running and that this page's address still reaches it.",
  );
}

/** Where in the filter a problem is, counted in characters from 0, and what it is; null when the problem is elsewhere. */
export function filterProblem(error: unknown): { position: number; message: string } | null {
  if (!(error instanceof ApiError) || error.field !== "filter") return null;
  const match = /^(?:filter: )?at (\d+): (.*)$/s.exec(error.detail);
  return match ? { position: Number(match[1]), message: match[2] ?? "" } : { position: 0, message: error.detail };
}
