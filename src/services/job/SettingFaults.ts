// Values checked against a settings schema, every fault said at once: key, value, what is allowed, what was meant.
import * as Predicate from "effect/Predicate"
import * as Result from "effect/Result"
import * as Schema from "effect/Schema"
import type * as SchemaAST from "effect/SchemaAST"
import type * as SchemaIssue from "effect/SchemaIssue"
import { nearest } from "../Nearest.ts"

export type KeyPath = ReadonlyArray<PropertyKey>

export interface SettingFault {
  readonly path: KeyPath
  readonly message: string
}

const shownCharsMax = 60

/** A key of the API, or a URL with a password in it. */
export const looksSecret = (value: string): boolean => /\bsk-[\w-]{16,}|:\/\/[^/\s]*@/.test(value)

const secretKey =
  /apikey|secret|password|authorization|bearer|credential|^(?:access|auth|openai)?(?:token|key)$/

export const secretAdvice =
  "secrets do not belong in a job; remove it, set the environment variable OPENAI_API_KEY, " +
  "and renew the key if the file was shared"

/** `models.base.name`, `qa[2].field`. */
export const keyOf = (path: KeyPath): string =>
  path.map((part, index) =>
    typeof part === "number" ? `[${part}]` : `${index === 0 ? "" : "."}${String(part)}`
  ).join("")

/** A value as it may be shown: short, and never a secret. */
export const shown = (value: unknown): string => {
  // JSON would show an infinite number as null.
  const text = typeof value === "number" ? String(value) : JSON.stringify(value) ?? String(value)
  if (looksSecret(text)) return "(hidden)"
  return text.length > shownCharsMax ? `${text.slice(0, shownCharsMax)}…` : text
}

const valueAt = (value: unknown, path: KeyPath): unknown =>
  path.reduce((inner, key) => Predicate.hasProperty(inner, key) ? inner[key] : undefined, value)

/** What to say of a key that is none of the known ones. */
export const unknownKey = (key: string, known: ReadonlyArray<string>): string => {
  if (secretKey.test(key.toLowerCase().replace(/[_-]/g, ""))) return secretAdvice
  const near = nearest(key, known)
  return near === undefined
    ? `unknown key; known here: ${known.join(", ")}`
    : `unknown key; did you mean "${near}"?`
}

const keysOf = (ast: SchemaAST.AST): ReadonlyArray<string> =>
  ast._tag === "Objects" ? ast.propertySignatures.map(({ name }) => String(name)) : []

const expected = (ast: SchemaAST.AST): string => {
  const words = ast.annotations?.["expected"]
  if (typeof words === "string") return words
  return ast._tag === "Objects"
    ? "a mapping (key: value lines below it)"
    : ast._tag === "Arrays"
    ? "a list"
    : "another value"
}

const collect = (
  issue: SchemaIssue.Issue,
  path: KeyPath,
  root: unknown
): ReadonlyArray<SettingFault> => {
  switch (issue._tag) {
    case "Pointer":
      return collect(issue.issue, [...path, ...issue.path], root)
    case "Composite":
      return issue.issues.flatMap((inner) => collect(inner, path, root))
    case "Encoding":
    case "Filter":
      return collect(issue.issue, path, root)
    case "MissingKey": {
      const message = issue.annotations?.["messageMissingKey"]
      return [{ path, message: typeof message === "string" ? message : "is missing" }]
    }
    case "UnexpectedKey":
      return [{ path, message: unknownKey(String(path.at(-1)), keysOf(issue.ast)) }]
    case "InvalidType":
      return [{ path, message: `is ${shown(valueAt(root, path))}; must be ${expected(issue.ast)}` }]
    case "AnyOf":
    case "Forbidden":
    case "InvalidValue":
    case "OneOf":
      return [{ path, message: `is ${shown(valueAt(root, path))}, which is not allowed` }]
  }
}

/** Decodes the value, or lists all its faults; `at` is where the value stands. */
export const decodeSetting = <A>(
  type: Schema.Decoder<A>,
  value: unknown,
  at: KeyPath = []
): Result.Result<A, ReadonlyArray<SettingFault>> =>
  Schema.decodeUnknownResult(type, { errors: "all", onExcessProperty: "error" })(value).pipe(
    Result.mapError((error) =>
      collect(error.issue, [], value).map(({ message, path }) => ({
        path: [...at, ...path],
        message
      }))
    )
  )
