// `inkfast explain`: what happened to an item.
import * as Effect from "effect/Effect"
import * as Option from "effect/Option"
import * as Stream from "effect/Stream"
import * as Known from "../../layers/Known.ts"
import { DataDirectory } from "../../services/durability/DataDirectory.ts"
import { KnownEvidence } from "../../services/evidence/KnownEvidence.ts"
import type { ItemSource } from "../../services/items/ItemSource.ts"
import { nearestOf } from "../../services/Nearest.ts"
import { explain } from "../explain/explain.ts"
import { knownSlugs } from "../explain/knownSlugs.ts"
import { countedOf } from "./dataOf.ts"
import { explanationText } from "./explainText.ts"
import { UsageError, withExitCodes } from "./failures.ts"
import { printJson, printLine, visible } from "./output.ts"
import type { Options } from "./tree/explain.ts"

const nearestMax = 3

const itemOf = (source: ItemSource | undefined, slug: string) =>
  source === undefined || source.slugs.get(slug) === undefined
    ? Effect.succeed(undefined)
    : Effect.map(
      Stream.runHead(Stream.filter(source.items, (item) => item.slug === slug)),
      Option.getOrUndefined
    )

export const handle = (options: Options) =>
  Effect.scoped(Effect.gen(function*() {
    const { slug } = options
    const { job, root, source } = yield* countedOf(options)
    const explanation = yield* explain(slug).pipe(Effect.provide(DataDirectory.layer(root)))
    const item = yield* itemOf(source, slug)
    if (item === undefined && explanation.events.length + explanation.lines.length === 0) {
      const slugs = yield* knownSlugs(source).pipe(Effect.provide(DataDirectory.layer(root)))
      const alike = nearestOf(slug, slugs, nearestMax)
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
