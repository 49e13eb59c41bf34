// An OpenAI-compatible model server of our own, for the demo and for tests: no key, no network beyond this machine.
//
// Answers are composed from the evidence in the prompt, in the shape of the given JSON Schema; the same request gets the
// same answer. Faults come on request (Faults.ts), and every call that it billed stands in a ledger on disk before the
// first byte of the answer is sent: whatever dies afterwards, the ledger tells what was paid for.
//
// Routes: POST /v1/chat/completions, GET /v1/models and /v1/models/NAME; GET /_fake/calls, GET /_fake/ledger,
// GET, POST and DELETE /_fake/faults (`{"faults": [...]}` replaces them all).
// Gotchas: tokens are counted as bytes divided by four. Streaming is not offered. Every key is accepted.
import * as Clock from "effect/Clock"
import * as Console from "effect/Console"
import * as Effect from "effect/Effect"
import * as Schema from "effect/Schema"
import type * as Scope from "effect/Scope"
import * as CommitLog from "../../services/durability/CommitLog.ts"
import { Disk, type DiskError } from "../../services/durability/Disk.ts"
import { readTextFile } from "../../services/durability/FileIo.ts"
import type { FileLock } from "../../services/durability/FileLock.ts"
import type { ListenError } from "../../services/http/HttpListener.ts"
import { HttpListener } from "../../services/http/HttpListener.ts"
import { makeFakeServer } from "./FakeServer.ts"
import type { Fault } from "./Faults.ts"
import { FaultList } from "./Faults.ts"
import { entryText } from "./LedgerEntry.ts"
import type { Ledger } from "./ServerState.ts"
import type { FakeLlmOptions } from "./FakeLlmOptions.ts"

/** The text of `--faults` is no list of faults. */
export class FaultsError extends Schema.TaggedError<FaultsError>()("FaultsError", {
  /** The file, or `--faults` where the text was given inline. */
  source: Schema.String,
  detail: Schema.String
}) {
  override get message(): string {
    return `${this.source}: ${this.detail}\nexpected: {"faults": [{"kind": "rateLimit", "model": "fake-mini", "count": 2}]}`
  }
}

const requestBytesMax = 10 * 1024 * 1024

const openLedger = (path: string) =>
  Effect.gen(function*() {
    const disk = yield* Disk
    const log = yield* CommitLog.open({
      files: [path],
      guard: { _tag: "Own" },
      quarantine: `${path}.quarantine`
    })
    const ledger: Ledger = {
      bill: (entry) => log.append(() => entryText(entry)),
      text: readTextFile(disk, path)
    }
    return ledger
  })

/** An address of IPv6 stands in brackets in a URL. */
const inUrl = (host: string): string => host.includes(":") ? `[${host}]` : host

/** Serves until the scope ends. Answers the base URL, which ends in `/v1`. */
export const startFakeLlm = Effect.fn("startFakeLlm")(function*(
  options: FakeLlmOptions
): Effect.fn.Return<string, DiskError | ListenError, HttpListener | Disk | FileLock | Scope.Scope> {
  const listener = yield* HttpListener
  const ledger = options.ledger === undefined ? undefined : yield* openLedger(options.ledger)
  const startedAtMs = yield* Clock.currentTimeMillis
  const handle = makeFakeServer(options, ledger, startedAtMs.toString(36))
  const port = yield* listener.listen(
    { host: options.host, port: options.port, requestBytesMax },
    handle
  )
  return `http://${inUrl(options.host)}:${port}/v1`
})

/** Serves until it is interrupted; says where on stderr, and with `json` also on stdout. */
export const fakeLlm = Effect.fn("fakeLlm")(function*(
  options: FakeLlmOptions,
  json: boolean
): Effect.fn.Return<never, DiskError | ListenError, HttpListener | Disk | FileLock> {
  return yield* Effect.scoped(Effect.gen(function*() {
    const url = yield* startFakeLlm(options)
    yield* Console.error(`listening on ${url}`)
    if (json) yield* Console.log(`{"url":"${url}"}`)
    return yield* Effect.never
  }))
})

const decodeFaults = Schema.decodeUnknownEffect(
  Schema.fromJsonString(Schema.Union([FaultList, FaultList.fields.faults])),
  { onExcessProperty: "error" }
)

/** Reads `--faults`: JSON that begins with `{` or `[`, or else the path of a file with it. */
export const readFaults = Effect.fnUntraced(function*(
  text: string
): Effect.fn.Return<ReadonlyArray<Fault>, FaultsError | DiskError, Disk> {
  const inline = /^\s*[{[]/.test(text)
  const source = inline ? "--faults" : text
  const json = inline ? text : yield* readTextFile(yield* Disk, text)
  const read = yield* Effect.mapError(
    decodeFaults(json),
    (error) => new FaultsError({ source, detail: error.message })
  )
  return "faults" in read ? read.faults : read
})
