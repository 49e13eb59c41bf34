// What a row itself says: its fields as texts, and the files and URLs that it names.
import type { Item, Json } from "../items/Item.ts"
import type { EvidenceSettings } from "../job/Job.ts"

/** Something to be had for the item, or the reason why a declared field gives nothing. */
export type Wanted =
  | { readonly _tag: "Text"; readonly name: string; readonly text: string }
  | { readonly _tag: "File" | "Url"; readonly name: string }
  | {
    readonly _tag: "Missing"
    readonly kind: "row" | "file" | "url"
    readonly name: string
    readonly cause: "NotFound" | "Unsupported"
    readonly reason: string
  }

const isEmpty = (value: Json | undefined): boolean =>
  value === undefined || value === null || (typeof value === "string" && value.trim() === "")

const valueOf = (item: Item, field: string): Json | undefined =>
  Object.hasOwn(item.fields, field) ? item.fields[field] : undefined

const missing = (kind: "row" | "file" | "url", name: string): Wanted => ({
  _tag: "Missing",
  kind,
  name,
  cause: "NotFound",
  reason: `the row has no value in the field "${name}"`
})

const textOf = (value: Json): string => typeof value === "string" ? value : JSON.stringify(value)

const fromFields = (item: Item, settings: EvidenceSettings): ReadonlyArray<Wanted> => {
  const pointers = new Set([...settings.fileFields, ...settings.urlFields])
  const all = settings.fields.includes("*")
  const names = all
    ? Object.keys(item.fields).filter((name) => !pointers.has(name))
    : settings.fields
  return names.flatMap((name): ReadonlyArray<Wanted> => {
    const value = valueOf(item, name)
    if (value !== undefined && !isEmpty(value)) return [{ _tag: "Text", name, text: textOf(value) }]
    return all ? [] : [missing("row", name)]
  })
}

/** A field that points somewhere holds one string or a list of them. */
const fromPointers = (
  item: Item,
  kind: "file" | "url",
  fields: ReadonlyArray<string>
): ReadonlyArray<Wanted> =>
  fields.flatMap((field): ReadonlyArray<Wanted> => {
    const value = valueOf(item, field)
    if (isEmpty(value)) return [missing(kind, field)]
    return (Array.isArray(value) ? value as ReadonlyArray<Json> : [value]).map((each): Wanted =>
      typeof each === "string" && !isEmpty(each)
        ? { _tag: kind === "file" ? "File" : "Url", name: each.trim() }
        : {
          _tag: "Missing",
          kind,
          name: field,
          cause: "Unsupported",
          reason: `the field "${field}" holds ${
            Array.isArray(value) ? "a list with something that is" : ""
          } no string`
        }
    )
  })

/** Everything that the job's settings ask of the row, in the order in which it stands in the bundle. */
export const wantedOf = (item: Item, settings: EvidenceSettings): ReadonlyArray<Wanted> => [
  ...fromFields(item, settings),
  ...fromPointers(item, "file", settings.fileFields),
  ...fromPointers(item, "url", settings.urlFields)
]
