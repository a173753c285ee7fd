/** Prices: what models cost here, where the price list does not know or is not right. */

import { Button, Table } from "@mantine/core";
import { IconPlus } from "@tabler/icons-react";
import { useQuery } from "@tanstack/react-query";
import { useState } from "react";
import { priceList, unpricedModels, useDeletePrice } from "../../api/settings";
import type { Price } from "../../api/types";
import { useTimeZone } from "../../components/timeZone";
import { formatCost, formatCount } from "../../lib/format";
import { formatAgo, formatMoment, toMilliseconds } from "../../lib/time";
import type { SectionProps } from ".";
import { NewPriceForm } from "./NewPrice";
import { Confirm, Refused, Rows, SectionHead, WaitingRows } from "./Section";
import styles from "./Settings.module.css";

export function Prices({ search, onSearch }: SectionProps) {
  const prices = useQuery(priceList(search.project));
  const [isNewOpen, setNewOpen] = useState(false);
  const [doomed, setDoomed] = useState<Price | null>(null);
  const remove = useDeletePrice();
  const close = () => {
    remove.reset();
    setDoomed(null);
  };
  const closeForm = () => {
    setNewOpen(false);
    if (search.model !== undefined) onSearch({ model: undefined, provider: undefined });
  };
  return (
    <section>
      <SectionHead
        title="Prices"
        brief="Calls are priced when they arrive, from genai-prices; what is set here wins. It holds for calls that come from then on."
        action={
          <Button size="xs" leftSection={<IconPlus size={14} aria-hidden />} onClick={() => setNewOpen(true)}>
            New price
          </Button>
        }
      />
      <Unpriced search={search} onSearch={onSearch} />
      <h3 className={styles.title}>Set here</h3>
      {prices.isPending && <WaitingRows count={2} />}
      {prices.error && <Refused error={prices.error} scope="read" />}
      {prices.data?.length === 0 && <p className={styles.nothing}>Nothing is set here: the price list holds.</p>}
      {prices.data && prices.data.length > 0 && (
        <Rows
          label="Prices that are set here"
          columns={["Model", "Provider", "Holds for", "Input", "Output", "Cache read", "Cache write", "From", ""]}
          minWidth={860}
        >
          {prices.data.map((price) => (
            <PriceRow key={price.id} price={price} onRemove={() => setDoomed(price)} />
          ))}
        </Rows>
      )}
      <p className={styles.dim}>Prices are USD for a million tokens.</p>
      {(isNewOpen || search.model !== undefined) && (
        <NewPriceForm
          key={`${search.model} ${search.provider}`}
          model={search.model ?? ""}
          provider={search.provider ?? ""}
          project={search.project}
          onClose={closeForm}
        />
      )}
      <Confirm
        title={`Delete the price of ${doomed?.model ?? "the model"}?`}
        action="Delete it"
        isOpen={doomed !== null}
        isPending={remove.isPending}
        error={remove.error}
        onConfirm={() => doomed && remove.mutate(doomed.id, { onSuccess: close })}
        onClose={close}
      >
        Calls that it priced keep their cost; those that come from then on are priced by the list.
      </Confirm>
    </section>
  );
}

/** Models that cost something which nobody knows. */
function Unpriced({ search, onSearch }: SectionProps) {
  const unpriced = useQuery(unpricedModels(search.project));
  if (unpriced.error) return <Refused error={unpriced.error} scope="read" />;
  return (
    <>
      <h3 className={styles.title}>Without a price, in the last 30 days</h3>
      {unpriced.isPending && <WaitingRows count={1} />}
      {unpriced.data?.length === 0 && <p className={styles.nothing}>Every model that was called has a price.</p>}
      {unpriced.data && unpriced.data.length > 0 && (
        <Rows
          label="Models without a price"
          columns={["Model", "Provider", "Calls", "Input tokens", "Output tokens", "Last seen", ""]}
        >
          {unpriced.data.map((it) => (
            <Table.Tr key={`${it.provider_name} ${it.model}`}>
              <Table.Td>{it.model || "(no name)"}</Table.Td>
              <Table.Td>{it.provider_name || "–"}</Table.Td>
              <Table.Td>{formatCount(it.call_count)}</Table.Td>
              <Table.Td>{formatCount(it.input_tokens)}</Table.Td>
              <Table.Td>{formatCount(it.output_tokens)}</Table.Td>
              <Table.Td>{formatAgo(it.last_seen, Date.now())}</Table.Td>
              <Table.Td ta="end">
                {it.model && (
                  <Button
                    size="compact-xs"
                    variant="light"
                    aria-label={`Set a price for ${it.model}`}
                    onClick={() => onSearch({ model: it.model, provider: it.provider_name || undefined })}
                  >
                    Set a price
                  </Button>
                )}
              </Table.Td>
            </Table.Tr>
          ))}
        </Rows>
      )}
    </>
  );
}

function PriceRow({ price, onRemove }: { price: Price; onRemove: () => void }) {
  const zone = useTimeZone();
  const from_ms = toMilliseconds(price.valid_from);
  return (
    <Table.Tr>
      <Table.Td>{price.model}</Table.Td>
      <Table.Td>{price.provider_name || "any"}</Table.Td>
      <Table.Td>{price.project_id ?? "all projects"}</Table.Td>
      <Table.Td>{formatCost(price.input_usd_per_mtok)}</Table.Td>
      <Table.Td>{formatCost(price.output_usd_per_mtok)}</Table.Td>
      <Table.Td>
        {price.cache_read_usd_per_mtok == null ? "as input" : formatCost(price.cache_read_usd_per_mtok)}
      </Table.Td>
      <Table.Td>
        {price.cache_creation_usd_per_mtok == null ? "as input" : formatCost(price.cache_creation_usd_per_mtok)}
      </Table.Td>
      <Table.Td>{from_ms === 0 ? "always" : formatMoment(from_ms, zone, Date.now())}</Table.Td>
      <Table.Td ta="end">
        <Button
          size="compact-xs"
          variant="subtle"
          color="red"
          className={styles.danger}
          aria-label={`Delete the price of ${price.model}`}
          onClick={onRemove}
        >
          Delete
        </Button>
      </Table.Td>
    </Table.Tr>
  );
}
