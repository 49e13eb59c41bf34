// YAML with the places of its faults: the line and column of a syntax error, the line on which a key stands.
import * as Predicate from "effect/Predicate"
import * as Result from "effect/Result"
import * as Yaml from "effect/encoding/Yaml"
import type { KeyPath } from "./SettingFaults.ts"

export interface YamlFault {
  /** From 1. */
  readonly line: number
  readonly message: string
}

const linesOf = (source: string): ReadonlyArray<string> => source.split(/\r\n|\r|\n/)

const parse = (source: string): Result.Result<unknown, string> =>
  Result.try({
    try: () => Yaml.parse(source),
    catch: (error) => error instanceof Error ? error.message : String(error)
  })

/** Above this many lines the beginning of a fault is not searched for: it takes a parse for each line. */
const searchLinesMax = 2000

/** The first line that no whole piece of YAML before it explains: there the construct at fault begins. */
const lineAtFault = (lines: ReadonlyArray<string>): number => {
  if (lines.length > searchLinesMax) return 1
  let good = 0
  for (let count = 1; count <= lines.length; count++) {
    if (Result.isSuccess(parse(lines.slice(0, count).join("\n")))) good = count
  }
  return good + 1
}

/** A null section (`budget:` with nothing below) counts as if it were absent. */
const withoutNulls = (value: unknown): unknown => {
  if (Array.isArray(value)) return value.map(withoutNulls)
  if (!Predicate.isObject(value)) return value
  return Object.fromEntries(
    Object.entries(value).filter(([, inner]) => inner !== null).map((
      [key, inner]
    ) => [key, withoutNulls(inner)])
  )
}

/** Parses the source; keys without a value are left out. */
export const parseYaml = (source: string): Result.Result<unknown, YamlFault> => {
  const parsed = parse(source)
  if (Result.isSuccess(parsed)) return Result.succeed(withoutNulls(parsed.success))
  const lines = linesOf(source)
  const named = / at line (\d+)$/.exec(parsed.failure)
  const offset = / at flow offset (\d+)$/.exec(parsed.failure)
  const line = named === null ? lineAtFault(lines) : Number(named[1])
  const text = lines[line - 1] ?? ""
  const flow = text.search(/[[{]/)
  const inLine = offset === null || flow === -1 ? -1 : flow + Number(offset[1])
  const column = inLine === -1 || inLine > text.length ? text.search(/\S|$/) : inLine
  const what = parsed.failure.replace(/ at (?:line|flow offset) \d+$/, "")
  return Result.fail({ line, message: `not YAML: column ${column + 1}: ${what}` })
}

const escape = (text: string): string => text.replace(/[.*+?^${}()|[\]\\]/g, "\\$&")

const isBlank = (line: string): boolean => /^\s*(?:#|$)/.test(line)

const indentOf = (line: string): number => line.search(/\S|$/)

/** The line of the nth entry of the list that begins below line `from`; undefined for a list in brackets. */
const entryLine = (lines: ReadonlyArray<string>, from: number, nth: number): number | undefined => {
  let indent: number | undefined
  let seen = -1
  for (let index = from + 1; index < lines.length; index++) {
    const line = lines[index]!
    if (isBlank(line)) continue
    const isEntry = /^\s*-(?:\s|$)/.test(line)
    indent ??= isEntry ? indentOf(line) : undefined
    if (indent === undefined || indentOf(line) < indent) return undefined
    if (isEntry && indentOf(line) === indent && ++seen === nth) return index
  }
  return undefined
}

/** The line of a key of the mapping that begins on line `from` or below it. */
const keyLine = (lines: ReadonlyArray<string>, from: number, key: string): number | undefined => {
  const name = `["']?${escape(key)}["']?\\s*:`
  const own = new RegExp(`^\\s*(?:-\\s+)?${name}`)
  if (from >= 0 && new RegExp(`(?:[{,]|^\\s*-)\\s*${name}`).test(lines[from]!)) return from
  const indent = from < 0 ? -1 : indentOf(lines[from]!)
  for (let index = from + 1; index < lines.length; index++) {
    const line = lines[index]!
    if (isBlank(line)) continue
    if (indentOf(line) <= indent) return undefined
    if (own.test(line) && (from >= 0 || indentOf(line) === 0)) return index
  }
  return undefined
}

/** The line (from 1) of a key, or of the nearest one above it that can be found; 0 when there is none. */
export const lineOfKey = (source: string, path: KeyPath): number => {
  const lines = linesOf(source)
  let at = -1
  for (const part of path) {
    const found = typeof part === "number"
      ? entryLine(lines, at, part)
      : keyLine(lines, at, String(part))
    if (found === undefined) break
    at = found
  }
  return at + 1
}
