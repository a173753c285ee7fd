/** Deploy markers of the range that is looked at, which the frame asks for and every chart over time draws. */

import { createContext, useContext } from "react";
import type { ChartMarker } from "../../lib/markers";

const NONE: readonly ChartMarker[] = [];

export const MarkersContext = createContext<readonly ChartMarker[]>(NONE);

/** The markers that charts draw; none while the reader does not want them. */
export function useMarkers(): readonly ChartMarker[] {
  return useContext(MarkersContext);
}
