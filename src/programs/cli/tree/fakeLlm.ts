// The flags of `inkfast fake-llm`; its work is loaded when it is asked for.
import * as Command from "effect/cli/Command"
import * as Flag from "effect/cli/Flag"
import { fakeLlmDefaults } from "../../fake-llm/FakeLlmOptions.ts"
import * as flags from "../flags.ts"
import { lazily } from "../lazily.ts"

const config = {
  host: Flag.String("host").pipe(
    Flag.withDescription("Address to listen on (default 127.0.0.1)"),
    Flag.withDefault(fakeLlmDefaults.host)
  ),
  port: Flag.Int("port").pipe(
    Flag.withDescription("Port; 0 takes any free one (default 0)"),
    Flag.filter(
      (port) => port >= 0 && port <= 65_535,
      (port) => `${port} is no port: it must be from 0 to 65535`
    ),
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
  requestsPerSecond: Flag.Finite("requests-per-second").pipe(
    Flag.withMetavar("N"),
    Flag.withDescription(
      "Requests a second of each model that are admitted, with the usual headers and 429s (default: all)"
    ),
    Flag.filter((value) => value > 0, (value) => `${value} is no rate: it must be more than 0`),
    Flag.optional
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
}
export type Options = Command.Command.Config.Infer<typeof config>

export const command = Command.make("fake-llm", config, lazily(() => import("../fakeLlm.ts"))).pipe(
  Command.withShortDescription("Serves a model on this machine, without a key"),
  Command.withDescription(
    "Serves an OpenAI-compatible model on this machine, without a key: answers composed from the evidence in the prompt, " +
      "the same every time, with faults on request and a ledger of what it billed."
  ),
  Command.withExamples([
    {
      command: "inkfast fake-llm --port 8080 --ledger billed.jsonl",
      description: "Then: inkfast generate --base-url http://127.0.0.1:8080/v1"
    },
    {
      command: `inkfast fake-llm --faults '{"faults": [{"kind": "rateLimit", "count": 5}]}'`,
      description: "The first five calls are refused with a 429"
    }
  ])
)
