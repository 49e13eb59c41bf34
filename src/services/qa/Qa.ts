// The judge: an answer against the schema, the job's rules and the facts it was written from.
import * as Context from "effect/Context"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import type { EvidenceBundle } from "../evidence/Evidence.ts"
import type { Completion } from "../generation/Llm.ts"
import type { Item } from "../items/Item.ts"
import { CurrentJob } from "../job/Job.ts"
import type { JudgeNote } from "../judge/JudgeNote.ts"
import { withJudge } from "../judge/JudgeSettings.ts"
import type { RejectCause } from "../master/Reject.ts"
import type { Claim } from "./claims/Claim.ts"
import type { Finding } from "./Finding.ts"
import { makeJudge } from "./Judge.ts"
import { loadRuleTools } from "./LoadRuleTools.ts"
import type { Repair } from "./Repair.ts"
import type { RuleModules, UserRuleError } from "./UserRule.ts"

export type Verdict =
  | {
    readonly _tag: "Accepted"
    readonly content: { readonly [field: string]: unknown }
    readonly warnings: ReadonlyArray<Finding>
    /** What rules of severity `repair` changed in it. */
    readonly repairs: ReadonlyArray<Repair>
    /** What it states, and where that was found; the first hundred. */
    readonly claims: ReadonlyArray<Claim>
    readonly claimsLeftOut: number
    /** What the row calls the item; none where no rule compares pieces. */
    readonly names: ReadonlyArray<string>
    /** What the job's judge said after the rules; absent where it was not to be asked. */
    readonly judge?: JudgeNote
  }
  | {
    readonly _tag: "Rejected"
    readonly cause: Extract<RejectCause, "Truncated" | "Refused" | "Malformed" | "QaFailed">
    readonly findings: ReadonlyArray<Finding>
  }

export class Qa extends Context.Service<Qa, {
  /** Hash of the rule set, and of the judge where there is one, kept with every record. */
  readonly rulesHash: string
  /** Pure and total: any answer, however broken, gets a verdict. */
  readonly judge: (
    item: Item,
    evidence: EvidenceBundle,
    completion: Completion
  ) => Effect.Effect<Verdict>
}>()("inkfast/services/qa/Qa") {
  /** Loads what the rules need; a custom rule that cannot be had ends the run before anything is paid for. */
  static readonly layer: Layer.Layer<Qa, UserRuleError, CurrentJob | RuleModules> = Layer.effect(
    Qa,
    Effect.gen(function*() {
      const { directory, judge: last, outputSchema, rules } = yield* CurrentJob
      const { rulesHash, tools } = yield* loadRuleTools(directory, rules)
      const judge = makeJudge(outputSchema, rules, tools)
      return {
        rulesHash: withJudge(rulesHash, last),
        judge: (item, evidence, completion) => Effect.sync(() => judge(item, evidence, completion))
      }
    })
  )
}
