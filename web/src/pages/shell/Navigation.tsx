/** The side bar: name, search, project, pages, help and colours; the same in the drawer of a phone. */

import {
  ActionIcon,
  Kbd,
  NativeSelect,
  Tooltip,
  UnstyledButton,
  useComputedColorScheme,
  useMantineColorScheme,
} from "@mantine/core";
import { IconKeyboard, IconMoon, IconSearch, IconSun } from "@tabler/icons-react";
import { useQuery } from "@tanstack/react-query";
import { Link, useNavigate } from "@tanstack/react-router";
import { projects } from "../../api/queries";
import { keepRange, type RangeSearch } from "../../lib/search";
import type { MenuPage } from "./menu";
import styles from "./Shell.module.css";

interface NavigationProps {
  menu: readonly MenuPage[];
  search: RangeSearch;
  onPalette: () => void;
  onKeys: () => void;
  /** The reader has chosen where to go. */
  onLeave: () => void;
}

export function Navigation({ menu, search, onPalette, onKeys, onLeave }: NavigationProps) {
  return (
    <>
      <Brand search={search} />
      <UnstyledButton className={styles.search} onClick={onPalette}>
        <IconSearch size={14} aria-hidden />
        <span>Go to …</span>
        <Kbd size="xs">{isMac() ? "⌘" : "Ctrl"} K</Kbd>
      </UnstyledButton>
      <ProjectSelect project={search.project} />
      <nav className={styles.menu} aria-label="Pages">
        {menu.map(({ path, title, icon: Icon }) => (
          <Link
            key={path}
            to={path as "/"}
            search={keepRange(search)}
            className={styles.item}
            activeOptions={{ exact: path === "/", includeSearch: false }}
            activeProps={{ className: styles.current, "aria-current": "page" }}
            onClick={onLeave}
          >
            <Icon size={17} stroke={1.7} aria-hidden />
            {title}
          </Link>
        ))}
      </nav>
      <div className={styles.foot}>
        <SchemeToggle />
        <Tooltip label="Keys ( ? )" openDelay={400}>
          <ActionIcon variant="subtle" color="gray" aria-label="Keys" onClick={onKeys}>
            <IconKeyboard size={17} />
          </ActionIcon>
        </Tooltip>
      </div>
    </>
  );
}

export function Brand({ search }: { search: RangeSearch }) {
  return (
    <Link to="/" search={keepRange(search)} className={styles.brand}>
      <img src="/favicon.svg" width={22} height={22} alt="" />
      Watchglass
    </Link>
  );
}

/** Shown only to those who have more than one project. */
function ProjectSelect({ project }: { project: string | undefined }) {
  const navigate = useNavigate();
  const { data } = useQuery(projects());
  if (data === undefined || data.length < 2) return null;
  const choose = (id: string) =>
    // the id of a trace or a session means nothing in another project, so the page is left for its list
    navigate({ to: "/traces", search: (old) => ({ ...keepRange(old), project: id }) });
  return (
    <NativeSelect
      className={styles.project}
      size="xs"
      aria-label="Project"
      value={project ?? "default"}
      onChange={(event) => choose(event.currentTarget.value)}
      data={data.map(({ id, name }) => ({ value: id, label: name || id }))}
    />
  );
}

function SchemeToggle() {
  const { setColorScheme } = useMantineColorScheme();
  const scheme = useComputedColorScheme("light", { getInitialValueInEffect: false });
  const other = scheme === "dark" ? "light" : "dark";
  return (
    <ActionIcon variant="subtle" color="gray" aria-label={`Use ${other} colours`} onClick={() => setColorScheme(other)}>
      {scheme === "dark" ? <IconSun size={17} /> : <IconMoon size={17} />}
    </ActionIcon>
  );
}

function isMac(): boolean {
  return /mac|iphone|ipad/i.test(navigator.platform);
}
