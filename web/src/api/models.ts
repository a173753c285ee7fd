/** What the pages of models and comparisons ask the API. */

import { keepPreviousData, queryOptions } from "@tanstack/react-query";
import { getJson, type Parameters } from "./client";
import type { Usage } from "./types";
import type { components } from "./types.generated";

type Schemas = components["schemas"];

export type Model = Schemas["ModelTotals"];
export type UnpricedModel = Schemas["Unpriced"];
export type Comparison = Schemas["ComparisonOut"];
export type ComparedMeasure = Schemas["ComparedMeasure"];

/** Most models that a chart tells apart. */
const MOST_SERIES = 7;

/** The models that were called, with everything that is measured of them. */
export function modelList(parameters: Parameters, refetchInterval: number | false) {
  return queryOptions({
    queryKey: ["models", parameters],
    queryFn: ({ signal }) => getJson<Schemas["Models"]>("/models", { ...parameters, precision: "quick" }, signal),
    placeholderData: keepPreviousData,
    refetchInterval,
  });
}

/** The models whose calls cannot be counted in money. */
export function unpricedModels(parameters: Parameters) {
  const { project, start, end } = parameters;
  return queryOptions({
    queryKey: ["unpriced", project, start, end],
    queryFn: async ({ signal }) =>
      (await getJson<Schemas["UnpricedModels"]>("/models/unpriced", { project, start, end }, signal)).models,
  });
}

/** One measure of the models over time. */
export function modelCourse(parameters: Parameters, measure: string, refetchInterval: number | false) {
  return queryOptions({
    queryKey: ["model-course", parameters, measure],
    queryFn: ({ signal }) =>
      getJson<Usage>(
        "/usage",
        {
          ...parameters,
          filter: callsThat(parameters.filter),
          group_by: "model",
          measures: measure,
          limit: MOST_SERIES,
          precision: "quick",
        },
        signal,
      ),
    placeholderData: keepPreviousData,
    refetchInterval,
  });
}

/** The values by which calls can be told apart, the most frequent first. */
export function sides(parameters: Parameters, dimension: string) {
  return queryOptions({
    queryKey: ["sides", parameters, dimension],
    queryFn: async ({ signal }) => {
      // the filter as it was written, so that what is wrong with it is said where it stands
      const counted = { measures: "model_call_count", order_by: "model_call_count", limit: 100, precision: "quick" };
      const usage = await getJson<Usage>("/usage", { ...parameters, group_by: dimension, ...counted }, signal);
      return usage.series
        .filter(({ is_other }) => !is_other)
        .map(({ group, total }) => ({
          value: String(group[dimension] ?? ""),
          call_count: Number(total.model_call_count),
        }))
        .filter(({ value, call_count }) => value !== "" && call_count > 0);
    },
    placeholderData: keepPreviousData,
    retry: false,
  });
}

/** What `right` changed against `left`. */
export function comparison(parameters: Parameters, dimension: string, left: string, right: string) {
  return queryOptions({
    queryKey: ["comparison", parameters, dimension, left, right],
    queryFn: ({ signal }) => getJson<Comparison>("/compare", { ...parameters, dimension, left, right }, signal),
    retry: false,
  });
}

/** Narrow a filter to calls to models. */
function callsThat(filter: string | number | null | undefined): string {
  return filter ? `is_model_call:true (${filter})` : "is_model_call:true";
}
