// `evidence.sources`: what an item's evidence is gathered from, in order, with what to take where one gives nothing.
import * as Schema from "effect/Schema"
import type { KeyPath, SettingFault } from "./SettingFaults.ts"
import { text } from "./SettingTypes.ts"

const one = {
  /** A field of the row, as text. */
  field: Schema.optionalKey(text("the name of a field")),
  /** A field with the path of a file beside the input, or a list of them. */
  fileField: Schema.optionalKey(text("the name of a field")),
  /** A field with an http or https URL, or a list of them. */
  urlField: Schema.optionalKey(text("the name of a field")),
  /** A file beside the input; `{{ slug }}` and `{{ item.x }}` stand for the row's values. */
  file: Schema.optionalKey(text("the path of a file")),
  /** The same for a URL. */
  url: Schema.optionalKey(text("an http or https URL")),
  /** Text of the job itself. */
  text: Schema.optionalKey(text("a text")),
  /** What the text is called in prompt and reports. */
  name: Schema.optionalKey(text("a name for the text")),
  /** A plug-in that the embedding program provides. */
  plugin: Schema.optionalKey(text("the name of a plug-in")),
  /** Handed to the plug-in. */
  with: Schema.optionalKey(Schema.Unknown)
}

const Alternative = Schema.Struct(one)
export type SourceAlternative = typeof Alternative.Type

export const SourceSetting = Schema.Struct({
  ...one,
  /** The first of these that gives something. */
  firstOf: Schema.optionalKey(Schema.Array(Alternative)),
  /** Whether an item of which it gives nothing ends there, unpaid. */
  required: Schema.optionalKey(Schema.Boolean)
})
export type SourceSetting = typeof SourceSetting.Type

const kinds = ["field", "fileField", "urlField", "file", "url", "text", "plugin"] as const

const faultOf = (source: SourceSetting, path: KeyPath, allowed: ReadonlyArray<string>) => {
  const given = allowed.filter((kind) => Object.hasOwn(source, kind))
  const fault = given.length !== 1
    ? `must have one of ${allowed.join(", ")}${
      given.length === 0 ? "" : `; it has ${given.join(" and ")}`
    }`
    : source.firstOf?.length === 0
    ? "firstOf is empty; list what to try, in order"
    : source.name !== undefined && source.text === undefined
    ? "name goes with text only"
    : source.with !== undefined && source.plugin === undefined
    ? "with goes with plugin only"
    : undefined
  return fault === undefined ? [] : [{ path, message: fault }]
}

/** Each source is of one kind. */
export const sourceFaults = (
  sources: ReadonlyArray<SourceSetting>,
  at: KeyPath
): ReadonlyArray<SettingFault> =>
  sources.flatMap((source, index) => [
    ...faultOf(source, [...at, index], [...kinds, "firstOf"]),
    ...(source.firstOf ?? []).flatMap((alternative, nth) =>
      faultOf(alternative, [...at, index, "firstOf", nth], kinds)
    )
  ])
