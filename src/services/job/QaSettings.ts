// The qa list of inkfast.yaml decoded into rules, each by the schema of the rule it names.
import * as Predicate from "effect/Predicate"
import * as Result from "effect/Result"
import { nearest } from "../Nearest.ts"
import { fieldPatternFault } from "../qa/FieldPattern.ts"
import { ruleFault } from "../qa/RuleFaults.ts"
import { ruleKinds, ruleTypes } from "../qa/RuleTypes.ts"
import type { Rule } from "../qa/RuleTypes.ts"
import { decodeSetting, shown } from "./SettingFaults.ts"
import type { SettingFault } from "./SettingFaults.ts"

type Json = { readonly [key: string]: unknown }

const applicators = ["$ref", "$dynamicRef", "anyOf", "oneOf", "allOf", "if", "patternProperties"]

/**
 * Why a pattern can never meet a field of the schema; undefined where it can, or where the schema is not plain enough
 * to know. A rule on a misspelt field would pass every piece.
 */
const unknownField = (pointer: string, schema: Json): string | undefined => {
  if (pointer === "*") return undefined
  const wrong = fieldPatternFault(pointer)
  if (wrong !== undefined) return wrong
  let at: unknown = schema
  for (const raw of pointer.split("/").slice(1)) {
    if (
      !Predicate.isObject(at) || applicators.some((keyword) => Predicate.hasProperty(at, keyword))
    ) return undefined
    const { items, properties }: Json = at
    const name = raw.replaceAll("~1", "/").replaceAll("~0", "~")
    if (Predicate.isObject(properties) && raw !== "*") {
      if (!Object.hasOwn(properties, name)) {
        const near = nearest(name, Object.keys(properties))
        return `no field "${name}" in the output schema` + (near === undefined
          ? `; there are ${Object.keys(properties).map((key) => `/${key}`).join(", ")}`
          : `; did you mean "${near}"?`)
      }
      at = properties[name]
    } else if (Predicate.isObject(items) && /^(?:\*|\d+)$/.test(raw)) at = items
    else return undefined
  }
  return undefined
}

const decodeRule = (
  entry: unknown,
  index: number
): Result.Result<Rule, ReadonlyArray<SettingFault>> => {
  const path = ["qa", index]
  const name = Predicate.hasProperty(entry, "rule") ? entry["rule"] : undefined
  const known = ruleKinds.find((rule) => rule === name)
  if (known === undefined) {
    const near = typeof name === "string" ? nearest(name, ruleKinds) : undefined
    const meant = near === undefined
      ? `must be one of ${ruleKinds.join(", ")}`
      : `did you mean "${near}"?`
    return Result.fail([{
      path: name === undefined ? path : [...path, "rule"],
      message: name === undefined
        ? `names no rule; give rule: one of ${ruleKinds.join(", ")}`
        : `is ${shown(name)}; ${meant}`
    }])
  }
  const decoded = decodeSetting<Rule>(ruleTypes[known], entry, path)
  if (Result.isFailure(decoded)) return decoded
  const wrong = ruleFault(decoded.success)
  return wrong === undefined ? decoded : Result.fail([{ path, message: wrong }])
}

/** Decodes all rules and holds their fields against the output schema, where there is one already. */
export const decodeRules = (
  entries: ReadonlyArray<unknown>,
  schema: Json | undefined
): Result.Result<ReadonlyArray<Rule>, ReadonlyArray<SettingFault>> => {
  const rules: Array<Rule> = []
  const faults: Array<SettingFault> = []
  entries.forEach((entry, index) => {
    const decoded = decodeRule(entry, index)
    if (Result.isFailure(decoded)) {
      faults.push(...decoded.failure)
      return
    }
    const rule = decoded.success
    const wrong = schema === undefined ? undefined : unknownField(rule.field, schema)
    if (wrong === undefined) rules.push(rule)
    else faults.push({ path: ["qa", index, "field"], message: `is ${shown(rule.field)}: ${wrong}` })
  })
  rules.forEach(({ id }, index) => {
    if (id === undefined || rules.findIndex((other) => other.id === id) === index) return
    faults.push({ path: ["qa", index, "id"], message: `is ${shown(id)}, as of another rule` })
  })
  for (const kind of ["nearDuplicate", "reuse"]) {
    const second = rules.findIndex(({ rule }, index) =>
      rule === kind && rules.findIndex((other) => other.rule === kind) < index
    )
    if (second !== -1) {
      faults.push({ path: ["qa", second], message: `is a second ${kind}; a job has one` })
    }
  }
  return faults.length === 0 ? Result.succeed(rules) : Result.fail(faults)
}
