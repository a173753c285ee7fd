/** Markdown as a reader sees it, and nothing that it could do: no HTML, no address that can be followed, no image that is fetched. */

import type { ReactNode } from "react";
import ReactMarkdown, { type Components } from "react-markdown";
import remarkGfm from "remark-gfm";
import { CopyIcon } from "./CopyIcon";
import styles from "./Markdown.module.css";

const PLUGINS = [remarkGfm];

const COMPONENTS: Components = {
  a: ({ href, children }) => <Address address={href}>{children}</Address>,
  img: ({ src, alt }) => <Address address={typeof src === "string" ? src : ""}>image {alt}</Address>,
  input: ({ checked }) => <span aria-hidden>{checked ? "☑" : "☐"} </span>,
  pre: ({ node, children }) => (
    <div className={styles.block}>
      <div className={styles.copy}>
        <CopyIcon value={codeOf(node)} label="Copy the code" />
      </div>
      <pre>{children}</pre>
    </div>
  ),
  // headings of a text are no headings of the page
  h1: Heading,
  h2: Heading,
  h3: Heading,
  h4: Heading,
  h5: Heading,
  h6: Heading,
};

export default function Markdown({ text }: { text: string }) {
  return (
    <div dir="auto" className={styles.markdown}>
      {/* addresses are shown as they were written, so nothing may be made of them on the way */}
      <ReactMarkdown remarkPlugins={PLUGINS} components={COMPONENTS} urlTransform={(address) => address}>
        {text}
      </ReactMarkdown>
    </div>
  );
}

/** What a link or an image says, and the address that it would lead to, as text. */
function Address({ address, children }: { address: string | undefined; children: ReactNode }) {
  const isSame = address === undefined || address === "" || address === children;
  return (
    <span className={styles.link}>
      {children}
      {!isSame && <span className={styles.address}> ({shortened(address)})</span>}
    </span>
  );
}

function Heading({ children }: { children?: ReactNode }) {
  return <p className={styles.heading}>{children}</p>;
}

/** An address may be an image of megabytes. */
function shortened(address: string): string {
  return address.length > 300 ? `${address.slice(0, 300)}…` : address;
}

/** The text of a code block's tree. */
function codeOf(node: unknown): string {
  const { value, children } = (node ?? {}) as { value?: unknown; children?: unknown };
  if (typeof value === "string") return value;
  return Array.isArray(children) ? children.map(codeOf).join("") : "";
}
