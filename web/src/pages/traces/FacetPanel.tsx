/** The panel beside the list: values of the usual fields with counts, as part of the filter when they are chosen. */

import { useLocalStorage } from "@mantine/hooks";
import { useQuery } from "@tanstack/react-query";
import { useMemo } from "react";
import type { Parameters } from "../../api/client";
import { facets } from "../../api/facets";
import { FacetGroup } from "../../components/FacetGroup";
import { FACET_FIELDS, type FacetField } from "../../lib/facetFields";
import { chosenValues, toggleExcluded, toggleValue, withoutField } from "../../lib/filterText";
import styles from "./FacetPanel.module.css";

/** How often facets are counted again while the list is live, in milliseconds. */
const LIVE_MS = 15_000;

interface FacetPanelProps {
  parameters: Parameters;
  filter: string;
  isLive: boolean;
  onFilter: (filter: string) => void;
}

export function FacetPanel({ parameters, filter, isLive, onFilter }: FacetPanelProps) {
  // fields that the reader opened or closed
  const [said, setSaid] = useLocalStorage<Record<string, boolean>>({
    key: "watchglass.traces.facets",
    defaultValue: {},
    getInitialValueInEffect: false,
  });
  const isOpen = (field: FacetField) => said[field.name] ?? field.isOpen;
  const names = (isQuick: boolean) =>
    FACET_FIELDS.filter((field) => field.isQuick === isQuick && isOpen(field)).map((field) => field.name);
  const interval_ms = isLive && LIVE_MS;
  const quick = useQuery(facets(parameters, names(true), interval_ms));
  const counted = useQuery(facets(parameters, names(false), interval_ms));
  const found = useMemo(
    () => new Map([...(quick.data ?? []), ...(counted.data ?? [])].map((facet) => [facet.name, facet])),
    [quick.data, counted.data],
  );
  return (
    <div className={styles.panel}>
      <p className={styles.about}>Spans by value, under the filter</p>
      {FACET_FIELDS.map((field) => {
        const { included, excluded } = chosenValues(filter, field.names);
        return (
          <FacetGroup
            key={field.name}
            field={field}
            facet={found.get(field.name)}
            hasFailed={(field.isQuick ? quick : counted).isError}
            isOpen={isOpen(field)}
            included={included}
            excluded={excluded}
            onOpenChange={(open) => setSaid({ ...said, [field.name]: open })}
            onToggle={(value) => onFilter(toggleValue(filter, field.names, value))}
            onExclude={(value) => onFilter(toggleExcluded(filter, field.names, value))}
            onClear={() => onFilter(withoutField(filter, field.names))}
          />
        );
      })}
    </div>
  );
}
