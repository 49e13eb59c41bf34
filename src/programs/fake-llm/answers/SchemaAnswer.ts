// A value that a JSON Schema accepts, filled with texts about the item.
//
// Honoured: type (also a list of them), properties, required, items, prefixItems, min/maxItems, uniqueItems, enum, const,
// min/maxLength, simple patterns, common formats, numeric bounds, multipleOf, anyOf, oneOf, allOf, and local $ref.
// Lengths in words ("10 to 80 characters") count too, from a description or from the prompt's list of fields.
// Not honoured: not, if/then/else, dependencies, patternProperties, contains, references to other documents.
import { anyLength, type Bounds } from "./Bounds.ts"
import type { Dice } from "./Dice.ts"
import { readLength, readParagraphs, readTogether } from "./LengthHints.ts"
import { numberAnswer } from "./numberAnswer.ts"
import { samplePattern } from "./PatternSample.ts"
import type { Schema } from "./SchemaParts.ts"
import { isFreeText, isSchema, lookUp, merge, numberOf, toSchema, typeOf } from "./SchemaParts.ts"
import { formats } from "./formats.ts"
import { inParagraphs } from "./paragraphs.ts"
import type { ItemCount, Wanted, Writer } from "./Writer.ts"

/** From here on optional properties are left out and lists kept short: a schema may be recursive. */
const depthShort = 6
const depthMax = 24
const itemsMax = 50
const refsMax = 32

const schemasOf = (value: unknown): ReadonlyArray<Schema> =>
  Array.isArray(value) ? value.filter(isSchema) : []

class Composer {
  readonly #root: Schema
  readonly #writer: Writer
  readonly #dice: Dice

  constructor(root: Schema, writer: Writer, dice: Dice) {
    this.#root = root
    this.#writer = writer
    this.#dice = dice
  }

  value(given: unknown, field: string, depth: number): unknown {
    if (given === false || depth > depthMax) return null
    const schema = this.#resolve(isSchema(given) ? given : {}, depth)
    if ("const" in schema) return schema["const"]
    const choices = schema["enum"]
    if (Array.isArray(choices) && choices.length > 0) return this.#choose(choices, field)
    switch (typeOf(schema)) {
      case "object":
        return this.#object(schema, depth)
      case "array":
        return this.#array(schema, field, depth)
      case "integer":
        return this.#number(schema, field, true)
      case "number":
        return this.#number(schema, field, false)
      case "boolean":
        return this.#dice.below(2) === 0
      case "null":
        return null
      default:
        return this.#string(schema, field)
    }
  }

  #resolve(given: Schema, depth: number): Schema {
    let schema = given
    for (let i = 0; i < refsMax; i++) {
      const { $ref: ref, allOf, anyOf, oneOf, ...rest } = schema
      if (typeof ref === "string") {
        schema = merge(lookUp(this.#root, ref) ?? {}, {
          ...rest,
          ...pickDefined({ allOf, anyOf, oneOf })
        })
        continue
      }
      const all = schemasOf(allOf)
      const any = [...schemasOf(anyOf), ...schemasOf(oneOf)]
      if (all.length === 0 && any.length === 0) return schema
      schema = all.reduce(merge, rest)
      if (any.length > 0) schema = merge(schema, this.#alternative(any, depth))
    }
    return schema
  }

  /** Not null where there is a choice; deep down the simplest, which ends a recursion. */
  #alternative(any: ReadonlyArray<Schema>, depth: number): Schema {
    if (depth >= depthShort) {
      return any.find((each) => each["type"] === "null" || "const" in each || "enum" in each) ??
        any.find((each) =>
          each["type"] !== undefined && each["type"] !== "object" && each["type"] !== "array"
        ) ?? any[0]!
    }
    const some = any.filter((each) => each["type"] !== "null")
    return some.length === 0 ? any[0]! : some[this.#dice.below(some.length)]!
  }

  #choose(choices: ReadonlyArray<unknown>, field: string): unknown {
    const fact = this.#writer.fact(field)?.toLowerCase()
    return choices.find((choice) => typeof choice === "string" && choice.toLowerCase() === fact) ??
      choices[this.#dice.below(choices.length)]
  }

  #object(schema: Schema, depth: number): unknown {
    const properties = isSchema(schema["properties"]) ? schema["properties"] : {}
    const required = Array.isArray(schema["required"]) ? schema["required"].map(String) : []
    const names = depth < depthShort
      ? new Set([...Object.keys(properties), ...required])
      : new Set(required)
    const entries = [...names]
      .filter((name) => properties[name] !== false)
      .map((name): [string, unknown] => {
        const inner = properties[name] ??
          (isSchema(schema["additionalProperties"]) ? schema["additionalProperties"] : {})
        return [name, this.value(inner, name, depth + 1)]
      })
    return Object.fromEntries(entries)
  }

  #array(schema: Schema, field: string, depth: number): unknown {
    const prefix = Array.isArray(schema["prefixItems"]) ? schema["prefixItems"] : []
    const min = numberOf(schema["minItems"]) ??
      (depth < depthShort ? Math.max(1, prefix.length) : 0)
    const room = schema["items"] === false ? prefix.length : itemsMax
    const max = Math.max(min, Math.min(numberOf(schema["maxItems"]) ?? min + 2, room))
    const count = depth < depthShort ? { min, max } : { min, max: min }
    const inner = this.#resolve(isSchema(schema["items"]) ? schema["items"] : {}, depth + 1)
    if (prefix.length > 0 || schema["uniqueItems"] === true || min > itemsMax) {
      const more = Array<unknown>(Math.max(0, min - prefix.length)).fill(schema["items"])
      return this.#each([...prefix, ...more], field, depth, min)
    }
    if (isFreeText(inner)) return this.#texts(schema, inner, field, count)
    return this.#questions(inner, field, depth, count) ??
      this.#each(
        Array<unknown>(Math.min(count.max, Math.max(1, min))).fill(inner),
        field,
        depth,
        min
      )
  }

  /** One value for each schema, and more of the last while two that are the same may not be. */
  #each(schemas: ReadonlyArray<unknown>, field: string, depth: number, min: number): unknown {
    const items: Array<unknown> = []
    const seen = new Set<string>()
    for (let tries = 0; items.length < schemas.length && tries < schemas.length * 20; tries++) {
      const item = this.value(schemas[items.length], field, depth + 1)
      const key = JSON.stringify(item)
      // The same again only where it must be.
      if (seen.has(key) && tries < schemas.length * 5) continue
      if (seen.has(key) && items.length >= min) break
      seen.add(key)
      items.push(item)
    }
    return items
  }

  #texts(schema: Schema, inner: Schema, field: string, count: ItemCount): ReadonlyArray<string> {
    const together = readTogether(this.#wordsOn(schema, field))
    const wanted = this.#wanted(inner, field)
    return together === undefined
      ? this.#writer.list(wanted, count)
      : this.#writer.shared({ ...wanted, soft: together }, count)
  }

  /** Objects of a question and its answer; undefined for others. */
  #questions(inner: Schema, field: string, depth: number, count: ItemCount): unknown {
    const properties = isSchema(inner["properties"]) ? inner["properties"] : {}
    const names = Object.keys(properties)
    const question = names.find((name) => /question$/i.test(name))
    const answer = names.find((name) => name !== question && isFreeText(toSchema(properties[name])))
    if (question === undefined || answer === undefined || depth >= depthShort) return undefined
    const asked = toSchema(properties[question])
    if (!isFreeText(asked) || "minLength" in asked || "maxLength" in asked) return undefined
    const { hard, soft } = this.#wanted(toSchema(properties[answer]), answer)
    const ask = this.#writer.asked(field) ?? ""
    const wanted = { name: field, ask, hard, soft: readLength(ask) ?? soft }
    return this.#writer.pairs(wanted, count).map((pair) =>
      Object.fromEntries(names.map((name) => [
        name,
        name === question
          ? pair.question
          : name === answer
          ? pair.answer
          : this.value(properties[name], name, depth + 2)
      ]))
    )
  }

  /** What the description and the prompt say of the field. */
  #wordsOn(schema: Schema, field: string): string {
    const described = schema["description"]
    return `${typeof described === "string" ? described : ""}\n${this.#writer.asked(field) ?? ""}`
  }

  #wanted(schema: Schema, field: string): Wanted {
    const ask = this.#wordsOn(schema, field)
    const hard: Bounds = {
      ...anyLength,
      minChars: numberOf(schema["minLength"]) ?? 0,
      maxChars: numberOf(schema["maxLength"]) ?? Infinity
    }
    return { name: field, ask, hard, soft: readLength(ask) ?? anyLength }
  }

  #number(schema: Schema, field: string, isWhole: boolean): number {
    const fact = this.#writer.fact(field)
    const known = [...(fact === undefined ? [] : [Number(fact)]), ...this.#writer.numbers]
    return numberAnswer(schema, isWhole, known)
  }

  #string(schema: Schema, field: string): string {
    const format = formats[String(schema["format"])]
    if (format !== undefined) return format
    const wanted = this.#wanted(schema, field)
    const pattern = schema["pattern"]
    if (typeof pattern !== "string") {
      return inParagraphs(this.#writer.text(wanted), readParagraphs(wanted.ask))
    }
    return this.#matching(pattern, field, wanted.hard) ?? this.#writer.text(wanted)
  }

  /** A fact of that name where it matches, for it is what was asked for; otherwise a sample. */
  #matching(pattern: string, field: string, { maxChars, minChars }: Bounds): string | undefined {
    const fact = this.#writer.fact(field)
    try {
      if (
        fact !== undefined && fact.length >= minChars && fact.length <= maxChars &&
        new RegExp(pattern, "u").test(fact)
      ) {
        return fact
      }
    } catch {
      return undefined
    }
    return samplePattern(pattern, minChars, maxChars, this.#dice)
  }
}

const pickDefined = (fields: Schema): Schema =>
  Object.fromEntries(Object.entries(fields).filter(([, value]) => value !== undefined))

/** Composes the value; the same schema, writer and dice give the same one. */
export const composeValue = (schema: Schema, writer: Writer, dice: Dice): unknown =>
  new Composer(schema, writer, dice).value(schema, "", 0)
