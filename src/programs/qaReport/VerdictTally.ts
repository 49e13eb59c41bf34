// Verdicts counted by draft: one that was judged again, by a later run or a requalification, counts as it was judged last.
import { makeSlugTable } from "../../services/items/SlugTable.ts"
import type { Finding } from "../../services/qa/Finding.ts"

export interface RuleReport {
  readonly rule: string
  /** Rejected drafts that it found something in. */
  readonly rejected: number
  /** Accepted drafts that it warned of. */
  readonly warned: number
  /** Share of all judged drafts in which it blocked nothing. */
  readonly passShare: number
  /** The newest few, with their items. */
  readonly examples: ReadonlyArray<
    { readonly slug: string } & Pick<Finding, "field" | "text" | "message">
  >
}

export interface RungReport {
  readonly rung: number
  readonly judged: number
  readonly accepted: number
  readonly passShare: number
}

export interface VerdictReport {
  /** Drafts with a verdict. */
  readonly judged: number
  readonly accepted: number
  readonly passShare: number
  /** The one that rejects most first. */
  readonly byRule: ReadonlyArray<RuleReport>
  readonly byRung: ReadonlyArray<RungReport>
}

export interface JudgedDraft {
  /** Of its call. */
  readonly id: string
  readonly slug: string
  /** Undefined where the call stands in another journal. */
  readonly rung: number | undefined
  readonly isAccepted: boolean
  readonly findings: ReadonlyArray<Finding>
}

interface Draft {
  readonly rung: number
  isAccepted: boolean
  rules: ReadonlyArray<string>
}

interface Example {
  readonly id: string
  readonly shown: RuleReport["examples"][number]
}

const examplesMax = 3

const shareOf = (part: number, whole: number): number => whole === 0 ? 0 : part / whole

/** Some 100 bytes a draft. */
export class VerdictTally {
  readonly #byId = makeSlugTable()
  readonly #drafts: Array<Draft> = []
  /** Most drafts have the same few sets of findings, or none. */
  readonly #ruleSets = new Map<string, ReadonlyArray<string>>()
  readonly #examples = new Map<string, Array<Example>>()

  add({ findings, id, isAccepted, rung, slug }: JudgedDraft): void {
    const rules = this.#rulesOf(findings)
    const before = this.#byId.add(id, this.#drafts.length)
    const draft = before === undefined ? undefined : this.#drafts[before]
    if (draft === undefined) this.#drafts.push({ rung: rung ?? 0, isAccepted, rules })
    else {
      for (const rule of draft.rules) this.#forget(rule, id)
      draft.isAccepted = isAccepted
      draft.rules = rules
    }
    for (const rule of rules) {
      const finding = findings.findLast((each) => each.rule === rule)
      if (finding !== undefined) this.#show(rule, id, slug, finding)
    }
  }

  get report(): VerdictReport {
    const rules = new Map(
      [...this.#examples.keys()].map((rule) => [rule, { rejected: 0, warned: 0 }])
    )
    const rungs = new Map<number, { judged: number; accepted: number }>()
    let accepted = 0
    for (const draft of this.#drafts) {
      const own = rungs.get(draft.rung) ?? { judged: 0, accepted: 0 }
      rungs.set(draft.rung, own)
      own.judged++
      if (draft.isAccepted) {
        own.accepted++
        accepted++
      }
      for (const rule of draft.rules) {
        const count = rules.get(rule)
        if (count !== undefined) count[draft.isAccepted ? "warned" : "rejected"]++
      }
    }
    const judged = this.#drafts.length
    return {
      judged,
      accepted,
      passShare: shareOf(accepted, judged),
      byRule: [...rules].filter(([, { rejected, warned }]) => rejected + warned > 0)
        .map(([rule, count]) => ({
          rule,
          ...count,
          examples: (this.#examples.get(rule) ?? []).map(({ shown }) => shown),
          passShare: shareOf(judged - count.rejected, judged)
        })).sort((a, b) => b.rejected - a.rejected || b.warned - a.warned),
      byRung: [...rungs].sort(([a], [b]) => a - b).map(([rung, own]) => ({
        rung,
        ...own,
        passShare: shareOf(own.accepted, own.judged)
      }))
    }
  }

  #rulesOf(findings: ReadonlyArray<Finding>): ReadonlyArray<string> {
    const rules = [...new Set(findings.map(({ rule }) => rule))]
    const key = rules.join("\n")
    const known = this.#ruleSets.get(key)
    if (known === undefined) this.#ruleSets.set(key, rules)
    return known ?? rules
  }

  #show(rule: string, id: string, slug: string, { field, message, text }: Finding): void {
    const shown = this.#examples.get(rule) ?? []
    this.#examples.set(
      rule,
      [{ id, shown: { slug, field, text, message } }, ...shown].slice(0, examplesMax)
    )
  }

  #forget(rule: string, id: string): void {
    const shown = this.#examples.get(rule) ?? []
    this.#examples.set(rule, shown.filter((example) => example.id !== id))
  }
}
