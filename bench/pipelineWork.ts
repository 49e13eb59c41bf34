// The work of the pipeline benchmark: the job of examples/packages over made-up rows of the size of real ones.
import * as Effect from "effect/Effect"
import * as fs from "node:fs"
import { fileURLToPath } from "node:url"
import * as NodeDisk from "../src/layers/NodeDisk.ts"
import { bundle } from "../src/services/evidence/Bundle.ts"
import type { ChatMessage } from "../src/services/generation/Llm.ts"
import type { Job } from "../src/services/job/Job.ts"
import { loadJob } from "../src/services/job/LoadJob.ts"
import { applyOverrides } from "../src/services/job/Overrides.ts"
import { makeRuleSet } from "../src/services/qa/RuleSet.ts"

/** An answer that the example's schema and rules accept: every number in it stands in every row. */
export const answer = {
  title: "streamline: bounded work queues for Node.js",
  summary:
    "A small library that runs asynchronous work with a bound on how much is in flight. It keeps the order " +
    "of results where that is asked for, and reports every failure together with the piece of work it belongs to.",
  whatFor:
    "For services and scripts that call something slow or limited, such as a database, a remote endpoint or " +
    "a disk, and must not start everything at once. Importers, crawlers and migration scripts are typical users. It " +
    "needs Node.js 18 or newer and has 3 dependencies of its own.",
  keyFacts: [
    "Runs on Node.js 18 and newer, as an ES module",
    "The default bound is 16 pieces of work in flight",
    "Version 4.2.1 is described here; it has 3 dependencies",
    "Results come in the order of the input unless told otherwise"
  ],
  installLine: "npm install streamline-queue",
  licence: "MIT",
  faq: [
    {
      question: "Does it retry work that failed?",
      answer:
        "No. A failure is reported with the work it belongs to, and whether to try again is left to the caller."
    },
    {
      question: "What happens when the process is stopped?",
      answer:
        "Work in flight is finished within 30 seconds by default; what was not begun is reported as skipped."
    },
    {
      question: "Can the bound be changed while it runs?",
      answer:
        "Yes. A new bound counts from the next piece of work on, and nothing in flight is cut off."
    }
  ]
}

const readme = `# streamline

Bounded work queues for Node.js: at most so much in flight, results in order, no failure lost.

## Install

    npm install streamline-queue

## Use

    import { queue } from "streamline-queue"

    const results = await queue(urls, { bound: 16 }, (url) => fetch(url))

The default bound is 16. Results come in the order of the input; with \`ordered: false\` they come as they are ready,
which needs less memory when some pieces of work take much longer than others. A piece of work that fails rejects the
queue unless \`onFailure\` is given, which gets the failure and the piece of work it belongs to. Nothing is tried again.

## Stopping

\`queue.stop()\` begins nothing new and waits up to 30 seconds for what is in flight. What was not begun is reported as
skipped. A second call of \`stop()\` waits for nothing.

## Options

- \`bound\`: pieces of work in flight, 16 by default; it can be changed while the queue runs
- \`ordered\`: true by default
- \`onFailure\`: called for each failure
- \`graceMs\`: how long \`stop()\` waits, 30 seconds by default

## Why another one

Most queues of this kind keep every result until the end, start a timer for each piece of work, or lose failures that
come after the first. This one keeps what is asked for, has no timers of its own, and reports every failure. It has 3
dependencies, each of them written for it. It runs on Node.js 18 and newer.
`

interface Row {
  readonly [field: string]: string
}

export const rowOf = (n: number): Row => ({
  slug: `streamline-${n}`,
  name: `streamline-${n}`,
  version: "4.2.1",
  description: `Bounded work queues for Node.js, edition ${n}`,
  licence: "MIT",
  keywords: "queue, concurrency, async, limit, bounded",
  nodeRange: ">=18",
  moduleKind: "ES module",
  commands: "none",
  dependencies: "3: streamline-core, streamline-order, streamline-stop",
  installLine: "npm install streamline-queue",
  readme: `${readme}\nThis is edition ${n} of the package.\n`
})

export const writeRows = (file: string, count: number): void => {
  const handle = fs.openSync(file, "w")
  for (let n = 0; n < count; n += 1000) {
    const rows = Array.from(
      { length: Math.min(1000, count - n) },
      (_, i) => JSON.stringify(rowOf(n + i))
    )
    fs.writeSync(handle, `${rows.join("\n")}\n`)
  }
  fs.closeSync(handle)
}

export interface WorkOptions {
  readonly input: string
  readonly dataDirectory: string
  readonly baseUrl: string
  readonly concurrency: number
}

/** Rules that look at one piece for itself. What comparing with every other piece costs, `bench/nearDuplicates.ts` tells. */
const rulesOfOnePiece = new Set(["length", "required", "banned", "placeholder", "numbers"])

/**
 * The example's prompt, schema, prices and limits, and its rules of length, phrases, placeholders and numbers; the README
 * stands in the row instead of in a file.
 */
export const jobOf = async (
  { baseUrl, concurrency, dataDirectory, input }: WorkOptions
): Promise<Job> => {
  const directory = fileURLToPath(new URL("../examples/packages", import.meta.url))
  const example = await Effect.runPromise(Effect.provide(loadJob(directory), NodeDisk.layer))
  const job = await Effect.runPromise(
    applyOverrides(example, {
      input,
      dataDirectory,
      baseUrl,
      concurrency,
      budgetUsd: 1000,
      consolidateEvery: 0
    })
  )
  const rules = makeRuleSet(job.rules.rules.filter(({ rule }) => rulesOfOnePiece.has(rule)))
  const evidence = { ...job.evidence, fileFields: [], fields: [...job.evidence.fields, "readme"] }
  return { ...job, evidence, rules }
}

/** Some of the prompts that the job makes of its rows, word for word. */
export const promptsOf = (job: Job, count: number): ReadonlyArray<ReadonlyArray<ChatMessage>> =>
  Array.from({ length: count }, (_, n) => {
    const fields = rowOf(n)
    const sources = job.evidence.fields.map((name) =>
      ({
        id: `row:${name}`,
        kind: "row",
        name,
        at: "",
        hash: "",
        text: fields[name] ?? ""
      }) as const
    )
    const item = { slug: fields["slug"] ?? "", file: "rows.jsonl", line: n + 1, fields }
    return Effect.runSync(job.prompt.render(item, bundle(sources, [], [], job.evidence), undefined))
  })
