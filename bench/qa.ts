// QA of a piece with one rule of every kind: time in all, and of each rule by itself.
//
//   node bench/qa.ts [kilobytes] [rounds]      default 5 400
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import { performance } from "node:perf_hooks"
import { makeJudgePiece } from "../src/services/qa/JudgePiece.ts"
import { loadRuleTools } from "../src/services/qa/LoadRuleTools.ts"
import { makeRuleSet, type Rule } from "../src/services/qa/RuleSet.ts"
import { RuleModules } from "../src/services/qa/UserRule.ts"
import { evidenceOf, itemOf, openSchema } from "../test/support/pieces.ts"

const warmUps = 300
const [kilobytes = 5, rounds = 400] = process.argv.slice(2).map(Number)

const sentences = [
  "The course has 36 recorded lessons of about 15 minutes each, and new ones come every month.",
  "Members open the invitation from their mail and set a password of their own.",
  "It costs 24 USD a month and can be cancelled before the next month begins.",
  "Questions about brushes, paper and ink are answered by the teacher on Sundays.",
  "A gallery shows what others made, so that nobody has to begin with an empty page."
]

const textOf = (chars: number, offset: number): string => {
  let text = ""
  for (let n = offset; text.length < chars; n++) {
    text += `${sentences[n % sentences.length]!.replace("The", `The ${n}th`)} `
  }
  return text.trim()
}

const bytes = kilobytes * 1024
const piece = (round: number) => ({
  title: `Ink lessons, part ${round}`,
  about: textOf(bytes * 0.5, round),
  details: [0, 1, 2, 3].map((n) => textOf(bytes * 0.06, round + n)),
  faq: [0, 1, 2, 3].map((n) => ({
    question: `What does part ${n} of the course have in it?`,
    answer: textOf(bytes * 0.05, round + n)
  }))
})

const all = { field: "*", severity: "warn" } as const
const rules: ReadonlyArray<Rule> = [
  { rule: "length", ...all, minChars: 2, maxWords: 1_000, minSentences: 1, maxParagraphs: 9 },
  { rule: "cadence", ...all, minMeanWords: 4, maxMeanWords: 40, minSpreadWords: 1 },
  { rule: "complete", ...all },
  {
    rule: "banned",
    ...all,
    phrases: ["guaranteed", "always", "never", "best price", "game changer", "in today's world"],
    patterns: ["\\b(no|zero) risks?\\b"]
  },
  { rule: "required", ...all, phrases: ["lessons"] },
  { rule: "keyword", ...all, phrase: "course", atMost: 50 },
  { rule: "placeholder", ...all },
  { rule: "numbers", ...all },
  { rule: "claims", ...all },
  { rule: "quotes", ...all, field: "/details/*" },
  { rule: "links", ...all },
  { rule: "html", ...all },
  { rule: "markdown", ...all },
  { rule: "language", ...all, language: "en" },
  { rule: "readability", ...all, field: "/about", minEase: 30 },
  { rule: "distinct", ...all, field: "/faq/*/question", minOpeners: 1 },
  { rule: "repetition", ...all },
  { rule: "whitespace", ...all },
  { rule: "quotation", ...all }
]

const evidence = () => evidenceOf(sentences.join(" "), textOf(8_000, 3))

const program = Effect.gen(function*() {
  const ruleSet = makeRuleSet(rules)
  const { tools } = yield* loadRuleTools(".", ruleSet)
  const timed = (own: ReadonlyArray<Rule>) => {
    const judge = makeJudgePiece(openSchema, makeRuleSet(own), tools)
    const pieces = Array.from({ length: rounds }, (_, round) => ({
      content: piece(round),
      evidence: evidence()
    }))
    // As they come out of a journal: flat strings, not the ropes that joining leaves.
    const flat = JSON.parse(JSON.stringify(pieces)) as typeof pieces
    const item = itemOf()
    // A run judges thousands: what the first few cost the compiler is no part of a piece's cost.
    for (const { content, evidence: own } of flat.slice(0, warmUps)) {
      judge(item, { ...own }, content)
    }
    const before = process.cpuUsage()
    const times = flat.map(({ content, evidence: bundle }) => {
      const start = performance.now()
      judge(item, { ...bundle }, content)
      return performance.now() - start
    }).sort((a, b) => a - b)
    const { system, user } = process.cpuUsage(before)
    return { cpuMs: (user + system) / 1_000 / rounds, medianMs: times[rounds >> 1]! }
  }
  process.stdout.write(
    `a piece of ${
      JSON.stringify(piece(0)).length
    } bytes, evidence of ${evidence().text.length} characters, ` +
      `${rounds} of them; CPU on average, collections included, and the median by the clock\n`
  )
  const show = (name: string, own: ReadonlyArray<Rule>) => {
    const { cpuMs, medianMs } = timed(own)
    process.stdout.write(
      `${name.padEnd(14)} ${cpuMs.toFixed(3)} ms of CPU  ${medianMs.toFixed(3)} ms by the clock\n`
    )
  }
  show("all of them", rules)
  for (const rule of rules) show(rule.rule, [rule])
})

await Effect.runPromise(Effect.provide(program, Layer.mock(RuleModules)({})))
