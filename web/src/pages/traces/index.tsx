/** The traces: found by words, conditions and facets, filling live, with what they add up to and their course over time. */

import { ActionIcon, Drawer, VisuallyHidden } from "@mantine/core";
import { useDocumentTitle, useLocalStorage, useMediaQuery } from "@mantine/hooks";
import { IconLayoutSidebar } from "@tabler/icons-react";
import { useQuery } from "@tanstack/react-query";
import { getRouteApi } from "@tanstack/react-router";
import { useCallback, useMemo, useRef, useState } from "react";
import { tableFields } from "../../api/fields";
import { useRefetchInterval } from "../../api/live";
import { usage } from "../../api/queries";
import { FilterInput } from "../../components/FilterInput";
import { type LiveState, LiveToggle } from "../../components/LiveToggle";
import { RangePicker } from "../../components/RangePicker";
import { Totals } from "../../components/Totals";
import type { TraceTableKeys } from "../../components/TraceTable";
import { filterProblem } from "../../lib/problem";
import { DEFAULT_START, resolveTime } from "../../lib/range";
import { keepRange, type ListSearch, listParameters, rangeParameters, stringifySearch } from "../../lib/search";
import { writeColumns } from "../../lib/traceColumns";
import { useKeys } from "../shell/keys";
import { useCompletion } from "../useCompletion";
import { useNow } from "../useNow";
import { ColumnMenu } from "./ColumnMenu";
import { FacetPanel } from "./FacetPanel";
import { MarkedBar } from "./MarkedBar";
import { ShareMenu } from "./ShareMenu";
import { TimeStrip } from "./TimeStrip";
import { TraceList } from "./TraceList";
import styles from "./Traces.module.css";
import { useColumns } from "./useColumns";
import { useMarks } from "./useMarks";
import { useTraces } from "./useTraces";
import { ViewsOfPage } from "./ViewsOfPage";

const route = getRouteApi("/traces");

export function TracesPage() {
  const search = route.useSearch();
  const navigate = route.useNavigate();
  const filterRef = useRef<HTMLInputElement>(null);
  const tableRef = useRef<TraceTableKeys>(null);
  const now_ms = useNow();
  const isNarrow = useMediaQuery("(max-width: 760px)", undefined, { getInitialValueInEffect: false }) ?? false;
  useDocumentTitle("Traces · Watchglass");

  const { project, start, end, filter = "" } = search;
  const parameters = useMemo(() => listParameters({ project, start, end, filter }), [project, start, end, filter]);
  const range = useMemo(() => rangeParameters({ project, start, end }), [project, start, end]);
  const interval_ms = useRefetchInterval(search);
  const isLive = interval_ms !== false;
  const [isScrolled, setScrolled] = useState(false);
  const traces = useTraces(parameters, interval_ms, isScrolled);
  const totals = useQuery(usage(parameters, isLive));
  const fields = useQuery(tableFields("spans"));
  const completion = useCompletion(range, fields.data ?? []);
  const { marked, markedIds, toggle, clear } = useMarks(traces.loaded, JSON.stringify(parameters));

  /** What is looked at changes; a step that the reader may want to take back is one in the browser's history. */
  const change = (part: Partial<ListSearch>, isStep = false) => {
    setScrolled(false);
    navigate({ search: (old) => ({ ...old, ...part }), replace: !isStep });
  };
  const open = useCallback(
    (view: ListSearch) => {
      setScrolled(false);
      navigate({ search: (old) => ({ ...view, project: old.project }) });
    },
    [navigate],
  );
  const columns = useColumns(search.columns, (text) => change({ columns: text }));
  const onFilter = (text: string) => change({ filter: text || undefined }, true);
  const onZoom = useCallback(
    (from: string, to: string) => {
      setScrolled(false);
      navigate({ search: (old) => ({ ...old, start: from, end: to }) });
    },
    [navigate],
  );

  const move = (key: string) => () => tableRef.current?.move(key);
  useKeys({
    "/": () => filterRef.current?.focus(),
    j: [move("j"), "Next trace"],
    k: [move("k"), "Previous trace"],
    x: [() => tableRef.current?.mark(), "Mark the trace"],
    ...Object.fromEntries(["ArrowDown", "ArrowUp", "PageDown", "PageUp", "Home", "End"].map((key) => [key, move(key)])),
  });

  const linkTo = (part: Partial<ListSearch>) => {
    const shown = { ...search, columns: writeColumns(columns.columns), ...part };
    return `${window.location.origin}${window.location.pathname}${stringifySearch(shown)}`;
  };
  const instant = (text: string) => new Date(resolveTime(text, now_ms)).toISOString();
  const panel = <FacetPanel parameters={parameters} filter={filter} isLive={isLive} onFilter={onFilter} />;
  const [panelState, setPanelState] = useLocalStorage<"open" | "closed">({
    key: "watchglass.traces.panel",
    defaultValue: "open",
    getInitialValueInEffect: false,
  });
  const [isDrawerOpen, setDrawerOpen] = useState(false);
  const isPanelShown = !isNarrow && panelState === "open";

  return (
    <>
      <VisuallyHidden component="h1">Traces</VisuallyHidden>
      <div className={styles.bar}>
        <ActionIcon
          variant="default"
          size={30}
          aria-label="Facets"
          title="Facets: values with counts"
          aria-expanded={isNarrow ? isDrawerOpen : isPanelShown}
          onClick={() => (isNarrow ? setDrawerOpen(true) : setPanelState(isPanelShown ? "closed" : "open"))}
        >
          <IconLayoutSidebar size={16} />
        </ActionIcon>
        <FilterInput
          value={filter}
          problem={filterProblem(traces.list.error)}
          fields={fields.data ?? []}
          completion={completion}
          inputRef={filterRef}
          onChange={(text) => change({ filter: text || undefined })}
        />
        <div className={styles.controls}>
          <RangePicker search={search} onChange={change} hasRefresh={false} />
          <LiveToggle
            state={liveState(search, traces.isBroken, isScrolled)}
            onToggle={(turnOn) => change({ refresh: turnOn ? undefined : "off" })}
          />
          <ViewsOfPage key={project} search={search} onOpen={open} />
          <ColumnMenu columns={columns.columns} onChange={columns.choose} />
          <ShareMenu
            rows={traces.loaded}
            columns={columns.columns}
            link={() => linkTo({})}
            fixedLink={() => linkTo({ start: instant(start ?? DEFAULT_START), end: instant(end ?? "now") })}
          />
        </div>
      </div>
      <div className={styles.body}>
        {isPanelShown && (
          <aside className={styles.side} aria-label="Facets">
            {panel}
          </aside>
        )}
        <div className={styles.content} ref={columns.ref}>
          <Totals usage={totals.data} />
          <TimeStrip usage={totals.data} onZoom={onZoom} />
          <TraceList
            key={JSON.stringify(parameters)}
            traces={traces}
            columns={columns.columns}
            search={search}
            markedIds={markedIds}
            now_ms={now_ms}
            isNarrow={isNarrow}
            tableRef={tableRef}
            onMark={toggle}
            onGoOn={(until) => change({ end: until }, true)}
            onScrolledChange={setScrolled}
          />
          <MarkedBar marked={marked} search={keepRange(search)} onClear={clear} />
        </div>
      </div>
      <Drawer
        opened={isNarrow && isDrawerOpen}
        onClose={() => setDrawerOpen(false)}
        title="Facets"
        size={300}
        closeButtonProps={{ "aria-label": "Close" }}
      >
        {panel}
      </Drawer>
    </>
  );
}

function liveState(search: ListSearch, isBroken: boolean, isScrolled: boolean): LiveState {
  if (search.end !== undefined) return "past";
  if (search.refresh === "off") return "paused";
  if (isBroken) return "broken";
  return isScrolled ? "held" : "live";
}
