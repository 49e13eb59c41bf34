// Conservation (I9): every item of the input is accepted, rejected or pending, and whatever ended stands in a master.
import type { SlugTable } from "../items/SlugTable.ts"
import type { RunManifest } from "../journal/RunManifest.ts"
import type { MasterAudit } from "./AuditMasters.ts"
import type { Manifests } from "./AuditRuns.ts"
import { AuditTally } from "./AuditTally.ts"

/** Shared by all parts of an audit: each adds what it sees of it. */
export const makeConserved = (): AuditTally =>
  new AuditTally(
    "I9",
    "input = accepted + rejected + pending, by slug, and what ended stands in a master"
  )

/** Exit codes of runs that ended by themselves: whatever they wrote they have counted. */
const wholeEnds = new Set([0, 5, 6])

const overCounted = (
  { exitCode, settledBy, totals }: RunManifest,
  has: { readonly records: number; readonly rejects: number }
): boolean =>
  totals !== null && settledBy === null && exitCode !== null && wholeEnds.has(exitCode) &&
  (has.records > totals.accepted || has.rejects > (totals.rejected ?? Infinity))

/** A run's own count against what the masters have of it: less may stand there, since newer lines supersede, never more. */
const checkRuns = (tally: AuditTally, masters: MasterAudit, manifests: Manifests): void => {
  for (const [runId, has] of masters.byRun) {
    const manifest = manifests.get(runId)
    if (manifest === undefined) continue
    tally.checked++
    if (!overCounted(manifest, has)) continue
    const { totals } = manifest
    tally.violate(
      `run ${runId}: says ${totals?.accepted} accepted and ${totals?.rejected} rejected; the masters have ${has.records} ` +
        `records and ${has.rejects} rejects of it`
    )
  }
}

/** Counted twice: the masters' slugs looked up in the input as they were read, and the input's in the masters. */
export const conserve = (
  tally: AuditTally,
  input: SlugTable | undefined,
  masters: MasterAudit,
  manifests: Manifests
): void => {
  checkRuns(tally, masters, manifests)
  if (input === undefined) return tally.cannotVerify("no input was given to count against")
  const settled = masters.acceptedOfInput + masters.rejectedOfInput
  let pending = 0
  input.lookUpAll(masters.slugs.lookup, (value) => {
    tally.checked++
    if (!masters.slugs.isSettled(value)) pending++
  })
  if (settled + pending !== input.size) {
    tally.violate(`${input.size} in the input, but ${settled} settled and ${pending} pending`)
  }
  const others = masters.acceptedSlugs + masters.rejectedSlugs - settled
  if (others > 0) tally.note(`${others} settled slugs are not in this input`)
}
