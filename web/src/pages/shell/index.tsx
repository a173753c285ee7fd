/** What surrounds every page: the menu, the command palette, the keys, and the question for an API key. */

import { ActionIcon, Drawer } from "@mantine/core";
import { useHotkeys } from "@mantine/hooks";
import { IconMenu2, IconSearch } from "@tabler/icons-react";
import { useQuery } from "@tanstack/react-query";
import { Outlet, useNavigate, useSearch } from "@tanstack/react-router";
import { lazy, Suspense, useState } from "react";
import { chartMarkers } from "../../api/markers";
import { MarkersContext } from "../../components/charts/markers";
import { TimeZoneContext } from "../../components/timeZone";
import type { ChartMarker } from "../../lib/markers";
import { keepRange } from "../../lib/search";
import { KeyHelp } from "./KeyHelp";
import { KeyPrompt } from "./KeyPrompt";
import { useKeyboard, useKeys } from "./keys";
import type { MenuPage } from "./menu";
import { Brand, Navigation } from "./Navigation";
import styles from "./Shell.module.css";

const Palette = lazy(async () => ({ default: (await import("./Palette")).Palette }));

const NO_MARKERS: readonly ChartMarker[] = [];

export function Shell({ menu }: { menu: readonly MenuPage[] }) {
  const search = useSearch({ strict: false });
  const navigate = useNavigate();
  const { data: markers = NO_MARKERS } = useQuery(chartMarkers(search));
  const [isDrawerOpen, setDrawerOpen] = useState(false);
  const [isHelpOpen, setHelpOpen] = useState(false);
  const [paletteAsks, setPaletteAsks] = useState(0);
  const askPalette = () => {
    setDrawerOpen(false);
    setPaletteAsks(paletteAsks + 1);
  };

  useKeyboard();
  useHotkeys([["mod+K", askPalette]], []);
  useKeys({
    ...Object.fromEntries(
      menu.map(({ path, title, letter }) => [
        `g ${letter}`,
        [() => void navigate({ to: path as "/", search: keepRange(search) }), `Go to ${title}`],
      ]),
    ),
    "?": [() => setHelpOpen(true), "Show these keys"],
  });

  const navigation = (
    <Navigation
      menu={menu}
      search={search}
      onPalette={askPalette}
      onKeys={() => setHelpOpen(true)}
      onLeave={() => setDrawerOpen(false)}
    />
  );
  return (
    <TimeZoneContext value={search.tz ?? "local"}>
      <div className={styles.shell}>
        <header className={styles.side}>{navigation}</header>
        <header className={styles.top}>
          <ActionIcon variant="subtle" color="gray" aria-label="Menu" onClick={() => setDrawerOpen(true)}>
            <IconMenu2 size={18} />
          </ActionIcon>
          <Brand search={search} />
          <ActionIcon variant="subtle" color="gray" aria-label="Go to" onClick={askPalette}>
            <IconSearch size={18} />
          </ActionIcon>
        </header>
        <main className={styles.main}>
          <MarkersContext value={search.deploys === "off" ? NO_MARKERS : markers}>
            <Outlet />
          </MarkersContext>
        </main>
      </div>
      <Drawer
        opened={isDrawerOpen}
        onClose={() => setDrawerOpen(false)}
        size={260}
        classNames={{ body: styles.drawer }}
        title="Menu"
      >
        {navigation}
      </Drawer>
      <KeyHelp isOpen={isHelpOpen} onClose={() => setHelpOpen(false)} />
      {paletteAsks > 0 && (
        <Suspense fallback={null}>
          <Palette menu={menu} search={search} asks={paletteAsks} />
        </Suspense>
      )}
      <KeyPrompt />
    </TimeZoneContext>
  );
}
