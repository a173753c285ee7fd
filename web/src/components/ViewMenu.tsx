/** Saved views of a page: opened, saved, renamed, deleted, and one that opens by itself. */

import { ActionIcon, Button, Menu, Modal, TextInput } from "@mantine/core";
import { IconBookmark, IconChevronDown, IconPencil, IconStar, IconStarFilled, IconTrash } from "@tabler/icons-react";
import { type FormEvent, useState } from "react";
import styles from "./ViewMenu.module.css";

export interface View {
  id: string;
  name: string;
  search: Record<string, string>;
}

interface ViewMenuProps {
  views: readonly View[];
  /** The view that the page shows, if it is one. */
  currentId: string | undefined;
  /** The view that opens with the page, for this reader. */
  defaultId: string | undefined;
  /** What went wrong with the last change; undefined when nothing did. */
  problem: string | undefined;
  /** Whether the reader may save, rename and delete. */
  mayEdit: boolean;
  onOpen: (view: View) => void;
  /** Resolves when it is saved; rejects when it could not be, and `problem` says why. */
  onSave: (name: string) => Promise<unknown>;
  /** With a name that is the view's own, its search becomes what the page shows. */
  onChange: (view: View, name: string) => Promise<unknown>;
  onDelete: (view: View) => void;
  onDefault: (id: string | undefined) => void;
}

type Asked = "new" | View | null;

export function ViewMenu(props: ViewMenuProps) {
  const { views, currentId, defaultId, mayEdit, onOpen, onDelete, onDefault } = props;
  const [asked, setAsked] = useState<Asked>(null);
  const current = views.find(({ id }) => id === currentId);
  return (
    <>
      <Menu position="bottom-end" shadow="md" closeOnItemClick={false} width={280}>
        <Menu.Target>
          <Button
            size="xs"
            variant="default"
            leftSection={<IconBookmark size={14} aria-hidden />}
            rightSection={<IconChevronDown size={14} aria-hidden />}
            aria-label={`Views${current ? `: ${current.name}` : ""}`}
            classNames={{ root: styles.button, label: styles.current }}
          >
            {current?.name ?? "Views"}
          </Button>
        </Menu.Target>
        <Menu.Dropdown className={styles.menu}>
          {views.length === 0 && (
            <p className={styles.none}>No view is saved yet. A view keeps filter, time and columns.</p>
          )}
          {views.map((view) => (
            <div key={view.id} className={styles.view}>
              <Menu.Item
                closeMenuOnClick
                aria-current={view.id === currentId || undefined}
                className={styles.open}
                onClick={() => onOpen(view)}
              >
                {view.name}
              </Menu.Item>
              <ActionIcon
                variant="subtle"
                color="gray"
                size="sm"
                aria-pressed={view.id === defaultId}
                aria-label={`Open ${view.name} with the page`}
                title={view.id === defaultId ? "Opens with this page, for you" : "Open with this page, for you"}
                onClick={() => onDefault(view.id === defaultId ? undefined : view.id)}
              >
                {view.id === defaultId ? <IconStarFilled size={13} /> : <IconStar size={13} />}
              </ActionIcon>
              <ActionIcon
                variant="subtle"
                color="gray"
                size="sm"
                disabled={!mayEdit}
                aria-label={`Rename ${view.name}`}
                title="Rename or overwrite"
                onClick={() => setAsked(view)}
              >
                <IconPencil size={13} />
              </ActionIcon>
              <ActionIcon
                variant="subtle"
                color="gray"
                size="sm"
                disabled={!mayEdit}
                aria-label={`Delete ${view.name}`}
                title="Delete, for everybody in this project"
                onClick={() => onDelete(view)}
              >
                <IconTrash size={13} />
              </ActionIcon>
            </div>
          ))}
          {props.problem && asked === null && <p className={styles.problem}>{props.problem}</p>}
          <Menu.Divider />
          <Menu.Item closeMenuOnClick disabled={!mayEdit} onClick={() => setAsked("new")}>
            Save what is shown as a view …
          </Menu.Item>
        </Menu.Dropdown>
      </Menu>
      {asked !== null && <NameDialog {...props} asked={asked} onClose={() => setAsked(null)} />}
    </>
  );
}

function NameDialog({
  asked,
  problem,
  onSave,
  onChange,
  onClose,
}: ViewMenuProps & { asked: "new" | View; onClose: () => void }) {
  const [name, setName] = useState(asked === "new" ? "" : asked.name);
  const [hasFailed, setFailed] = useState(false);
  const isSame = asked !== "new" && name.trim() === asked.name;
  const submit = async (event: FormEvent) => {
    event.preventDefault();
    try {
      await (asked === "new" ? onSave(name.trim()) : onChange(asked, name.trim()));
      onClose();
    } catch {
      setFailed(true);
    }
  };
  return (
    <Modal opened onClose={onClose} title={asked === "new" ? "Save a view" : "Change the view"} centered>
      <form onSubmit={submit}>
        <TextInput
          label="Name"
          description="All who read this project see the view."
          maxLength={200}
          value={name}
          error={hasFailed ? problem : undefined}
          onChange={(event) => setName(event.currentTarget.value)}
          data-autofocus
        />
        <Button type="submit" mt="md" fullWidth disabled={name.trim() === ""}>
          {asked === "new" ? "Save" : isSame ? "Overwrite with what is shown" : "Rename"}
        </Button>
      </form>
    </Modal>
  );
}
