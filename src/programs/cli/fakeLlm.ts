// `inkfast fake-llm`: a model server for trying things out and for tests.
import * as Effect from "effect/Effect"
import * as Option from "effect/Option"
import * as Command from "effect/cli/Command"
import * as Flag from "effect/cli/Flag"
import { Shutdown } from "../../services/Shutdown.ts"
import { fakeLlm, fakeLlmDefaults, readFaults } from "../fake-llm/fakeLlm.ts"
import { withExitCodes } from "./failures.ts"
import * as flags from "./flags.ts"

export const command = Command.make("fake-llm", {
  host: Flag.String("host").pipe(
    Flag.withDescription("Address to listen on (default 127.0.0.1)"),
    Flag.withDefault(fakeLlmDefaults.host)
  ),
  port: Flag.Int("port").pipe(
    Flag.withDescription("Port; 0 takes any free one (default 0)"),
    Flag.filter((port) => port >= 0 && port <= 65_535, (port) => `${port} is no port: it must be from 0 to 65535`),
    Flag.withDefault(fakeLlmDefaults.port)
  ),
  ledger: Flag.String("ledger").pipe(
    Flag.withMetavar("FILE"),
    Flag.withDescription("File for every call that was billed, written before its answer is sent"),
    Flag.optional
  ),
  latency: Flag.Finite("latency-ms").pipe(
    Flag.withMetavar("MS"),
    Flag.withDescription("Every answer takes at least so long (default 0)"),
    Flag.filter((value) => value >= 0, (value) => `${value} is no time: it must be 0 or more`),
    Flag.withDefault(fakeLlmDefaults.latencyMs)
  ),
  seed: Flag.String("seed").pipe(
    Flag.withDescription("Another seed gives other answers and other chances (default 1)"),
    Flag.withDefault(fakeLlmDefaults.seed)
  ),
  faults: Flag.String("faults").pipe(
    Flag.withMetavar("JSON|FILE"),
    Flag.withDescription("Faults to show, inline as JSON or in a file"),
    Flag.optional
  ),
  json: flags.json
}, (options) =>
  Effect.scoped(Effect.gen(function*() {
    const faults = Option.isSome(options.faults) ? yield* readFaults(options.faults.value) : []
    const shutdown = yield* (yield* Shutdown).subscribe
    const serving = fakeLlm({
      ...fakeLlmDefaults,
      host: options.host,
      port: options.port,
      ledger: Option.getOrUndefined(options.ledger),
      latencyMs: options.latency,
      seed: options.seed,
      faults
    }, options.json)
    yield* Effect.raceFirst(serving, shutdown)
  })).pipe(withExitCodes(options.json))).pipe(
    Command.withDescription(
      "Serves an OpenAI-compatible model on this machine, without a key: answers composed from the evidence in the prompt, " +
        "the same every time, with faults on request and a ledger of what it billed."
    ),
    Command.withExamples([
      { command: "inkfast fake-llm --port 8080 --ledger billed.jsonl", description: "Then: inkfast generate --base-url http://127.0.0.1:8080/v1" },
      {
        command: `inkfast fake-llm --faults '{"faults": [{"kind": "rateLimit", "count": 5}]}'`,
        description: "The first five calls are refused with a 429"
      }
    ])
  )
