/** The command palette: every page, range and project by its name, and a trace, session or user by its id. */

import "@mantine/spotlight/styles.layer.css";
import { useMantineColorScheme } from "@mantine/core";
import { Spotlight, type SpotlightActionData, spotlight } from "@mantine/spotlight";
import { IconClock, IconFolder, IconHistory, IconPalette, IconSearch } from "@tabler/icons-react";
import { useQuery } from "@tanstack/react-query";
import { useRouter } from "@tanstack/react-router";
import { type ReactNode, useEffect, useState } from "react";
import { projects } from "../../api/queries";
import { type Jump, readJumps } from "../../lib/jump";
import { DEFAULT_START, RANGES } from "../../lib/range";
import { keepRange, type RangeSearch } from "../../lib/search";
import type { MenuPage } from "./menu";
import styles from "./Shell.module.css";

interface PaletteProps {
  menu: readonly MenuPage[];
  search: RangeSearch;
  /** Grows each time the reader asks for the palette. */
  asks: number;
}

export function Palette({ menu, search, asks }: PaletteProps) {
  const [query, setQuery] = useState("");
  const actions = useActions(menu, search, query);
  useEffect(() => {
    if (asks > 0) spotlight.open();
  }, [asks]);
  return (
    <Spotlight
      shortcut={null}
      title="Go to"
      classNames={{ header: styles.paletteHeader }}
      query={query}
      onQueryChange={setQuery}
      actions={actions}
      // already filtered: what is pasted in has places of its own, that its words are not part of
      filter={(_, all) => all}
      nothingFound="Nothing of that name"
      scrollable
      maxHeight={420}
      searchProps={{
        placeholder: "Page, range, project – or the id of a trace, session or user",
        leftSection: <IconSearch size={18} />,
      }}
    />
  );
}

interface Entry extends SpotlightActionData {
  label: string;
  description: string;
}

function useActions(menu: readonly MenuPage[], search: RangeSearch, query: string) {
  const router = useRouter();
  const { setColorScheme } = useMantineColorScheme();
  const { data: allProjects = [] } = useQuery(projects());
  const change = (patch: Partial<RangeSearch>) =>
    void router.navigate({ to: ".", search: (old: RangeSearch) => ({ ...old, ...patch }) });
  const jump = (to: Jump) => {
    if (to.kind === "trace")
      void router.navigate({ to: "/traces/$traceId", params: { traceId: to.trace_id }, search: keepRange(search) });
    else void router.navigate({ to: "/traces", search: { ...keepRange(search), filter: to.filter } });
  };
  const groups: [group: string, entries: Entry[]][] = [
    [
      "Pages",
      menu.map(({ path, title, icon: Icon }) =>
        entry(
          title,
          "",
          <Icon size={18} />,
          () => void router.navigate({ to: path, search: keepRange(search) } as never),
        ),
      ),
    ],
    [
      "Time range",
      RANGES.map(({ start, title }) =>
        entry(title, "", <IconClock size={18} />, () =>
          change({ start: start === DEFAULT_START ? undefined : start, end: undefined }),
        ),
      ),
    ],
    [
      "Project",
      allProjects.length < 2
        ? []
        : allProjects.map(({ id, name }) =>
            entry(name || id, id, <IconFolder size={18} />, () => change({ project: id })),
          ),
    ],
    [
      "Colours",
      (["light", "dark", "auto"] as const).map((scheme) =>
        entry(`Use ${scheme === "auto" ? "the system's" : scheme} colours`, "", <IconPalette size={18} />, () =>
          setColorScheme(scheme),
        ),
      ),
    ],
  ];
  const words = query.trim().toLowerCase();
  const named = groups.flatMap(([group, entries]) => {
    const fitting = entries.filter(({ label, description }) =>
      `${group} ${label} ${description}`.toLowerCase().includes(words),
    );
    return fitting.length > 0 ? [{ group, actions: fitting }] : [];
  });
  const jumps = readJumps(query).map((to) =>
    to.kind === "trace"
      ? entry("Open the trace", to.trace_id, <IconHistory size={18} />, () => jump(to))
      : entry(to.title, to.filter, <IconSearch size={18} />, () => jump(to)),
  );
  if (jumps.length === 0) return named;
  const found = { group: "Go to", actions: jumps };
  // an id can only be meant as one; a word may be a page's name
  return jumps.some(({ label }) => label === "Open the trace") ? [found, ...named] : [...named, found];
}

function entry(label: string, description: string, icon: ReactNode, onClick: () => void): Entry {
  return { id: `${label} ${description}`, label, description, leftSection: icon, onClick };
}
