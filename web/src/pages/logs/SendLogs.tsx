/** What a reader without logs needs: the lines that make an application send them here. */

import { Notice } from "../../components/Notice";
import styles from "./Logs.module.css";

export function SendLogs({ project }: { project: string | undefined }) {
  const header =
    project === undefined || project === "default" ? "" : ` OTEL_EXPORTER_OTLP_HEADERS=x-watchglass-project=${project}`;
  const lines = [
    "pip install opentelemetry-distro opentelemetry-exporter-otlp-proto-http opentelemetry-instrumentation-logging",
    `export OTEL_EXPORTER_OTLP_ENDPOINT=${window.location.origin} OTEL_EXPORTER_OTLP_PROTOCOL=http/protobuf${header}`,
    "OTEL_PYTHON_LOGGING_AUTO_INSTRUMENTATION_ENABLED=true opentelemetry-instrument python your_app.py",
  ];
  return (
    <Notice title="No log has come in this range">
      <p>
        Choose a longer range above, or point an application's OpenTelemetry logs at this server. For Python, three
        lines do; they send what `logging` writes, with the trace that it belongs to:
      </p>
      <pre className={styles.code}>{lines.join("\n")}</pre>
    </Notice>
  );
}
