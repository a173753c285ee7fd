/** What a reader without metrics needs: the lines that make an application send them here. */

import { Notice } from "../../components/Notice";
import styles from "./Metrics.module.css";

export function SendMetrics({ project }: { project: string | undefined }) {
  const header =
    project === undefined || project === "default" ? "" : ` OTEL_EXPORTER_OTLP_HEADERS=x-watchglass-project=${project}`;
  const lines = [
    "pip install opentelemetry-distro opentelemetry-exporter-otlp-proto-http opentelemetry-instrumentation-genai-openai",
    `export OTEL_EXPORTER_OTLP_ENDPOINT=${window.location.origin} OTEL_EXPORTER_OTLP_PROTOCOL=http/protobuf${header}`,
    "OTEL_METRICS_EXPORTER=otlp opentelemetry-instrument python your_app.py",
  ];
  return (
    <Notice title="No metric was reported in this range">
      <p>Choose a longer range above, or point an application's OpenTelemetry metrics at this server:</p>
      <pre className={styles.code}>{lines.join("\n")}</pre>
    </Notice>
  );
}
