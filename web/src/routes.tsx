/** The one list of pages: path, title, page. The menu is drawn from it. */

import { createRootRoute, createRoute, createRouter, lazyRouteComponent, redirect } from "@tanstack/react-router";
import { parseSearch, readListSearch, readTraceSearch, stringifySearch } from "./lib/search";
import { NotFoundPage } from "./pages/not-found";
import { Shell } from "./pages/shell";
import { TracesPage } from "./pages/traces";

const root = createRootRoute({
  component: () => <Shell menu={pages.filter((page) => page.isInMenu)} />,
  notFoundComponent: NotFoundPage,
});

const traces = createRoute({
  getParentRoute: () => root,
  path: "/traces",
  validateSearch: readListSearch,
  component: TracesPage,
});

const trace = createRoute({
  getParentRoute: () => root,
  path: "/traces/$traceId",
  validateSearch: readTraceSearch,
  component: lazyRouteComponent(() => import("./pages/trace"), "TracePage"),
});

const home = createRoute({
  getParentRoute: () => root,
  path: "/",
  beforeLoad: () => {
    throw redirect({ to: "/traces" });
  },
});

const pages = [
  { title: "Traces", path: traces.to, isInMenu: true },
  { title: "Trace", path: trace.to, isInMenu: false },
] as const;

export const router = createRouter({
  routeTree: root.addChildren([home, traces, trace]),
  parseSearch,
  stringifySearch,
  scrollRestoration: true,
  defaultPreload: false,
});

declare module "@tanstack/react-router" {
  interface Register {
    router: typeof router;
  }
  interface HistoryState {
    /** The page was opened from the list, so that going back leads there. */
    isFromList?: boolean;
  }
}
