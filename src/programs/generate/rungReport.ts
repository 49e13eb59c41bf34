// What each rung of the ladder did for its money, and what climbing it bought.
import { formatUsd } from "../../services/spending/Money.ts"
import type { RungTotals } from "../../services/journal/RunManifest.ts"
import type { RungReport } from "./RunEvent.ts"

/** Fewer items than this say nothing about a rung. */
const itemsThatTell = 3

/** `index` 0 is the base. */
export const rungReport = (totals: RungTotals, index: number): RungReport => {
  const { accepted, items, spentNanoUsd } = totals
  return {
    ...totals,
    nanoUsdPerAccepted: accepted === 0 ? null : Math.round(spentNanoUsd / accepted),
    isUseless: index > 0 && accepted === 0 && items >= itemsThatTell
  }
}

/** The ladders of several runs as one: what stood on the same rung with the same model is added up. */
export const ladderOver = (
  runs: ReadonlyArray<ReadonlyArray<RungTotals>>
): ReadonlyArray<RungReport> => {
  const sums = new Map<string, { readonly index: number; totals: RungTotals }>()
  for (const rungs of runs) {
    for (const [index, rung] of rungs.entries()) {
      const key = `${index} ${rung.model}`
      const before = sums.get(key)?.totals
      const totals: RungTotals = before === undefined ? rung : {
        model: rung.model,
        items: before.items + rung.items,
        answers: before.answers + rung.answers,
        accepted: before.accepted + rung.accepted,
        spentNanoUsd: before.spentNanoUsd + rung.spentNanoUsd
      }
      sums.set(key, { index, totals })
    }
  }
  return [...sums.values()].toSorted((a, b) => a.index - b.index).map(({ index, totals }) =>
    rungReport(totals, index)
  )
}

const rungLine = (rung: RungReport, index: number): string =>
  `  rung ${index} ${rung.model}: ${rung.accepted} accepted of ${rung.items} items, ${rung.answers} answers, ` +
  formatUsd(rung.spentNanoUsd) +
  (rung.nanoUsdPerAccepted === null ? "" : `, ${formatUsd(rung.nanoUsdPerAccepted)} each`)

const escalationLine = (above: ReadonlyArray<RungReport>): ReadonlyArray<string> => {
  const sum = (of: (rung: RungReport) => number) =>
    above.reduce((total, rung) => total + of(rung), 0)
  const accepted = sum((rung) => rung.accepted)
  const spent = sum((rung) => rung.spentNanoUsd)
  if (sum((rung) => rung.items) + accepted === 0) return []
  return [
    `  escalation bought ${accepted} ${accepted === 1 ? "piece" : "pieces"} for ${
      formatUsd(spent)
    }` +
    (accepted === 0 ? "" : `, ${formatUsd(Math.round(spent / accepted))} each`)
  ]
}

/** For a person; nothing where there is no ladder to speak of. */
export const ladderLines = (rungs: ReadonlyArray<RungReport>): ReadonlyArray<string> =>
  rungs.length < 2 ? [] : [
    ...rungs.map(rungLine),
    ...escalationLine(rungs.slice(1)),
    ...rungs.flatMap((rung, index) =>
      rung.isUseless
        ? [
          `  WARNING rung ${index} ${rung.model} was called for ${rung.items} items and brought none through: ` +
          `its ${
            formatUsd(rung.spentNanoUsd)
          } bought nothing; take it out, or read the findings of the rejects`
        ]
        : []
    )
  ]
