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
  /** In how many of these drafts it found something in each field, list positions as `*`; the most first. */
  readonly fields: ReadonlyArray<{ readonly field: string; readonly drafts: number }>
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

/** What rules found in a draft: which rule, and in which fields. */
interface Found {
  readonly rule: string
  readonly fields: ReadonlyArray<string>
}

interface Draft {
  readonly rung: number
  isAccepted: boolean
  found: ReadonlyArray<Found>
}

interface Example {
  readonly id: string
  readonly shown: RuleReport["examples"][number]
}

const examplesMax = 3
const fieldsMax = 10

// `/faq/2/answer` is `/faq/*/answer`: rules of one kind that have no ids of their own are told apart by it.
const patternOf = (pointer: string): string => pointer.replace(/\/\d+(?=\/|$)/g, "/*")

const foundBy = (findings: ReadonlyArray<Finding>): ReadonlyArray<Found> =>
  [...Map.groupBy(findings, ({ rule }) => rule)].map(([rule, own]) => ({
    rule,
    fields: [...new Set(own.map(({ field }) => patternOf(field)))].filter((field) => field !== "")
  }))

const shareOf = (part: number, whole: number): number => whole === 0 ? 0 : part / whole

/** Some 100 bytes a draft. */
export class VerdictTally {
  readonly #byId = makeSlugTable()
  readonly #drafts: Array<Draft> = []
  /** Most drafts have the same few sets of findings, or none. */
  readonly #sets = new Map<string, ReadonlyArray<Found>>()
  readonly #examples = new Map<string, Array<Example>>()

  add({ findings, id, isAccepted, rung, slug }: JudgedDraft): void {
    const found = this.#foundIn(findings)
    const before = this.#byId.add(id, this.#drafts.length)
    const draft = before === undefined ? undefined : this.#drafts[before]
    if (draft === undefined) this.#drafts.push({ rung: rung ?? 0, isAccepted, found })
    else {
      for (const { rule } of draft.found) this.#forget(rule, id)
      draft.isAccepted = isAccepted
      draft.found = found
    }
    for (const { rule } of found) {
      const finding = findings.findLast((each) => each.rule === rule)
      if (finding !== undefined) this.#show(rule, id, slug, finding)
    }
  }

  get report(): VerdictReport {
    const rules = new Map(
      [...this.#examples.keys()].map((rule) => [
        rule,
        { rejected: 0, warned: 0, fields: new Map<string, number>() }
      ])
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
      for (const { fields, rule } of draft.found) {
        const count = rules.get(rule)
        if (count === undefined) continue
        count[draft.isAccepted ? "warned" : "rejected"]++
        for (const field of fields) count.fields.set(field, (count.fields.get(field) ?? 0) + 1)
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
          fields: [...count.fields].map(([field, drafts]) => ({ field, drafts }))
            .sort((a, b) => b.drafts - a.drafts).slice(0, fieldsMax),
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

  #foundIn(findings: ReadonlyArray<Finding>): ReadonlyArray<Found> {
    const found = foundBy(findings)
    const key = JSON.stringify(found)
    const known = this.#sets.get(key)
    if (known === undefined) this.#sets.set(key, found)
    return known ?? found
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
