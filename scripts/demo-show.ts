// What the demo shows of its results: two records, and what the fake server's ledger says.
import * as fs from "node:fs"
import { styleText } from "node:util"

// styleText heeds NO_COLOR and a standard output that is no terminal.
export const bold = (text: string): string => styleText("bold", text, { stream: process.stderr })
export const dim = (text: string): string => styleText("dim", text, { stream: process.stderr })

export const title = (text: string): void => {
  process.stderr.write(`\n${bold(text)}\n`)
}

interface Page {
  readonly slug: string
  readonly title: string
  readonly summary: string
  readonly whatFor: string
  readonly keyFacts: ReadonlyArray<string>
  readonly installLine: string
  readonly licence: string
  readonly faq: ReadonlyArray<{ readonly question: string; readonly answer: string }>
  readonly _meta: {
    readonly model: string
    readonly rung: number
    readonly attempt: number
    readonly costUsd: number
    readonly acceptedAt: string
  }
}

/** Lines that are whole; an unterminated last one is not looked at. */
const linesOf = (file: string): ReadonlyArray<string> =>
  fs.existsSync(file) ? fs.readFileSync(file, "utf8").split("\n").slice(0, -1) : []

const width = Math.max(40, Math.min(100, process.stdout.columns ?? 100))

const wrapped = (text: string, indent: string): string => {
  const lines: Array<string> = []
  let line = indent
  for (const word of text.split(/\s+/)) {
    if (line.length + 1 + word.length > width && line.trim() !== "") {
      lines.push(line)
      line = " ".repeat(indent.length)
    }
    line += line.trim() === "" || line.endsWith(" ") ? word : ` ${word}`
  }
  return [...lines, line].join("\n")
}

const pageText = (
  { _meta: meta, faq, installLine, keyFacts, licence, slug, summary, title, whatFor }: Page
): string =>
  [
    bold(wrapped(title, "")),
    wrapped(summary, "  "),
    wrapped(whatFor, "  "),
    ...keyFacts.map((fact) => wrapped(fact, "  - ")),
    `  $ ${installLine}    licence: ${licence}`,
    ...faq.slice(0, 1).map(({ answer, question }) => wrapped(`${question} ${answer}`, "  ")),
    dim(wrapped(
      `${slug}: ${meta.model}, rung ${meta.rung}, call ${meta.attempt}, $${
        meta.costUsd.toFixed(6)
      }, accepted ${meta.acceptedAt}`,
      "  "
    )),
    ""
  ].join("\n")

/** The page with most to say. */
const fullest = (pages: ReadonlyArray<Page>): Page | undefined =>
  pages.toSorted((a, b) => lengthOf(b) - lengthOf(a))[0]

const lengthOf = ({ keyFacts, summary, whatFor }: Page): number =>
  [summary, whatFor, ...keyFacts].join(" ").length

/** One that the base model wrote, and one that QA sent up to the strong model, where there is one. */
export const showRecords = (file: string): void => {
  const pages = linesOf(file).map((line) => JSON.parse(line) as Page)
  const first = fullest(pages.filter(({ _meta: meta }) => meta.rung === 0))
  const escalated = fullest(pages.filter(({ _meta: meta }) => meta.rung > 0))
  for (const page of [first, escalated]) {
    if (page !== undefined) process.stdout.write(`${pageText(page)}\n`)
  }
}

interface Call {
  readonly slug: string
  readonly model: string
}

interface Billed extends Call {
  /** SHA-256 of what was asked. */
  readonly body: string
}

const callKey = ({ model, slug }: Call): string => `${model} ${slug}`

/**
 * The server's side: how often it was paid, and whether any request was paid for twice. That may be so only where a run
 * was killed while the first answer was on its way, and then the call is one of `atRisk`. Answers whether it is.
 */
export const showLedger = (file: string, atRisk: ReadonlyArray<Call>): boolean => {
  const billed = linesOf(file).map((line) => JSON.parse(line) as Billed)
  const models = [...Map.groupBy(billed, ({ model }) => model)].map(([model, calls]) =>
    `${calls.length} ${model}`
  )
  const again = billed.length - new Set(billed.map(({ body }) => body)).size
  const listed = Map.groupBy(atRisk, callKey)
  const unlisted = [...Map.groupBy(billed, callKey)].filter(([key, calls]) =>
    calls.length - new Set(calls.map(({ body }) => body)).size > (listed.get(key)?.length ?? 0)
  )
  process.stdout.write(`${billed.length} calls billed: ${models.join(", ")}\n`)
  if (again === 0) process.stdout.write("no request was paid for twice\n")
  else if (unlisted.length === 0) {
    process.stdout.write(
      `${again} requests were paid for again: in flight when a run was killed, each one listed as at risk by inkfast status\n`
    )
  } else {
    process.stdout.write(
      `PAID TWICE, and not listed as at risk: ${unlisted.map(([key]) => key).join(", ")}\n`
    )
  }
  return unlisted.length === 0
}
