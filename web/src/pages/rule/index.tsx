/** One rule: what it read and when it fired, or what it is to be and what that would have done. */

import { Button, Skeleton } from "@mantine/core";
import { useDocumentTitle } from "@mantine/hooks";
import { IconCopy, IconPencil, IconTrash } from "@tabler/icons-react";
import { useQuery } from "@tanstack/react-query";
import { getRouteApi, Link } from "@tanstack/react-router";
import { useState } from "react";
import { alerts, rule as ruleQuery, useDeleteRule } from "../../api/alerts";
import { MAY_NOT_EDIT, useMay } from "../../api/asker";
import type { RuleEntry } from "../../api/ruleTypes";
import { ErrorNotice } from "../../components/Notice";
import { PageHeader } from "../../components/PageHeader";
import { RangePicker } from "../../components/RangePicker";
import { newRule, ruleWords } from "../../lib/alerts/rules";
import type { RuleSearch } from "../../lib/alerts/search";
import { ruleState } from "../../lib/alerts/states";
import { keepRange } from "../../lib/search";
import frame from "../alerts/Alerts.module.css";
import { StateSign } from "../alerts/StateSign";
import { Confirm } from "../settings/Section";
import { Editor } from "./Editor";
import { ReadingCharts } from "./ReadingCharts";
import styles from "./Rule.module.css";

const route = getRouteApi("/alerts/rules/$ruleId");

export function RulePage() {
  const { ruleId } = route.useParams();
  const search = route.useSearch();
  const navigate = route.useNavigate();
  const isNew = ruleId === "new";
  const { data, error } = useQuery({ ...ruleQuery(ruleId), enabled: !isNew });
  useDocumentTitle(`${data?.rule.name ?? "New rule"} · Watchglass`);
  const leave = (id: string | null) =>
    id === null
      ? navigate({ to: "/alerts", search: { ...keepRange(search), tab: "rules" } })
      : navigate({ to: "/alerts/rules/$ruleId", params: { ruleId: id }, search: keepRange(search) });
  if (error && !isNew) return <ErrorNotice error={error} />;
  if (isNew || (data && search.edit)) {
    const known = data && isEditable(data) ? data : null;
    // a rule of a file, or one that comes with Watchglass, is copied
    const begun = data ? data.rule : { ...newRule(), project: search.project ?? "default" };
    return (
      <>
        <PageHeader title={known ? `Change ${known.rule.name}` : "New rule"} />
        <Editor key={ruleId} known={known} begun={begun} search={search} onDone={leave} />
      </>
    );
  }
  if (!data) return <Skeleton height={320} m="md" aria-label="Loading" />;
  return <Seen entry={data} search={search} onGone={() => void leave(null)} />;
}

function isEditable({ source }: RuleEntry): boolean {
  return source === "api";
}

interface SeenProps {
  entry: RuleEntry;
  search: RuleSearch;
  onGone: () => void;
}

function Seen({ entry, search, onGone }: SeenProps) {
  const { rule } = entry;
  const navigate = route.useNavigate();
  const known = useQuery(alerts(search.project));
  const mayEdit = useMay("edit");
  const remove = useDeleteRule();
  const [isDoomed, setDoomed] = useState(false);
  const { state, run } = ruleState(entry, known.data);
  const isOwn = isEditable(entry);
  const forbidden = mayEdit ? {} : { disabled: true, title: MAY_NOT_EDIT };
  return (
    <>
      <PageHeader
        title={
          <>
            <Link to="/alerts" search={{ ...keepRange(search), tab: "rules" }} className={styles.up}>
              Rules
            </Link>{" "}
            / {rule.name}
          </>
        }
        actions={
          <>
            <Button
              size="xs"
              variant="default"
              leftSection={isOwn ? <IconPencil size={14} aria-hidden /> : <IconCopy size={14} aria-hidden />}
              {...forbidden}
              onClick={() => navigate({ search: (old) => ({ ...old, edit: true }) })}
            >
              {isOwn ? "Edit" : "Copy and edit"}
            </Button>
            {isOwn && (
              <Button
                size="xs"
                variant="default"
                aria-label="Delete the rule"
                {...forbidden}
                onClick={() => setDoomed(true)}
              >
                <IconTrash size={14} aria-hidden />
              </Button>
            )}
            <RangePicker search={search} onChange={(part) => navigate({ search: (old) => ({ ...old, ...part }) })} />
          </>
        }
      />
      <div className={styles.page}>
        <div className={styles.about}>
          <StateSign state={state} />
          <span>{rule.severity}</span>
          {rule.owner && <span>{rule.owner}</span>}
          {entry.source === "file" && <span>from the file {entry.file}, and changed there</span>}
          {entry.source === "delivered" && <span>comes with Watchglass</span>}
        </div>
        {rule.brief && <p className={styles.brief}>{rule.brief}</p>}
        <p className={styles.words}>{ruleWords(rule)}</p>
        {run?.error && (
          <p role="alert" className={frame.problem}>
            It cannot be evaluated: {run.error}
          </p>
        )}
        {rule.runbook && (
          <p className={styles.words}>
            What to do: <span className={styles.mono}>{rule.runbook}</span>
          </p>
        )}
        <ReadingCharts entry={entry} search={search} />
        <Link to="/incidents" search={{ ...keepRange(search), rule: entry.id }} className={styles.words}>
          Incidents of this rule
        </Link>
      </div>
      <Confirm
        title={`Delete the rule ${rule.name}?`}
        action="Delete it"
        isOpen={isDoomed}
        isPending={remove.isPending}
        error={remove.error}
        onConfirm={() => remove.mutate(entry.id, { onSuccess: onGone })}
        onClose={() => setDoomed(false)}
      >
        What fires of it ends. Its incidents stay.
      </Confirm>
    </>
  );
}
