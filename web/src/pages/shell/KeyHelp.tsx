/** The list of keys that work here, shown by `?`. */

import { Kbd, Modal } from "@mantine/core";
import { boundKeys } from "./keys";
import styles from "./Shell.module.css";

export function KeyHelp({ isOpen, onClose }: { isOpen: boolean; onClose: () => void }) {
  return (
    <Modal opened={isOpen} onClose={onClose} title="Keys" centered>
      <dl className={styles.keys}>
        {isOpen &&
          [{ keys: "Ctrl K", brief: "Go anywhere: pages, traces, sessions, users" }, ...boundKeys()].map(
            ({ keys, brief }) => (
              <div key={keys}>
                <dt>
                  {keys.split(" ").map((key) => (
                    <Kbd key={key} size="xs">
                      {key}
                    </Kbd>
                  ))}
                </dt>
                <dd>{brief}</dd>
              </div>
            ),
          )}
      </dl>
    </Modal>
  );
}
