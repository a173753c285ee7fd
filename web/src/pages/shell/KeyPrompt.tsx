/** The question for an API key, asked when the server refuses a request for want of one. */

import { Button, Modal, PasswordInput } from "@mantine/core";
import { useQueryClient } from "@tanstack/react-query";
import { type FormEvent, useState, useSyncExternalStore } from "react";
import { isKeyAsked, onKeyAsked, readKey, saveKey } from "../../api/key";

export function KeyPrompt() {
  const isAsked = useSyncExternalStore(onKeyAsked, isKeyAsked);
  const queries = useQueryClient();
  const [key, setKey] = useState("");

  const submit = (event: FormEvent) => {
    event.preventDefault();
    if (key.trim() === "") return;
    saveKey(key.trim());
    setKey("");
    queries.resetQueries();
  };

  return (
    <Modal opened={isAsked} onClose={() => {}} withCloseButton={false} title="This server asks for an API key" centered>
      <form onSubmit={submit}>
        <PasswordInput
          label="API key with the read scope"
          description="Kept in this tab until it is closed, and sent to this server only."
          placeholder="wg_…"
          error={readKey() === null ? undefined : "The server does not know this key, or it was revoked."}
          value={key}
          onChange={(event) => setKey(event.currentTarget.value)}
          autoComplete="off"
          data-autofocus
        />
        <Button type="submit" mt="md" fullWidth disabled={key.trim() === ""}>
          Open
        </Button>
      </form>
    </Modal>
  );
}
