/** Silences and maintenance windows: what is not told, until when, and who said so. */

import { Button, Table } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import { useState } from "react";
import { silences, useEndSilence } from "../../api/alerts";
import { MAY_NOT_EDIT, useMay } from "../../api/asker";
import type { Matcher, Silence } from "../../api/ruleTypes";
import { ErrorNotice, Notice } from "../../components/Notice";
import { useTimeZone } from "../../components/timeZone";
import { lengthWords } from "../../lib/alerts/lengths";
import type { RangeSearch } from "../../lib/search";
import { formatMoment, toMilliseconds } from "../../lib/time";
import { Confirm, Rows, WaitingRows } from "../settings/Section";
import { useNow } from "../useNow";

const STATES: Record<Silence["state"], string> = { active: "Silences now", waiting: "Waits", ended: "Over" };

export function SilenceList({ search }: { search: RangeSearch }) {
  const { data, error } = useQuery(silences(search.project));
  const [doomed, setDoomed] = useState<Silence | null>(null);
  const end = useEndSilence();
  const close = () => {
    end.reset();
    setDoomed(null);
  };
  if (error) return <ErrorNotice error={error} />;
  if (!data) return <WaitingRows count={3} />;
  if (data.length === 0) {
    return (
      <Notice title="Nothing is silenced">
        <p>A silence keeps matching alerts from being told for a time; with a schedule it is a maintenance window.</p>
      </Notice>
    );
  }
  return (
    <>
      <Rows label="Silences" columns={["Alerts with", "State", "When", "Why", "By", ""]} minWidth={820}>
        {data.map((silence) => (
          <SilenceRow key={silence.id} silence={silence} onEnd={() => setDoomed(silence)} />
        ))}
      </Rows>
      <Confirm
        title="End the silence?"
        action="End it"
        isOpen={doomed !== null}
        isPending={end.isPending}
        error={end.error}
        onConfirm={() => doomed && end.mutate(doomed.id, { onSuccess: close })}
        onClose={close}
      >
        What fires and matches it is told from then on.
      </Confirm>
    </>
  );
}

function SilenceRow({ silence, onEnd }: { silence: Silence; onEnd: () => void }) {
  const zone = useTimeZone();
  const now_ms = useNow();
  const mayEdit = useMay("edit");
  const moment = (instant: string) => formatMoment(toMilliseconds(instant), zone, now_ms);
  const { schedule, starts_at, ends_at } = silence;
  const until = ends_at === null ? "until somebody ends it" : `to ${moment(ends_at)}`;
  return (
    <Table.Tr>
      <Table.Td>{silence.matchers.map(matcherWords).join(" and ")}</Table.Td>
      <Table.Td>{STATES[silence.state]}</Table.Td>
      <Table.Td>
        {schedule && (
          <div>
            {schedule.days.join(", ")} from {schedule.start}, {lengthWords(schedule.duration_s)} ({schedule.time_zone})
          </div>
        )}
        {moment(starts_at)} {until}
      </Table.Td>
      <Table.Td>{silence.reason}</Table.Td>
      <Table.Td>{silence.created_by || "–"}</Table.Td>
      <Table.Td ta="end">
        {silence.state !== "ended" && (
          <Button
            size="compact-xs"
            variant="subtle"
            disabled={!mayEdit}
            title={mayEdit ? undefined : MAY_NOT_EDIT}
            aria-label={`End the silence of ${silence.matchers.map(matcherWords).join(" and ")}`}
            onClick={onEnd}
          >
            End
          </Button>
        )}
      </Table.Td>
    </Table.Tr>
  );
}

function matcherWords({ name, operator = "=", value }: Matcher): string {
  return `${name} ${operator} ${value || '""'}`;
}
