// The files of a data directory read by other code than the product's: what a line is, who is in it, what was paid.
import * as fs from "node:fs"
import * as path from "node:path"
import { crc32 } from "node:zlib"

export interface Line {
  readonly slug: string
  readonly _tag?: string
  readonly id?: string
  readonly model?: string
  readonly atRiskNanoUsd?: number
  readonly reservedNanoUsd?: number
  readonly costNanoUsd?: number
  readonly completion?: { readonly usage: unknown }
  readonly _meta?: { readonly id: string }
}

const tailBytes = `,"_crc":"xxxxxxxx"}`.length

/** The terminated lines of a file of ours. Throws at one that is not valid (I4); the unterminated end is nobody's yet. */
export const readLines = (file: string): ReadonlyArray<Line> => {
  if (!fs.existsSync(file)) return []
  const bytes = fs.readFileSync(file)
  const lines: Array<Line> = []
  for (let from = 0, n = 1;; n++) {
    const to = bytes.indexOf(0x0a, from)
    if (to === -1) return lines
    const line = bytes.subarray(from, to)
    const crc = line.subarray(line.length - 10, line.length - 2).toString("latin1")
    if (crc32(line.subarray(0, line.length - tailBytes)).toString(16).padStart(8, "0") !== crc) {
      throw new Error(
        `${file}:${n}: the checksum does not hold: ${line.toString("utf8").slice(0, 200)}`
      )
    }
    lines.push(JSON.parse(line.toString("utf8")) as Line)
    from = to + 1
  }
}

export const master = (
  data: string,
  name: "updates" | "successes" | "rejects"
): ReadonlyArray<Line> => readLines(path.join(data, "master", `${name}.jsonl`))

export const idsOf = (lines: ReadonlyArray<Line>): ReadonlySet<string> =>
  new Set(lines.flatMap(({ _meta }) => _meta === undefined ? [] : [_meta.id]))

const journals = (data: string): ReadonlyArray<string> => {
  const raw = path.join(data, "raw")
  return fs.existsSync(raw)
    ? fs.readdirSync(raw).filter((name) => name.endsWith(".jsonl")).map((name) =>
      path.join(raw, name)
    )
    : []
}

/** Every event of every journal. */
export const journalLines = (data: string): ReadonlyArray<Line> => journals(data).flatMap(readLines)

/** Every file below the directory, by its path inside it. */
export const filesIn = (directory: string): ReadonlyArray<string> =>
  fs.existsSync(directory)
    ? fs.readdirSync(directory, { recursive: true, withFileTypes: true })
      .filter((entry) => entry.isFile())
      .map((entry) => path.relative(directory, path.join(entry.parentPath, entry.name)))
      .sort()
    : []

export const tempFilesIn = (directory: string): ReadonlyArray<string> =>
  filesIn(directory).filter((name) => /\.tmp$|\.temp$|~$/.test(name))

/** I1: throws for an id that was acknowledged and is not in both masters. */
export const assertKept = (data: string, acknowledged: ReadonlySet<string>): void => {
  for (const name of ["updates", "successes"] as const) {
    const there = idsOf(master(data, name))
    const lost = [...acknowledged].filter((id) => !there.has(id))
    if (lost.length > 0) {
      throw new Error(`I1: acknowledged and not in ${name}.jsonl: ${lost.join(", ")}`)
    }
  }
}

const callKey = ({ model, slug }: { readonly model?: string; readonly slug: string }): string =>
  `${slug} ${model}`

const counted = <A>(
  values: ReadonlyArray<A>,
  key: (value: A) => string
): ReadonlyMap<string, number> =>
  new Map([...Map.groupBy(values, key)].map(([each, group]) => [each, group.length]))

export interface Call {
  readonly slug: string
  readonly model: string
}

/**
 * I10: what the server billed against what the journals have and what is listed as at risk. Throws where a request body
 * was paid for again without its first call being listed. Answers how many were paid for again.
 */
export const assertPaidOnce = (
  data: string,
  billed: ReadonlyArray<Call & { readonly body: string }>,
  atRisk: ReadonlyArray<Call>
): number => {
  const lines = journalLines(data)
  const intents = new Map(
    lines.filter(({ _tag }) => _tag === "intent").map((line) => [line.id, line])
  )
  const answered = counted(
    lines.filter(({ _tag }) => _tag === "response").map(({ id }) =>
      intents.get(id) ?? { slug: `(no intent ${id})` }
    ),
    callKey
  )
  const risked = counted(atRisk, callKey)
  let again = 0
  for (const [key, calls] of Map.groupBy(billed, callKey)) {
    const answers = answered.get(key) ?? 0
    const risks = risked.get(key) ?? 0
    if (calls.length > answers + risks) {
      throw new Error(
        `I10: ${key}: billed ${calls.length} times, ${answers} answers kept, ${risks} calls listed as at risk`
      )
    }
    const repeated = calls.length - new Set(calls.map(({ body }) => body)).size
    if (repeated > risks) {
      throw new Error(
        `I10: ${key}: one body billed ${repeated + 1} times, ${risks} calls listed as at risk`
      )
    }
    if (answers > calls.length) {
      throw new Error(`${key}: ${answers} answers in the journals, ${calls.length} billed`)
    }
    again += repeated
  }
  return again
}

/** Nanodollars a token, as the sandbox's settings have them. */
const ratesOf: { readonly [model: string]: { readonly input: number; readonly output: number } } = {
  "fake-mini": { input: 1000, output: 2000 },
  "fake-large": { input: 10_000, output: 20_000 }
}

const sumOf = (values: ReadonlyArray<number>): number =>
  values.reduce((sum, value) => sum + value, 0)

export interface BilledCall extends Call {
  readonly inputTokens: number
  readonly outputTokens: number
}

/**
 * I10, to the nanodollar: every amount that the server billed is the cost of an answer in the journals, or that of a call
 * which is listed as at risk with at least as much. Answers what was billed in all.
 */
export const assertBilledIsBooked = (
  data: string,
  billed: ReadonlyArray<BilledCall>,
  atRisk: ReadonlyArray<Call & { readonly maxNanoUsd: number }>
): number => {
  const lines = journalLines(data)
  const intents = new Map(
    lines.filter(({ _tag }) => _tag === "intent").map((line) => [line.id, line])
  )
  const booked = Map.groupBy(
    lines.filter(({ _tag }) => _tag === "response"),
    ({ id, slug }) => callKey(intents.get(id) ?? { slug })
  )
  const costOf = ({ inputTokens, model, outputTokens }: BilledCall): number => {
    const rates = ratesOf[model] ?? { input: Number.NaN, output: Number.NaN }
    return inputTokens * rates.input + outputTokens * rates.output
  }
  for (const [key, calls] of Map.groupBy(billed, callKey)) {
    const lost = calls.map(costOf).sort((a, b) => a - b)
    const answers = booked.get(key) ?? []
    // An answer without a count of its tokens is booked at its worst case.
    const isCounted = ({ completion }: Line): boolean => completion?.usage !== null
    for (const answer of [...answers.filter(isCounted), ...answers.filter((a) => !isCounted(a))]) {
      const { costNanoUsd = -1 } = answer
      const at = isCounted(answer)
        ? lost.indexOf(costNanoUsd)
        : lost.findLastIndex((cost) => cost <= costNanoUsd)
      if (at < 0) throw new Error(`I10: ${key}: ${costNanoUsd} nanodollars are booked, not billed`)
      lost.splice(at, 1)
    }
    const listed = atRisk.filter((call) => callKey(call) === key).map((call) => call.maxNanoUsd)
    for (const cost of lost) {
      const at = listed.findIndex((maxNanoUsd) => maxNanoUsd >= cost)
      if (at < 0) {
        throw new Error(`I10: ${key}: ${cost} nanodollars are billed, neither booked nor at risk`)
      }
      listed.splice(at, 1)
    }
  }
  return sumOf(billed.map(costOf))
}

/**
 * At least what all runs together had spent, reserved or at risk at one moment, as their journals tell. Read twice, since
 * those who live go on between one journal and the next: of the calls that the first reading knows, each at its worst
 * where the second one has no answer either.
 */
export const exposureOf = (data: string, readJournals = journalLines): number => {
  const begun = new Set(
    readJournals(data).flatMap(({ _tag, id }) => _tag === "intent" ? [id] : [])
  )
  const worst = new Map<string, number>()
  for (
    const { _tag, atRiskNanoUsd = 0, costNanoUsd = 0, id = "", reservedNanoUsd = 0 }
      of readJournals(data)
  ) {
    if (!begun.has(id)) continue
    if (_tag === "intent") worst.set(id, reservedNanoUsd)
    if (_tag === "failure") worst.set(id, atRiskNanoUsd)
    if (_tag === "response") worst.set(id, costNanoUsd)
  }
  return sumOf([...worst.values()])
}
