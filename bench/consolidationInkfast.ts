// Consolidation as the benchmark's contender.
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Platform from "../src/layers/Platform.ts"
import { DataDirectory } from "../src/services/durability/DataDirectory.ts"
import { Consolidation } from "../src/services/master/Consolidation.ts"

/** Consolidates a data directory and answers the report. */
export const inkfast = (data: string) =>
  Effect.runPromise(
    Effect.provide(
      Effect.flatMap(Consolidation, (service) => service.consolidate),
      Consolidation.layer.pipe(Layer.provide([DataDirectory.layer(data), Platform.layer]))
    )
  )
