/** Messages of a model call as a conversation. What models and users wrote is shown as text and as nothing else. */

import { IconBrain, IconPaperclip, IconTool } from "@tabler/icons-react";
import type { Message } from "../lib/messages";
import { type PairedPart, pairTools } from "../lib/toolPairs";
import styles from "./Chat.module.css";
import { CopyIcon } from "./CopyIcon";
import { LongText } from "./LongText";
import { useTextView } from "./textView";

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
      {pairTools(messages).map((message, index) => (
        // biome-ignore lint/suspicious/noArrayIndexKey: messages have no id, and never change place
        <li key={index} className={styles.message} data-role={ROLES[message.role.toLowerCase()] ?? "other"}>
          <div className={styles.role}>
            <span>{message.role || "message"}</span>
            {message.name && <span>· {message.name}</span>}
            {message.finish_reason && message.finish_reason !== "stop" && (
              <span className={styles.finish}>ended by {message.finish_reason}</span>
            )}
            <span className={styles.copy}>
              <CopyIcon value={writtenText(message.parts)} label="Copy this message" />
            </span>
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

function PartView({ part }: { part: PairedPart }) {
  const isMarkdown = useTextView() === "markdown";
  switch (part.kind) {
    case "text":
      return <LongText text={part.text} isMarkdown={isMarkdown} />;
    case "reasoning":
      return (
        <div className={styles.block} data-kind="reasoning">
          <div className={styles.caption}>
            <IconBrain size={13} aria-hidden /> reasoning
          </div>
          <LongText text={part.text} isMarkdown={isMarkdown} />
        </div>
      );
    case "tool_call":
      return (
        <div className={styles.block}>
          <CallCaption name={part.name} id={part.id} />
          <LongText text={part.arguments} isCode />
        </div>
      );
    case "tool_pair":
      return (
        <div className={styles.block} data-kind="pair">
          <div>
            <CallCaption name={part.name} id={part.id} />
            <LongText text={part.arguments} isCode />
          </div>
          <div>
            <div className={styles.caption}>result</div>
            <LongText text={part.result} isCode />
          </div>
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
      return <img className={styles.image} src={part.source} alt="Part of the message" decoding="async" />;
    case "attachment":
      return (
        <div className={styles.attachment}>
          <IconPaperclip size={13} aria-hidden /> {part.text} <span>(not loaded)</span>
        </div>
      );
  }
}

function CallCaption({ name, id }: { name: string; id: string }) {
  return (
    <div className={styles.caption}>
      <IconTool size={13} aria-hidden /> calls <strong>{name || "a tool"}</strong> {id}
    </div>
  );
}

/** A message as one text, for the clipboard. */
function writtenText(parts: readonly PairedPart[]): string {
  const texts = parts.map((part) => {
    if ("result" in part) return `${part.name} ${part.arguments}\n${part.result}`;
    if (part.kind === "tool_call") return `${part.name} ${part.arguments}`;
    return part.kind === "image" ? "" : part.text;
  });
  return texts.filter(Boolean).join("\n\n");
}
