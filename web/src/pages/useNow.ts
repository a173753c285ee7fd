/** The present as a page shows it: renewed now and then, so that "today" and "ago" stay true. */

import { useInterval } from "@mantine/hooks";
import { useState } from "react";

const INTERVAL_MS = 10_000;

/** Milliseconds since 1970 UTC, at most ten seconds old. */
export function useNow(): number {
  const [now_ms, setNow] = useState(() => Date.now());
  useInterval(() => setNow(Date.now()), INTERVAL_MS, { autoInvoke: true });
  return now_ms;
}
