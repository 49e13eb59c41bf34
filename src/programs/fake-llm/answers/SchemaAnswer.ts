// A value that a JSON Schema accepts, filled with texts about the item.
//
// Honoured: type (also a list of them), properties, required, items, prefixItems, min/maxItems, uniqueItems, enum, const,
// min/maxLength, simple patterns, common formats, numeric bounds, multipleOf, anyOf, oneOf, allOf, and local $ref.
// Lengths in words ("10 to 80 characters") count too, from a description or from the prompt's list of fields.
// Not honoured: not, if/then/else, dependencies, patternProperties, contains, references to other documents.
import type { Dice } from "./Dice.ts"
import { readLength, readParagraphs, readTogether } from "./LengthHints.ts"
import { samplePattern } from "./PatternSample.ts"
import type { Schema } from "./SchemaParts.ts"
import { isSchema, lookUp, merge } from "./SchemaParts.ts"
import type { Length, Writer } from "./Writer.ts"

/** From here on optional properties are left out and lists kept short: a schema may be recursive. */
const depthShort = 6
const depthMax = 24
const itemsMax = 50
const listLong = 3
const refsMax = 32

const schemasOf = (value: unknown): ReadonlyArray<Schema> =>
  Array.isArray(value) ? value.filter(isSchema) : []

const numberOf = (value: unknown): number | undefined =>
  typeof value === "number" ? value : undefined

class Composer {
  readonly #root: Schema
  readonly #writer: Writer
  readonly #dice: Dice

  constructor(root: Schema, writer: Writer, dice: Dice) {
    this.#root = root
    this.#writer = writer
    this.#dice = dice
  }

  value(given: unknown, field: string, depth: number, index: number): unknown {
    if (given === false || depth > depthMax) return null
    const schema = this.#resolve(isSchema(given) ? given : {}, depth)
    if ("const" in schema) return schema["const"]
    const choices = schema["enum"]
    if (Array.isArray(choices) && choices.length > 0) return this.#choose(choices, field)
    switch (this.#typeOf(schema)) {
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
        return this.#string(schema, field, index)
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

  #typeOf(schema: Schema): string {
    const { type } = schema
    if (typeof type === "string") return type
    if (Array.isArray(type)) return String(type.find((each) => each !== "null") ?? "null")
    if ("properties" in schema || "required" in schema) return "object"
    if ("items" in schema || "prefixItems" in schema || "minItems" in schema) return "array"
    if ("minimum" in schema || "maximum" in schema || "multipleOf" in schema) return "number"
    return "string"
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
        return [name, this.value(inner, name, depth + 1, this.#listIndex)]
      })
    return Object.fromEntries(entries)
  }

  /** Which item of the innermost list is being written: the fields of a listed object differ by it. */
  #listIndex = 0

  #array(schema: Schema, field: string, depth: number): unknown {
    const prefix = Array.isArray(schema["prefixItems"]) ? schema["prefixItems"] : []
    const min = numberOf(schema["minItems"]) ??
      (depth < depthShort ? Math.max(1, prefix.length) : 0)
    const room = schema["items"] === false ? prefix.length : itemsMax
    const max = Math.max(min, Math.min(numberOf(schema["maxItems"]) ?? min + 2, room))
    // A list that must be long anyway gets no longer: the material has to last for all of them.
    const count = depth < depthShort && min < listLong
      ? Math.min(max, min + this.#dice.below(Math.min(3, max - min + 1)))
      : Math.min(min, max)
    const outerShare = this.#share
    this.#share = this.#shareOf(schema, field, count)
    const items: Array<unknown> = []
    const seen = new Set<string>()
    const outer = this.#listIndex
    const distinct = schema["uniqueItems"] === true
    for (let i = 0, tries = 0; i < count && tries < count * 20; tries++) {
      this.#listIndex = i
      const item = this.value(prefix[i] ?? schema["items"], field, depth + 1, i)
      const key = JSON.stringify(item)
      // Thin evidence repeats itself: a few more tries, then fewer items, and the same again only where it must be.
      if (seen.has(key) && (distinct || tries < count * 5)) continue
      if (seen.has(key) && i >= min) break
      seen.add(key)
      items.push(item)
      i++
    }
    this.#listIndex = outer
    this.#share = outerShare
    return items
  }

  /** What each text of the list has to have, where a length is asked for all of them together. */
  #share: Length | undefined

  #shareOf(schema: Schema, field: string, count: number): Length | undefined {
    const whole = readTogether(this.#wordsOn(schema, field))
    if (whole === undefined || count === 0) return undefined
    return { min: Math.ceil(whole.min / count), max: Math.floor(whole.max / count) }
  }

  /** What the description and the prompt say of the field. */
  #wordsOn(schema: Schema, field: string): string {
    const described = schema["description"]
    return `${typeof described === "string" ? described : ""}\n${this.#writer.asked(field) ?? ""}`
  }

  #number(schema: Schema, field: string, whole: boolean): number {
    const step = numberOf(schema["multipleOf"])
    const unit = whole ? Math.max(1, step ?? 1) : step ?? 1e-6
    const above = numberOf(schema["exclusiveMinimum"])
    const below = numberOf(schema["exclusiveMaximum"])
    const min = Math.max(
      numberOf(schema["minimum"]) ?? -Infinity,
      above === undefined ? -Infinity : above + unit
    )
    const max = Math.min(
      numberOf(schema["maximum"]) ?? Infinity,
      below === undefined ? Infinity : below - unit
    )
    const fits = (n: number): boolean =>
      Number.isFinite(n) && n >= min && n <= max && (!whole || Number.isInteger(n)) &&
      (step === undefined || Number.isInteger(n / step))
    const fact = this.#writer.fact(field)
    const known = [...(fact === undefined ? [] : [Number(fact)]), ...this.#writer.numbers].find(
      fits
    )
    if (known !== undefined) return known
    const low = Number.isFinite(min) ? min : Number.isFinite(max) ? Math.min(0, max) : 0
    const round = step ?? (whole ? 1 : undefined)
    return round === undefined ? low : Number((Math.ceil(low / round) * round).toPrecision(12))
  }

  #string(schema: Schema, field: string, index: number): string {
    const length = this.#length(schema, field)
    const format = formats[String(schema["format"])]
    if (format !== undefined) return format
    const pattern = schema["pattern"]
    if (typeof pattern !== "string") {
      return inParagraphs(
        this.#writer.text(field, length, index),
        readParagraphs(this.#wordsOn(schema, field))
      )
    }
    return this.#matching(pattern, field, length) ?? this.#writer.text(field, length, index)
  }

  /** The schema's own bounds; within them, what its description or the prompt asks for in words. */
  #length(schema: Schema, field: string): Length {
    const min = numberOf(schema["minLength"]) ?? 0
    const max = numberOf(schema["maxLength"]) ?? Infinity
    const described = schema["description"]
    const asked = (typeof described === "string" ? readLength(described) : undefined) ??
      this.#share ?? readLength(this.#writer.asked(field) ?? "")
    if (asked === undefined || asked.min > max || asked.max < min) return { min, max }
    return { min: Math.max(min, asked.min), max: Math.min(max, asked.max) }
  }

  /** A fact of that name where it matches, for it is what was asked for; otherwise a sample. */
  #matching(pattern: string, field: string, length: Length): string | undefined {
    const fact = this.#writer.fact(field)
    try {
      if (
        fact !== undefined && fact.length >= length.min && fact.length <= length.max &&
        new RegExp(pattern, "u").test(fact)
      ) {
        return fact
      }
    } catch {
      return undefined
    }
    return samplePattern(pattern, length.min, length.max, this.#dice)
  }
}

/** The sentences shared out among so many paragraphs. */
const inParagraphs = (text: string, paragraphs: number): string => {
  const sentences = text.split(/(?<=[.!?]) (?=\p{Lu})/u)
  if (paragraphs < 2 || sentences.length < paragraphs) return text
  const each = Math.ceil(sentences.length / paragraphs)
  return Array.from(
    { length: paragraphs },
    (_, n) => sentences.slice(n * each, (n + 1) * each).join(" ")
  ).filter((paragraph) => paragraph !== "").join("\n\n")
}

const pickDefined = (fields: Schema): Schema =>
  Object.fromEntries(Object.entries(fields).filter(([, value]) => value !== undefined))

const formats: { readonly [format: string]: string } = {
  "date-time": "2025-01-15T09:30:00Z",
  date: "2025-01-15",
  time: "09:30:00Z",
  email: "info@example.com",
  hostname: "example.com",
  ipv4: "192.0.2.1",
  ipv6: "2001:db8::1",
  uri: "https://example.com/",
  url: "https://example.com/",
  uuid: "3f2b8a54-6c1d-4e7f-9a0b-5d8c2e1f7a36"
}

/** Composes the value; the same schema, writer and dice give the same one. */
export const composeValue = (schema: Schema, writer: Writer, dice: Dice): unknown =>
  new Composer(schema, writer, dice).value(schema, "", 0, 0)
