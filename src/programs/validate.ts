// A job held against itself and its input, for nothing: prompt, schema, rules and columns. Calls nobody, writes nothing.
import * as Effect from "effect/Effect"
import * as Stream from "effect/Stream"
import type { Item } from "../services/items/Item.ts"
import type { ItemSource } from "../services/items/ItemSource.ts"
import { CurrentJob } from "../services/job/Job.ts"
import type { Job } from "../services/job/Job.ts"
import { withJudge } from "../services/judge/JudgeSettings.ts"
import { loadRuleTools } from "../services/qa/LoadRuleTools.ts"
import { unknownColumns } from "./validate/columnFaults.ts"
import type { Unplaced } from "./validate/asked.ts"
import { rangeText } from "./validate/bounds.ts"
import type { Contradiction } from "./validate/Contradiction.ts"
import { contradictionsOf } from "./validate/contradictions.ts"
import { bannedKeywords } from "./validate/counts.ts"
import { standIn } from "./validate/standIn.ts"

/** Columns and variables that do not fit each other, told once, with how many rows it concerns. */
export interface ColumnFault {
  readonly message: string
  readonly rows: number
  /** The first of these rows. */
  readonly file: string
  readonly line: number
}

export interface ValidateReport {
  readonly ok: boolean
  readonly contradictions: ReadonlyArray<Contradiction>
  readonly columns: ReadonlyArray<ColumnFault>
  /** What prompt and descriptions were understood to ask for: "4 to 6 items" of `/steps`. What is not here was not checked. */
  readonly asked: ReadonlyArray<
    { readonly field: string; readonly amount: string; readonly by: string }
  >
  /** Amounts of the prompt that belong to no field which could be told: not checked either. */
  readonly unplaced: ReadonlyArray<Unplaced>
  /** Settings that stand there and change nothing. */
  readonly warnings: ReadonlyArray<string>
  /** Rows for which the prompt was rendered. */
  readonly rows: number
  /** False where no row could be rendered: what the prompt asks for is then not known. */
  readonly isPromptRead: boolean
  readonly rulesHash: string
}

/** Rendering more rows tells little more. */
const rowsMax = 20_000
const faultsMax = 50

/** A share of no budget is no bound. */
const withoutEffect = (job: Job): ReadonlyArray<string> =>
  job.itemBudgetNanoUsd !== null || job.runBudgetNanoUsd !== null || job.totalBudgetNanoUsd !== null
    ? []
    : job.rungs.filter(({ budgetShare }) => budgetShare !== null).map(({ model }) =>
      `the budgetShare of ${model} has no effect: no budget is set (budget, --item-budget, --budget, --total-budget)`
    )

export const validate = Effect.fnUntraced(function*(source: ItemSource) {
  const job = yield* CurrentJob
  const { rulesHash } = yield* loadRuleTools(job.directory, job.rules)
  const faults = new Map<string, { rows: number; readonly file: string; readonly line: number }>()
  const note = (message: string, { file, line }: Item) => {
    const known = faults.get(message)
    if (known !== undefined) known.rows++
    else if (faults.size < faultsMax) faults.set(message, { rows: 1, file, line })
  }
  const banned = bannedKeywords(job.rules.rules)
  let rows = 0
  let prompt = ""
  const look = (item: Item) =>
    Effect.gen(function*() {
      const rendered = yield* Effect.result(job.prompt.render(item, standIn, undefined))
      if (job.judge !== null) {
        yield* job.judge.prompt.render(item, standIn, {}).pipe(
          Effect.catch(({ detail, file }) => Effect.sync(() => note(`${file}: ${detail}`, item)))
        )
      }
      rows++
      for (const message of banned(item.fields)) note(message, item)
      if (rendered._tag === "Failure") note(rendered.failure.detail, item)
      else if (prompt === "") prompt = rendered.success.map(({ content }) => content).join("\n")
    })
  yield* Stream.runForEach(Stream.take(source.items, rowsMax), look)
  const columns: ReadonlyArray<ColumnFault> = [
    ...[...faults].map(([message, fault]) => ({ message, ...fault })),
    ...(yield* unknownColumns(job, source)).map(({ key, message }) => ({
      message: `${key} ${message}`,
      rows: source.count,
      file: job.input.path,
      line: 1
    }))
  ]
  const { asked, contradictions, unplaced } = contradictionsOf(
    prompt,
    job.prompt.templates,
    job.outputSchema.schema,
    job.rules.rules
  )
  const report: ValidateReport = {
    ok: contradictions.length === 0 && columns.length === 0,
    contradictions,
    columns,
    asked: asked.map((bound) => ({ field: bound.field, amount: rangeText(bound), by: bound.by })),
    unplaced,
    warnings: withoutEffect(job),
    rows,
    isPromptRead: prompt !== "",
    rulesHash: withJudge(rulesHash, job.judge)
  }
  return report
})
