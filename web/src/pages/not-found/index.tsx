/** What an address shows that leads nowhere. */

import { Link } from "@tanstack/react-router";
import { Notice } from "../../components/Notice";

export function NotFoundPage() {
  return (
    <Notice title="There is no such page">
      <Link to="/traces">Go to the latest traces</Link>
    </Notice>
  );
}
