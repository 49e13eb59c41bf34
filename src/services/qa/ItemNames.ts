// What a piece calls its item. When pieces are compared these words do not count: a text in which nothing but the name
// is another says the same.
import type { Item, Json } from "../items/Item.ts"
import type { Rule } from "./RuleTypes.ts"

/** The names of an item, each once; the slug is none of them, since every record has it. */
export type NamesOf = (item: Item) => ReadonlyArray<string>

const nameFieldsDefault: ReadonlyArray<string> = ["name", "title"]
/** Longer values are texts, not names; more names than this are no names. */
const charsMax = 200
const namesMax = 8

const nameFieldsOf = (rules: ReadonlyArray<Rule>): ReadonlyArray<string> => {
  const compared = rules.filter((rule) =>
    rule.rule === "nearDuplicate" || rule.rule === "reuse" || rule.rule === "openers"
  )
  if (compared.length === 0) return []
  const keywords = rules.flatMap((rule) =>
    rule.rule === "keyword" && rule.from !== undefined ? [rule.from] : []
  )
  return [...new Set([...compared.flatMap((r) => r.nameFields ?? nameFieldsDefault), ...keywords])]
}

const isName = (value: Json | undefined): value is string =>
  typeof value === "string" && value.length <= charsMax && value.trim() !== ""

/** None where no rule compares pieces. */
export const makeNamesOf = (rules: ReadonlyArray<Rule>): NamesOf => {
  const fields = nameFieldsOf(rules)
  return ({ fields: row, slug }) => {
    const values = fields.map((field) => row[field]).filter(isName).map((name) => name.trim())
    return [...new Set(values)].filter((name) => name !== slug).slice(0, namesMax)
  }
}
