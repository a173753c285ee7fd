/** Messages of a model call as a conversation. What models and users wrote is shown as text and as nothing else. */

import { IconBrain, IconPaperclip, IconTool } from "@tabler/icons-react";
import type { Message, Part } from "../lib/messages";
import styles from "./Chat.module.css";
import { LongText } from "./LongText";

const ROLES: Record<string, string> = {
  system: "system",
  developer: "system",
  user: "user",
  human: "user",
  assistant: "assistant",
  ai: "assistant",
  model: "assistant",
  tool: "tool",
  function: "tool",
};

export function Chat({ messages }: { messages: readonly Message[] }) {
  return (
    <ol className={styles.chat}>
      {messages.map((message, index) => (
        // biome-ignore lint/suspicious/noArrayIndexKey: messages have no id, and never change place
        <li key={index} className={styles.message} data-role={ROLES[message.role.toLowerCase()] ?? "other"}>
          <div className={styles.role}>
            {message.role || "message"}
            {message.name && <span> · {message.name}</span>}
            {message.finish_reason && message.finish_reason !== "stop" && (
              <span className={styles.finish}>ended by {message.finish_reason}</span>
            )}
          </div>
          {message.parts.map((part, at) => (
            // biome-ignore lint/suspicious/noArrayIndexKey: as above
            <PartView key={at} part={part} />
          ))}
          {message.parts.length === 0 && <p className={styles.empty}>empty</p>}
        </li>
      ))}
    </ol>
  );
}

function PartView({ part }: { part: Part }) {
  switch (part.kind) {
    case "text":
      return <LongText text={part.text} />;
    case "reasoning":
      return (
        <div className={styles.block} data-kind="reasoning">
          <div className={styles.caption}>
            <IconBrain size={13} aria-hidden /> reasoning
          </div>
          <LongText text={part.text} />
        </div>
      );
    case "tool_call":
      return (
        <div className={styles.block}>
          <div className={styles.caption}>
            <IconTool size={13} aria-hidden /> calls <strong>{part.name || "a tool"}</strong> {part.id}
          </div>
          <LongText text={part.arguments} isCode />
        </div>
      );
    case "tool_result":
      return (
        <div className={styles.block}>
          <div className={styles.caption}>result {part.id && `of ${part.id}`}</div>
          <LongText text={part.text} isCode />
        </div>
      );
    case "image":
      return <img className={styles.image} src={part.source} alt="Part of the message" />;
    case "attachment":
      return (
        <div className={styles.attachment}>
          <IconPaperclip size={13} aria-hidden /> {part.text} <span>(not loaded)</span>
        </div>
      );
  }
}
