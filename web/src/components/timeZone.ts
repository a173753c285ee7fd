/** The time zone of the page, which the frame reads from the address. */

import { createContext, useContext } from "react";
import type { TimeZone } from "../lib/timeZone";

export const TimeZoneContext = createContext<TimeZone>("local");

/** The zone in which times are shown. */
export function useTimeZone(): TimeZone {
  return useContext(TimeZoneContext);
}
