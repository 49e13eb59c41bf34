// What the job wants gathered for one item: the row's own words, and the files, pages and plug-ins that it leads to.
import type { Item, Json } from "../items/Item.ts"
import type { EvidenceSettings } from "../job/Job.ts"
import type { SourceAlternative } from "../job/SourceSettings.ts"
import type { EvidenceMiss, SourceKind } from "./Evidence.ts"

/** One thing to be had for the item, or the reason why a declared source gives nothing. */
export type WantedOne =
  | {
    readonly _tag: "Text"
    readonly kind: "row" | "text"
    readonly name: string
    readonly text: string
  }
  | { readonly _tag: "File" | "Url"; readonly name: string }
  | { readonly _tag: "Plugin"; readonly name: string; readonly options: unknown }
  | ({ readonly _tag: "Missing" } & EvidenceMiss)

export interface Wanted {
  /** The first of these that gives something. */
  readonly firstOf: ReadonlyArray<WantedOne>
  /** Where the source is required: its place among the job's sources, which all that it leads to share. */
  readonly requiredAs: number | undefined
}

const optional = (one: WantedOne): Wanted => ({ firstOf: [one], requiredAs: undefined })

const isEmpty = (value: Json | undefined): boolean =>
  value === undefined || value === null || (typeof value === "string" && value.trim() === "")

const valueOf = (item: Item, field: string): Json | undefined =>
  Object.hasOwn(item.fields, field) ? item.fields[field] : undefined

const missing = (kind: SourceKind, name: string, field = name): WantedOne => ({
  _tag: "Missing",
  kind,
  name,
  cause: "NotFound",
  reason: `the row has no value in the field "${field}"`
})

const textOf = (value: Json): string => typeof value === "string" ? value : JSON.stringify(value)

const fromField = (item: Item, name: string): WantedOne => {
  const value = valueOf(item, name)
  return value === undefined || isEmpty(value)
    ? missing("row", name)
    : { _tag: "Text", kind: "row", name, text: textOf(value) }
}

/** A field that points somewhere holds one string or a list of them. */
const fromPointer = (
  item: Item,
  kind: "file" | "url",
  field: string
): ReadonlyArray<WantedOne> => {
  const value = valueOf(item, field)
  if (isEmpty(value)) return [missing(kind, field)]
  return (Array.isArray(value) ? value as ReadonlyArray<Json> : [value]).map((each): WantedOne =>
    typeof each === "string" && !isEmpty(each)
      ? { _tag: kind === "file" ? "File" : "Url", name: each.trim() }
      : {
        _tag: "Missing",
        kind,
        name: field,
        cause: "Unsupported",
        reason: Array.isArray(value)
          ? `the field "${field}" holds a list with something that is no string`
          : `the field "${field}" holds no string`
      }
  )
}

const place = /\{\{\s*(?:(slug)|item\.([^\s{}]+))\s*\}\}/g

/** The pattern with the row's values in it, or the name of the field that has none. */
const filled = (
  item: Item,
  pattern: string,
  write: (value: string) => string
): { readonly text: string } | { readonly missing: string } => {
  let empty: string | undefined
  const text = pattern.replace(place, (_, slug: string | undefined, field = "") => {
    const value = slug === undefined ? valueOf(item, field) : item.slug
    if (value === undefined || isEmpty(value)) empty ??= field
    return write(textOf(value ?? ""))
  })
  return empty === undefined ? { text } : { missing: empty }
}

const asIs = (value: string): string => value

/** What a value may be in a path: no way up, no other folder. */
const asName = (value: string): string => value.replace(/[/\\]/g, "_")

const fromPattern = (
  item: Item,
  kind: "file" | "url" | "text",
  pattern: string,
  name: string
): WantedOne => {
  const write = kind === "url" ? encodeURIComponent : kind === "file" ? asName : asIs
  const result = filled(item, pattern, write)
  if ("missing" in result) return missing(kind, name, result.missing)
  if (kind === "text") return { _tag: "Text", kind, name, text: result.text }
  return { _tag: kind === "file" ? "File" : "Url", name: result.text }
}

const fromSource = (item: Item, source: SourceAlternative): ReadonlyArray<WantedOne> => {
  const { field, file, fileField, plugin, text, url, urlField } = source
  if (field !== undefined) return [fromField(item, field)]
  if (fileField !== undefined) return fromPointer(item, "file", fileField)
  if (urlField !== undefined) return fromPointer(item, "url", urlField)
  if (file !== undefined) return [fromPattern(item, "file", file, file)]
  if (url !== undefined) return [fromPattern(item, "url", url, url)]
  if (text !== undefined) return [fromPattern(item, "text", text, source.name ?? "text")]
  return [{ _tag: "Plugin", name: plugin ?? "", options: source.with }]
}

const alternativesOf = ({ sources }: EvidenceSettings): ReadonlyArray<SourceAlternative> =>
  sources.flatMap((source) => source.firstOf ?? [source])

/** Whether gathering may wait for somebody else: a page or a plug-in. */
export const asksOthers = (settings: EvidenceSettings): boolean =>
  settings.urlFields.length > 0 ||
  alternativesOf(settings).some(({ plugin, url, urlField }) =>
    (plugin ?? url ?? urlField) !== undefined
  )

/** The fields of a row that hold addresses of pages. */
export const urlFieldsOf = (settings: EvidenceSettings): ReadonlyArray<string> => [
  ...settings.urlFields,
  ...alternativesOf(settings).flatMap(({ urlField }) => urlField === undefined ? [] : [urlField])
]

/** A column of the input, and the setting that names it. */
export interface NamedColumn {
  readonly column: string
  readonly setting: string
}

const inPatterns = (patterns: ReadonlyArray<string | undefined>): ReadonlyArray<string> =>
  patterns.flatMap((pattern) =>
    [...(pattern ?? "").matchAll(place)].flatMap(([, , field]) => field ?? [])
  )

/** Every column that the settings lead to. */
export const namedColumnsOf = (settings: EvidenceSettings): ReadonlyArray<NamedColumn> => {
  const named = (setting: string, columns: ReadonlyArray<string | undefined>) =>
    columns.flatMap((column) => column === undefined ? [] : [{ column, setting }])
  return [
    ...named("evidence.fields", settings.fields.filter((name) => name !== "*")),
    ...named("evidence.fileFields", settings.fileFields),
    ...named("evidence.urlFields", settings.urlFields),
    ...alternativesOf(settings).flatMap(({ field, file, fileField, text, url, urlField }) =>
      named("evidence.sources", [field, fileField, urlField, ...inPatterns([file, url, text])])
    )
  ]
}

/** The plug-ins that the job names. */
export const pluginsOf = (settings: EvidenceSettings): ReadonlyArray<string> =>
  alternativesOf(settings).flatMap(({ plugin }) => plugin === undefined ? [] : [plugin])

/** The wanted of one job, by item: everything that its settings ask for, in the order in which it stands in the bundle. */
export const makeWanted = (settings: EvidenceSettings) => {
  const alternatives = alternativesOf(settings)
  const pointers = new Set([
    ...settings.fileFields,
    ...settings.urlFields,
    ...alternatives.flatMap(({ field, fileField, urlField }) =>
      [field, fileField, urlField].filter((name) => name !== undefined)
    )
  ])
  const namesOf = (item: Item): ReadonlyArray<string> =>
    Object.keys(item.fields).filter((name) => !pointers.has(name) && !isEmpty(item.fields[name]))
  return (item: Item): ReadonlyArray<Wanted> => [
    ...(settings.fields.includes("*") ? namesOf(item) : settings.fields).map((name) =>
      optional(fromField(item, name))
    ),
    ...settings.fileFields.flatMap((field) => fromPointer(item, "file", field).map(optional)),
    ...settings.urlFields.flatMap((field) => fromPointer(item, "url", field).map(optional)),
    ...settings.sources.flatMap((source, index): ReadonlyArray<Wanted> => {
      const requiredAs = source.required === true ? index : undefined
      return source.firstOf === undefined
        ? fromSource(item, source).map((one) => ({ firstOf: [one], requiredAs }))
        : [{ firstOf: source.firstOf.flatMap((each) => fromSource(item, each)), requiredAs }]
    })
  ]
}
