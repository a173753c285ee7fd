/** What a reader without machines needs: the probe in an application, or node_exporter in the file of targets. */

import { ConnectLines } from "../../components/ConnectLines";

export function ConnectHosts() {
  const lines = [
    "pip install 'watchglass-probe[host,gpu]'",
    `export OTEL_EXPORTER_OTLP_ENDPOINT=${window.location.origin}`,
    'python -c "import time, watchglass_probe; watchglass_probe.init(host=True); time.sleep(3600)"',
  ];
  return (
    <ConnectLines
      title="No machine reported in this range"
      intro="The probe tells of the machine that it runs on, and of its NVIDIA GPUs:"
      lines={lines}
    >
      node_exporter and DCGM's exporter are read as well: name them in <code>WATCHGLASS_SCRAPE_FILE</code>.
    </ConnectLines>
  );
}
