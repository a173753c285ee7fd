/** What a reader without model servers needs: a file of targets, and the setting that names it. */

import { ConnectLines } from "../../components/ConnectLines";

const LINES = [
  "echo \"scrape_configs: [{job_name: vllm, static_configs: [{targets: ['localhost:8000']}]}]\" > targets.yml",
  "export WATCHGLASS_SCRAPE_FILE=targets.yml",
  "watchglass up",
];

export function ConnectServers() {
  return (
    <ConnectLines
      title="No model server reported in this range"
      intro="Name the /metrics of vLLM, SGLang, TGI, Triton or llama.cpp in a file of Prometheus's own format, for example the one that you have:"
      lines={LINES}
    >
      A Prometheus that scrapes them already can send them here: <code>remote_write</code> to{" "}
      <code>{window.location.origin}/api/v1/write</code>.
    </ConnectLines>
  );
}
