/** A rule is made or changed, and tried over the past before it is kept. */

import { Button, NativeSelect } from "@mantine/core";
import { useMutation, useQuery } from "@tanstack/react-query";
import { useMemo, useState } from "react";
import { targets as targetQuery, tryRule, useSaveRule } from "../../api/alerts";
import { MAY_NOT_EDIT, useMay } from "../../api/asker";
import { measures } from "../../api/dashboards";
import type { Rule, RuleEntry, TryOut } from "../../api/ruleTypes";
import { lengthWords } from "../../lib/alerts/lengths";
import { isRuleName, ruleWords } from "../../lib/alerts/rules";
import type { RuleSearch } from "../../lib/alerts/search";
import { drawTried, labelWords, valueUnit } from "../../lib/alerts/series";
import { formatCount } from "../../lib/format";
import { rangeParameters } from "../../lib/search";
import { RuleFields } from "../alerts/RuleFields";
import { ChangeProblem } from "../settings/Section";
import { ReadChart } from "./ReadChart";
import styles from "./Rule.module.css";

const PASTS: readonly { value: string; label: string }[] = [
  { value: "-6h", label: "the last 6 hours" },
  { value: "-24h", label: "the last day" },
  { value: "-7d", label: "the last week" },
];

/** Charts of a try-out that are drawn. */
const MOST_CHARTS = 6;

interface EditorProps {
  /** The rule as it is kept; null for a new one. */
  known: RuleEntry | null;
  begun: Rule;
  search: RuleSearch;
  /** Called with the id of what was kept, or of what stays as it was; null for none. */
  onDone: (id: string | null) => void;
}

export function Editor({ known, begun, search, onDone }: EditorProps) {
  const [rule, setRule] = useState(begun);
  const [past, setPast] = useState("-24h");
  const save = useSaveRule(known);
  const mayEdit = useMay("edit");
  const trying = useMutation({ mutationFn: () => tryRule({ ...rule, name: rule.name || "tried" }, search, past) });
  const { data: targets = [] } = useQuery(targetQuery());
  const names = useMemo(() => targets.map(({ name }) => name), [targets]);
  const change = (changed: Rule) => {
    save.reset();
    setRule(changed);
  };
  return (
    <div className={styles.editor}>
      <RuleFields
        rule={rule}
        range={rangeParameters(search)}
        targets={names}
        isNamed={known !== null}
        onChange={change}
      />
      <section className={styles.trial} aria-label="Try-out">
        <p className={styles.words}>{ruleWords(rule)}</p>
        <div className={styles.row}>
          <Button size="xs" variant="default" loading={trying.isPending} onClick={() => trying.mutate()}>
            Try it over
          </Button>
          <NativeSelect
            size="xs"
            aria-label="How much of the past it is tried over"
            data={[...PASTS]}
            value={past}
            onChange={(event) => setPast(event.currentTarget.value)}
          />
        </div>
        <ChangeProblem error={trying.error} />
        {trying.data ? (
          <Outcome tried={trying.data} rule={rule} />
        ) : (
          <p className={styles.words}>What it would have done is drawn here, before anybody is woken.</p>
        )}
        <ChangeProblem error={save.error} />
        <div className={styles.foot}>
          <Button size="xs" variant="default" onClick={() => onDone(known?.id ?? null)}>
            Cancel
          </Button>
          <Button
            size="xs"
            loading={save.isPending}
            disabled={!mayEdit || !isRuleName(rule.name)}
            title={mayEdit ? (isRuleName(rule.name) ? undefined : "It needs a name") : MAY_NOT_EDIT}
            onClick={() => save.mutate(rule, { onSuccess: ({ id }) => onDone(id) })}
          >
            {known ? "Save" : "Make the rule"}
          </Button>
        </div>
      </section>
    </div>
  );
}

function Outcome({ tried, rule }: { tried: TryOut; rule: Rule }) {
  const { data: described = [] } = useQuery(measures());
  const unit = valueUnit(rule.query, described);
  return (
    <>
      <p role="status" className={styles.summary} data-fired={tried.firing_count > 0}>
        It {tried.summary}.
      </p>
      {tried.series.slice(0, MOST_CHARTS).map((series) => (
        <ReadChart
          key={JSON.stringify(series.labels)}
          title={labelWords(series.labels)}
          aggregates={`over ${lengthWords(rule.window_s)}, each ${lengthWords(tried.step_s)}`}
          unit={unit}
          drawn={drawTried(series, tried)}
          note={series.note}
        />
      ))}
      {tried.series_count > MOST_CHARTS && (
        <p className={styles.words}>{formatCount(tried.series_count - MOST_CHARTS)} more series are not drawn.</p>
      )}
    </>
  );
}
