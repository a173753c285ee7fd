/** What an address shows that leads nowhere. */

import { Anchor } from "@mantine/core";
import { Link } from "@tanstack/react-router";
import { Notice } from "../../components/Notice";

export function NotFoundPage() {
  return (
    <Notice title="There is no such page">
      <Anchor component={Link} to="/traces">
        Go to the latest traces
      </Anchor>
    </Notice>
  );
}
