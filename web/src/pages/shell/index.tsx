/** What surrounds every page: name, menu, project, colour scheme, and the question for a key. */

import { ActionIcon, NativeSelect, useComputedColorScheme, useMantineColorScheme } from "@mantine/core";
import { IconMoon, IconSun } from "@tabler/icons-react";
import { useQuery } from "@tanstack/react-query";
import { Link, Outlet, useNavigate, useSearch } from "@tanstack/react-router";
import { projects } from "../../api/queries";
import { KeyPrompt } from "./KeyPrompt";
import styles from "./Shell.module.css";

interface ShellProps {
  menu: readonly { title: string; path: string }[];
}

export function Shell({ menu }: ShellProps) {
  const { project } = useSearch({ strict: false });
  return (
    <div className={styles.shell}>
      <header className={styles.header}>
        <Link to="/traces" search={{ project }} className={styles.brand}>
          <img src="/favicon.svg" width={22} height={22} alt="" />
          Watchglass
        </Link>
        <nav className={styles.menu} aria-label="Pages">
          {menu.map((page) => (
            <Link
              key={page.path}
              to={page.path}
              search={{ project }}
              className={styles.item}
              activeProps={{ className: styles.current }}
            >
              {page.title}
            </Link>
          ))}
        </nav>
        <ProjectSelect project={project} />
        <SchemeToggle />
      </header>
      <main className={styles.main}>
        <Outlet />
      </main>
      <KeyPrompt />
    </div>
  );
}

/** Shown only to those who have more than one project. */
function ProjectSelect({ project }: { project: string | undefined }) {
  const navigate = useNavigate();
  const { data } = useQuery(projects());
  if (data === undefined || data.length < 2) return null;
  return (
    <NativeSelect
      size="xs"
      aria-label="Project"
      value={project ?? "default"}
      onChange={(event) => navigate({ to: "/traces", search: { project: event.currentTarget.value } })}
      data={data.map(({ id, name }) => ({ value: id, label: name || id }))}
    />
  );
}

function SchemeToggle() {
  const { setColorScheme } = useMantineColorScheme();
  const scheme = useComputedColorScheme("light", { getInitialValueInEffect: false });
  const other = scheme === "dark" ? "light" : "dark";
  return (
    <ActionIcon
      variant="subtle"
      color="gray"
      size="md"
      aria-label={`Use ${other} colours`}
      onClick={() => setColorScheme(other)}
    >
      {scheme === "dark" ? <IconSun size={17} /> : <IconMoon size={17} />}
    </ActionIcon>
  );
}
