// A job's rules over the lines of any JSONL file. Calls nobody, writes nothing.
import * as Effect from "effect/Effect"
import { Corpus } from "../services/corpus/Corpus.ts"
import { streamLines } from "../services/durability/Lines.ts"
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
}

export interface QaCheckReport {
  readonly lines: number
  readonly passes: number
  readonly fails: number
  readonly unverified: number
  /** Findings that block, by rule. */
  readonly byRule: { readonly [rule: string]: number }
}

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

/** The rows of the slugs that the file has. */
const rowsOf = Effect.fnUntraced(
  function*(source: ItemSource | undefined, slugs: ReadonlySet<string>) {
    const rows = new Map<string, Item>()
    if (source === undefined) return rows
    yield* Stream.runForEach(source.items, (item) =>
      Effect.sync(() => {
        if (slugs.has(item.slug)) rows.set(item.slug, item)
      }))
    return rows
  }
)

const slugIn = (content: Content | string, line: number): string =>
  typeof content !== "string" && typeof content["slug"] === "string"
    ? content["slug"]
    : `line ${line}`

export interface QaCheckOptions {
  readonly file: string
  /** The job's input, for the facts that pieces are held against; absent: there are none. */
  readonly source: ItemSource | undefined
  readonly onLine: (checked: CheckedLine) => Effect.Effect<void>
}

export const qaCheck = Effect.fnUntraced(function*({ file, onLine, source }: QaCheckOptions) {
  const { directory, outputSchema, rules } = yield* CurrentJob
  const { tools } = yield* loadRuleTools(directory, rules)
  const corpus = yield* Corpus
  const evidence = yield* KnownEvidence
  const judgePiece = makeJudgePiece(outputSchema, rules, tools)
  const namesOf = makeNamesOf(rules.rules)
  const byFacts = judgesByFacts(rules)
  const needsFacts = rules.rules.some(({ id, rule }) => byFacts(id ?? rule))

  const slugs = new Set<string>()
  const lines = Stream.filter(streamLines(file), ({ line }) => !isBlank(line))
  yield* Stream.runForEach(lines, ({ line, lineNumber }) =>
    Effect.sync(() => {
      slugs.add(slugIn(parse(line), lineNumber))
    }))
  const rows = yield* rowsOf(source, slugs)

  const known = (slug: string) => {
    const item = rows.get(slug)
    return item === undefined
      ? Effect.succeed({
        item: { slug, fields: {}, file, line: 0 },
        bundle: noEvidence,
        isWhole: false
      })
      : Effect.map(
        evidence.gather(item),
        ({ bundle, isPartial }) => ({ item, bundle, isWhole: !isPartial })
      )
  }

  const broken = (message: string): JudgedPiece => ({
    content: {},
    blocking: [{ rule: "json", field: "", text: "", message }],
    warnings: [],
    repairs: [],
    claims: [],
    claimsLeftOut: 0
  })

  const byRule: { [rule: string]: number } = {}
  const counts = { passes: 0, fails: 0, unverified: 0 }
  const check = Effect.fnUntraced(function*(line: Uint8Array, lineNumber: number) {
    const parsed = parse(line)
    const slug = slugIn(parsed, lineNumber)
    const { bundle, isWhole, item } = yield* known(slug)
    const content = typeof parsed === "string"
      ? {}
      : withoutLineKeys(parsed)
    const fault = typeof parsed === "string" ? parsed : shapeFault(parsed)
    const judged = fault === undefined ? judgePiece(item, bundle, content) : broken(fault)
    // Without all of the facts, what fact rules find is no finding.
    const sure = isWhole ? judged.blocking : judged.blocking.filter(({ rule }) => !byFacts(rule))
    const admitted = sure.length > 0
      ? { blocking: [], warnings: [] }
      : yield* corpus.admit(slug, judged.content, namesOf(item))
    const findings = [...sure, ...admitted.blocking]
    const outcome = findings.length > 0
      ? "fails"
      : needsFacts && !isWhole
      ? "unverified"
      : "passes"
    counts[outcome]++
    for (const rule of new Set(findings.map((finding) => finding.rule))) {
      byRule[rule] = (byRule[rule] ?? 0) + 1
    }
    yield* onLine({
      line: lineNumber,
      slug,
      outcome,
      findings,
      warnings: [...judged.warnings, ...admitted.warnings]
    })
  })
  yield* Stream.runForEach(lines, ({ line, lineNumber }) => check(line, lineNumber))
  const report: QaCheckReport = {
    lines: counts.passes + counts.fails + counts.unverified,
    ...counts,
    byRule
  }
  return report
})
