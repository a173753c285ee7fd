/** What the frame knows of a page. */

import type { Icon } from "@tabler/icons-react";

/** A page that the menu shows. */
export interface MenuPage {
  path: string;
  title: string;
  icon: Icon;
  /** The letter that leads there after `g`. */
  letter: string;
}
