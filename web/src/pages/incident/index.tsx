/** One incident: what fired, why, what happened since, and what the team does about it. */

import { Button, Skeleton } from "@mantine/core";
import { useDocumentTitle } from "@mantine/hooks";
import { IconBellOff, IconCheck, IconDownload, IconHandStop } from "@tabler/icons-react";
import { useQuery } from "@tanstack/react-query";
import { getRouteApi, Link } from "@tanstack/react-router";
import { useState } from "react";
import { MAY_NOT_EDIT, useMay } from "../../api/asker";
import { getText } from "../../api/client";
import { type Incident, incident, postMortemPath, useChangeIncident } from "../../api/incidents";
import { IncidentSign } from "../../components/IncidentSign";
import { ErrorNotice } from "../../components/Notice";
import { PageHeader } from "../../components/PageHeader";
import { useTimeZone } from "../../components/timeZone";
import { lastedWords } from "../../lib/alerts/incidents";
import { saveText } from "../../lib/save";
import { keepRange, type RangeSearch } from "../../lib/search";
import { formatMoment, toMilliseconds } from "../../lib/time";
import { NewSilence } from "../alerts/NewSilence";
import { ChangeProblem } from "../settings/Section";
import { useNow } from "../useNow";
import { Course } from "./Course";
import { ExplanationPart } from "./ExplanationPart";
import styles from "./Incident.module.css";
import { PostMortem } from "./PostMortem";
import { Timeline } from "./Timeline";
import { Told } from "./Told";

const route = getRouteApi("/incidents/$incidentId");

export function IncidentPage() {
  const { incidentId } = route.useParams();
  const search = route.useSearch();
  const { data, error } = useQuery(incident(incidentId));
  useDocumentTitle(`${data?.title ?? "Incident"} · Watchglass`);
  if (error) return <ErrorNotice error={error} />;
  if (!data) return <Skeleton height={320} m="md" aria-label="Loading" />;
  return (
    <>
      <PageHeader
        title={
          <>
            <Link to="/incidents" search={keepRange(search)} className={styles.up}>
              Incidents
            </Link>{" "}
            / {data.title}
          </>
        }
        actions={<Actions incident={data} search={search} />}
      />
      <div className={styles.page}>
        <About incident={data} search={search} />
        <div className={styles.columns}>
          <div className={styles.main}>
            <ExplanationPart incident={data} search={search} />
            <Course incident={data} search={search} />
            <PostMortem key={data.id} incident={data} />
          </div>
          <div className={styles.side}>
            <Timeline incident={data} />
            <Told incident={data} />
          </div>
        </div>
      </div>
    </>
  );
}

interface PartProps {
  incident: Incident;
  search: RangeSearch;
}

function About({ incident: it, search }: PartProps) {
  const zone = useTimeZone();
  const now_ms = useNow();
  return (
    <div className={styles.about}>
      <IncidentSign state={it.state} severity={it.severity} />
      <span>
        Since {formatMoment(toMilliseconds(it.started_at), zone, now_ms)}, {it.resolved_at ? "lasted" : "for"}{" "}
        {lastedWords(it, now_ms)}
      </span>
      <span>
        Rule{" "}
        <Link to="/alerts/rules/$ruleId" params={{ ruleId: it.rule_id }} search={keepRange(search)}>
          {it.rule_name}
        </Link>
      </span>
      {it.owner && <span>Owner {it.owner}</span>}
      {it.acknowledged_by && <span>Acknowledged by {it.acknowledged_by}</span>}
      {it.resolved_by && <span>Closed by {it.resolved_by}</span>}
      {it.muted_by && <span>Not told: {it.muted_by}</span>}
    </div>
  );
}

function Actions({ incident: it, search }: PartProps) {
  const change = useChangeIncident(it.id);
  const mayEdit = useMay("edit");
  const [isSilencing, setSilencing] = useState(false);
  const forbidden = mayEdit ? {} : { disabled: true, title: MAY_NOT_EDIT };
  return (
    <>
      <ChangeProblem error={change.error} />
      {it.state !== "resolved" && (
        <>
          <Button
            size="xs"
            variant={it.state === "open" ? "filled" : "default"}
            leftSection={<IconHandStop size={14} aria-hidden />}
            loading={change.isPending}
            {...forbidden}
            onClick={() => change.mutate({ is_acknowledged: it.state === "open" })}
          >
            {it.state === "open" ? "Acknowledge" : "Give back"}
          </Button>
          <Button
            size="xs"
            variant="default"
            leftSection={<IconCheck size={14} aria-hidden />}
            {...forbidden}
            onClick={() => change.mutate({ is_resolved: true })}
          >
            Resolve
          </Button>
          <Button
            size="xs"
            variant="default"
            leftSection={<IconBellOff size={14} aria-hidden />}
            {...forbidden}
            onClick={() => setSilencing(true)}
          >
            Silence
          </Button>
        </>
      )}
      <Button
        size="xs"
        variant="default"
        leftSection={<IconDownload size={14} aria-hidden />}
        onClick={async () => saveText(await getText(postMortemPath(it.id)), `${it.id}.md`, "text/markdown")}
      >
        Markdown
      </Button>
      {isSilencing && (
        <NewSilence
          project={search.project ?? it.project_id}
          matchers={[
            { name: "rule", operator: "=", value: it.rule_name },
            ...Object.entries(it.group_labels).map(([name, value]) => ({ name, operator: "=" as const, value })),
          ]}
          onClose={() => setSilencing(false)}
        />
      )}
    </>
  );
}
