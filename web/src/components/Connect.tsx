/** What a new user needs: three lines that make an application send its traces here. */

import { Button, CopyButton } from "@mantine/core";
import { IconCheck, IconCopy } from "@tabler/icons-react";
import styles from "./Connect.module.css";

/** Instrumentations leave prompts and answers out unless they are told to send them. */
const CAPTURE = "OTEL_INSTRUMENTATION_GENAI_CAPTURE_MESSAGE_CONTENT=SPAN_ONLY";

/** @param origin this server's address, as the reader's browser reaches it */
export function Connect({ origin }: { origin: string }) {
  const lines = [
    "pip install opentelemetry-distro opentelemetry-exporter-otlp-proto-http opentelemetry-instrumentation-genai-openai",
    `export OTEL_EXPORTER_OTLP_ENDPOINT=${origin} OTEL_EXPORTER_OTLP_PROTOCOL=http/protobuf ${CAPTURE}`,
    "opentelemetry-instrument python your_app.py",
  ].join("\n");
  return (
    <div className={styles.connect}>
      <h2>No trace has come in this range yet</h2>
      <p>
        Point any OpenTelemetry instrumentation at this server. For a Python application that calls OpenAI, three lines
        do:
      </p>
      <div className={styles.code}>
        {/* biome-ignore lint/a11y/noNoninteractiveTabindex: a region that scrolls sideways must be reachable by keyboard */}
        <pre tabIndex={0} role="region" aria-label="Commands to connect an application">
          {lines}
        </pre>
        <CopyButton value={lines}>
          {({ copied, copy }) => (
            <Button
              size="compact-xs"
              variant="default"
              className={styles.copy}
              leftSection={copied ? <IconCheck size={13} /> : <IconCopy size={13} />}
              onClick={copy}
            >
              {copied ? "Copied" : "Copy"}
            </Button>
          )}
        </CopyButton>
      </div>
      <p>
        No application at hand? <code>watchglass demo</code> sends living examples. Traces appear here by themselves.
      </p>
    </div>
  );
}
