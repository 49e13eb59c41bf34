// A job's rules over the lines of any JSONL file. Calls nobody, writes nothing.
import * as Effect from "effect/Effect"
import * as Option from "effect/Option"
import * as Schema from "effect/Schema"
import { JudgeNote } from "../services/judge/JudgeNote.ts"
import { Corpus } from "../services/corpus/Corpus.ts"
import { streamLines } from "../services/durability/StreamLines.ts"
import type { StreamedLine } from "../services/durability/StreamLines.ts"
import type { EvidenceBundle } from "../services/evidence/Evidence.ts"
import { KnownEvidence } from "../services/evidence/KnownEvidence.ts"
import type { Item } from "../services/items/Item.ts"
import type { ItemSource } from "../services/items/ItemSource.ts"
import { CurrentJob } from "../services/job/Job.ts"
import { withoutLineKeys } from "../services/master/contentOf.ts"
import type { Finding } from "../services/qa/Finding.ts"
import { type JudgedPiece, makeJudgePiece } from "../services/qa/JudgePiece.ts"
import { makeNamesOf } from "../services/qa/ItemNames.ts"
import { loadRuleTools } from "../services/qa/LoadRuleTools.ts"
import { shapeFault } from "../services/qa/Piece.ts"
import { judgesByFacts } from "../services/qa/RuleSet.ts"
import * as Stream from "effect/Stream"
import { makeRowFinder } from "./rowFinder.ts"

/**
 * `unverified`: nothing was found, but rules that hold a piece against its facts had none: the input has no row of that
 * slug, or not all of its evidence is kept.
 */
export interface CheckedLine {
  readonly line: number
  readonly slug: string
  readonly outcome: "passes" | "fails" | "unverified"
  readonly findings: ReadonlyArray<Finding>
  readonly warnings: ReadonlyArray<Finding>
  /** What the line's provenance keeps of the job's judge, where it does: nobody is asked here. */
  readonly judge?: JudgeNote
}

export interface QaCheckReport {
  readonly lines: number
  readonly passes: number
  readonly fails: number
  readonly unverified: number
  /** Findings that block, by rule. */
  readonly byRule: { readonly [rule: string]: number }
}

const decodeNote = Schema.decodeUnknownOption(
  Schema.Struct({ _meta: Schema.Struct({ qa: Schema.Struct({ judge: JudgeNote }) }) })
)

/** As a key of the checked line; none where the line says nothing of a judge. */
const noteIn = (parsed: Content | string): Pick<CheckedLine, "judge"> =>
  Option.match(decodeNote(parsed), {
    onNone: () => ({}),
    onSome: ({ _meta: { qa: { judge } } }) => ({ judge })
  })

type Content = { readonly [field: string]: unknown }

const noEvidence: EvidenceBundle = {
  sources: [],
  misses: [],
  findings: [],
  hash: "",
  text: "",
  outcome: { _tag: "Enough" }
}

const parse = (line: Uint8Array): Content | string => {
  try {
    const value: unknown = JSON.parse(new TextDecoder("utf-8", { fatal: true }).decode(line))
    return typeof value === "object" && value !== null && !Array.isArray(value)
      ? value as Content
      : "it is no JSON object"
  } catch (error) {
    return error instanceof Error ? error.message : String(error)
  }
}

const isBlank = (line: Uint8Array): boolean => line.every((byte) => byte <= 0x20)

const slugIn = (content: Content | string, line: number): string =>
  typeof content !== "string" && typeof content["slug"] === "string"
    ? content["slug"]
    : `line ${line}`

export interface QaCheckOptions {
  readonly file: string
  /** The job's input, for the facts that pieces are held against; absent: there are none. */
  readonly source: ItemSource | undefined
  /** Of a file that others append to: what comes after so many bytes, or ends in no newline, is not there yet. */
  readonly growsFrom?: number | undefined
  readonly onLine: (checked: CheckedLine) => Effect.Effect<void>
}

const broken = (message: string): JudgedPiece => ({
  content: {},
  blocking: [{ rule: "json", field: "", text: "", message }],
  warnings: [],
  repairs: [],
  claims: [],
  claimsLeftOut: 0
})

/** Judges a line by the rules of today, against its row where there is one, and against the pieces before it. */
const makeCheckLine = Effect.fnUntraced(function*(file: string) {
  const { directory, outputSchema, rules } = yield* CurrentJob
  const { tools } = yield* loadRuleTools(directory, rules)
  const corpus = yield* Corpus
  const evidence = yield* KnownEvidence
  const judgePiece = makeJudgePiece(outputSchema, rules, tools)
  const namesOf = makeNamesOf(rules.rules)
  const byFacts = judgesByFacts(rules)
  const needsFacts = rules.rules.some(({ id, rule }) => byFacts(id ?? rule))

  const known = (slug: string, item: Item | undefined) =>
    item === undefined
      ? Effect.succeed({
        item: { slug, fields: {}, file, line: 0 },
        bundle: noEvidence,
        isWhole: false
      })
      : Effect.map(
        evidence.gather(item),
        ({ bundle, isPartial }) => ({ item, bundle, isWhole: !isPartial })
      )

  return Effect.fnUntraced(function*(piece: Piece, row: Item | undefined) {
    const { line, parsed, slug } = piece
    const { bundle, isWhole, item } = yield* known(slug, row)
    const content = typeof parsed === "string" ? {} : withoutLineKeys(parsed)
    const fault = typeof parsed === "string" ? parsed : shapeFault(parsed)
    const judged = fault === undefined ? judgePiece(item, bundle, content) : broken(fault)
    // Without all of the facts, what fact rules find is no finding.
    const sure = isWhole ? judged.blocking : judged.blocking.filter(({ rule }) => !byFacts(rule))
    const admitted = sure.length > 0
      ? { blocking: [], warnings: [] }
      : yield* corpus.admit(slug, judged.content, namesOf(item))
    const findings = [...sure, ...admitted.blocking]
    const checked: CheckedLine = {
      line,
      slug,
      outcome: findings.length > 0 ? "fails" : needsFacts && !isWhole ? "unverified" : "passes",
      findings,
      warnings: [...judged.warnings, ...admitted.warnings],
      ...noteIn(parsed)
    }
    return checked
  })
})

/** A line that was read and not judged yet. */
interface Piece {
  readonly line: number
  readonly slug: string
  readonly parsed: Content | string
}

/** Lines whose rows are looked for at once: about so many, or as many as these bytes hold. */
const windowLines = 8192
const windowBytes = 16 * 1024 * 1024

/** Memory follows a window of lines and their rows, whatever the size of file and input. */
export const qaCheck = Effect.fnUntraced(function*(options: QaCheckOptions) {
  const { file, growsFrom, onLine, source } = options
  const checkLine = yield* makeCheckLine(file)
  const finder = source === undefined ? undefined : yield* makeRowFinder(source)
  const byRule: { [rule: string]: number } = {}
  const counts = { passes: 0, fails: 0, unverified: 0 }

  const judge = Effect.fnUntraced(function*(pieces: ReadonlyArray<Piece>) {
    const rows = yield* finder?.find(new Set(pieces.map(({ slug }) => slug))) ?? Effect.undefined
    for (const piece of pieces) {
      const checked = yield* checkLine(piece, rows?.get(piece.slug))
      counts[checked.outcome]++
      for (const rule of new Set(checked.findings.map((finding) => finding.rule))) {
        byRule[rule] = (byRule[rule] ?? 0) + 1
      }
      yield* onLine(checked)
    }
  })

  let waiting: Array<Piece> = []
  let bytes = 0
  const flush = Effect.suspend(() => {
    const pieces = waiting
    waiting = []
    bytes = 0
    return judge(pieces)
  })
  const isThere = ({ line, offset, terminated }: StreamedLine): boolean =>
    !isBlank(line) && (growsFrom === undefined || (terminated && offset < growsFrom))
  yield* Stream.runForEachArray(
    Stream.filter(streamLines(file), isThere),
    (lines) =>
      Effect.suspend(() => {
        for (const { line, lineNumber } of lines) {
          const parsed = parse(line)
          waiting.push({ line: lineNumber, slug: slugIn(parsed, lineNumber), parsed })
          bytes += line.length
        }
        return waiting.length < windowLines && bytes < windowBytes ? Effect.void : flush
      })
  )
  yield* flush
  const report: QaCheckReport = {
    lines: counts.passes + counts.fails + counts.unverified,
    ...counts,
    byRule
  }
  return report
}, Effect.scoped)
