// What a data directory's journals say of how models have done so far: how long their answers are, how many pass, how
// many calls an answer takes. The newest journals are read, as many as a bound on their bytes lets in.
import { Buffer } from "node:buffer"
import * as Effect from "effect/Effect"
import * as Option from "effect/Option"
import { DataDirectory, journalPath } from "../durability/DataDirectory.ts"
import { Disk } from "../durability/Disk.ts"
import type { DiskError } from "../durability/Disk.ts"
import { listIfThere } from "../durability/FileIo.ts"
import { verifyLine } from "../durability/LineCodec.ts"
import { scanLines } from "../durability/Lines.ts"
import { decodeEvent } from "./EventCodec.ts"
import type { Intent, JournalEvent } from "./JournalEvent.ts"
import { runIdOf } from "./JournalNames.ts"

/** Of one model, as it was asked for. */
export interface ModelCalls {
  /** Of each answer whose usage the server counted. */
  readonly outputTokens: ReadonlyArray<number>
  /** Of these answers together: what the server counted of their prompts, and what those are as UTF-8 bytes. */
  readonly inputTokens: number
  readonly promptBytes: number
  readonly answers: number
  /** Calls that may have been billed and brought no answer. */
  readonly lost: number
  readonly judged: number
  readonly accepted: number
}

const readBytesMax = 256 * 1024 * 1024
/** More of them say nothing new. */
const answersKeptMax = 20_000

type Book = { -readonly [Key in keyof ModelCalls]: ModelCalls[Key] } & {
  outputTokens: Array<number>
}

interface Call {
  readonly model: string
  readonly promptBytes: number
}

const bytesOf = (messages: Intent["messages"]): number =>
  messages.reduce((sum, { content }) => sum + Buffer.byteLength(content), 0)

/** Memory follows the calls without a verdict. */
class CallBook {
  readonly byModel = new Map<string, Book>()
  readonly #calls = new Map<string, Call>()
  readonly #open = new Set<string>()

  #bookOf(id: string): Book | undefined {
    const model = this.#calls.get(id)?.model
    if (model === undefined) return undefined
    let book = this.byModel.get(model)
    if (book === undefined) {
      book = {
        outputTokens: [],
        inputTokens: 0,
        promptBytes: 0,
        answers: 0,
        lost: 0,
        judged: 0,
        accepted: 0
      }
      this.byModel.set(model, book)
    }
    return book
  }

  enter(event: JournalEvent): void {
    if (event._tag === "intent") {
      // The judge writes no pieces: of how its model does at that it tells nothing.
      if (event.judges !== undefined) return
      this.#calls.set(event.id, { model: event.model, promptBytes: bytesOf(event.messages) })
      this.#open.add(event.id)
      return
    }
    const book = this.#bookOf(event.id)
    if (book === undefined) return
    switch (event._tag) {
      case "response": {
        this.#open.delete(event.id)
        book.answers++
        const { usage } = event.completion
        if (usage !== null && book.outputTokens.length < answersKeptMax) {
          book.outputTokens.push(usage.outputTokens)
          book.inputTokens += usage.inputTokens
          book.promptBytes += this.#calls.get(event.id)?.promptBytes ?? 0
        }
        return
      }
      case "failure":
        this.#open.delete(event.id)
        this.#calls.delete(event.id)
        if (event.atRiskNanoUsd > 0) book.lost++
        return
      case "end":
        return
      case "verdict":
        this.#calls.delete(event.id)
        book.judged++
        if (event.accepted) book.accepted++
    }
  }

  /** A run is over: its calls without an answer were lost. */
  close(): void {
    for (const id of this.#open) {
      const book = this.#bookOf(id)
      if (book !== undefined) book.lost++
    }
    this.#open.clear()
  }
}

/** By model. Reads only; a data directory without journals has no history. */
export const readCallHistory: Effect.Effect<
  ReadonlyMap<string, ModelCalls>,
  DiskError,
  DataDirectory | Disk
> = Effect.gen(function*() {
  const data = yield* DataDirectory
  const disk = yield* Disk
  const names = yield* listIfThere(disk, data.raw)
  const chosen: Array<string> = []
  let bytes = 0
  for (const name of names.toReversed()) {
    const runId = runIdOf(name)
    if (runId === undefined) continue
    const found = yield* disk.stat(journalPath(data, runId))
    bytes += Option.isSome(found) ? found.value.size : 0
    if (bytes > readBytesMax && chosen.length > 0) break
    chosen.unshift(runId)
  }
  const book = new CallBook()
  for (const runId of chosen) {
    yield* scanLines(journalPath(data, runId), {}, (line) => {
      if (verifyLine(line) !== "valid") return
      const event = decodeEvent(line)
      if (event !== undefined) book.enter(event)
    })
    book.close()
  }
  return book.byModel
})
