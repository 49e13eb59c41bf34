// What each rung of the ladder did for its money, and what climbing it bought.
import { formatUsd } from "../../services/spending/Money.ts"
import type { RungTally } from "./RunContext.ts"
import type { RungReport } from "./RunEvent.ts"

/** Fewer items than this say nothing about a rung. */
const itemsThatTell = 3

/** `index` 0 is the base. */
export const rungReport = (model: string, index: number, tally: RungTally): RungReport => ({
  model,
  ...tally,
  nanoUsdPerAccepted: tally.accepted === 0 ? null : Math.round(tally.spentNanoUsd / tally.accepted),
  isUseless: index > 0 && tally.accepted === 0 && tally.items >= itemsThatTell
})

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
