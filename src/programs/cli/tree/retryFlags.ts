// The flags that say which rejects are meant: of `retry`, and of `estimate`.
import * as Flag from "effect/cli/Flag"
import { phases } from "../../retry/Phase.ts"
import { retryCauses } from "../../retry/RetryCause.ts"

export const retryFlags = {
  phase: Flag.Literals("phase", [...phases, "all"]).pipe(
    Flag.withDescription(
      "A: network, rate limits, timeouts. B: QA findings. C: thin evidence. D: not found. all: these four in turn. May be repeated"
    ),
    Flag.atLeast(0)
  ),
  cause: Flag.Literals("cause", retryCauses).pipe(
    Flag.withDescription(
      "Only rejects of this cause, or of what their source came to; also of one that is in no phase. May be repeated"
    ),
    Flag.atLeast(0)
  ),
  slug: Flag.String("slug").pipe(
    Flag.withMetavar("SLUG"),
    Flag.withDescription("Only this item. May be repeated"),
    Flag.atLeast(0)
  )
}
