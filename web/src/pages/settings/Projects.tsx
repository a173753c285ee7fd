/** Projects: what rows, keys and prices belong to. */

import { Badge, Button, Group, Modal, Table, TextInput } from "@mantine/core";
import { IconPencil, IconPlus } from "@tabler/icons-react";
import { useQuery } from "@tanstack/react-query";
import { type FormEvent, useState } from "react";
import { projects } from "../../api/queries";
import { useCreateProject, useRenameProject } from "../../api/settings";
import type { Project } from "../../api/types";
import { useTimeZone } from "../../components/timeZone";
import { formatMoment, toMilliseconds } from "../../lib/time";
import type { SectionProps } from ".";
import { ChangeProblem, CLOSE, Refused, Rows, SectionHead, WaitingRows } from "./Section";

export function Projects({ search }: SectionProps) {
  const zone = useTimeZone();
  const list = useQuery(projects());
  const [isNewOpen, setNewOpen] = useState(false);
  const [renamed, setRenamed] = useState<Project | null>(null);
  return (
    <section>
      <SectionHead
        title="Projects"
        brief="Everything that is stored belongs to one. Applications choose it with their key, or with the header x-watchglass-project."
        action={
          <Button size="xs" leftSection={<IconPlus size={14} aria-hidden />} onClick={() => setNewOpen(true)}>
            New project
          </Button>
        }
      />
      {list.isPending && <WaitingRows count={2} />}
      {list.error && <Refused error={list.error} scope="read" />}
      {list.data && (
        <Rows label="Projects" columns={["Name", "Id", "Made", ""]} minWidth={460}>
          {list.data.map((project) => (
            <Table.Tr key={project.id}>
              <Table.Td>
                {project.name}{" "}
                {project.id === (search.project ?? "default") && (
                  <Badge size="xs" variant="light">
                    shown now
                  </Badge>
                )}
              </Table.Td>
              <Table.Td>
                <code>{project.id}</code>
              </Table.Td>
              <Table.Td>{formatMoment(toMilliseconds(project.created_at), zone, Date.now())}</Table.Td>
              <Table.Td ta="end">
                <Button
                  size="compact-xs"
                  variant="subtle"
                  leftSection={<IconPencil size={13} aria-hidden />}
                  aria-label={`Rename ${project.name}`}
                  onClick={() => setRenamed(project)}
                >
                  Rename
                </Button>
              </Table.Td>
            </Table.Tr>
          ))}
        </Rows>
      )}
      {isNewOpen && <NewProject onClose={() => setNewOpen(false)} />}
      {renamed && <RenameProject project={renamed} onClose={() => setRenamed(null)} />}
    </section>
  );
}

function NewProject({ onClose }: { onClose: () => void }) {
  const create = useCreateProject();
  const [id, setId] = useState("");
  const [name, setName] = useState("");
  const isWrong = id !== "" && !/^[a-z0-9][a-z0-9-]{0,62}$/.test(id);
  const submit = (event: FormEvent) => {
    event.preventDefault();
    create.mutate({ id, name }, { onSuccess: onClose });
  };
  return (
    <Modal opened onClose={onClose} closeButtonProps={CLOSE} title="New project" centered>
      <form onSubmit={submit}>
        <TextInput
          label="Id"
          description="What applications send; it cannot be changed later"
          placeholder="support-bot"
          error={isWrong && "1 to 63 of a-z, 0-9 and -, beginning with a letter or digit"}
          value={id}
          onChange={(event) => setId(event.currentTarget.value)}
          data-autofocus
        />
        <TextInput
          mt="sm"
          label="Name"
          description="For people; the id when empty"
          maxLength={200}
          value={name}
          onChange={(event) => setName(event.currentTarget.value)}
        />
        <ChangeProblem error={create.error} />
        <Group justify="end" mt="md">
          <Button type="submit" size="xs" loading={create.isPending} disabled={id === "" || isWrong}>
            Make the project
          </Button>
        </Group>
      </form>
    </Modal>
  );
}

function RenameProject({ project, onClose }: { project: Project; onClose: () => void }) {
  const rename = useRenameProject();
  const [name, setName] = useState(project.name);
  const submit = (event: FormEvent) => {
    event.preventDefault();
    rename.mutate({ id: project.id, name }, { onSuccess: onClose });
  };
  return (
    <Modal opened onClose={onClose} closeButtonProps={CLOSE} title={`Rename ${project.id}`} centered>
      <form onSubmit={submit}>
        <TextInput
          label="Name"
          maxLength={200}
          value={name}
          onChange={(event) => setName(event.currentTarget.value)}
          data-autofocus
        />
        <ChangeProblem error={rename.error} />
        <Group justify="end" mt="md">
          <Button type="submit" size="xs" loading={rename.isPending} disabled={name.trim() === ""}>
            Rename
          </Button>
        </Group>
      </form>
    </Modal>
  );
}
