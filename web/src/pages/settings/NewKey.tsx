/** A new key, and its token: shown here and never again. */

import { Alert, Button, Checkbox, CopyButton, Group, Modal, Select, TextInput } from "@mantine/core";
import { IconCheck, IconCopy } from "@tabler/icons-react";
import { useQuery } from "@tanstack/react-query";
import { type FormEvent, useState } from "react";
import { projects } from "../../api/queries";
import { useCreateKey } from "../../api/settings";
import type { CreatedKey, NewKey } from "../../api/types";
import { ChangeProblem, CLOSE } from "./Section";
import styles from "./Settings.module.css";

const SCOPES: readonly [scope: NewKey["scopes"][number], brief: string][] = [
  ["ingest", "send telemetry: what an application needs"],
  ["read", "ask: what a person who looks at the screens needs"],
  ["edit", "make and change views, dashboards and annotations"],
  ["admin", "all of it, and projects, keys and prices"],
];

export function NewKeyForm({ project, onClose }: { project: string | undefined; onClose: () => void }) {
  const create = useCreateKey();
  if (create.data) return <Token created={create.data} onClose={onClose} />;
  return <Form project={project} create={create} onClose={onClose} />;
}

interface FormProps {
  project: string | undefined;
  create: ReturnType<typeof useCreateKey>;
  onClose: () => void;
}

function Form({ project, create, onClose }: FormProps) {
  const list = useQuery(projects());
  const [name, setName] = useState("");
  const [scopes, setScopes] = useState<string[]>(["ingest"]);
  const [chosen, setChosen] = useState(project ?? "default");
  const isForAll = chosen === "";
  const submit = (event: FormEvent) => {
    event.preventDefault();
    create.mutate({ name, scopes: scopes as NewKey["scopes"], project_id: isForAll ? null : chosen });
  };
  const lacksAdmin = isForAll && !scopes.includes("admin");
  return (
    <Modal opened onClose={onClose} closeButtonProps={CLOSE} title="New API key" centered>
      <form onSubmit={submit}>
        <TextInput
          label="Name"
          description="What uses it: support-bot in production"
          maxLength={200}
          value={name}
          onChange={(event) => setName(event.currentTarget.value)}
          data-autofocus
        />
        <Checkbox.Group mt="sm" label="Scopes" value={scopes} onChange={setScopes}>
          <div className={styles.scopes}>
            {SCOPES.map(([scope, brief]) => (
              <Checkbox key={scope} size="xs" value={scope} label={scope} description={brief} />
            ))}
          </div>
        </Checkbox.Group>
        <Select
          mt="sm"
          label="Opens"
          allowDeselect={false}
          data={[
            ...(list.data ?? []).map(({ id, name: title }) => ({
              value: id,
              label: title === id ? id : `${title} (${id})`,
            })),
            { value: "", label: "all projects" },
          ]}
          value={chosen}
          error={lacksAdmin && "A key for all projects takes the scope admin"}
          onChange={(value) => setChosen(value ?? "default")}
        />
        <ChangeProblem error={create.error} />
        <Group justify="end" mt="md">
          <Button
            type="submit"
            size="xs"
            loading={create.isPending}
            disabled={name.trim() === "" || scopes.length === 0 || lacksAdmin}
          >
            Make the key
          </Button>
        </Group>
      </form>
    </Modal>
  );
}

function Token({ created, onClose }: { created: CreatedKey; onClose: () => void }) {
  return (
    <Modal
      opened
      onClose={onClose}
      title={`The key ${created.name}`}
      centered
      closeOnClickOutside={false}
      closeOnEscape={false}
      closeButtonProps={CLOSE}
    >
      <Alert color="yellow" variant="light" title="Copy it now" className={styles.warning}>
        It is not kept and cannot be shown again.
      </Alert>
      <TextInput
        mt="sm"
        label="API key"
        readOnly
        value={created.token}
        onFocus={(event) => event.currentTarget.select()}
        classNames={{ input: styles.token ?? "" }}
      />
      <Group mt="sm" gap="xs">
        <Copy text={created.token} label="Copy the key" />
        {created.scopes.some((scope) => scope === "ingest" || scope === "admin") && (
          <Copy text={`OTEL_EXPORTER_OTLP_HEADERS=x-api-key=${created.token}`} label="Copy as OpenTelemetry header" />
        )}
      </Group>
      <Group justify="end" mt="md">
        <Button size="xs" variant="default" onClick={onClose}>
          I have kept it
        </Button>
      </Group>
    </Modal>
  );
}

function Copy({ text, label }: { text: string; label: string }) {
  return (
    <CopyButton value={text}>
      {({ copied, copy }) => (
        <Button
          size="xs"
          variant="default"
          leftSection={copied ? <IconCheck size={14} aria-hidden /> : <IconCopy size={14} aria-hidden />}
          onClick={copy}
        >
          {copied ? "Copied" : label}
        </Button>
      )}
    </CopyButton>
  );
}
