/** The chosen span as it is stored, to read, copy and keep; numbers are exact to their last digit. */

import { Button } from "@mantine/core";
import { IconDownload } from "@tabler/icons-react";
import { useMutation } from "@tanstack/react-query";
import { spanText, traceText } from "../../api/oneTrace";
import { CopyIcon } from "../../components/CopyIcon";
import { LongText } from "../../components/LongText";
import { prettyJson } from "../../lib/messages";
import { saveText } from "../../lib/save";
import type { Columns } from "../../lib/spanFacts";
import styles from "./SpanPanel.module.css";

interface JsonPanelProps {
  trace_id: string;
  span_id: string;
  project: string | undefined;
  columns: Columns;
}

export function JsonPanel({ trace_id, span_id, project, columns }: JsonPanelProps) {
  const text = prettyJson(columns);
  const span = useMutation({
    mutationFn: () => spanText(trace_id, span_id, project),
    onSuccess: (answer) => saveText(answer, `span-${span_id}.json`),
  });
  const trace = useMutation({
    mutationFn: () => traceText(trace_id, project),
    onSuccess: (answer) => saveText(answer, `trace-${trace_id}.json`),
  });
  const failure = span.error ?? trace.error;
  return (
    <>
      <div className={styles.tools}>
        <CopyIcon value={text} label="Copy this span as JSON" />
        <Save label="Span" isLoading={span.isPending} onClick={() => span.mutate()} />
        <Save label="Whole trace" isLoading={trace.isPending} onClick={() => trace.mutate()} />
      </div>
      {failure && <p role="alert">{failure.message}</p>}
      <LongText text={text} isCode characters={20_000} />
    </>
  );
}

function Save({ label, isLoading, onClick }: { label: string; isLoading: boolean; onClick: () => void }) {
  return (
    <Button
      size="compact-xs"
      variant="default"
      leftSection={<IconDownload size={13} aria-hidden />}
      loading={isLoading}
      onClick={onClick}
    >
      {label}
    </Button>
  );
}
