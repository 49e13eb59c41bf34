// `inkfast consolidate`: the masters rewritten to one line per slug.
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Live from "../../layers/Live.ts"
import { DataDirectory } from "../../services/durability/DataDirectory.ts"
import { Consolidation } from "../../services/master/Consolidation.ts"
import { refreshIndex } from "../../services/master/KeepIndex.ts"
import { consolidationText } from "./consolidationText.ts"
import { dataOf } from "./dataOf.ts"
import { withExitCodes } from "./failures.ts"
import { printJson, printLine } from "./output.ts"
import type { Options } from "./tree/consolidate.ts"

export const handle = (options: Options) =>
  Effect.gen(function*() {
    const root = yield* dataOf(options)
    const report = yield* Effect.flatMap(Consolidation, (service) => service.consolidate).pipe(
      Effect.provide(Layer.provide(Live.masters, DataDirectory.layer(root)))
    )
    yield* refreshIndex().pipe(Effect.provide(DataDirectory.layer(root)))
    yield* options.json ? printJson(report) : printLine(consolidationText(report))
  }).pipe(withExitCodes(options.json))
