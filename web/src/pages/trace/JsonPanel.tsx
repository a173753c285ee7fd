/** The chosen span as it is stored, to read, copy and keep; numbers are exact to their last digit. */

import { Button, Skeleton } from "@mantine/core";
import { IconDownload } from "@tabler/icons-react";
import { useMutation, useQuery } from "@tanstack/react-query";
import { useMemo } from "react";
import { spanText, traceText } from "../../api/oneTrace";
import { CopyIcon } from "../../components/CopyIcon";
import { LongText } from "../../components/LongText";
import { ErrorNotice } from "../../components/Notice";
import { prettyExact } from "../../lib/exactJson";
import { saveText } from "../../lib/save";
import styles from "./SpanPanel.module.css";

interface JsonPanelProps {
  trace_id: string;
  span_id: string;
  project: string | undefined;
}

export function JsonPanel({ trace_id, span_id, project }: JsonPanelProps) {
  const span = useQuery(spanText(trace_id, span_id, project));
  const trace = useMutation({
    mutationFn: () => traceText(trace_id, project),
    onSuccess: (answer) => saveText(answer, `trace-${trace_id}.json`),
  });
  const pretty = useMemo(() => prettyExact(span.data ?? "{}"), [span.data]);
  if (span.error) return <ErrorNotice error={span.error} />;
  if (span.data === undefined) return <Skeleton height={280} />;
  return (
    <>
      <div className={styles.tools}>
        <CopyIcon value={pretty} label="Copy this span as JSON" />
        <Save label="Span" onClick={() => saveText(span.data, `span-${span_id}.json`)} />
        <Save label="Whole trace" isLoading={trace.isPending} onClick={() => trace.mutate()} />
      </div>
      {trace.error && <p role="alert">{trace.error.message}</p>}
      <LongText text={pretty} isCode characters={20_000} />
    </>
  );
}

function Save({ label, isLoading = false, onClick }: { label: string; isLoading?: boolean; onClick: () => void }) {
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
