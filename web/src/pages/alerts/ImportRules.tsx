/** Rules of a file, ours or Prometheus's: what becomes of each is shown before any is kept. */

import { Button, FileButton, Group, Menu, Modal } from "@mantine/core";
import { IconDots, IconDownload, IconUpload } from "@tabler/icons-react";
import { useQuery } from "@tanstack/react-query";
import { useState } from "react";
import { importTrial, rulesFile, useImportRules } from "../../api/alerts";
import { MAY_NOT_EDIT, useMay } from "../../api/asker";
import { getText } from "../../api/client";
import type { ImportedRules } from "../../api/ruleTypes";
import { ruleWords } from "../../lib/alerts/rules";
import { saveText } from "../../lib/save";
import { ChangeProblem, CLOSE } from "../settings/Section";
import styles from "./Alerts.module.css";

export function ImportRules({ project }: { project: string | undefined }) {
  const [text, setText] = useState<string | null>(null);
  const mayEdit = useMay("edit");
  const read = async (file: File | null) => file && setText(await file.text());
  return (
    <>
      <Menu position="bottom-end" closeOnItemClick={false}>
        <Menu.Target>
          <Button size="xs" variant="default" aria-label="More about rules">
            <IconDots size={14} aria-hidden />
          </Button>
        </Menu.Target>
        <Menu.Dropdown>
          <FileButton accept=".yml,.yaml,application/yaml" onChange={read}>
            {(props) => (
              <Menu.Item
                {...props}
                disabled={!mayEdit}
                title={mayEdit ? undefined : MAY_NOT_EDIT}
                leftSection={<IconUpload size={14} aria-hidden />}
              >
                Import rules, ours or Prometheus's
              </Menu.Item>
            )}
          </FileButton>
          <Menu.Item
            leftSection={<IconDownload size={14} aria-hidden />}
            onClick={async () => saveText(await getText(rulesFile(project)), "rules.yml", "application/yaml")}
          >
            Export all rules as YAML
          </Menu.Item>
        </Menu.Dropdown>
      </Menu>
      {text !== null && <Trial text={text} project={project} onClose={() => setText(null)} />}
    </>
  );
}

interface TrialProps {
  text: string;
  project: string | undefined;
  onClose: () => void;
}

function Trial({ text, project, onClose }: TrialProps) {
  const file = { text, project_id: project ?? "default" };
  const tried = useQuery(importTrial(file));
  const kept = useImportRules();
  const count = tried.data?.imported.length ?? 0;
  return (
    <Modal opened onClose={onClose} closeButtonProps={CLOSE} title="Import rules" size="lg" centered>
      <ChangeProblem error={tried.error ?? kept.error} />
      {tried.data && <Outcome found={tried.data} />}
      <Group justify="end" mt="md">
        <Button size="xs" variant="default" onClick={onClose}>
          Cancel
        </Button>
        <Button
          size="xs"
          disabled={count === 0}
          loading={kept.isPending}
          onClick={() => kept.mutate(file, { onSuccess: onClose })}
        >
          Make {count} {count === 1 ? "rule" : "rules"}
        </Button>
      </Group>
    </Modal>
  );
}

function Outcome({ found }: { found: ImportedRules }) {
  return (
    <>
      <ul>
        {found.imported.map(({ alert, rule, remarks }) => (
          <li key={rule.name}>
            <strong>{alert}</strong> <span className={styles.words}>{ruleWords(rule)}</span>
            {remarks.map((remark) => (
              <div key={remark} className={styles.words}>
                {remark}
              </div>
            ))}
          </li>
        ))}
      </ul>
      {found.refused.length > 0 && (
        <>
          <h3>Without a counterpart here</h3>
          <ul>
            {found.refused.map(({ alert, reason }) => (
              <li key={`${alert} ${reason}`}>
                <strong>{alert}</strong> <span className={styles.words}>{reason}</span>
              </li>
            ))}
          </ul>
        </>
      )}
    </>
  );
}
