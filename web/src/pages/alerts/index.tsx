/** Alerts: what fires now, the rules that say so, and what is not told for a while. */

import { Button, SegmentedControl } from "@mantine/core";
import { useDocumentTitle } from "@mantine/hooks";
import { IconBellOff, IconPlus } from "@tabler/icons-react";
import { getRouteApi, Link } from "@tanstack/react-router";
import { useState } from "react";
import { MAY_NOT_EDIT, useMay } from "../../api/asker";
import { PageHeader } from "../../components/PageHeader";
import { type AlertsTab, TABS } from "../../lib/alerts/search";
import { keepRange } from "../../lib/search";
import { useRowKeys } from "../people/useRowKeys";
import { useKeys } from "../shell/keys";
import styles from "./Alerts.module.css";
import { FiringList } from "./FiringList";
import { ImportRules } from "./ImportRules";
import { NewSilence } from "./NewSilence";
import { RuleList } from "./RuleList";
import { SilenceList } from "./SilenceList";

const route = getRouteApi("/alerts");

export function AlertsPage() {
  const search = route.useSearch();
  const navigate = route.useNavigate();
  const [isSilencing, setSilencing] = useState(false);
  const mayEdit = useMay("edit");
  const { tab = "firing" } = search;
  useDocumentTitle("Alerts · Watchglass");
  useRowKeys();
  const begin = () =>
    navigate({ to: "/alerts/rules/$ruleId", params: { ruleId: "new" }, search: { ...keepRange(search), edit: true } });
  useKeys({ n: [() => void begin(), "New rule"] });
  const forbidden = mayEdit ? {} : { disabled: true, title: MAY_NOT_EDIT };
  return (
    <>
      <PageHeader
        title="Alerts"
        actions={
          <>
            <ImportRules project={search.project} />
            <Button
              size="xs"
              variant="default"
              leftSection={<IconBellOff size={14} aria-hidden />}
              {...forbidden}
              onClick={() => setSilencing(true)}
            >
              New silence
            </Button>
            <Button
              size="xs"
              leftSection={<IconPlus size={14} aria-hidden />}
              {...forbidden}
              renderRoot={(props) => (
                <Link
                  to="/alerts/rules/$ruleId"
                  params={{ ruleId: "new" }}
                  search={{ ...keepRange(search), edit: true }}
                  disabled={!mayEdit}
                  {...props}
                />
              )}
            >
              New rule
            </Button>
          </>
        }
      />
      <div className={styles.tabs}>
        <SegmentedControl
          size="xs"
          aria-label="What is listed"
          data={Object.entries(TABS).map(([value, label]) => ({ value, label }))}
          value={tab}
          onChange={(value) =>
            navigate({
              search: (old) => ({ ...old, tab: value === "firing" ? undefined : (value as AlertsTab) }),
              replace: true,
            })
          }
        />
      </div>
      <div className={styles.page}>
        {tab === "firing" && <FiringList search={search} />}
        {tab === "rules" && <RuleList search={search} />}
        {tab === "silences" && <SilenceList search={search} />}
      </div>
      {isSilencing && <NewSilence project={search.project} matchers={[]} onClose={() => setSilencing(false)} />}
    </>
  );
}
