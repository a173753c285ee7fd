/** Pages that follow what is stored: told by the server where they can be, asking now and then where not. */

import { useQueryClient } from "@tanstack/react-query";
import { useEffect, useRef, useState } from "react";
import { Pacer } from "../lib/pacer";
import { REFRESHES } from "../lib/range";
import type { RangeSearch } from "../lib/search";
import { listenLive } from "./liveStream";

/** How often to ask while no stream is open, in milliseconds. */
const POLL_MS = 5_000;

/** How often to ask while the stream is open, in case it missed something: a range that ends now moves on its own. */
const CHECK_MS = 60_000;

/** Call `onChange` when something of the project was stored; whether the server tells us is returned. */
export function useLiveChanges(project: string | undefined, onChange: () => void, isOn = true): boolean {
  const [isOpen, setOpen] = useState(false);
  const latest = useRef(onChange);
  useEffect(() => {
    latest.current = onChange;
  });
  useEffect(() => {
    if (!isOn) return;
    const stop = listenLive(project, { onChange: () => latest.current(), onState: setOpen });
    return () => {
      stop();
      setOpen(false);
    };
  }, [project, isOn]);
  return isOpen;
}

/** The `refetchInterval` of a page's questions, in milliseconds, as the reader chose it; false for never.
 *
 * Where the reader chose live, questions that carry it are asked again as soon as the server says that something was stored.
 */
export function useRefetchInterval(search: RangeSearch): number | false {
  const queries = useQueryClient();
  const chosen = search.end === undefined ? (search.refresh ?? "live") : "off";
  const [pacer] = useState(
    () =>
      new Pacer(() =>
        // what is being asked was asked before the change, and is asked anew
        queries.refetchQueries({
          type: "active",
          predicate: ({ observers }) => observers.some((it) => typeof it.options.refetchInterval === "number"),
        }),
      ),
  );
  useEffect(() => () => pacer.stop(), [pacer]);

  const isOpen = useLiveChanges(search.project, () => pacer.ask(), chosen === "live");
  if (chosen === "live") return isOpen ? CHECK_MS : POLL_MS;
  return REFRESHES[chosen].interval_ms ?? false;
}
