// What `fake-llm` can be told, and what is taken for what it is not told.
import type { FakeServerOptions } from "./ServerState.ts"

export interface FakeLlmOptions extends FakeServerOptions {
  readonly host: string
  /** 0 takes any free port. */
  readonly port: number
  /** File that every billed call is written to; appended to where it is there. Without one, calls are only counted. */
  readonly ledger: string | undefined
}

/** What is taken for whatever a caller leaves out. */
export const fakeLlmDefaults: FakeLlmOptions = {
  host: "127.0.0.1",
  port: 0,
  ledger: undefined,
  seed: "1",
  latencyMs: 0,
  faults: [],
  models: [],
  quality: {},
  requestsPerSecond: undefined,
  tellsRate: true,
  prices: {}
}
