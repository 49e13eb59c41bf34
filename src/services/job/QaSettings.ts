// The qa list of inkfast.yaml decoded into rules, each by the schema of the rule it names.
import * as Effect from "effect/Effect"
import * as Predicate from "effect/Predicate"
import * as Result from "effect/Result"
import * as Schema from "effect/Schema"
import { nearest } from "../Nearest.ts"
import { fieldPatternFault } from "../qa/FieldPattern.ts"
import type { Rule } from "../qa/RuleSet.ts"
import { shown } from "./SettingFaults.ts"
import { decodeSetting } from "./SettingFaults.ts"
import type { SettingFault } from "./SettingFaults.ts"
import { oneOf, text, whole } from "./SettingTypes.ts"

const pattern = text(
  "a JSON pointer such as /title or /faq/*/answer, or * for every text of the piece"
)
const phrase = text("a phrase, as text")
const size = whole(0, 1_000_000)
const block = Effect.succeed("block" as const)
const everywhere = Effect.succeed("*")

const severity = oneOf("block", "warn").pipe(Schema.withDecodingDefaultKey(block))
const anyField = pattern.pipe(Schema.withDecodingDefaultKey(everywhere))
const field = pattern.pipe(
  Schema.annotateKey({ messageMissingKey: "is missing; name the field, such as /title" })
)
const phrases = Schema.Array(phrase).pipe(
  Schema.annotateKey({ messageMissingKey: "is missing; list the phrases" })
)

const ruleTypes = {
  length: Schema.Struct({
    rule: Schema.Literal("length"),
    field,
    severity,
    minChars: Schema.optionalKey(size),
    maxChars: Schema.optionalKey(size),
    minWords: Schema.optionalKey(size),
    maxWords: Schema.optionalKey(size)
  }),
  banned: Schema.Struct({ rule: Schema.Literal("banned"), field: anyField, severity, phrases }),
  required: Schema.Struct({ rule: Schema.Literal("required"), field: anyField, severity, phrases }),
  placeholder: Schema.Struct({ rule: Schema.Literal("placeholder"), field: anyField, severity }),
  numbers: Schema.Struct({ rule: Schema.Literal("numbers"), field: anyField, severity })
}

const ruleNames = Object.keys(ruleTypes) as ReadonlyArray<Rule["rule"]>

const contradiction = (rule: Rule): string | undefined => {
  if (rule.rule === "banned" || rule.rule === "required") {
    return rule.phrases.length === 0 ? "phrases: is empty; list at least one phrase" : undefined
  }
  if (rule.rule !== "length") return undefined
  const { maxChars, maxWords, minChars, minWords } = rule
  if ([maxChars, maxWords, minChars, minWords].every((bound) => bound === undefined)) {
    return "gives no bound; add minChars, maxChars, minWords or maxWords"
  }
  if ((minChars ?? 0) > (maxChars ?? Infinity)) {
    return `minChars ${minChars} is above maxChars ${maxChars}`
  }
  return (minWords ?? 0) > (maxWords ?? Infinity)
    ? `minWords ${minWords} is above maxWords ${maxWords}`
    : undefined
}

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
  const known = ruleNames.find((rule) => rule === name)
  if (known === undefined) {
    const near = typeof name === "string" ? nearest(name, ruleNames) : undefined
    const meant = near === undefined
      ? `must be one of ${ruleNames.join(", ")}`
      : `did you mean "${near}"?`
    return Result.fail([{
      path: name === undefined ? path : [...path, "rule"],
      message: name === undefined
        ? `names no rule; give rule: one of ${ruleNames.join(", ")}`
        : `is ${shown(name)}; ${meant}`
    }])
  }
  const decoded = decodeSetting<Rule>(ruleTypes[known], entry, path)
  if (Result.isFailure(decoded)) return decoded
  const wrong = contradiction(decoded.success)
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
  return faults.length === 0 ? Result.succeed(rules) : Result.fail(faults)
}
