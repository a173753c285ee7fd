/** j and k walk over the links of rows, wherever the focus was. */

import { useKeys } from "../shell/keys";

export function useRowKeys(): void {
  const move = (step: number) => () => {
    const links = [...document.querySelectorAll<HTMLElement>("main a[data-row]")];
    const at = links.indexOf(document.activeElement as HTMLElement);
    const next = links[at < 0 ? 0 : Math.max(0, Math.min(links.length - 1, at + step))];
    next?.focus();
    next?.scrollIntoView({ block: "nearest" });
  };
  useKeys({ j: move(1), k: move(-1) });
}
