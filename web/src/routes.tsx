/** The one list of pages: path, title, how the address is read, the page; and for the menu an icon and a letter. */

import {
  type Icon,
  IconAlertTriangle,
  IconArrowsDiff,
  IconBell,
  IconChartHistogram,
  IconChartLine,
  IconCpu,
  IconLayoutDashboard,
  IconListTree,
  IconLogs,
  IconMessages,
  IconServer2,
  IconSettings,
  IconStack2,
  IconUsers,
} from "@tabler/icons-react";
import {
  createRootRoute,
  createRoute,
  createRouter,
  lazyRouteComponent,
  type RouteComponent,
} from "@tanstack/react-router";
import { ErrorNotice } from "./components/Notice";
import { readAlertsSearch, readIncidentsSearch, readRuleSearch } from "./lib/alerts/search";
import { readCompareSearch } from "./lib/compareSearch";
import { readLogsSearch } from "./lib/logs";
import { readMetricsSearch } from "./lib/metricQueries";
import { readComparisonSearch, readModelsSearch } from "./lib/models";
import { readOverviewSearch } from "./lib/overview";
import { readGroupSearch, readSessionSearch } from "./lib/people";
import { parseSearch, readListSearch, readRangeSearch, readTraceSearch, stringifySearch } from "./lib/search";
import { readHostsSearch, readServingSearch } from "./lib/serving";
import { readSettingsSearch } from "./lib/settingsSearch";
import { readDashboardSearch } from "./pages/dashboard/search";
import { NotFoundPage } from "./pages/not-found";
import { Shell } from "./pages/shell";

const root = createRootRoute({ component: () => <Shell menu={menu} />, notFoundComponent: NotFoundPage });

/** A page, loaded when it is first opened; those of the menu have an icon, and a letter that leads there after `g`. */
function page<const Path extends string, Search extends object, Module extends Record<string, unknown>>(
  path: Path,
  title: string,
  readSearch: (search: Record<string, unknown>) => Search,
  load: () => Promise<Module>,
  name: keyof Module & string,
  icon?: Icon,
  letter?: string,
) {
  const component = lazyRouteComponent(load as () => Promise<Record<string, RouteComponent>>, name);
  const staticData = { title, icon, letter };
  return createRoute({ getParentRoute: () => root, path, validateSearch: readSearch, component, staticData });
}

// one line a page, in the menu's order
const pages = [
  page("/", "Overview", readOverviewSearch, () => import("./pages/overview"), "OverviewPage", IconChartHistogram, "o"),
  page("/traces", "Traces", readListSearch, () => import("./pages/traces"), "TracesPage", IconListTree, "t"),
  page("/traces/compare", "Compare traces", readCompareSearch, () => import("./pages/compare"), "ComparePage"),
  page("/traces/$traceId", "Trace", readTraceSearch, () => import("./pages/trace"), "TracePage"),
  page("/sessions", "Sessions", readGroupSearch, () => import("./pages/sessions"), "SessionsPage", IconMessages, "s"),
  page("/sessions/$sessionId", "Session", readSessionSearch, () => import("./pages/session"), "SessionPage"),
  page("/users", "Users", readGroupSearch, () => import("./pages/users"), "UsersPage", IconUsers, "u"),
  page("/users/$userId", "User", readRangeSearch, () => import("./pages/user"), "UserPage"),
  page("/models", "Models", readModelsSearch, () => import("./pages/models"), "ModelsPage", IconCpu, "e"),
  page(
    "/compare",
    "Compare",
    readComparisonSearch,
    () => import("./pages/comparison"),
    "ComparisonPage",
    IconArrowsDiff,
    "c",
  ),
  page("/alerts", "Alerts", readAlertsSearch, () => import("./pages/alerts"), "AlertsPage", IconBell, "a"),
  page("/alerts/rules/$ruleId", "Rule", readRuleSearch, () => import("./pages/rule"), "RulePage"),
  page(
    "/incidents",
    "Incidents",
    readIncidentsSearch,
    () => import("./pages/incidents"),
    "IncidentsPage",
    IconAlertTriangle,
    "i",
  ),
  page("/incidents/$incidentId", "Incident", readRangeSearch, () => import("./pages/incident"), "IncidentPage"),
  page("/logs", "Logs", readLogsSearch, () => import("./pages/logs"), "LogsPage", IconLogs, "l"),
  // /metrics is what Prometheus scrapes
  page("/explore", "Metrics", readMetricsSearch, () => import("./pages/metrics"), "MetricsPage", IconChartLine, "m"),
  page("/serving", "Serving", readServingSearch, () => import("./pages/serving"), "ServingPage", IconStack2, "v"),
  page("/hosts", "Hosts", readHostsSearch, () => import("./pages/hosts"), "HostsPage", IconServer2, "h"),
  page(
    "/dashboards",
    "Dashboards",
    readRangeSearch,
    () => import("./pages/dashboards"),
    "DashboardsPage",
    IconLayoutDashboard,
    "d",
  ),
  page(
    "/dashboards/$dashboardId",
    "Dashboard",
    readDashboardSearch,
    () => import("./pages/dashboard"),
    "DashboardPage",
  ),
  page(
    "/settings",
    "Settings",
    readSettingsSearch,
    () => import("./pages/settings"),
    "SettingsPage",
    IconSettings,
    ",",
  ),
  page("/settings/$section", "Settings", readSettingsSearch, () => import("./pages/settings"), "SettingsPage"),
] as const;

export const router = createRouter({
  routeTree: root.addChildren(pages),
  parseSearch,
  stringifySearch,
  defaultErrorComponent: ({ error }) => (
    <ErrorNotice error={error instanceof Error ? error : new Error(String(error))} />
  ),
  scrollRestoration: true,
  defaultPreload: "intent",
});

// after the router, which gives the pages their paths
const menu = pages.flatMap(({ to, options: { staticData } }) => {
  const { title, icon, letter } = staticData ?? {};
  return title && icon && letter ? [{ path: to, title, icon, letter }] : [];
});

declare module "@tanstack/react-router" {
  interface Register {
    router: typeof router;
  }
  interface StaticDataRouteOption {
    title?: string;
    icon?: Icon | undefined;
    letter?: string | undefined;
  }
  interface HistoryState {
    /** The page was opened from the list, so that going back leads there. */
    isFromList?: boolean;
  }
}
