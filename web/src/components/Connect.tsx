/** What a new user needs: three lines that make an application send its traces here. */

import { ConnectLines } from "./ConnectLines";

/** Instrumentations leave prompts and answers out unless they are told to send them. */
const CAPTURE = "OTEL_INSTRUMENTATION_GENAI_CAPTURE_MESSAGE_CONTENT=SPAN_ONLY";

interface ConnectProps {
  /** This server's address, as the reader's browser reaches it. */
  origin: string;
  /** Header that exports must carry, as `name=value`; empty when none must. */
  header: string;
}

export function Connect({ origin, header }: ConnectProps) {
  const variables = [`OTEL_EXPORTER_OTLP_ENDPOINT=${origin}`, "OTEL_EXPORTER_OTLP_PROTOCOL=http/protobuf", CAPTURE];
  if (header) variables.push(`OTEL_EXPORTER_OTLP_HEADERS=${header}`);
  const lines = [
    "pip install opentelemetry-distro opentelemetry-exporter-otlp-proto-http opentelemetry-instrumentation-genai-openai",
    `export ${variables.join(" ")}`,
    "opentelemetry-instrument python your_app.py",
  ];
  return (
    <ConnectLines
      title="No trace has come in this range yet"
      intro="Point any OpenTelemetry instrumentation at this server. For a Python application that calls OpenAI, three lines do:"
      lines={lines}
    >
      No application at hand? <code>watchglass demo</code> sends living examples. Traces appear here by themselves.
    </ConnectLines>
  );
}
