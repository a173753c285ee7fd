/** Where the screens begin: theme, data and pages put together. */

import "@fontsource-variable/inter";
import "@mantine/core/styles.layer.css";
import "./theme.css";
import { MantineProvider } from "@mantine/core";
import { QueryClient, QueryClientProvider } from "@tanstack/react-query";
import { RouterProvider } from "@tanstack/react-router";
import { StrictMode } from "react";
import { createRoot } from "react-dom/client";
import { oneTrace, shouldRetry } from "./api/queries";
import { router } from "./routes";
import { theme } from "./theme";

const queries = new QueryClient({ defaultOptions: { queries: { retry: shouldRetry, refetchOnWindowFocus: false } } });
// a trace is the largest thing that is asked for: it comes while the scripts of its page do
const opened = /^\/traces\/([0-9a-f]{32})$/.exec(window.location.pathname)?.[1];
const project = new URLSearchParams(window.location.search).get("project") ?? undefined;
if (opened !== undefined) void queries.prefetchQuery(oneTrace(opened, project));

const root = document.getElementById("root");
if (root === null) throw new Error("index.html has no element #root");

createRoot(root).render(
  <StrictMode>
    <MantineProvider theme={theme} defaultColorScheme="auto">
      <QueryClientProvider client={queries}>
        <RouterProvider router={router} />
      </QueryClientProvider>
    </MantineProvider>
  </StrictMode>,
);
