// The user's output schema (JSON Schema 2020-12) compiled: every answer is checked against it, whatever a server claims.
import { Ajv2020 } from "ajv/dist/2020.js"
import * as Effect from "effect/Effect"
import * as Schema from "effect/Schema"
import { canonicalJson, digest } from "../Digest.ts"
import type { Finding } from "../qa/Finding.ts"
import { schemaFindings } from "./SchemaFindings.ts"

export interface OutputSchema {
  readonly name: string
  readonly schema: { readonly [key: string]: unknown }
  /** SHA-256 of the canonical JSON, first 32 hex digits. */
  readonly hash: string
  /** Findings of rule `schema`, at most 20; none when the value conforms. Total for any JSON value. */
  readonly check: (value: unknown) => ReadonlyArray<Finding>
}

/** A schema file that cannot be used. `place` is a JSON pointer into it, empty where the file as a whole is at fault. */
export class OutputSchemaError
  extends Schema.TaggedError<OutputSchemaError>()("OutputSchemaError", {
    file: Schema.String,
    place: Schema.String,
    detail: Schema.String
  })
{
  override get message(): string {
    return `${this.file}${this.place === "" ? "" : ` at ${this.place}`}: ${this.detail}`
  }
}

type Json = { readonly [key: string]: unknown }

/** Keys of a master line that are not content. */
const reservedKeys = ["slug", "_meta", "_crc"] as const

const isObject = (value: unknown): value is Json =>
  typeof value === "object" && value !== null && !Array.isArray(value)

const fileCharsMax = 1_000_000

class Fault {
  readonly place: string
  readonly detail: string
  constructor(place: string, detail: string) {
    this.place = place
    this.detail = detail
  }
}

const parse = (text: string): Json | Fault => {
  if (text.length > fileCharsMax) {
    return new Fault("", `the schema is longer than ${fileCharsMax} characters`)
  }
  let value: unknown
  try {
    value = JSON.parse(text.replace(/^\uFEFF/, ""))
  } catch (error) {
    return new Fault("", `not JSON: ${error instanceof Error ? error.message : String(error)}`)
  }
  return isObject(value) ? value : new Fault("", "a schema must be a JSON object")
}

/** Where the keyword first stands, so that a typing error can be found. */
const placeOf = (schema: unknown, keyword: string, at = "", depth = 0): string | undefined => {
  if (depth > 100 || typeof schema !== "object" || schema === null) return undefined
  for (const [key, value] of Object.entries(schema)) {
    const here = `${at}/${key.replaceAll("~", "~0").replaceAll("/", "~1")}`
    if (key === keyword) return here
    const below = placeOf(value, keyword, here, depth + 1)
    if (below !== undefined) return below
  }
  return undefined
}

const keysWith = (schema: unknown, prefix: string, found: Set<string>, depth = 0): Set<string> => {
  if (depth > 100 || typeof schema !== "object" || schema === null) return found
  for (const [key, value] of Object.entries(schema)) {
    if (key.startsWith(prefix)) found.add(key)
    keysWith(value, prefix, found, depth + 1)
  }
  return found
}

const shapeFault = (schema: Json): Fault | undefined => {
  const dialect = schema["$schema"]
  if (dialect !== undefined && dialect !== "https://json-schema.org/draft/2020-12/schema") {
    return new Fault(
      "/$schema",
      `${JSON.stringify(dialect)} is not supported; remove the line or name ` +
        "\"https://json-schema.org/draft/2020-12/schema\""
    )
  }
  if (schema["type"] !== "object") {
    return new Fault(
      "/type",
      "a record is an object, so the schema must say \"type\": \"object\" at the top"
    )
  }
  if (schema["$async"] !== undefined) {
    return new Fault("/$async", "$async is not JSON Schema; remove it")
  }
  for (const key of reservedKeys) {
    if (isObject(schema["properties"]) && Object.hasOwn(schema["properties"], key)) {
      return new Fault(
        `/properties/${key}`,
        `"${key}" is written by Inkfast beside the content; remove or rename it`
      )
    }
    if (Array.isArray(schema["required"]) && schema["required"].includes(key)) {
      return new Fault(
        "/required",
        `"${key}" is written by Inkfast beside the content; remove it from the list`
      )
    }
  }
  return undefined
}

const explain = (error: unknown, schema: Json): Fault => {
  const message = error instanceof Error ? error.message : String(error)
  const unknownKeyword = /unknown keyword: "([^"]+)"/.exec(message)?.[1]
  if (unknownKeyword !== undefined) {
    return new Fault(
      placeOf(schema, unknownKeyword) ?? "",
      `JSON Schema has no keyword "${unknownKeyword}"; correct it, or begin its name with "x-" if it is a note`
    )
  }
  const missing = error instanceof Error && "missingRef" in error
    ? String(error.missingRef)
    : undefined
  if (missing !== undefined) {
    return new Fault(
      placeOf(schema, "$ref") ?? "",
      `$ref "${missing}" is not in this file; references are never ` +
        "fetched, so put what it names under \"$defs\" and write \"#/$defs/…\""
    )
  }
  const invalid = /^schema is invalid: data(\/\S*)? (.*)$/s.exec(message)
  if (invalid !== null) {
    return new Fault(invalid[1] ?? "", (invalid[2] ?? "").split(", data")[0] ?? message)
  }
  return new Fault("", message)
}

/** Names of schemas must match `^[A-Za-z0-9_-]{1,64}$` for OpenAI. */
const nameOf = (file: string, schema: Json): string => {
  const title = typeof schema["title"] === "string" ? schema["title"] : ""
  const base = title !== ""
    ? title
    : file.slice(file.lastIndexOf("/") + 1).replace(/(?:\.schema)?\.json$/i, "")
  const name = base.normalize("NFKD").replace(/[^A-Za-z0-9_-]+/g, "_").replace(/^_+|_+$/g, "")
    .slice(0, 64)
  return name === "" ? "output" : name
}

const reservedFindings = (value: unknown): ReadonlyArray<Finding> =>
  !isObject(value) ? [] : reservedKeys.filter((key) => Object.hasOwn(value, key)).map((key) => ({
    rule: "schema",
    field: `/${key}`,
    text: key,
    message: `"${key}" is not a content field; leave it out`
  }))

const compile = (file: string, text: string): OutputSchema | Fault => {
  const schema = parse(text)
  if (schema instanceof Fault) return schema
  const fault = shapeFault(schema)
  if (fault !== undefined) return fault
  try {
    const ajv = new Ajv2020({
      allErrors: true,
      strictSchema: true,
      strictTypes: false,
      strictTuples: false,
      // A format is a note to the model; none is enforced, so an unknown one is no error.
      validateFormats: false,
      logger: false
    })
    for (const key of keysWith(schema, "x-", new Set())) ajv.addKeyword(key)
    const validate = ajv.compile(schema)
    const check = (value: unknown): ReadonlyArray<Finding> => {
      const reserved = reservedFindings(value)
      let conforms: boolean
      try {
        conforms = validate(value)
      } catch (error) {
        // A recursive schema over a very deep value runs out of stack.
        return [{
          rule: "schema",
          field: "",
          text: "",
          message: `the value cannot be checked: ${String(error)}`
        }]
      }
      return conforms
        ? reserved
        : [...reserved, ...schemaFindings(value, validate.errors ?? [])].slice(0, 20)
    }
    return { name: nameOf(file, schema), schema, hash: digest(canonicalJson(schema)), check }
  } catch (error) {
    return explain(error, schema)
  }
}

/** Compiles the text of a schema file. Nothing is fetched; `file` is only named in messages. */
export const compileOutputSchema = (
  file: string,
  text: string
): Effect.Effect<OutputSchema, OutputSchemaError> =>
  Effect.suspend(() => {
    const result = compile(file, text)
    return result instanceof Fault
      ? Effect.fail(new OutputSchemaError({ file, place: result.place, detail: result.detail }))
      : Effect.succeed(result)
  })
