/** API keys: who may send, ask, edit and administer. */

import { Badge, Button, Table } from "@mantine/core";
import { IconPlus } from "@tabler/icons-react";
import { useQuery } from "@tanstack/react-query";
import { useState } from "react";
import { keyList, useRevokeKey } from "../../api/settings";
import type { ApiKey } from "../../api/types";
import { useTimeZone } from "../../components/timeZone";
import { formatAgo, formatMoment, toMilliseconds } from "../../lib/time";
import type { SectionProps } from ".";
import { NewKeyForm } from "./NewKey";
import { Confirm, Refused, Rows, SectionHead, WaitingRows } from "./Section";
import styles from "./Settings.module.css";

export function Keys({ search }: SectionProps) {
  const list = useQuery(keyList());
  const revoke = useRevokeKey();
  const [isNewOpen, setNewOpen] = useState(false);
  const [doomed, setDoomed] = useState<ApiKey | null>(null);
  const close = () => {
    revoke.reset();
    setDoomed(null);
  };
  return (
    <section>
      <SectionHead
        title="API keys"
        brief="A key is shown once, when it is made; the server keeps its hash alone. A revoked key opens nothing any more."
        action={
          !list.error && (
            <Button size="xs" leftSection={<IconPlus size={14} aria-hidden />} onClick={() => setNewOpen(true)}>
              New key
            </Button>
          )
        }
      />
      {list.isPending && <WaitingRows count={3} />}
      {list.error && <Refused error={list.error} scope="admin" />}
      {list.data?.length === 0 && (
        <p className={styles.nothing}>
          There is no key yet. This server listens on this machine alone, so it asks for none; on any other address it
          does.
        </p>
      )}
      {list.data && list.data.length > 0 && (
        <Rows
          label="API keys"
          columns={["Name", "Opens", "Scopes", "Begins with", "Made", "Last used", ""]}
          minWidth={760}
        >
          {list.data.map((key) => (
            <KeyRow key={key.id} apiKey={key} onRevoke={() => setDoomed(key)} />
          ))}
        </Rows>
      )}
      {isNewOpen && <NewKeyForm project={search.project} onClose={() => setNewOpen(false)} />}
      <Confirm
        title={`Revoke ${doomed?.name ?? "the key"}?`}
        action="Revoke it"
        isOpen={doomed !== null}
        isPending={revoke.isPending}
        error={revoke.error}
        onConfirm={() => doomed && revoke.mutate(doomed.id, { onSuccess: close })}
        onClose={close}
      >
        Whatever uses <code>{doomed?.prefix}…</code> is refused from then on. It cannot be undone.
      </Confirm>
    </section>
  );
}

function KeyRow({ apiKey, onRevoke }: { apiKey: ApiKey; onRevoke: () => void }) {
  const zone = useTimeZone();
  const day = (instant: string) => formatMoment(toMilliseconds(instant), zone, Date.now());
  return (
    <Table.Tr data-revoked={apiKey.revoked_at !== null || undefined}>
      <Table.Td>{apiKey.name}</Table.Td>
      <Table.Td>{apiKey.project_id ?? "all projects"}</Table.Td>
      <Table.Td>
        <span className={styles.badges}>
          {apiKey.scopes.map((scope) => (
            <Badge key={scope} size="sm" variant="default" tt="none">
              {scope}
            </Badge>
          ))}
        </span>
      </Table.Td>
      <Table.Td>
        <code>{apiKey.prefix}…</code>
      </Table.Td>
      <Table.Td>{day(apiKey.created_at)}</Table.Td>
      <Table.Td>{apiKey.last_used_at === null ? "never" : formatAgo(apiKey.last_used_at, Date.now())}</Table.Td>
      <Table.Td ta="end">
        {apiKey.revoked_at === null ? (
          <Button
            size="compact-xs"
            variant="subtle"
            color="red"
            className={styles.danger}
            aria-label={`Revoke ${apiKey.name}`}
            onClick={onRevoke}
          >
            Revoke
          </Button>
        ) : (
          <span className={styles.dim}>revoked {day(apiKey.revoked_at)}</span>
        )}
      </Table.Td>
    </Table.Tr>
  );
}
