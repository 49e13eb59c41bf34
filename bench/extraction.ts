// Reading a page of HTML: milliseconds of CPU a page and kind of page, from markup to the text of the evidence.
import * as Effect from "effect/Effect"
import { languageOf } from "../src/services/evidence/Language.ts"
import { readHtml } from "../src/services/evidence/html/ReadHtml.ts"
import { contentPages } from "../test/support/pages/contentPages.ts"
import { endlessPages, hostilePages } from "../test/support/pages/hostilePages.ts"
import type { CorpusPage } from "../test/support/pages/Page.ts"
import { readmePages } from "../test/support/pages/readmePages.ts"
import { shopPages } from "../test/support/pages/shopPages.ts"

const rounds = Number(process.argv[2] ?? 20)
const goalMs = 15

const timeOf = async (html: string): Promise<number> => {
  const start = process.threadCpuUsage()
  const { text } = await Effect.runPromise(readHtml(html))
  await Effect.runPromise(languageOf(text))
  const { system, user } = process.threadCpuUsage(start)
  return (system + user) / 1000
}

const median = (times: ReadonlyArray<number>): number =>
  times.toSorted((a, b) => a - b)[Math.floor(times.length / 2)] ?? 0

const kinds: { readonly [kind: string]: ReadonlyArray<CorpusPage> } = {
  "products and articles": contentPages,
  "shops, documentations, blogs": shopPages,
  "hostile pages": hostilePages,
  READMEs: readmePages,
  "endless pages (no goal)": endlessPages
}

const say = (line: string) => process.stdout.write(`${line}\n`)

say(`milliseconds of CPU a page, medians of ${rounds} rounds; the goal is ${goalMs} on average`)
say("| pages | number | KB on average | average | slowest |")
say("| --- | --- | --- | --- | --- |")
for (const [kind, pages] of Object.entries(kinds)) {
  const medians: Array<number> = []
  for (const page of pages) {
    const html = String(page.body)
    const times: Array<number> = []
    // The first ones load the libraries and warm the compiler.
    for (let round = -3; round < rounds; round++) {
      const timeMs = await timeOf(html)
      if (round >= 0) times.push(timeMs)
    }
    medians.push(median(times))
  }
  const average = medians.reduce((sum, each) => sum + each, 0) / medians.length
  const kb = pages.reduce((sum, { body }) => sum + body.length, 0) / pages.length / 1000
  const numbers = [average, Math.max(...medians)].map((ms) => ms.toFixed(1)).join(" | ")
  say(`| ${kind} | ${pages.length} | ${kb.toFixed(1)} | ${numbers} |`)
}
