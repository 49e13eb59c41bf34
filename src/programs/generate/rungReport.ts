// What each rung of the ladder did for its money, and what climbing it bought.
import { formatUsd } from "../../services/spending/Money.ts"
import type { RungTotals } from "../../services/journal/RunManifest.ts"
import { counted } from "../counted.ts"
import type { RungReport } from "./RunEvent.ts"

/** Answers to fewer items than this say nothing about a rung. */
const itemsThatTell = 3

export const rungReport = (totals: RungTotals): RungReport => {
  const { accepted, answers, items, spentNanoUsd } = totals
  return {
    ...totals,
    nanoUsdPerAccepted: accepted === 0 ? null : Math.round(spentNanoUsd / accepted),
    isUseless: accepted === 0 && Math.min(items, answers) >= itemsThatTell
  }
}

/**
 * The ladders of several runs as one: what stood on the same rung with the same model is added up. An item that several
 * runs called the rung for counts in each.
 */
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
  return [...sums.values()].toSorted((a, b) => a.index - b.index).map(({ totals }) =>
    rungReport(totals)
  )
}

const rungLine = (rung: RungReport, index: number): string =>
  `  rung ${index} ${rung.model}: ${rung.accepted} accepted of ${counted(rung.items, "item")}, ` +
  `${counted(rung.answers, "answer")}, ` +
  formatUsd(rung.spentNanoUsd) +
  (rung.nanoUsdPerAccepted === null ? "" : `, ${formatUsd(rung.nanoUsdPerAccepted)} each`)

const escalationLine = (above: ReadonlyArray<RungReport>): ReadonlyArray<string> => {
  const sum = (of: (rung: RungReport) => number) =>
    above.reduce((total, rung) => total + of(rung), 0)
  const accepted = sum((rung) => rung.accepted)
  const spent = sum((rung) => rung.spentNanoUsd)
  if (sum((rung) => rung.items) + accepted === 0) return []
  return [
    `  escalation bought ${counted(accepted, "piece")} for ${formatUsd(spent)}` +
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
          `  WARNING rung ${index} ${rung.model} answered for ${rung.items} items and brought none through: ` +
          `its ${
            formatUsd(rung.spentNanoUsd)
          } bought nothing; take it out, or read the findings: inkfast qa report`
        ]
        : []
    )
  ]
