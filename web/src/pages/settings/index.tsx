/** Settings: who may do what, what models cost, what is kept, and how the server is. */

import { useDocumentTitle } from "@mantine/hooks";
import { Link, useNavigate, useParams, useSearch } from "@tanstack/react-router";
import type { ComponentType } from "react";
import { PageHeader } from "../../components/PageHeader";
import { keepRange } from "../../lib/search";
import { readSection, SECTIONS, type Section, type SettingsSearch } from "../../lib/settingsSearch";
import { Appearance } from "./Appearance";
import { Health } from "./Health";
import { Keys } from "./Keys";
import { Outlets } from "./Outlets";
import { Prices } from "./Prices";
import { Projects } from "./Projects";
import { Retention } from "./Retention";
import styles from "./Settings.module.css";

export interface SectionProps {
  search: SettingsSearch;
  onSearch: (part: Partial<SettingsSearch>) => void;
}

const PARTS: Record<Section, ComponentType<SectionProps>> = {
  projects: Projects,
  keys: Keys,
  prices: Prices,
  retention: Retention,
  outlets: Outlets,
  health: Health,
  appearance: Appearance,
};

export function SettingsPage() {
  const section = readSection(useParams({ strict: false }).section);
  const search: SettingsSearch = useSearch({ strict: false });
  const navigate = useNavigate();
  useDocumentTitle(`${SECTIONS[section]} · Watchglass`);
  const Part = PARTS[section];
  return (
    <>
      <PageHeader title="Settings" />
      <div className={styles.page}>
        <nav className={styles.sections} aria-label="Settings">
          {Object.entries(SECTIONS).map(([name, title]) => (
            <Link
              key={name}
              to="/settings/$section"
              params={{ section: name }}
              search={keepRange(search)}
              aria-current={name === section ? "page" : undefined}
            >
              {title}
            </Link>
          ))}
        </nav>
        <div className={styles.part}>
          <Part
            key={section}
            search={search}
            onSearch={(part) =>
              navigate({
                to: "/settings/$section",
                params: { section },
                search: { ...search, ...part },
                replace: true,
              })
            }
          />
        </div>
      </div>
    </>
  );
}
