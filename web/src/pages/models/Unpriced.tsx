/** The models that cannot be counted in money, and where to give them a price. */

import { Link } from "@tanstack/react-router";
import type { UnpricedModel } from "../../api/models";
import { formatPlural, formatShortCount } from "../../lib/format";
import { keepRange, type RangeSearch } from "../../lib/search";
import styles from "./Models.module.css";

export function Unpriced({ models, search }: { models: readonly UnpricedModel[]; search: RangeSearch }) {
  if (models.length === 0) return null;
  return (
    <section className={styles.unpriced} aria-labelledby="unpriced">
      <h2 id="unpriced">{formatPlural(models.length, "model")} without a price</h2>
      <p>What has no price is left out of every cost. A price counts from when it is set.</p>
      <ul>
        {models.map(({ provider_name, model, call_count, input_tokens, output_tokens }) => (
          <li key={JSON.stringify([provider_name, model])}>
            <strong>{model || "(no model)"}</strong>
            <span>
              {provider_name || "unknown provider"} · {formatPlural(call_count, "call")} ·{" "}
              {formatShortCount(input_tokens)} in, {formatShortCount(output_tokens)} out
            </span>
            <Link
              to="/settings/$section"
              params={{ section: "prices" }}
              search={{ ...keepRange(search), model: model || undefined, provider: provider_name || undefined }}
            >
              Set a price
            </Link>
          </li>
        ))}
      </ul>
    </section>
  );
}
