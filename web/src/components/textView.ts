/** How the texts of models and users are shown, which the page reads from its address. */

import { createContext, useContext } from "react";

export type TextView = "plain" | "markdown" | "json";

export const TextViewContext = createContext<TextView>("plain");

/** The way in which texts are shown. */
export function useTextView(): TextView {
  return useContext(TextViewContext);
}
