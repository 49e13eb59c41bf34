// `inkfast explain`: what happened to an item.
import * as Effect from "effect/Effect"
import * as Known from "../../layers/Known.ts"
import { DataDirectory } from "../../services/durability/DataDirectory.ts"
import { KnownEvidence } from "../../services/evidence/KnownEvidence.ts"
import { findItem } from "../../services/items/FindItem.ts"
import { openItems } from "../../services/items/OpenItems.ts"
import type { Job } from "../../services/job/Job.ts"
import { nearestOf } from "../../services/Nearest.ts"
import { explain } from "../explain/explain.ts"
import { knownSlugs } from "../explain/knownSlugs.ts"
import { dataAndJobOf } from "./dataOf.ts"
import { explanationText } from "./explainText.ts"
import { UsageError, withExitCodes } from "./failures.ts"
import { printJson, printLine, visible } from "./output.ts"
import type { Options } from "./tree/explain.ts"

const nearestMax = 3

/** The nearest slugs that the input and the data directory know. */
const alikeOf = Effect.fnUntraced(function*(slug: string, root: string, job: Job | undefined) {
  // Standard input is read only once.
  const source = job === undefined || job.input.path === "-"
    ? undefined
    : yield* openItems(job.input)
  const slugs = yield* knownSlugs(source).pipe(Effect.provide(DataDirectory.layer(root)))
  return nearestOf(slug, slugs, nearestMax)
})

export const handle = (options: Options) =>
  Effect.scoped(Effect.gen(function*() {
    const { slug } = options
    const { job, root } = yield* dataAndJobOf(options)
    const explanation = yield* explain(slug).pipe(Effect.provide(DataDirectory.layer(root)))
    const item = job === undefined ? undefined : yield* findItem(job.input, slug)
    if (item === undefined && explanation.events.length + explanation.lines.length === 0) {
      const alike = yield* alikeOf(slug, root, job)
      return yield* new UsageError({
        message: `"${slug}": nothing is known of it${
          alike.length > 0 ? `; did you mean ${alike.join(" or ")}?` : "; check the slug and --data"
        }`
      })
    }
    const evidence = item === undefined || job === undefined
      ? undefined
      : yield* Effect.flatMap(KnownEvidence, (known) => known.gather(item)).pipe(
        Effect.map(({ bundle }) => bundle),
        Effect.provide(Known.layer(job))
      )
    const row = item === undefined ? undefined : { file: item.file, line: item.line }
    yield* options.json
      ? printJson({ ...explanation, row: row ?? null, evidence: evidence ?? null })
      : printLine(visible(explanationText(explanation, row, evidence)))
  })).pipe(withExitCodes(options.json))
