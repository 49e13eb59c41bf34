// The causes that a retry can be asked for: those of rejects, and what a source came to where evidence was missing.
import * as Schema from "effect/Schema"
import type { MissCause } from "../../services/evidence/MissCause.ts"
import { RejectCause } from "../../services/master/Reject.ts"

/** What a reject ended for. */
export interface Causes {
  readonly cause: RejectCause
  readonly missCause: MissCause | undefined
}

/** What a source came to, by a name that no reject's cause has. */
const finer = ["SoftNotFound", "Moved", "Blocked", "Thin", "Unsupported", "TooLarge"] as const
/** Both a cause of rejects and of sources: alone the name is the reject's. */
const paired = ["NotFound/NotFound", "ThinEvidence/Refused"] as const

export const retryCauses = [...RejectCause.literals, ...finer, ...paired] as const
export type RetryCause = (typeof retryCauses)[number]

const isFiner = Schema.is(Schema.Literals(finer))

/** `ThinEvidence/Blocked`, or the cause alone where it says all. */
export const nameOf = ({ cause, missCause }: Causes): string =>
  missCause === undefined ? cause : `${cause}/${missCause}`

export const isOfCause = (asked: RetryCause, causes: Causes): boolean =>
  asked === causes.cause || asked === nameOf(causes) ||
  (isFiner(asked) && asked === causes.missCause)
