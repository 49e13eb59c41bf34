// The money's part of an audit (I10): each call paid once, for what its answer cost, within the budgets of its run, and
// what the manifests say of it all.
import { formatUsd } from "../spending/Money.ts"
import type { NanoUsd } from "../spending/Money.ts"
import { isSealed } from "../journal/RunManifest.ts"
import type { RunManifest } from "../journal/RunManifest.ts"
import { TransientMap } from "../journal/TransientMap.ts"
import { Mark } from "./AuditLedger.ts"
import type { AuditLedger } from "./AuditLedger.ts"
import type { RejectSaid } from "./AuditMasterLines.ts"
import type { Manifests } from "./AuditRuns.ts"
import type { AuditSlugs } from "./AuditSlugs.ts"
import { AuditTally } from "./AuditTally.ts"
import type { LinePlace } from "./LinePlace.ts"

/** A call of a run's that has no end yet. */
interface Open {
  readonly slug: number
  readonly reservedNanoUsd: NanoUsd
}

/** The books of one run, as its journal goes by. */
interface Books {
  readonly runId: string
  readonly manifest: RunManifest | undefined
  calls: number
  answers: number
  spentNanoUsd: NanoUsd
  failedNanoUsd: NanoUsd
  /** What servers billed over the worst cases that were reserved: budgets may be passed by so much. */
  overNanoUsd: NanoUsd
  readonly open: TransientMap<number, Open>
}

/** Where something stands, for messages. */
export interface Where {
  readonly place: LinePlace
  readonly slug: string
  readonly id: string
}

export class AuditMoney {
  readonly tally = new AuditTally(
    "I10",
    "every call was paid once, for what it cost, within budgets"
  )
  readonly #ledger: AuditLedger
  readonly #slugs: AuditSlugs
  readonly #manifests: Manifests
  /** By slug, as `Books.overNanoUsd`. */
  readonly #over = new Map<number, NanoUsd>()
  #books: Books = emptyBooks("", undefined)
  #answers = 0
  #spentNanoUsd = 0
  /** Of all runs so far, what is at risk included. */
  #usedNanoUsd = 0
  #overNanoUsd = 0

  constructor(ledger: AuditLedger, slugs: AuditSlugs, manifests: Manifests) {
    this.#ledger = ledger
    this.#slugs = slugs
    this.#manifests = manifests
  }

  /** A journal begins; they come in the order of their runs. */
  begin(runId: string): void {
    this.#books = emptyBooks(runId, this.#manifests.get(runId))
  }

  intent(
    call: number,
    slug: number,
    reservedNanoUsd: NanoUsd,
    { id, place, slug: name }: Where
  ): void {
    this.#books.calls++
    this.#slugs.addCall(slug)
    this.#books.open.set(call, { slug, reservedNanoUsd })
    if (this.#ledger.mark(call, Mark.intent)) {
      this.tally.violate(`${place.text}: ${name}: intent ${id} stands here twice`)
    }
  }

  response(call: number, slug: number, costNanoUsd: NanoUsd, where: Where): void {
    const { id, place, slug: name } = where
    const ledger = this.#ledger
    const books = this.#books
    this.tally.checked++
    books.answers++
    books.spentNanoUsd += costNanoUsd
    this.#slugs.addSpent(slug, costNanoUsd)
    this.#noteOver(books.open.take(call)?.reservedNanoUsd, slug, costNanoUsd)
    if (!ledger.has(call, Mark.intent)) {
      this.tally.violate(`${place.text}: ${name}: answer ${id} has no intent before it`)
    }
    if (ledger.mark(call, Mark.response)) {
      this.tally.violate(`${place.text}: ${name}: call ${id} has a second answer`)
    }
    const recorded = ledger.costNanoUsd(call)
    if (!Number.isNaN(recorded) && recorded !== costNanoUsd) {
      const [says, was] = [formatUsd(recorded), formatUsd(costNanoUsd)]
      this.tally.violate(
        `${place.text}: ${name}: record ${id} says ${says}, its answer cost ${was}`
      )
    }
    this.#checkItem(slug, where)
  }

  failure(call: number, slug: number, atRiskNanoUsd: NanoUsd, where: Where): void {
    this.#books.open.take(call)
    this.#books.failedNanoUsd += atRiskNanoUsd
    this.#slugs.addRisked(slug, atRiskNanoUsd)
    this.#checkItem(slug, where)
  }

  /** The journal ends. `corruptLines`: what stands in them is missing in the books. */
  end(corruptLines: number): void {
    const books = this.#books
    const { manifest, open, runId } = books
    let openNanoUsd = 0
    for (const [, { reservedNanoUsd, slug }] of open.entries()) {
      openNanoUsd += reservedNanoUsd
      this.#slugs.addRisked(slug, reservedNanoUsd)
    }
    const atRiskNanoUsd = books.failedNanoUsd + openNanoUsd
    const usedNanoUsd = books.spentNanoUsd + atRiskNanoUsd
    this.#answers += books.answers
    this.#spentNanoUsd += books.spentNanoUsd
    this.#usedNanoUsd += usedNanoUsd
    this.#overNanoUsd += books.overNanoUsd
    if (manifest === undefined) return
    this.#checkTotals(books, manifest, atRiskNanoUsd, corruptLines)
    const { runNanoUsd } = manifest.budgets
    if (runNanoUsd !== null) {
      this.tally.checked++
      if (usedNanoUsd > runNanoUsd + books.overNanoUsd) {
        this.tally.violate(
          `run ${runId}: used ${formatUsd(usedNanoUsd)} of a budget of ${formatUsd(runNanoUsd)}`
        )
      }
    }
    this.#checkTotalBudget(books, manifest)
  }

  /** Every journal was read. `rejects` by slug. */
  finish(rejects: ReadonlyMap<number, RejectSaid>, journals: ReadonlySet<string>): void {
    for (const [runId, manifest] of this.#manifests) {
      if (manifest === undefined) {
        this.tally.violate(
          `raw/ai-run-${runId}.meta.json: is not as it was written; the journal counts`
        )
      } else if (!journals.has(runId)) {
        this.tally.cannotVerify(`run ${runId} has a manifest and no journal`)
      }
    }
    let uncovered = 0
    for (const [slug, said] of rejects) {
      this.tally.checked++
      const spent = this.#slugs.spentNanoUsd(slug)
      if (said.costNanoUsd <= spent) continue
      if (said.attempts > this.#slugs.calls(slug)) uncovered++
      else {
        const [says, was] = [formatUsd(said.costNanoUsd), formatUsd(spent)]
        this.tally.violate(`${said.where}: ${said.slug}: says ${says}, its answers cost ${was}`)
      }
    }
    if (uncovered > 0) {
      this.tally.cannotVerify(`${uncovered} rejects tell of calls that no journal here has`)
    }
    this.tally.note(`${this.#answers} answers cost ${formatUsd(this.#spentNanoUsd)}`)
  }

  #noteOver(reservedNanoUsd: NanoUsd | undefined, slug: number, costNanoUsd: NanoUsd): void {
    const over = costNanoUsd - (reservedNanoUsd ?? 0)
    if (over <= 0) return
    this.#books.overNanoUsd += over
    this.#over.set(slug, (this.#over.get(slug) ?? 0) + over)
  }

  /** What an item has cost over all runs so far, against the budget for it that this run had. */
  #checkItem(slug: number, { id, place, slug: name }: Where): void {
    const budget = this.#books.manifest?.budgets.itemNanoUsd ?? null
    if (budget === null) return
    this.tally.checked++
    const used = this.#slugs.spentNanoUsd(slug) + this.#slugs.riskedNanoUsd(slug)
    if (used <= budget + (this.#over.get(slug) ?? 0)) return
    this.tally.violate(
      `${place.text}: ${name}: ${id} took the item to ${formatUsd(used)} of ${formatUsd(budget)}`
    )
  }

  /** Where shards with other budgets worked beside it, none of them alone answers for the sum. */
  #checkTotalBudget({ calls, runId }: Books, { budgets, shard }: RunManifest): void {
    const total = budgets.totalNanoUsd ?? null
    if (total === null || calls === 0) return
    this.tally.checked++
    if (this.#usedNanoUsd <= total + this.#overNanoUsd) return
    const what = `run ${runId}: all runs up to it used ${
      formatUsd(this.#usedNanoUsd)
    } of a total of ${formatUsd(total)}`
    if (shard === null) this.tally.violate(what)
    else this.tally.doubt(`${what}, and shards beside it may have had another`)
  }

  #checkTotals(
    { calls, runId, spentNanoUsd }: Books,
    manifest: RunManifest,
    atRiskNanoUsd: NanoUsd,
    corruptLines: number
  ): void {
    const { totals } = manifest
    if (totals === null) return
    this.tally.checked++
    if (
      totals.calls === calls && totals.spentNanoUsd === spentNanoUsd &&
      totals.atRiskNanoUsd === atRiskNanoUsd
    ) return
    const money = (spent: NanoUsd, risk: NanoUsd) =>
      `${formatUsd(spent)} spent and ${formatUsd(risk)} at risk`
    const what = `raw/ai-run-${runId}.meta.json: says ${totals.calls} calls, ${
      money(totals.spentNanoUsd, totals.atRiskNanoUsd)
    }; its journal has ${calls} calls, ${money(spentNanoUsd, atRiskNanoUsd)}`
    // Only the totals of a sealed run are taken for its journal's.
    if (corruptLines > 0 || !isSealed(manifest)) this.tally.doubt(what)
    else this.tally.violate(what)
  }
}

const emptyBooks = (runId: string, manifest: RunManifest | undefined): Books => ({
  runId,
  manifest,
  calls: 0,
  answers: 0,
  spentNanoUsd: 0,
  failedNanoUsd: 0,
  overNanoUsd: 0,
  open: new TransientMap()
})
