// The names that a record of ours keeps of its item, for comparing pieces without the row.

const isText = (value: unknown): value is string => typeof value === "string"

/** Of what stands under `_meta`; none where it is not ours. */
export const namesIn = (meta: unknown): ReadonlyArray<string> => {
  const names = (meta as { readonly qa?: { readonly names?: unknown } } | null | undefined)?.qa
    ?.names
  return Array.isArray(names) ? names.filter(isText) : []
}
