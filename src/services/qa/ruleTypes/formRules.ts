// Rules about the form of a text: markup, white space, quotes.
import * as Schema from "effect/Schema"
import { oneOf, text } from "../../job/SettingTypes.ts"
import { anyField, common, repairable, severity } from "./parameters.ts"

/** What Markdown a text may hold. */
export const markdownParts = [
  "bold",
  "italic",
  "code",
  "links",
  "images",
  "lists",
  "headings",
  "quotes",
  "tables",
  "strikethrough",
  "dividers"
] as const
export type MarkdownPart = (typeof markdownParts)[number]

export const formRules = {
  html: Schema.Struct({
    rule: Schema.Literal("html"),
    ...common,
    field: anyField,
    severity: repairable,
    /** Tags that may stand there; none unless they are listed. */
    tags: Schema.optionalKey(Schema.Array(text("the name of a tag, such as strong")))
  }),
  markdown: Schema.Struct({
    rule: Schema.Literal("markdown"),
    ...common,
    field: anyField,
    severity,
    parts: Schema.optionalKey(Schema.Array(oneOf(...markdownParts)))
  }),
  whitespace: Schema.Struct({
    rule: Schema.Literal("whitespace"),
    ...common,
    field: anyField,
    severity: repairable
  }),
  quotation: Schema.Struct({
    rule: Schema.Literal("quotation"),
    ...common,
    field: anyField,
    severity: repairable
  })
}
