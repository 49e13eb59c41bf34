// Money in words: what was answered, and what may have been billed, apart. Both count against a budget.
import { formatUsd } from "../../services/spending/Money.ts"
import type { NanoUsd } from "../../services/spending/Money.ts"

export const spentWords = (spentNanoUsd: NanoUsd, atRiskNanoUsd: NanoUsd): string =>
  `${formatUsd(spentNanoUsd)} spent` +
  (atRiskNanoUsd > 0 ? `, ${formatUsd(atRiskNanoUsd)} at risk` : "")
