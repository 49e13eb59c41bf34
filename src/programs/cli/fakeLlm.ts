// `inkfast fake-llm`: a model server for trying things out and for tests.
import * as Effect from "effect/Effect"
import * as Option from "effect/Option"
import * as NodeHttpListener from "../../layers/NodeHttpListener.ts"
import { Shutdown } from "../../services/Shutdown.ts"
import { fakeLlm, readFaults } from "../fake-llm/fakeLlm.ts"
import { fakeLlmDefaults } from "../fake-llm/FakeLlmOptions.ts"
import { withExitCodes } from "./failures.ts"
import type { Options } from "./tree/fakeLlm.ts"

export const handle = (options: Options) =>
  Effect.scoped(Effect.gen(function*() {
    const faults = Option.isSome(options.faults) ? yield* readFaults(options.faults.value) : []
    const shutdown = yield* (yield* Shutdown).subscribe
    const serving = fakeLlm({
      ...fakeLlmDefaults,
      host: options.host,
      port: options.port,
      ledger: Option.getOrUndefined(options.ledger),
      latencyMs: options.latency,
      requestsPerSecond: Option.getOrUndefined(options.requestsPerSecond),
      seed: options.seed,
      faults
    }, options.json)
    yield* Effect.raceFirst(serving, shutdown)
  })).pipe(Effect.provide(NodeHttpListener.layer), withExitCodes(options.json))
